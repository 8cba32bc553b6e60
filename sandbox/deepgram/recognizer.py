"""Who tells what was said: any recognizer that the stand-in for Deepgram may be given."""

from dataclasses import dataclass
from typing import Protocol

from sandbox.endpointing import Segment


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word with its punctuation, its seconds in the stream, and how sure the recognizer is (0-1)."""

    text: str
    start: float
    end: float
    confidence: float


class Recognizer(Protocol):
    """Hears segments of speech, of many streams at once."""

    interim_seconds: float
    """how often in a segment it is asked for what was said so far"""

    async def recognize(self, segment: Segment, *, is_final: bool) -> tuple[HeardWord, ...] | None:
        """The words of a segment. None when it has no time for an interim result."""
        ...


def spread_evenly(text: str, segment: Segment, confidence: float) -> tuple[HeardWord, ...]:
    """The words of a text, each with its share of the segment by its length."""
    words = text.split()
    total = sum(len(word) for word in words)
    end = max(segment.start, segment.voice_end)
    heard: list[HeardWord] = []
    place = 0
    for word in words:
        begin = segment.start + (end - segment.start) * place / total
        place += len(word)
        heard.append(HeardWord(word, begin, segment.start + (end - segment.start) * place / total, confidence))
    return tuple(heard)


class FixedTextRecognizer:
    """Hears what it was told that it will hear, in order and then again from the first: one text a segment."""

    interim_seconds = 0.5

    def __init__(self, texts: list[str], confidence: float = 0.99) -> None:
        self._texts = texts
        self._confidence = confidence
        self._finals = 0

    async def recognize(self, segment: Segment, *, is_final: bool) -> tuple[HeardWord, ...]:
        """The next text, whatever the segment is."""
        text = self._texts[self._finals % len(self._texts)]
        self._finals += is_final
        return spread_evenly(text, segment, self._confidence)
