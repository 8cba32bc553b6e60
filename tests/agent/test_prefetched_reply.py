"""A reply that is begun early: asked for once, used to the letter or not at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from anthropic import AsyncAnthropic

from agent.interviewer import MoveChosen, PrefetchedReply
from agent.prompts import Background, Prompt, compose_prompt
from models.documents.turn import Channel
from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from settings import Settings
from tests.agent.talks import Talk, make_greeted_talk


@pytest.fixture
async def prefetched(claude: AsyncAnthropic, settings: Settings) -> AsyncIterator[PrefetchedReply]:
    prefetched_reply = PrefetchedReply(claude, settings)
    yield prefetched_reply
    await prefetched_reply.discard()


def make_talk(*pieces: str) -> Talk:
    talk = make_greeted_talk(channel=Channel.VOICE)
    talk.say(*pieces)
    return talk


def prompt_for_talk(talk: Talk) -> Prompt:
    return compose_prompt(talk.position, Background(), talk.plan, talk.turns)


async def take_events(prefetched: PrefetchedReply, talk: Talk) -> list[MoveChosen | str]:
    async with aclosing(prefetched.stream(talk.plan, prompt_for_talk(talk))) as events:
        return [event async for event in events]


async def test_what_was_begun_is_what_is_taken_and_claude_is_asked_once(
    prefetched: PrefetchedReply, provider: AnthropicProvider
) -> None:
    provider.default_script = ScriptedReply(text="NEXT\nThank you for that.")
    talk = make_talk("I like puzzles.")
    await prefetched.prefetch(talk.plan, prompt_for_talk(talk))
    await prefetched.prefetch(talk.plan, prompt_for_talk(talk))
    events = await take_events(prefetched, talk)
    assert "".join(event for event in events if isinstance(event, str)).startswith("Thank you for that.")
    assert len(provider.requests) == 1


async def test_it_is_there_before_it_is_taken(prefetched: PrefetchedReply, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(text="NEXT\nThank you.", delay_seconds=0.3)
    talk = make_talk("I like puzzles.")
    await prefetched.prefetch(talk.plan, prompt_for_talk(talk))
    await asyncio.sleep(1.0)
    async with aclosing(prefetched.stream(talk.plan, prompt_for_talk(talk))) as events, asyncio.timeout(0.2):
        assert isinstance(await anext(events), MoveChosen)


async def test_what_was_begun_for_less_than_was_said_is_not_used(
    prefetched: PrefetchedReply, provider: AnthropicProvider
) -> None:
    provider.default_script = ScriptedReply(text="NEXT\nThank you.")
    early, late = make_talk("I like puzzles."), make_talk("I like puzzles.", "And people.")
    await prefetched.prefetch(early.plan, prompt_for_talk(early))
    await take_events(prefetched, late)
    assert "And people." in str(provider.requests[-1]["messages"])


async def test_a_reply_that_is_taken_is_not_taken_twice(prefetched: PrefetchedReply, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(text="NEXT\nThank you.")
    talk = make_talk("I like puzzles.")
    await prefetched.prefetch(talk.plan, prompt_for_talk(talk))
    assert await take_events(prefetched, talk) == await take_events(prefetched, talk)
    assert len(provider.requests) == 2


async def test_claude_away_leaves_a_reply_by_code_as_ever(prefetched: PrefetchedReply, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(status=529)
    talk = make_talk("I like puzzles.")
    await prefetched.prefetch(talk.plan, prompt_for_talk(talk))
    assert talk.position.questions[1].text in await take_events(prefetched, talk)
