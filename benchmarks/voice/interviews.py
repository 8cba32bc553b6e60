"""Interviews that are held at once, each by a candidate in a process of its own, and what came of them."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass, field
from typing import Any

from benchmarks.rig import ROOT, Opened, Rig
from models.documents.interview import InterviewStatus
from models.documents.turn import Turn
from sandbox.caller.listener import VoiceActivity
from sandbox.caller.participant import CallerUtterance
from sandbox.processes import ChildProcess

BESIDE_ANSWERS_SECONDS = 90.0
"""for greeting, closing, and processes that start while others speak"""
ANSWER_SECONDS = 25.0
"""of one exchange, its reply included: whoever needs more has broken down"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One interview: what the candidate said and heard by its own ears, and what is stored. Times as time.time counts."""

    is_completed: bool
    said: list[CallerUtterance] = field(default_factory=list)
    sounds: list[VoiceActivity] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)


async def hold(rig: Rig, count: int, answers: int, *, pauses: tuple[float, ...] = (), recording: bool = False) -> list[Outcome]:
    """So many interviews at once, each with so many plain answers and one with each pause. Raises SandboxFailed."""
    questions = answers + len(pauses)
    opened = await asyncio.gather(*(rig.open_interview(questions, recording=recording) for _ in range(count)))
    return await asyncio.gather(*(_hold(rig, one, answers, pauses) for one in opened))


async def _hold(rig: Rig, opened: Opened, answers: int, pauses: tuple[float, ...]) -> Outcome:
    log, paper = (rig.logs / f"candidate-{opened.id}.{kind}" for kind in ("log", "json"))
    command = [sys.executable, "-m", "benchmarks.candidate", "--told", str(paper), "--answers", str(answers)]
    command += ["--pauses", *map(str, pauses)]
    environment = {**os.environ, "LIVEKIT_URL": opened.url, "LIVEKIT_TOKEN": opened.token}
    told: dict[str, Any] = {}
    async with ChildProcess(command, log, cwd=ROOT, environment=environment) as candidate:
        try:
            await asyncio.wait_for(candidate.wait(), BESIDE_ANSWERS_SECONDS + ANSWER_SECONDS * (answers + len(pauses)))
            told = json.loads(await asyncio.to_thread(paper.read_text, encoding="utf-8"))
        except TimeoutError:
            await rig.end_interview(opened)
        except FileNotFoundError:
            raise candidate.make_failure("ended before the interview did") from None
    interview, turns = await rig.read(opened)
    return Outcome(
        interview.status is InterviewStatus.COMPLETED and bool(told),
        [CallerUtterance(**said) for said in told.get("said", ())],
        [VoiceActivity(**sound) for sound in told.get("sounds", ())],
        turns,
    )
