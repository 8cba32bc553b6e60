import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import pytest
import structlog
from anthropic import AsyncAnthropic

import settings
from agent.interviewer import Opened, reply
from agent.prompts import Background, compose
from lifecycle.services import Services
from sandbox.anthropic.provider import Provider
from tests.agent.chats import Chat, open_chat
from tests.agent.talks import Talk
from tests.resolvers.tenant import Tenant

PATIENT = settings.Interview(first_word_seconds=10, gap_seconds=10)
HASTY = settings.Interview(first_word_seconds=0.25, gap_seconds=0.25)
SECRETIVE = "heliotrope"
"""a word of the candidate's, and of the model's, that must not be seen in any log"""


@dataclass(frozen=True)
class Heard:
    """One reply, as its consumer gets it."""

    events: list[Opened | str]
    logs: list[Any]

    @property
    def opened(self) -> Opened:
        """What the reply was in the end."""
        return [event for event in self.events if isinstance(event, Opened)][-1]

    @property
    def text(self) -> str:
        return "".join(event for event in self.events if isinstance(event, str))


Hear = Callable[..., Awaitable[Heard]]


@pytest.fixture
def hear(claude: AsyncAnthropic, provider: Provider, caplog: pytest.LogCaptureFixture) -> Hear:
    """Ask for the reply to what was said last, once, and check what must hold for every reply, whatever Claude does."""

    async def ask(talk: Talk, clocks: settings.Interview = PATIENT, client: AsyncAnthropic | None = None) -> Heard:
        plan = talk.plan
        prompt = compose(talk.position, Background(), plan, talk.turns)
        asked = len(provider.replies)
        events: list[Opened | str] = []
        with structlog.testing.capture_logs() as logs:
            async with (
                asyncio.timeout(20),
                aclosing(reply(client or claude, settings.Anthropic(), clocks, plan, prompt)) as words,
            ):
                async for event in words:
                    events.append(event)
        heard = Heard(events, list(logs))
        assert isinstance(events[0], Opened), "the move comes before any word"
        assert heard.opened.move in plan.moves
        assert heard.text
        assert heard.text == heard.text.strip()
        assert heard.text.count("?") <= 1, f"two questions at once: {heard.text}"
        assert len(provider.replies) - asked <= 1, "one call of the model for one contribution"
        assert SECRETIVE not in repr(logs) + caplog.text
        return heard

    return ask


@pytest.fixture
async def chat(services: Services, tenant: Tenant, claude: AsyncAnthropic) -> Chat:
    """An interview whose first question has been put."""
    chat = await open_chat(services, claude, tenant.position)
    await chat.act()
    return chat


@pytest.fixture
async def held() -> AsyncIterator[asyncio.Event]:
    """Holds a script's answer back until it is set, at the latest when the test is over."""
    released = asyncio.Event()
    yield released
    released.set()
