"""A reply that is begun early: asked for once, used to the letter or not at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from anthropic import AsyncAnthropic

from agent.interviewer import Opened
from agent.prompts import Background, Prompt, compose
from agent.replies import Replies
from models.turn import Channel
from sandbox.anthropic.provider import Provider, Script
from settings import Settings
from tests.agent.talks import Talk, greeted


@pytest.fixture
async def replies(claude: AsyncAnthropic, settings: Settings) -> AsyncIterator[Replies]:
    begun = Replies(claude, settings)
    yield begun
    await begun.drop()


def talk_of(*pieces: str) -> Talk:
    talk = greeted(channel=Channel.VOICE)
    talk.say(*pieces)
    return talk


def prompt_of(talk: Talk) -> Prompt:
    return compose(talk.position, Background(), talk.plan, talk.turns)


async def taken(replies: Replies, talk: Talk) -> list[Opened | str]:
    async with aclosing(replies.take(talk.plan, prompt_of(talk))) as events:
        return [event async for event in events]


async def test_what_was_begun_is_what_is_taken_and_claude_is_asked_once(replies: Replies, provider: Provider) -> None:
    provider.always = Script(text="NEXT\nThank you for that.")
    talk = talk_of("I like puzzles.")
    await replies.begin(talk.plan, prompt_of(talk))
    await replies.begin(talk.plan, prompt_of(talk))
    events = await taken(replies, talk)
    assert "".join(event for event in events if isinstance(event, str)).startswith("Thank you for that.")
    assert len(provider.requests) == 1


async def test_it_is_there_before_it_is_taken(replies: Replies, provider: Provider) -> None:
    provider.always = Script(text="NEXT\nThank you.", delay_seconds=0.3)
    talk = talk_of("I like puzzles.")
    await replies.begin(talk.plan, prompt_of(talk))
    await asyncio.sleep(1.0)
    async with aclosing(replies.take(talk.plan, prompt_of(talk))) as events, asyncio.timeout(0.2):
        assert isinstance(await anext(events), Opened)


async def test_what_was_begun_for_less_than_was_said_is_not_used(replies: Replies, provider: Provider) -> None:
    provider.always = Script(text="NEXT\nThank you.")
    early, late = talk_of("I like puzzles."), talk_of("I like puzzles.", "And people.")
    await replies.begin(early.plan, prompt_of(early))
    await taken(replies, late)
    assert "And people." in str(provider.requests[-1]["messages"])


async def test_a_reply_that_is_taken_is_not_taken_twice(replies: Replies, provider: Provider) -> None:
    provider.always = Script(text="NEXT\nThank you.")
    talk = talk_of("I like puzzles.")
    await replies.begin(talk.plan, prompt_of(talk))
    assert await taken(replies, talk) == await taken(replies, talk)
    assert len(provider.requests) == 2


async def test_claude_away_leaves_a_reply_by_code_as_ever(replies: Replies, provider: Provider) -> None:
    provider.always = Script(status=529)
    talk = talk_of("I like puzzles.")
    await replies.begin(talk.plan, prompt_of(talk))
    assert talk.position.questions[1].text in await taken(replies, talk)
