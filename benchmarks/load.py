"""How many interviews this machine holds at once, its candidates included, and what each of them takes."""

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from benchmarks.interviews import hold
from benchmarks.replies import Reply, Whole, judge, percentile, replies_of
from benchmarks.rig import Rig, brought_up
from benchmarks.usage import Watch

MOST_SECONDS = 2.0
"""of a reply, at p95"""


@dataclass(frozen=True, slots=True)
class Step:
    """So many interviews at once."""

    count: int
    recording: bool
    replies: list[Reply]
    whole: Whole
    watch: Watch
    load: float
    """average of the machine, over the minute"""

    @property
    def holds(self) -> bool:
        """Replies in time, and all turns whole."""
        return self.whole.is_whole and percentile([reply.total for reply in self.replies], 0.95) <= MOST_SECONDS


async def climb(counts: Sequence[int], answers: int) -> AsyncIterator[Step]:
    """The first count without a recording; then each with one, until it breaks, and from there without. Raises SandboxFailed."""
    async with brought_up("load", answers, {}) as rig:
        yield await _take(rig, counts[0], answers, recording=False)
        recording = True
        for count in counts:
            step = await _take(rig, count, answers, recording=recording)
            yield step
            if recording and not step.holds:
                recording = False
                yield (step := await _take(rig, count, answers, recording=recording))
            if not step.holds:
                break


async def _take(rig: Rig, count: int, answers: int, *, recording: bool) -> Step:
    async with Watch() as watch:
        outcomes = await hold(rig, count, answers, recording=recording)
    replies = [reply for outcome in outcomes for reply in replies_of(outcome)]
    return Step(count, recording, replies, judge(outcomes), watch, os.getloadavg()[0])
