"""A deployment with voice, whose providers have fixed delays and recognize a fixed text, and interviews that are held on it."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bson import ObjectId

from benchmarks.rig import DATA, ROOT, call, connect, start_interview
from cli.keys import load_starter_positions, provision_key
from lifecycle.consent import CURRENT_CONSENT_VERSION
from models import database
from models.documents.interview import Interview, InterviewStatus, get_interview
from models.documents.organization import Role, ensure_organization
from models.documents.turn import Turn, read_turns
from resolvers.ids import IdKind, decode_id
from resolvers.positions import seed_positions
from sandbox.caller.listener import VoiceActivity
from sandbox.caller.participant import CallerUtterance
from sandbox.processes import ChildProcess, SandboxFailed
from sandbox.stack import ORGANIZATION, Stack, issue_keys, run_stack

FINAL_SECONDS = 0.2
"""Seconds from the end of speech to the recognizer's final text."""
FIRST_WORD_SECONDS = 0.3
"""Seconds from a request to Claude's first word. The rest of the reply follows immediately."""
FIRST_AUDIO_SECONDS = 0.15
"""Seconds from a text to the synthesizer's first sound."""
RECOGNIZED_TEXT = "I have worked with it for three years, in two small teams, and would choose it again for the same work."
"""The text that is recognized for every answer. It is long enough to need no probe."""
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "anthropic": ("--first-word-seconds", str(FIRST_WORD_SECONDS)),
    "deepgram": ("--texts", RECOGNIZED_TEXT, "--final-seconds", str(FINAL_SECONDS)),
    "cartesia": ("--first-audio-seconds", str(FIRST_AUDIO_SECONDS)),
}
QUESTIONS = (
    "Which language do you use most?",
    "What do you like about it?",
    "Which part is hard?",
    "How do you test it?",
    "Who reads your code?",
    "What would you change?",
)
"""The questions are short, so that an interview takes little time."""
POSITION = "benchmark"
OVERHEAD_SECONDS = 90.0
"""Seconds allowed for the greeting, the closing, and the start of processes while others speak."""
EXCHANGE_SECONDS = 25.0
"""Seconds allowed for each question and answer. An interview that takes longer counts as failed."""
END = "mutation($input: EndInterviewInput!) { endInterview(input: $input) { interview { status } } }"


@dataclass(frozen=True, slots=True)
class OpenInterview:
    """An interview whose room waits for its candidate."""

    id: ObjectId
    node_id: str
    """The id in the API."""
    url: str
    token: str


@dataclass(frozen=True, slots=True)
class HeldInterview:
    """What the candidate said and heard, with times as of time.time, and the turns that are stored."""

    is_completed: bool
    said: list[CallerUtterance] = field(default_factory=list)
    sounds: list[VoiceActivity] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class VoiceDeployment:
    """A deployment that is running."""

    stack: Stack
    logs: Path
    token: str

    async def open_interview(self, *, recording: bool = False) -> OpenInterview:
        """Start an interview by voice. Raises SandboxFailed if the API refuses."""
        consent = {"textVersion": CURRENT_CONSENT_VERSION, "recording": recording}
        async with connect(self.stack.api_url, self.token) as session:
            started = await start_interview(session, positionKey=POSITION, channel="VOICE", consent=consent)
        node_id, room = started["interview"]["id"], started["access"]["room"]
        return OpenInterview(decode_id(IdKind.INTERVIEW, node_id), node_id, room["url"], room["token"])

    async def end_interview(self, opened: OpenInterview) -> None:
        """End an interview unless it has ended. Raises SandboxFailed if the API refuses."""
        async with connect(self.stack.api_url, self.token) as session:
            await call(session, END, {"interviewId": opened.node_id})

    async def read(self, opened: OpenInterview) -> tuple[Interview, list[Turn]]:
        """Read an interview and its turns. Documents must be bound to this deployment's database."""
        interview = await get_interview(opened.id)
        if interview is None:
            raise RuntimeError("the interview does not exist")
        return interview, await read_turns(opened.id)

    async def hold_interviews(self, count: int, *, recording: bool = False) -> list[HeldInterview]:
        """Hold interviews concurrently, each with a candidate in a process of its own. Raises SandboxFailed."""
        opened = await asyncio.gather(*(self.open_interview(recording=recording) for _ in range(count)))
        return await asyncio.gather(*map(self._hold, opened))

    async def _hold(self, opened: OpenInterview) -> HeldInterview:
        log, path = (self.logs / f"candidate-{opened.id}.{suffix}" for suffix in ("log", "json"))
        command = [sys.executable, "-m", "benchmarks.voice.candidate", str(path)]
        environment = {**os.environ, "LIVEKIT_URL": opened.url, "LIVEKIT_TOKEN": opened.token}
        record: dict[str, Any] = {}
        async with ChildProcess(command, log, cwd=ROOT, environment=environment) as candidate:
            try:
                await asyncio.wait_for(candidate.wait(), OVERHEAD_SECONDS + EXCHANGE_SECONDS * len(QUESTIONS))
                record = json.loads(await asyncio.to_thread(path.read_text, encoding="utf-8"))
            except TimeoutError:
                await self.end_interview(opened)
            except FileNotFoundError:
                raise candidate.make_failure("ended before the interview did") from None
        interview, turns = await self.read(opened)
        return HeldInterview(
            interview.status is InterviewStatus.COMPLETED and bool(record),
            [CallerUtterance(**said) for said in record.get("said", ())],
            [VoiceActivity(**sound) for sound in record.get("sounds", ())],
            turns,
        )


@asynccontextmanager
async def deploy_voice() -> AsyncIterator[VoiceDeployment]:
    """Start a deployment and bind the documents to its database; stop it at the end.

    Raises SandboxFailed if a process does not start, or if this machine cannot hold interviews by voice.
    """
    data = DATA / "voice"
    async with run_stack(ROOT, data, provider_options=OPTIONS) as stack:
        if stack.voice_unavailable_reason:
            raise SandboxFailed(f"Interviews by voice are not possible here: {stack.voice_unavailable_reason}")
        keys = await issue_keys(stack, data, provision_key)
        async with database.connect(stack.settings.mongodb):
            owner, _ = await ensure_organization(ORGANIZATION)
            await seed_positions(owner.id, [_make_position()])
            yield VoiceDeployment(stack, data / "logs", keys[Role.RECRUITER])


def _make_position() -> dict[str, Any]:
    """Return a starter position's rubric with short questions that are never probed."""
    starter = next(position for position in load_starter_positions() if position["key"] == "software_engineer")
    criteria = [criterion["key"] for criterion in starter["criteria"]]
    questions = [
        {"key": f"q{index}", "text": text, "max_probes": 0, "criterion_keys": criteria} for index, text in enumerate(QUESTIONS)
    ]
    return {**starter, "key": POSITION, "questions": questions, "wrap_up_after_exchanges": len(QUESTIONS) + 10}
