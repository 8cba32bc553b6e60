"""The interface of the recognizers that the simulated Deepgram can use, and the simplest of them."""

from dataclasses import dataclass
from typing import Protocol

from sandbox.endpointing import Segment


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word with its punctuation, its times in seconds of the stream, and the recognizer's confidence (0-1)."""

    text: str
    start: float
    end: float
    confidence: float


class Recognizer(Protocol):
    """Transcribes segments of speech. Several streams use it concurrently."""

    interim_seconds: float
    """Seconds of speech between two requests for an interim result."""

    async def recognize(self, segment: Segment, *, is_final: bool) -> tuple[HeardWord, ...] | None:
        """Return the words of a segment, or None if the recognizer is too busy for an interim result."""
        ...


def spread_evenly(text: str, segment: Segment, confidence: float) -> tuple[HeardWord, ...]:
    """Return the words of a text, which share the time of the segment in proportion to their length."""
    words = text.split()
    total = sum(len(word) for word in words)
    end = max(segment.start, segment.voice_end)
    heard: list[HeardWord] = []
    position = 0
    for word in words:
        begin = segment.start + (end - segment.start) * position / total
        position += len(word)
        heard.append(HeardWord(word, begin, segment.start + (end - segment.start) * position / total, confidence))
    return tuple(heard)


class FixedTextRecognizer:
    """Returns fixed texts, one per segment, whatever the audio contains. After the last it starts over."""

    interim_seconds = 0.5

    def __init__(self, texts: list[str], confidence: float = 0.99) -> None:
        self._texts = texts
        self._confidence = confidence
        self._finals = 0

    async def recognize(self, segment: Segment, *, is_final: bool) -> tuple[HeardWord, ...]:
        """Return the next text; only a final result consumes it."""
        text = self._texts[self._finals % len(self._texts)]
        self._finals += is_final
        return spread_evenly(text, segment, self._confidence)
