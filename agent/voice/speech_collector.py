"""What the recognizer hears of the candidate: pieces, collected until the answer is taken to be over.

livekit-agents makes no item of words that are said over speech which cannot be cut off, or while a turn is dropped; here every
final text is kept until it is taken, and taken once.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from livekit import rtc
from livekit.agents.stt import SpeechEvent, SpeechEventType
from livekit.agents.utils import shortuuid
from livekit.agents.voice import UserStateChangedEvent

DRIFT_SECONDS = 0.05
"""between the recognizer's time and ours, after which the audio has paused, or lost something"""
MIN_PAUSE_SECONDS = 0.5
"""more than that is a pause for sure"""
DELAY_SAMPLE_FRAMES = 20
"""from which the delay is told: a second"""
POLL_SECONDS = 0.1
"""how often it is looked whether the recognizer still owes words: time alone may answer that"""
MAX_TRANSCRIPT_DELAY_SECONDS = 1.5
"""so long a final text for what was said last may take"""
SPEECH_END_TOLERANCE_SECONDS = 0.6
"""between the last word by the recognizer and the end of speech by the voice activity detector"""


@dataclass(frozen=True, slots=True)
class SpeechSegment:
    """One turn's worth of speech. Times by this machine's clock."""

    id: str
    text: str
    confidence: float
    """0-1, mean of the recognizer's"""
    started_at: datetime
    ended_at: datetime
    final_at: float
    """when the last of its text was there, seconds of time.time"""


@dataclass(frozen=True, slots=True)
class _FinalText:
    text: str
    confidence: float
    started_at: float
    ended_at: float


class AudioClock:
    """Turns the recognizer's time, seconds of audio, into time of day; the audio pauses while the candidate is away."""

    def __init__(self) -> None:
        self._audio_seconds = 0.0
        self._recent_offsets: deque[tuple[float, float]] = deque(maxlen=DELAY_SAMPLE_FRAMES)
        self._anchors: list[tuple[float, float]] = []

    async def track(self, frames: AsyncIterable[rtc.AudioFrame]) -> AsyncIterator[rtc.AudioFrame]:
        """The frames, as they pass."""
        async for frame in frames:
            self.advance(frame.duration, time.time())
            yield frame

    def advance(self, seconds: float, now: float) -> None:
        """So much audio has just come to its end."""
        offset = now - seconds - self._audio_seconds
        if self._anchors and offset - self._anchors[-1][1] > MIN_PAUSE_SECONDS:
            self._recent_offsets.clear()
        self._recent_offsets.append((self._audio_seconds, offset))
        self._audio_seconds += seconds
        # frames come late, never early: the least of some delays is the truth
        offset = min(offset for _, offset in self._recent_offsets)
        if not self._anchors or abs(offset - self._anchors[-1][1]) > DRIFT_SECONDS:
            self._anchors.append((self._recent_offsets[0][0], offset))

    def to_wall_clock(self, seconds: float) -> float:
        """When that second of audio was heard, as time.time counts."""
        offset = next((offset for since, offset in reversed(self._anchors) if seconds >= since), None)
        return time.time() if offset is None else seconds + offset


class SpeechCollector:
    """Collects what is heard."""

    def __init__(self) -> None:
        self.clock = AudioClock()
        self.on_change: Callable[[], None] | None = None
        """called whenever something was heard"""
        self.is_speaking = False
        """by the voice activity detector"""
        self._changed = asyncio.Event()
        self._final_texts: list[_FinalText] = []
        self._interim = ""
        self._stopped_at: float | None = None
        self._final_at = 0.0
        self._covered_until = 0.0  # by the words that the recognizer has given for sure

    @property
    def text(self) -> str:
        """All that has been heard and not been taken, the newest guess included."""
        return f"{self.pending_text} {self._interim}".strip()

    @property
    def pending_text(self) -> str:
        """What `take_segment` would give now."""
        return " ".join(piece.text for piece in self._final_texts)

    @property
    def is_pending(self) -> bool:
        """There is something to take."""
        return bool(self._final_texts)

    @property
    def pending_seconds(self) -> float:
        """How long the last piece has been waiting in silence; 0 while the candidate speaks."""
        if self.is_speaking or not self._final_texts:
            return 0.0
        return time.time() - max(self._final_at, self._stopped_at or 0.0)

    @property
    def is_transcript_late(self) -> bool:
        """Speech has ended whose last words the recognizer still owes, as far as can be told."""
        if self._stopped_at is None or time.time() - self._stopped_at > MAX_TRANSCRIPT_DELAY_SECONDS:
            return False
        return self._covered_until < self._stopped_at - SPEECH_END_TOLERANCE_SECONDS

    def add_event(self, event: SpeechEvent) -> None:
        """Take an event of the recognizer's."""
        if not event.alternatives:
            return
        alternative = event.alternatives[0]
        if event.type is SpeechEventType.INTERIM_TRANSCRIPT:
            self._interim = alternative.text
        elif event.type is SpeechEventType.FINAL_TRANSCRIPT:
            self._interim = ""
            self._final_at = time.time()
            if text := alternative.text.strip():
                started, ended = self.clock.to_wall_clock(alternative.start_time), self.clock.to_wall_clock(alternative.end_time)
                self._final_texts.append(_FinalText(text, alternative.confidence, started, min(ended, self._final_at)))
                self._covered_until = max(self._covered_until, self._final_texts[-1].ended_at)
        else:
            return
        self._notify()

    def on_user_state_changed(self, event: UserStateChangedEvent) -> None:
        """Take what the voice activity detector tells."""
        self.is_speaking = event.new_state == "speaking"
        if self.is_speaking:
            self._stopped_at = None
        elif event.old_state == "speaking":
            self._stopped_at = time.time()
        self._notify()

    async def wait_until_settled(self, seconds: float) -> None:
        """Wait until the candidate is silent and all of their words are there; so many seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.is_speaking or self.is_transcript_late:
                    self._changed.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._changed.wait(), POLL_SECONDS)

    def _notify(self) -> None:
        self._changed.set()
        if self.on_change:
            self.on_change()

    def take_segment(self, started_at: float | None = None, stopped_at: float | None = None) -> SpeechSegment | None:
        """What is pending, as one turn, which it is no more; None when nothing is. The times, where they are known better."""
        text = self.pending_text
        pieces, self._final_texts = self._final_texts, []
        if not pieces:
            return None
        started = min(pieces[0].started_at, started_at) if started_at else pieces[0].started_at
        ended = max(stopped_at or pieces[-1].ended_at, started)
        return SpeechSegment(
            id=shortuuid("heard_"),
            text=text,
            confidence=sum(piece.confidence for piece in pieces) / len(pieces),
            started_at=datetime.fromtimestamp(started, UTC),
            ended_at=datetime.fromtimestamp(ended, UTC),
            final_at=self._final_at,
        )
