"""What a client asks for in the address of a stream, and what the real service would refuse."""

from collections.abc import Mapping
from dataclasses import dataclass

MODELS = ("nova-3", "nova-2", "nova", "enhanced", "base")
LANGUAGES = ("multi", "en", "de", "es", "fr", "it", "ja", "nl", "pt", "sv", "da", "no", "pl", "ru", "tr", "uk", "hi", "ko", "zh")
SAMPLE_RATES = range(8000, 96001)
MIN_UTTERANCE_END_MS = 1000


class InvalidListenOptions(ValueError):
    """The stream is refused with 400, and this text."""


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """A stream as it was asked for."""

    model: str
    language: str
    sample_rate: int
    interim_results: bool
    vad_events: bool
    endpointing_seconds: float | None
    """silence after which speech counts as ended; None: never by itself"""
    utterance_end_seconds: float | None


def parse_listen_options(query: Mapping[str, str]) -> ListenOptions:
    """Read the query. What does not change what is heard here (numerals, keyterm, ...) is taken and left alone. Raises
    BadRequest.
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
        raise InvalidListenOptions(f"encoding={encoding}: this stand-in hears linear16 only")
    if _parse_number(query, "channels", 1) != 1:
        raise InvalidListenOptions("channels: this stand-in hears one channel only")
    if (rate := _parse_number(query, "sample_rate", 0)) not in SAMPLE_RATES:
        raise InvalidListenOptions("sample_rate: with linear16 it has to be given, 8000 to 96000")
    interim_results = _parse_flag(query, "interim_results", False)
    utterance_end = _parse_number(query, "utterance_end_ms", 0)
    if "utterance_end_ms" in query and (utterance_end < MIN_UTTERANCE_END_MS or not interim_results):
        raise InvalidListenOptions(f"utterance_end_ms: at least {MIN_UTTERANCE_END_MS}, and it needs interim_results=true")
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
