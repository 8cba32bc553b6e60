"""Where sound belongs on a part's time line. Pure: samples and times in, samples out.

A frame of LiveKit's has no time of its own, only the moment at which it arrives. So a voice is anchored where its first frame
arrives and then counted by its samples, which keeps it whole; it is anchored anew when the two differ for longer than chance.
"""

from collections import deque

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

SAMPLE_RATE = 48_000
LATENESS_TOLERANCE_SECONDS = 0.1
"""between what arrives and what was counted: a frame may be late, never early"""
LATENESS_WINDOW_SECONDS = 1.0
"""of frames, all of which must be late before the voice is"""
MIX_DELAY_SECONDS = 0.4
"""behind the present, of what is mixed: what comes later than that is lost"""


class VoiceTimeline:
    """One voice on the time line, in samples since the part began."""

    def __init__(self) -> None:
        self._frames: deque[tuple[int, Samples]] = deque()
        self._next_position: int | None = None
        self._lateness: deque[tuple[int, int]] = deque()
        """of the frames of the last WINDOW_SECONDS: their end, and by how much each came after its place"""

    def add(self, samples: Samples, arrived_seconds: float) -> None:
        """A frame that has come whole `arrived_seconds` seconds after the part began."""
        position = round(arrived_seconds * SAMPLE_RATE) - len(samples)
        begin = self._find_start(position, len(samples))
        self._next_position = begin + len(samples)
        self._frames.append((begin, samples))

    def _find_start(self, position: int, count: int) -> int:
        if self._next_position is None or abs(position - self._next_position) > MIX_DELAY_SECONDS * SAMPLE_RATE:
            # new, or back after a pause
            self._lateness.clear()
            return position
        late = position - self._next_position
        self._lateness.append((position + count, late))
        while self._lateness[0][0] <= position + count - LATENESS_WINDOW_SECONDS * SAMPLE_RATE:
            self._lateness.popleft()
        if late < -LATENESS_TOLERANCE_SECONDS * SAMPLE_RATE:
            # it was anchored by a frame that was late itself
            self._lateness.clear()
            return position
        is_full = self._lateness[0][0] <= position + 2 * count - LATENESS_WINDOW_SECONDS * SAMPLE_RATE
        least = min(lateness for _, lateness in self._lateness)
        if is_full and least > LATENESS_TOLERANCE_SECONDS * SAMPLE_RATE:
            self._lateness.clear()
            return self._next_position + least
        return self._next_position

    def take(self, begin: int, end: int) -> Samples:
        """The samples from `begin` to before `end`, silence where there are none; what lies before `end` is forgotten."""
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
    """Several voices as one; what is too loud is cut off at full scale."""
    if len(voices) == 1:
        return voices[0]
    total = np.zeros(count, np.int32)
    for samples in voices:
        total += samples
    return np.clip(total, -32_768, 32_767).astype(np.int16)


def interleave(left: Samples, right: Samples) -> Samples:
    """Two channels, sample by sample: the candidate on the left, the interviewer on the right."""
    return np.stack([left, right], axis=1).reshape(-1)
