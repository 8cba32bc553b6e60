"""Parses speech requests, and rejects what the real service would reject."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sandbox import voices
from sandbox.speech import EspeakVoice

MODELS = ("sonic",)
LANGUAGES = (
    "en", "fr", "de", "es", "pt", "zh", "ja", "hi", "it", "ko", "nl", "pl", "ru", "sv", "tr",
    "tl", "bg", "ro", "ar", "cs", "el", "fi", "hr", "ms", "sk", "da", "ta", "uk", "hu", "no",
    "vi", "bn", "th", "he", "ka", "id", "te", "gu", "kn", "ml", "mr", "pa",
)  # fmt: skip
SAMPLE_RATES = (8000, 16000, 22050, 24000, 44100, 48000)
MIN_SPEED, MAX_SPEED = 0.6, 1.5


class InvalidSpeechRequest(ValueError):
    """The request is refused. It is answered with this message, status and machine-readable code, if there is one."""

    def __init__(self, text: str, status: int = 400, code: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.headers = headers


@dataclass(frozen=True, slots=True)
class SpeechOptions:
    """One request: a text, and how to speak it."""

    transcript: str
    voice_id: str
    language: str
    voice: EspeakVoice
    """The espeak voice that replaces Cartesia's voice `voice_id`."""
    sample_rate: int
    has_timestamps: bool
    continues: bool
    """Whether more text of the same context follows."""


def parse_speech_options(body: dict[str, Any], speed_factor: float = 1.0) -> SpeechOptions:
    """Parse a request. The voice speaks `speed_factor` times faster than requested. Raises InvalidSpeechRequest."""
    model = body.get("model_id")
    if not isinstance(model, str) or not model.startswith(MODELS):
        raise InvalidSpeechRequest("model_id: there is no such model", 404)
    language = body.get("language") or "en"
    if language not in LANGUAGES:
        raise InvalidSpeechRequest(f"language: {language} is not supported by this model")
    form = _require_object(body, "output_format")
    if form.get("container") != "raw" or form.get("encoding") != "pcm_s16le" or form.get("sample_rate") not in SAMPLE_RATES:
        raise InvalidSpeechRequest(
            f"output_format: the sandbox supports only raw pcm_s16le at one of {', '.join(map(str, SAMPLE_RATES))} Hz"
        )
    transcript = body.get("transcript")
    if not isinstance(transcript, str):
        raise InvalidSpeechRequest("transcript: a text is required")
    return SpeechOptions(
        transcript=transcript,
        voice_id=_parse_voice_id(_require_object(body, "voice")),
        language=language,
        voice=_apply_speed(voices.make_interviewer_voice(language), body, speed_factor),
        sample_rate=form["sample_rate"],
        has_timestamps=bool(body.get("add_timestamps")),
        continues=bool(body.get("continue")),
    )


def _require_object(body: dict[str, Any], name: str) -> dict[str, Any]:
    part = body.get(name)
    if not isinstance(part, dict):
        raise InvalidSpeechRequest(f"{name}: an object is required")
    return part


def _parse_voice_id(voice: dict[str, Any]) -> str:
    if voice.get("mode") != "id":
        raise InvalidSpeechRequest("voice: the sandbox supports only the mode 'id'")
    try:
        return str(UUID(str(voice.get("id"))))
    except ValueError:
        raise InvalidSpeechRequest("voice: there is no voice with this id", 404) from None


def _apply_speed(voice: EspeakVoice, body: dict[str, Any], speed_factor: float) -> EspeakVoice:
    speed = (body.get("generation_config") or {}).get("speed", 1.0)
    if not isinstance(speed, int | float) or not MIN_SPEED <= speed <= MAX_SPEED:
        raise InvalidSpeechRequest(f"generation_config.speed: a number from {MIN_SPEED} to {MAX_SPEED} is required")
    return replace(voice, rate=round(voice.rate * speed * speed_factor))
