"""Typed interviews on real servers; the reply job runs only when a test calls it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from anthropic import AsyncAnthropic
from bson import ObjectId

from agent.typed import respond_if_due
from lifecycle.jobs import Jobs
from lifecycle.rooms import Rooms
from lifecycle.services import Services
from lifecycle.turns import store_message
from live.hub import LiveHub
from live.rate_limits import RateLimits
from models.documents.evaluation import Evaluation
from models.documents.interview import Interview, InterviewStatus, get_interview
from models.documents.position import Position
from models.documents.turn import Speaker, Turn, get_turn_collection, read_turns
from models.writes.interview_updates import update_interview
from sandbox.anthropic.provider import AnthropicProvider
from settings import Settings
from tests.agent.talks import PHRASEBOOK
from tests.factories import make_interview

UNPROBED_ANSWER = (
    "I looked at the lock waits first, found two workers that waited for each other, and made both lock in one order."
)
"""An answer that the loopback Claude does not probe."""


@dataclass
class Chat:
    """One interview, and the services of the process that runs its jobs."""

    services: Services
    claude: AsyncAnthropic
    id: ObjectId

    async def run_reply_job(self) -> None:
        async with asyncio.timeout(30):
            await respond_if_due(self.services, self.claude, PHRASEBOOK, self.id)

    async def say(self, *texts: str) -> None:
        """Store each text as a message of the candidate."""
        for text in texts:
            await store_message(self.services, await self.interview(), text, str(ObjectId()))

    async def say_and_get_reply(self, *texts: str) -> Turn:
        """Store the messages, run the reply job, and return the interviewer's reply."""
        await self.say(*texts)
        await self.run_reply_job()
        return (await self.turns())[-1]

    async def interview(self) -> Interview:
        interview = await get_interview(self.id)
        assert interview
        return interview

    async def turns(self) -> list[Turn]:
        return await read_turns(self.id)

    async def interviewer_turns(self) -> list[Turn]:
        return [turn for turn in await self.turns() if turn.speaker is Speaker.INTERVIEWER]

    async def evaluations(self) -> list[Evaluation]:
        return await Evaluation.find({"interview_id": self.id}).to_list()

    async def move_into_past(self, **lapse: float) -> None:
        """Move all times of the interview into the past, by a timedelta of these arguments."""
        milliseconds = -int(timedelta(**lapse).total_seconds() * 1000)
        interview_times = {name: {"$add": [f"${name}", milliseconds]} for name in ("started_at", "due_at")}
        assert await update_interview(self.id, {}, {}, interview_times)
        turn_times = {name: {"$add": [f"${name}", milliseconds]} for name in ("started_at", "ended_at")}
        await get_turn_collection().update_many({"interview_id": self.id}, [{"$set": turn_times}])

    async def set_fields(self, **values: Any) -> None:
        """Change the document directly, without the checks of a transition."""
        assert await update_interview(self.id, {}, values)

    def with_other_services(self, services: Services) -> "Chat":
        """Return the same interview with the services of another process."""
        return replace(self, services=services)


async def make_chat(services: Services, claude: AsyncAnthropic, position: Position, **values: Any) -> Chat:
    """Create an open interview whose candidate has not been greeted."""
    interview = await make_interview(position, InterviewStatus.WAITING, **values)
    chat = Chat(services, claude, interview.id)
    assert await update_interview(chat.id, {}, {}, {"due_at": "$$NOW"})
    return chat


@asynccontextmanager
async def open_process_services(settings: Settings) -> AsyncIterator[Services]:
    """Open the services of another process."""
    async with (
        LiveHub(settings.redis, settings.auth, poll_seconds=0.2) as live,
        Jobs(settings.redis, settings.auth, concurrency=5) as jobs,
        Rooms(settings) as rooms,
        RateLimits(settings.redis, settings.rate) as rate_limits,
    ):
        yield Services(settings, live, jobs, rooms, rate_limits)


def with_settings(services: Services, group: str, **values: float) -> Services:
    """Return the same services with other settings in that group."""
    changed = getattr(services.settings, group).model_copy(update=values)
    return replace(services, settings=services.settings.model_copy(update={group: changed}))


async def wait_for_reply_requests(provider: AnthropicProvider, calls: int) -> None:
    """Wait until Claude has received `calls` requests for a reply."""
    async with asyncio.timeout(15):
        while len(provider.reply_requests) < calls:
            await asyncio.sleep(0.005)


def seqs(turns: Sequence[Turn]) -> list[int]:
    return [turn.seq for turn in turns]
