"""Where sound belongs on a part's time line. Pure: samples and times in, samples out.

A frame of LiveKit's has no time of its own, only the moment at which it arrives. So a voice is anchored where its first frame
arrives and then counted by its samples, which keeps it whole; it is anchored anew when the two differ for longer than chance.
"""

from collections import deque

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

RATE = 48_000
TOLERANCE_SECONDS = 0.1
"""between what arrives and what was counted: a frame may be late, never early"""
WINDOW_SECONDS = 1.0
"""of frames, all of which must be late before the voice is"""
DELAY_SECONDS = 0.4
"""behind the present, of what is mixed: what comes later than that is lost"""


class Voice:
    """One voice on the time line, in samples since the part began."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[int, Samples]] = deque()
        self._next: int | None = None
        self._lateness: deque[tuple[int, int]] = deque()
        """of the frames of the last WINDOW_SECONDS: their end, and by how much each came after its place"""

    def add(self, samples: Samples, arrived: float) -> None:
        """A frame that has come whole `arrived` seconds after the part began."""
        place = round(arrived * RATE) - len(samples)
        begin = self._place(place, len(samples))
        self._next = begin + len(samples)
        self._pieces.append((begin, samples))

    def _place(self, place: int, count: int) -> int:
        if self._next is None or abs(place - self._next) > DELAY_SECONDS * RATE:
            # new, or back after a pause
            self._lateness.clear()
            return place
        late = place - self._next
        self._lateness.append((place + count, late))
        while self._lateness[0][0] <= place + count - WINDOW_SECONDS * RATE:
            self._lateness.popleft()
        if late < -TOLERANCE_SECONDS * RATE:
            # it was anchored by a frame that was late itself
            self._lateness.clear()
            return place
        is_full = self._lateness[0][0] <= place + 2 * count - WINDOW_SECONDS * RATE
        least = min(lateness for _, lateness in self._lateness)
        if is_full and least > TOLERANCE_SECONDS * RATE:
            self._lateness.clear()
            return self._next + least
        return self._next

    def take(self, begin: int, end: int) -> Samples:
        """The samples from `begin` to before `end`, silence where there are none; what lies before `end` is forgotten."""
        taken = np.zeros(end - begin, np.int16)
        kept: deque[tuple[int, Samples]] = deque()
        for start, samples in self._pieces:
            stop = start + len(samples)
            first, last = max(start, begin), min(stop, end)
            if first < last:
                taken[first - begin : last - begin] = samples[first - start : last - start]
            if stop > end:
                kept.append((start, samples))
        self._pieces = kept
        return taken


def mix(voices: list[Samples], count: int) -> Samples:
    """Several voices as one; what is too loud is cut off at full scale."""
    if len(voices) == 1:
        return voices[0]
    total = np.zeros(count, np.int32)
    for samples in voices:
        total += samples
    return np.clip(total, -32_768, 32_767).astype(np.int16)


def side_by_side(left: Samples, right: Samples) -> Samples:
    """Two channels, sample by sample: the candidate on the left, the interviewer on the right."""
    return np.stack([left, right], axis=1).reshape(-1)
