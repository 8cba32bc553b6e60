"""The product on this machine, with providers whose delays are fixed and a recognizer that costs nothing."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from bson import ObjectId

from cli.keys import load_starter_positions, provision_key
from lifecycle.consent import CURRENT_CONSENT_VERSION
from models.documents.interview import Interview, get_interview
from models.documents.organization import Role, ensure_organization
from models.documents.turn import Turn, read_turns
from models.storage import database
from resolvers.ids import IdKind, decode_id
from resolvers.positions import seed_positions
from sandbox.processes import SandboxFailed
from sandbox.stack import ORGANIZATION, Stack, issue_keys, run_stack

ROOT = Path(__file__).parents[1]

FINAL_SECONDS = 0.2
"""from the end of speech to the recognizer's last words"""
FIRST_WORD_SECONDS = 0.3
"""from a request to Claude's first word; the rest comes with it"""
FIRST_AUDIO_SECONDS = 0.15
"""from a text to its first sound"""
HEARD_TEXT = "I have worked with it for three years, in two small teams, and would choose it again for the same work."
"""what the recognizer hears, whatever is said: long enough not to be asked for more"""

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "anthropic": ("--first-word-seconds", str(FIRST_WORD_SECONDS)),
    "deepgram": ("--texts", HEARD_TEXT, "--final-seconds", str(FINAL_SECONDS)),
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
"""short: an interview takes as long as what is said in it"""

START = """mutation($input: StartInterviewInput!) {
  startInterview(input: $input) { interview { id } access { room { url token } } }
}"""
END = "mutation($input: EndInterviewInput!) { endInterview(input: $input) { interview { status } } }"

_documents = asyncio.Lock()
"""documents are bound to one database at a time, and two rigs may be up"""


@dataclass(frozen=True, slots=True)
class Opened:
    """An interview whose room waits for its candidate."""

    id: ObjectId
    node_id: str
    """as the API names it"""
    url: str
    token: str


@dataclass(frozen=True, slots=True)
class Rig:
    """One deployment that is up."""

    stack: Stack
    logs: Path
    token: str

    async def open_interview(self, questions: int, *, recording: bool = False) -> Opened:
        """A new interview with so many short questions. Raises SandboxFailed when the API refuses."""
        wish = {
            "candidateName": "Maya Lindqvist",
            "positionKey": _key(questions),
            "channel": "VOICE",
            "consent": {"textVersion": CURRENT_CONSENT_VERSION, "recording": recording},
        }
        started = (await self._call(START, wish))["startInterview"]
        node_id, room = started["interview"]["id"], started["access"]["room"]
        return Opened(decode_id(IdKind.INTERVIEW, node_id), node_id, room["url"], room["token"])

    async def end_interview(self, opened: Opened) -> None:
        """End it, if it has not. Raises SandboxFailed when the API refuses."""
        await self._call(END, {"interviewId": opened.node_id})

    async def read(self, opened: Opened) -> tuple[Interview, list[Turn]]:
        """What is stored of it. Raises pymongo.errors.PyMongoError."""
        async with _documents, database.connect(self.stack.settings.mongodb):
            interview = await get_interview(opened.id)
            if interview is None:
                raise RuntimeError("the interview is gone")
            return interview, await read_turns(opened.id)

    async def _call(self, text: str, wish: dict[str, Any]) -> Any:
        # a machine that is loaded until it breaks answers late
        async with httpx2.AsyncClient(base_url=self.stack.api_url, trust_env=False, timeout=60.0) as client:
            body = {"query": text, "variables": {"input": wish}}
            answer = (await client.post("/graphql", json=body, headers={"Authorization": f"Bearer {self.token}"})).json()
        if answer.get("errors"):
            raise SandboxFailed(f"The API refused: {answer['errors'][0]['message']}")
        return answer["data"]


@asynccontextmanager
async def brought_up(name: str, questions: int, settings: Mapping[str, str]) -> AsyncIterator[Rig]:
    """A deployment under .viva/benchmark/`name`, with these settings and a position of so many questions; down again at the end.

    Raises SandboxFailed when something does not come up, or interviews cannot be held by voice here.
    """
    data = ROOT / ".viva" / "benchmark" / name
    async with run_stack(ROOT, data, extra_settings=settings, provider_options=OPTIONS) as stack:
        if stack.voice_unavailable_reason:
            raise SandboxFailed(f"No interview can be held by voice here: {stack.voice_unavailable_reason}")
        async with _documents:
            keys = await issue_keys(stack, data, provision_key)
            async with database.connect(stack.settings.mongodb):
                owner, _ = await ensure_organization(ORGANIZATION)
                await seed_positions(owner.id, [_position(questions)])
        yield Rig(stack, data / "logs", keys[Role.RECRUITER])


def _key(questions: int) -> str:
    return f"benchmark_{questions}"


def _position(questions: int) -> dict[str, Any]:
    """A starter's rubric with short questions, which are never probed."""
    starter = next(position for position in load_starter_positions() if position["key"] == "software_engineer")
    criteria = [criterion["key"] for criterion in starter["criteria"]]
    asked = [
        {"key": f"q{place}", "text": QUESTIONS[place % len(QUESTIONS)], "max_probes": 0, "criterion_keys": criteria}
        for place in range(questions)
    ]
    return {**starter, "key": _key(questions), "questions": asked, "wrap_up_after_exchanges": questions + 10}
