"""Where speech begins and ends in a stream of sound, told by loudness over what the room is like."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FRAME_SECONDS = 0.02
MIN_LOUDNESS = 0.006
"""of full scale: softer is never speech"""
NOISE_FACTOR = 3.0
"""so many times louder than the room"""
MAX_NOISE = 0.01
"""no room is louder: that would be speech"""
ONSET_FRAMES = 3
"""loud ones, of the last five, make a beginning"""
LEAD_SECONDS = 0.2
"""kept from before the beginning: it is soft"""
MAX_SEGMENT_SECONDS = 20.0
"""a segment is cut here, without an end of speech"""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the stream; times are seconds of the stream."""

    samples: NDArray[np.int16]
    sample_rate: int
    start: float
    voice_end: float
    """when the last loud sound was over"""
    has_ended: bool
    """whether it ends with the speech, or was only cut out of it"""

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.sample_rate


class Endpointer:
    """Takes a stream in pieces of any length, and tells what begins and ends."""

    def __init__(self, sample_rate: int, silence_seconds: float | None) -> None:
        self.sample_rate = sample_rate
        self.silence_seconds = silence_seconds
        """after so much silence speech has ended; None: only cut() ends it"""
        self._frame = int(sample_rate * FRAME_SECONDS)
        self._pending = np.zeros(0, dtype=np.int16)
        self._frames: list[NDArray[np.int16]] = []
        """of the segment; before it begins, the lead"""
        self._recent_loudness: deque[bool] = deque(maxlen=5)
        self._noise = MIN_LOUDNESS / NOISE_FACTOR
        self._count = 0
        self.is_speech = False
        self.is_loud = False
        self.voice_end = 0.0

    @property
    def elapsed_seconds(self) -> float:
        """How much of the stream was looked at, in seconds."""
        return self._count * FRAME_SECONDS

    def feed(self, samples: NDArray[np.int16]) -> list[float | Segment]:
        """Take a piece. Answers what happened in it, in order: the second of a beginning, or the segment that ended."""
        self._pending = np.concatenate([self._pending, samples])
        whole = len(self._pending) // self._frame
        frames, self._pending = np.split(self._pending, [whole * self._frame])
        return [event for frame in frames.reshape(whole, self._frame) for event in self._process_frame(frame)]

    def cut(self) -> Segment | None:
        """End the segment that is under way. None when there is none."""
        if not self.is_speech:
            return None
        self.is_speech = False
        self._recent_loudness.clear()
        return self._take_segment(has_ended=True)

    def current_segment(self) -> Segment:
        """The segment that is under way, which goes on."""
        return self._build_segment(has_ended=False)

    def _process_frame(self, frame: NDArray[np.int16]) -> list[float | Segment]:
        self._count += 1
        self._frames.append(frame)
        self.is_loud = self._is_frame_loud(frame)
        self._recent_loudness.append(self.is_loud)
        if not self.is_speech:
            if sum(self._recent_loudness) >= ONSET_FRAMES:
                self.is_speech = True
                self.voice_end = self.elapsed_seconds
                return [self.elapsed_seconds - len(self._recent_loudness) * FRAME_SECONDS]
            del self._frames[: -int(LEAD_SECONDS / FRAME_SECONDS)]
            return []
        if self.is_loud:
            self.voice_end = self.elapsed_seconds
        elif (
            self.silence_seconds is not None and self.elapsed_seconds - self.voice_end >= self.silence_seconds - FRAME_SECONDS / 2
        ):
            ended = self.cut()
            return [ended] if ended else []
        if len(self._frames) * FRAME_SECONDS >= MAX_SEGMENT_SECONDS:
            return [self._take_segment(has_ended=False)]
        return []

    def _is_frame_loud(self, frame: NDArray[np.int16]) -> bool:
        loudness = float(np.sqrt(np.mean(np.square(frame / 32768.0))))
        is_loud = loudness > max(MIN_LOUDNESS, NOISE_FACTOR * self._noise)
        # a room that becomes louder is found out slowly, one that becomes softer at once
        pace = 0.5 if loudness < self._noise else 0.002 if is_loud else 0.05
        self._noise = min(MAX_NOISE, self._noise + pace * (loudness - self._noise))
        return is_loud

    def _take_segment(self, *, has_ended: bool) -> Segment:
        segment = self._build_segment(has_ended=has_ended)
        self._frames.clear()
        return segment

    def _build_segment(self, *, has_ended: bool) -> Segment:
        samples = np.concatenate(self._frames) if self._frames else np.zeros(0, dtype=np.int16)
        return Segment(
            samples, self.sample_rate, self.elapsed_seconds - len(self._frames) * FRAME_SECONDS, self.voice_end, has_ended
        )
