"""Parses the query of a stream's URL, and rejects what the real service would reject."""

from collections.abc import Mapping
from dataclasses import dataclass

MODELS = ("nova-3", "nova-2", "nova", "enhanced", "base")
LANGUAGES = ("multi", "en", "de", "es", "fr", "it", "ja", "nl", "pt", "sv", "da", "no", "pl", "ru", "tr", "uk", "hi", "ko", "zh")
SAMPLE_RATES = range(8000, 96001)
MIN_UTTERANCE_END_MS = 1000


class InvalidListenOptions(ValueError):
    """The stream is refused with status 400 and this message."""


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """The options of one stream."""

    model: str
    language: str
    sample_rate: int
    interim_results: bool
    vad_events: bool
    endpointing_seconds: float | None
    """Seconds of silence after which speech counts as ended; None if only the client ends it."""
    utterance_end_seconds: float | None
    """Seconds of silence after which UtteranceEnd is sent; None for never."""


def parse_listen_options(query: Mapping[str, str]) -> ListenOptions:
    """Parse the query. Options that do not affect the sandbox (numerals, keyterm, ...) are accepted and ignored.

    Raises InvalidListenOptions.
    """
    model = query.get("model", "base")
    if not model.startswith(MODELS):
        raise InvalidListenOptions(f"No such model/language/tier combination found: model={model}")
    language = query.get("language", "en")
    if language.split("-")[0] not in LANGUAGES:
        raise InvalidListenOptions(f"No such model/language/tier combination found: language={language}")
    if query.get("keywords") and model.startswith("nova-3"):
        raise InvalidListenOptions("Keywords are not supported for Nova-3: use keyterm")
    if query.get("keyterm") and not model.startswith("nova-3"):
        raise InvalidListenOptions("Keyterm is only supported for Nova-3")
    if (encoding := query.get("encoding")) != "linear16":
        raise InvalidListenOptions(f"encoding={encoding}: the sandbox supports only linear16")
    if _parse_number(query, "channels", 1) != 1:
        raise InvalidListenOptions("channels: the sandbox supports only one channel")
    if (rate := _parse_number(query, "sample_rate", 0)) not in SAMPLE_RATES:
        raise InvalidListenOptions("sample_rate: linear16 requires a value from 8000 to 96000")
    interim_results = _parse_flag(query, "interim_results", False)
    utterance_end = _parse_number(query, "utterance_end_ms", 0)
    if "utterance_end_ms" in query and (utterance_end < MIN_UTTERANCE_END_MS or not interim_results):
        raise InvalidListenOptions(f"utterance_end_ms: must be at least {MIN_UTTERANCE_END_MS}, with interim_results=true")
    for flag in ("punctuate", "smart_format", "no_delay", "filler_words", "profanity_filter", "numerals", "mip_opt_out"):
        _parse_flag(query, flag, False)
    return ListenOptions(
        model=model,
        language=language,
        sample_rate=rate,
        interim_results=interim_results,
        vad_events=_parse_flag(query, "vad_events", False),
        endpointing_seconds=_parse_endpointing(query),
        utterance_end_seconds=utterance_end / 1000 if utterance_end else None,
    )


def _parse_endpointing(query: Mapping[str, str]) -> float | None:
    if query.get("endpointing") == "false":
        return None
    return (10 if query.get("endpointing") == "true" else _parse_number(query, "endpointing", 10)) / 1000


def _parse_number(query: Mapping[str, str], name: str, default: int) -> int:
    value = query.get(name)
    if value is None:
        return default
    if not value.isdecimal():
        raise InvalidListenOptions(f"{name}={value}: a whole number is required")
    return int(value)


def _parse_flag(query: Mapping[str, str], name: str, default: bool) -> bool:
    value = query.get(name)
    if value is None:
        return default
    if value not in ("true", "false"):
        raise InvalidListenOptions(f"{name}={value}: true or false is required")
    return value == "true"
