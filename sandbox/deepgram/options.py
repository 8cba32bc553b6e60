"""Parses the query of a stream's URL, and rejects what the real service would reject."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import QueryParams

MODELS = ("nova-3", "nova-2", "nova", "enhanced", "base")
# developers.deepgram.com: "Models & Languages Overview", and the changelogs of 2025 and 2026 that add languages to nova-3
NOVA_2_LANGUAGES = frozenset(
    (
        *("multi", "bg", "ca", "zh", "zh-CN", "zh-Hans", "zh-TW", "zh-Hant", "zh-HK", "cs", "da", "da-DK", "nl", "nl-BE"),
        *("en", "en-US", "en-AU", "en-GB", "en-NZ", "en-IN", "et", "fi", "fr", "fr-CA", "de", "de-CH", "el", "hi", "hu", "id"),
        *("it", "ja", "ko", "ko-KR", "lv", "lt", "ms", "no", "pl", "pt", "pt-BR", "pt-PT", "ro", "ru", "sk", "es", "es-419"),
        *("sv", "sv-SE", "th", "th-TH", "tr", "uk", "vi"),
    )
)
NOVA_3_LANGUAGES = NOVA_2_LANGUAGES | {"en-CA", "be", "bn", "bs", "hr", "kn", "mk", "mr", "sr", "sl", "ta", "tl", "te"}
ENGLISH = frozenset({"en", "en-US"})
"""Languages of the models for one field, such as nova-2-phonecall."""
LANGUAGES: Mapping[str, frozenset[str]] = {
    "nova-3": NOVA_3_LANGUAGES,
    "nova-2": NOVA_2_LANGUAGES,
    "nova-3-medical": ENGLISH | {"multi", "en-AU", "en-CA", "en-GB", "en-IE", "en-IN", "en-NZ"},
}
"""Language codes of each model. The older models are simulated with the languages of nova-2 and no regions."""
MAX_KEY_TERM_TOKENS = 500
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


def parse_listen_options(query: QueryParams) -> ListenOptions:
    """Parse the query. Options that do not affect the sandbox (numerals, keyterm, ...) are checked and ignored.

    Raises InvalidListenOptions.
    """
    model = query.get("model", "base")
    if not model.startswith(MODELS):
        raise InvalidListenOptions(f"No such model/language/tier combination found: model={model}")
    language = query.get("language", "en")
    if language not in _list_languages(model):
        raise InvalidListenOptions(f"No such model/language/tier combination found: model={model}, language={language}")
    if query.get("keywords") and model.startswith("nova-3"):
        raise InvalidListenOptions("Keywords are not supported for Nova-3: use keyterm")
    if query.get("keyterm") and not model.startswith("nova-3"):
        raise InvalidListenOptions("Keyterm is only supported for Nova-3")
    # Deepgram's tokenizer is not public. A token has at least one byte, so the sandbox refuses more than the service does.
    if sum(len(term.encode()) for term in query.getlist("keyterm")) > MAX_KEY_TERM_TOKENS:
        raise InvalidListenOptions(
            f"Keyterm limit exceeded. The maximum number of tokens across all keyterms is {MAX_KEY_TERM_TOKENS}."
        )
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


def _list_languages(model: str) -> frozenset[str]:
    if languages := LANGUAGES.get(model.removesuffix("-general")):
        return languages
    if model.startswith("nova-2-"):
        return ENGLISH
    return frozenset(language for language in NOVA_2_LANGUAGES if "-" not in language) | ENGLISH


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
