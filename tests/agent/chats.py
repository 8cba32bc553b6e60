"""Typed interviews on the real stores, with the reply job called by hand: nobody else works on them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from anthropic import AsyncAnthropic
from bson import ObjectId

from agent.text import act
from lifecycle.jobs import Jobs
from lifecycle.rooms import Rooms
from lifecycle.services import Services
from lifecycle.turns import store_message
from live.feed import Live
from models.evaluation import Evaluation
from models.interview import Interview, InterviewStatus, change, get_interview
from models.position import Position
from models.turn import Speaker, Turn, collection, read_turns
from sandbox.anthropic.provider import Provider
from settings import Settings
from tests.factories import make_interview

LONG = "I looked at the lock waits first, found two workers that waited for each other, and made both lock in one order."
"""an answer that is not probed"""


@dataclass
class Chat:
    """One interview, and the process that acts in it."""

    services: Services
    claude: AsyncAnthropic
    id: ObjectId

    async def act(self) -> None:
        async with asyncio.timeout(30):
            await act(self.services, self.claude, self.id)

    async def say(self, *texts: str) -> None:
        """Store what the candidate types, a message for each text."""
        for text in texts:
            await store_message(self.services, await self.interview(), text, str(ObjectId()))

    async def exchange(self, *texts: str) -> Turn:
        """What the interviewer answers to that."""
        await self.say(*texts)
        await self.act()
        return (await self.turns())[-1]

    async def interview(self) -> Interview:
        interview = await get_interview(self.id)
        assert interview
        return interview

    async def turns(self) -> list[Turn]:
        return await read_turns(self.id)

    async def spoken(self) -> list[Turn]:
        """The interviewer's turns."""
        return [turn for turn in await self.turns() if turn.speaker is Speaker.INTERVIEWER]

    async def evaluations(self) -> list[Evaluation]:
        return await Evaluation.find({"interview_id": self.id}).to_list()

    async def let_pass(self, **lapse: float) -> None:
        """As if all of it had happened so much earlier; `lapse` as timedelta takes it."""
        by = -int(timedelta(**lapse).total_seconds() * 1000)
        computed = {name: {"$add": [f"${name}", by]} for name in ("started_at", "due_at")}
        assert await change(self.id, {}, {}, computed)
        earlier = {name: {"$add": [f"${name}", by]} for name in ("started_at", "ended_at")}
        await collection().update_many({"interview_id": self.id}, [{"$set": earlier}])

    async def set(self, **values: Any) -> None:
        """Change the document, as nobody should."""
        assert await change(self.id, {}, values)

    def elsewhere(self, services: Services) -> "Chat":
        """The same interview, as another process acts in it."""
        return replace(self, services=services)


async def open_chat(services: Services, claude: AsyncAnthropic, position: Position, **values: Any) -> Chat:
    """An interview that is open, and not greeted yet."""
    interview = await make_interview(position, InterviewStatus.WAITING, **values)
    chat = Chat(services, claude, ObjectId(interview.id))
    assert await change(chat.id, {}, {}, {"due_at": "$$NOW"})
    return chat


@asynccontextmanager
async def another_process(settings: Settings) -> AsyncIterator[Services]:
    """What one more process has open."""
    async with (
        Live(settings.redis, poll_seconds=0.2) as live,
        Jobs(settings.redis, concurrency=5) as jobs,
        Rooms(settings) as rooms,
    ):
        yield Services(settings, live, jobs, rooms, "test")


async def asked(provider: Provider, calls: int) -> None:
    """Wait until Claude has been asked for so many replies."""
    async with asyncio.timeout(15):
        while len(provider.replies) < calls:
            await asyncio.sleep(0.005)


def seqs(turns: Sequence[Turn]) -> list[int]:
    return [turn.seq for turn in turns]
