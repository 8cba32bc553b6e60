"""Place sound on a part's timeline, and mix it. Pure functions of samples and times.

LiveKit's audio frames carry no timestamp, only the moment of their arrival. A voice is therefore anchored where its first
frame arrives, and continued by counting samples, so that it has no gaps. It is anchored again when arrival times and sample
count differ for longer than jitter explains.
"""

from collections import deque

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

SAMPLE_RATE = 48_000
LATENESS_TOLERANCE_SECONDS = 0.1
"""Tolerated difference between a frame's arrival and its position by sample count. Frames can be late, but never early."""
LATENESS_WINDOW_SECONDS = 1.0
"""Span of time in which every frame must be late before the voice is moved."""
MIX_DELAY_SECONDS = 0.4
"""Delay of the mix behind real time; frames that arrive later than this are lost."""


class VoiceTimeline:
    """One voice on the timeline, in samples since the part began."""

    def __init__(self) -> None:
        self._frames: deque[tuple[int, Samples]] = deque()
        self._next_position: int | None = None
        self._lateness: deque[tuple[int, int]] = deque()
        """End and lateness, in samples, of the frames of the last LATENESS_WINDOW_SECONDS."""

    def add(self, samples: Samples, arrived_seconds: float) -> None:
        """Add a frame that arrived completely `arrived_seconds` after the part began."""
        position = round(arrived_seconds * SAMPLE_RATE) - len(samples)
        begin = self._find_start(position, len(samples))
        self._next_position = begin + len(samples)
        self._frames.append((begin, samples))

    def _find_start(self, position: int, count: int) -> int:
        if self._next_position is None or abs(position - self._next_position) > MIX_DELAY_SECONDS * SAMPLE_RATE:
            # the first frame, or the first after a pause
            self._lateness.clear()
            return position
        lateness = position - self._next_position
        self._lateness.append((position + count, lateness))
        while self._lateness[0][0] <= position + count - LATENESS_WINDOW_SECONDS * SAMPLE_RATE:
            self._lateness.popleft()
        if lateness < -LATENESS_TOLERANCE_SECONDS * SAMPLE_RATE:
            # the voice was anchored by a frame that was late itself
            self._lateness.clear()
            return position
        # full to within one frame
        is_window_full = self._lateness[0][0] <= position + 2 * count - LATENESS_WINDOW_SECONDS * SAMPLE_RATE
        min_lateness = min(value for _, value in self._lateness)
        if is_window_full and min_lateness > LATENESS_TOLERANCE_SECONDS * SAMPLE_RATE:
            self._lateness.clear()
            return self._next_position + min_lateness
        return self._next_position

    def take(self, begin: int, end: int) -> Samples:
        """Return the samples from `begin` to before `end`, with silence in the gaps, and discard everything before `end`."""
        taken = np.zeros(end - begin, np.int16)
        remaining: deque[tuple[int, Samples]] = deque()
        for start, samples in self._frames:
            stop = start + len(samples)
            first, last = max(start, begin), min(stop, end)
            if first < last:
                taken[first - begin : last - begin] = samples[first - start : last - start]
            if stop > end:
                remaining.append((start, samples))
        self._frames = remaining
        return taken


def mix(voices: list[Samples], count: int) -> Samples:
    """Mix several voices into one; the sum is clipped at full scale."""
    if len(voices) == 1:
        return voices[0]
    total = np.zeros(count, np.int32)
    for samples in voices:
        total += samples
    return np.clip(total, -32_768, 32_767).astype(np.int16)


def interleave(left: Samples, right: Samples) -> Samples:
    """Interleave two channels: the candidate on the left, the interviewer on the right."""
    return np.stack([left, right], axis=1).reshape(-1)
