"""Endpointing: finds where speech begins and ends in an audio stream, by loudness relative to the background noise."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FRAME_SECONDS = 0.02
MIN_LOUDNESS = 0.006
"""Fraction of full scale below which sound never counts as speech."""
NOISE_FACTOR = 3.0
"""Factor by which speech is louder than the background noise."""
MAX_NOISE = 0.01
"""Fraction of full scale above which sound does not count as background noise."""
ONSET_FRAMES = 3
"""Number of loud frames, among the last five, that start a segment."""
LEAD_SECONDS = 0.2
"""Seconds before the onset that belong to the segment, because speech begins softly."""
MAX_SEGMENT_SECONDS = 20.0
"""Seconds after which a segment is cut even if the speech continues."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the stream that contains speech. Times are seconds since the start of the stream."""

    samples: NDArray[np.int16]
    sample_rate: int
    start: float
    voice_end: float
    """End of the last loud frame."""
    has_ended: bool
    """Whether the speech ended with the segment. False if it continues after it."""

    @property
    def seconds(self) -> float:
        """The length of the segment in seconds."""
        return len(self.samples) / self.sample_rate


class Endpointer:
    """Detects the beginning and the end of speech in a stream, which may arrive in pieces of any length."""

    def __init__(self, sample_rate: int, silence_seconds: float | None) -> None:
        self.sample_rate = sample_rate
        self.silence_seconds = silence_seconds
        """Seconds of silence that end a segment; None if only cut() ends it."""
        self._frame_samples = int(sample_rate * FRAME_SECONDS)
        self._pending = np.zeros(0, dtype=np.int16)
        self._frames: list[NDArray[np.int16]] = []
        """Frames of the current segment, or of the lead before the next one."""
        self._recent_is_loud: deque[bool] = deque(maxlen=5)
        self._noise = MIN_LOUDNESS / NOISE_FACTOR
        self._frame_count = 0
        self.is_speech = False
        self.is_loud = False
        self.voice_end = 0.0

    @property
    def elapsed_seconds(self) -> float:
        """Seconds of the stream that have been processed."""
        return self._frame_count * FRAME_SECONDS

    def feed(self, samples: NDArray[np.int16]) -> list[float | Segment]:
        """Process a piece of the stream. Returns its events in order: a time for each onset, a Segment for each end."""
        self._pending = np.concatenate([self._pending, samples])
        whole = len(self._pending) // self._frame_samples
        frames, self._pending = np.split(self._pending, [whole * self._frame_samples])
        return [event for frame in frames.reshape(whole, self._frame_samples) for event in self._process_frame(frame)]

    def cut(self) -> Segment | None:
        """End the current segment and return it, or return None if nobody is speaking."""
        if not self.is_speech:
            return None
        self.is_speech = False
        self._recent_is_loud.clear()
        return self._take_segment(has_ended=True)

    def copy_current_segment(self) -> Segment:
        """Return a copy of the current segment so far, without ending it."""
        return self._build_segment(has_ended=False)

    def _process_frame(self, frame: NDArray[np.int16]) -> list[float | Segment]:
        self._frame_count += 1
        self._frames.append(frame)
        self.is_loud = self._is_frame_loud(frame)
        self._recent_is_loud.append(self.is_loud)
        if not self.is_speech:
            if sum(self._recent_is_loud) >= ONSET_FRAMES:
                self.is_speech = True
                self.voice_end = self.elapsed_seconds
                return [self.elapsed_seconds - len(self._recent_is_loud) * FRAME_SECONDS]
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
        # adapt quickly to a quieter background and slowly to a louder one, which may be speech
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
