"""What a client asks to be spoken, and what the real service would refuse of it."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sandbox import voices
from sandbox.speech import Voice

MODELS = ("sonic",)
LANGUAGES = (
    "en", "fr", "de", "es", "pt", "zh", "ja", "hi", "it", "ko", "nl", "pl", "ru", "sv", "tr",
    "tl", "bg", "ro", "ar", "cs", "el", "fi", "hr", "ms", "sk", "da", "ta", "uk", "hu", "no",
    "vi", "bn", "th", "he", "ka", "id", "te", "gu", "kn", "ml", "mr", "pa",
)  # fmt: skip
RATES = (8000, 16000, 22050, 24000, 44100, 48000)
SLOWEST, FASTEST = 0.6, 1.5


class BadRequest(ValueError):
    """The request is answered with this status and text."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Options:
    """One request: a text, and how it is spoken."""

    transcript: str
    voice_id: str
    language: str
    voice: Voice
    """that stands in for the one of that id"""
    sample_rate: int
    has_timestamps: bool
    goes_on: bool
    """whether more text of the same context follows"""


def parse_options(body: dict[str, Any], haste: float = 1.0) -> Options:
    """Read a request; the voice is so many times faster than was asked for. Raises BadRequest."""
    model = body.get("model_id")
    if not isinstance(model, str) or not model.startswith(MODELS):
        raise BadRequest("model_id: no such model", 404)
    language = body.get("language") or "en"
    if language not in LANGUAGES:
        raise BadRequest(f"language: {language} is not supported by this model")
    form = _part(body, "output_format")
    if form.get("container") != "raw" or form.get("encoding") != "pcm_s16le" or form.get("sample_rate") not in RATES:
        raise BadRequest(f"output_format: this stand-in makes raw pcm_s16le at one of {', '.join(map(str, RATES))}")
    transcript = body.get("transcript")
    if not isinstance(transcript, str):
        raise BadRequest("transcript: a text is required")
    return Options(
        transcript=transcript,
        voice_id=_voice_id(_part(body, "voice")),
        language=language,
        voice=_paced(voices.interviewer(language), body, haste),
        sample_rate=form["sample_rate"],
        has_timestamps=bool(body.get("add_timestamps")),
        goes_on=bool(body.get("continue")),
    )


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    part = body.get(name)
    if not isinstance(part, dict):
        raise BadRequest(f"{name}: an object is required")
    return part


def _voice_id(voice: dict[str, Any]) -> str:
    if voice.get("mode") != "id":
        raise BadRequest("voice: this stand-in takes a voice by its id")
    try:
        return str(UUID(str(voice.get("id"))))
    except ValueError:
        raise BadRequest("voice: no voice of this id was found", 404) from None


def _paced(voice: Voice, body: dict[str, Any], haste: float) -> Voice:
    speed = (body.get("generation_config") or {}).get("speed", 1.0)
    if not isinstance(speed, int | float) or not SLOWEST <= speed <= FASTEST:
        raise BadRequest(f"generation_config.speed: a number from {SLOWEST} to {FASTEST} is required")
    return replace(voice, rate=round(voice.rate * speed * haste))
