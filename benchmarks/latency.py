"""How long a reply takes, and what each setting costs in turns that are not whole."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.candidate import ANSWER
from benchmarks.interviews import Outcome, hold
from benchmarks.replies import Reply, Whole, judge, replies_of
from benchmarks.rig import brought_up

PAUSES = (0.6, 1.0, 1.5, 2.2)


@dataclass(frozen=True, slots=True)
class Variant:
    """Settings that are compared."""

    min_delay_seconds: float
    early_replies: bool

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.min_delay_seconds:.1f} s, {'early' if self.early_replies else 'late'} replies"

    @property
    def settings(self) -> dict[str, str]:
        """As the environment has them."""
        return {
            "VOICE_MIN_DELAY_SECONDS": str(self.min_delay_seconds),
            "VOICE_EARLY_REPLIES": str(self.early_replies).lower(),
        }


@dataclass(frozen=True, slots=True)
class Measured:
    """One variant's replies, and what became of its answers without and with pauses."""

    variant: Variant
    at_once: int
    """interviews, those of the variants beside it included"""
    replies: list[Reply]
    whole: Whole
    spoken_over: dict[float, int]
    """by the length of a pause: how often it was spoken into"""
    pauses: int
    """of each length"""
    load: float
    """average of the machine, over the minute"""


async def compare(side_by_side: Sequence[Variant], count: int, answers: int) -> list[Measured]:
    """Hold so many interviews of each variant, all at once, with so many plain answers and one with each pause.

    Raises SandboxFailed.
    """
    held = await asyncio.gather(*(_measure(variant, count, answers) for variant in side_by_side))
    load = os.getloadavg()[0]
    return [
        Measured(
            variant,
            count * len(side_by_side),
            [reply for outcome in outcomes for reply in replies_of(outcome)],
            judge(outcomes),
            {pause: sum(_is_spoken_over(outcome, pause) for outcome in outcomes) for pause in PAUSES},
            len(outcomes),
            load,
        )
        for variant, outcomes in zip(side_by_side, held, strict=True)
    ]


async def _measure(variant: Variant, count: int, answers: int) -> list[Outcome]:
    name = f"{variant.min_delay_seconds}-{'early' if variant.early_replies else 'late'}"
    async with brought_up(name, answers + len(PAUSES), variant.settings) as rig:
        return await hold(rig, count, answers, pauses=PAUSES)


def _is_spoken_over(outcome: Outcome, pause: float) -> bool:
    """Whether somebody began to speak while the answer with that pause was given."""
    held = [said for said in outcome.said if said.text != ANSWER]
    return any(
        said.started_at < sound.started_at < said.ended_at for said in held[PAUSES.index(pause) :][:1] for sound in outcome.sounds
    )
