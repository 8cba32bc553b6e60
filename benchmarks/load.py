"""How many interviews this machine holds at once, its candidates included, and what each of them takes."""

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from benchmarks.interviews import hold
from benchmarks.replies import Reply, Whole, judge, percentile, replies_of
from benchmarks.rig import brought_up
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
    """For each count, without a recording and with one, until it breaks. Raises SandboxFailed."""
    async with brought_up("load", answers, {}) as rig:
        broken = set[bool]()
        for count in counts:
            for recording in (False, True):
                if recording in broken:
                    continue
                async with Watch() as watch:
                    outcomes = await hold(rig, count, answers, recording=recording)
                replies = [reply for outcome in outcomes for reply in replies_of(outcome)]
                step = Step(count, recording, replies, judge(outcomes), watch, os.getloadavg()[0])
                if not step.holds:
                    broken.add(recording)
                yield step
