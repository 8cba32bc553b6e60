import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import pytest
import structlog
from anthropic import AsyncAnthropic

import settings
from agent.interviewer import MoveChosen, ReplyEvent, stream_reply
from agent.prompts import Background, compose_prompt
from agent.usage_meter import UsageMeter
from lifecycle.services import Services
from models.writes.reply_usage import ReplyUsage
from sandbox.anthropic.provider import AnthropicProvider
from tests.agent.stored_chats import Chat, make_chat
from tests.agent.talks import Talk
from tests.resolvers.tenant import Tenant

PATIENT_TIMEOUTS = settings.InterviewSettings(first_word_seconds=10, gap_seconds=10)
SHORT_TIMEOUTS = settings.InterviewSettings(first_word_seconds=0.25, gap_seconds=0.25)
SECRET_WORD = "heliotrope"
"""A word of the candidate or the model that must not appear in any log."""


@dataclass(frozen=True)
class CollectedReply:
    """The events of one reply, the usage of its call, and the log entries written meanwhile."""

    events: list[MoveChosen | str]
    usage: ReplyUsage | None
    logs: list[Any]

    @property
    def final_move(self) -> MoveChosen:
        """The last move chosen."""
        return [event for event in self.events if isinstance(event, MoveChosen)][-1]

    @property
    def text(self) -> str:
        return "".join(event for event in self.events if isinstance(event, str))


def open_reply(
    claude: AsyncAnthropic, timeouts: settings.InterviewSettings, talk: Talk, usage_meter: UsageMeter | None = None
) -> AsyncGenerator[ReplyEvent, None]:
    """Return the events of a reply to what the candidate has said last."""
    plan = talk.plan
    prompt = compose_prompt(talk.position, Background(), plan, talk.turns)
    return stream_reply(claude, settings.AnthropicSettings(), timeouts, plan, prompt, usage_meter or UsageMeter())


RequestReply = Callable[..., Awaitable[CollectedReply]]


@pytest.fixture
def request_reply(claude: AsyncAnthropic, provider: AnthropicProvider, caplog: pytest.LogCaptureFixture) -> RequestReply:
    """A function that requests one reply and checks the invariants of all replies."""

    async def request(
        talk: Talk, timeouts: settings.InterviewSettings = PATIENT_TIMEOUTS, client: AsyncAnthropic | None = None
    ) -> CollectedReply:
        usage_meter = UsageMeter()
        requests_before = len(provider.reply_requests)
        events: list[MoveChosen | str] = []
        with structlog.testing.capture_logs() as logs:
            async with (
                asyncio.timeout(20),
                aclosing(open_reply(client or claude, timeouts, talk, usage_meter)) as stream,
            ):
                async for event in stream:
                    events.append(event)
        reply = CollectedReply(events, usage_meter.take(), list(logs))
        assert isinstance(events[0], MoveChosen), "the move precedes the words"
        assert reply.final_move.move in talk.plan.allowed_moves
        assert reply.text
        assert reply.text == reply.text.strip()
        assert reply.text.count("?") <= 1, f"two questions in one reply: {reply.text}"
        assert len(provider.reply_requests) - requests_before <= 1, "each reply takes at most one call to the model"
        assert SECRET_WORD not in repr(logs) + caplog.text
        return reply

    return request


@pytest.fixture
async def chat(services: Services, tenant: Tenant, claude: AsyncAnthropic) -> Chat:
    """An interview whose first question has been asked."""
    chat = await make_chat(services, claude, tenant.position)
    await chat.run_reply_job()
    return chat


@pytest.fixture
async def release_event() -> AsyncIterator[asyncio.Event]:
    """An event that releases a scripted answer, set when the test ends at the latest."""
    released = asyncio.Event()
    yield released
    released.set()
