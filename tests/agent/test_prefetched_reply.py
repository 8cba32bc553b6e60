import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from anthropic import AsyncAnthropic

from agent.interviewer import MoveChosen, PrefetchedReply
from agent.prompts import Background, Prompt, compose_prompt
from agent.usage_meter import UsageMeter
from models.documents.turn import Channel
from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from settings import Settings
from tests.agent.expected_usage import compute_expected_usage
from tests.agent.talks import ANSWER, Talk, make_greeted_talk
from tests.helpers import wait_until


@pytest.fixture
def usage_meter() -> UsageMeter:
    """The meter of the prefetched replies."""
    return UsageMeter()


@pytest.fixture
async def prefetched(claude: AsyncAnthropic, settings: Settings, usage_meter: UsageMeter) -> AsyncIterator[PrefetchedReply]:
    prefetched_reply = PrefetchedReply(claude, settings, usage_meter)
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


async def test_prefetched_reply_is_used_without_another_request(prefetched: PrefetchedReply, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(text="NEXT\nThank you for that.")
    talk = make_talk(ANSWER)
    await prefetched.prefetch(talk.plan, prompt_for_talk(talk))
    await prefetched.prefetch(talk.plan, prompt_for_talk(talk))
    events = await take_events(prefetched, talk)
    assert "".join(event for event in events if isinstance(event, str)).startswith("Thank you for that.")
    assert len(provider.requests) == 1


async def test_prefetched_reply_is_available_immediately(prefetched: PrefetchedReply, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(text="NEXT\nThank you.", delay_seconds=0.3)
    talk = make_talk(ANSWER)
    await prefetched.prefetch(talk.plan, prompt_for_talk(talk))
    await asyncio.sleep(1.0)
    async with aclosing(prefetched.stream(talk.plan, prompt_for_talk(talk))) as events, asyncio.timeout(0.2):
        assert isinstance(await anext(events), MoveChosen)


async def test_prefetched_reply_to_a_shorter_answer_is_not_used(prefetched: PrefetchedReply, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(text="NEXT\nThank you.")
    early, late = make_talk(ANSWER), make_talk("I like puzzles.", "And people.")
    await prefetched.prefetch(early.plan, prompt_for_talk(early))
    await take_events(prefetched, late)
    assert "And people." in str(provider.requests[-1]["messages"])


async def test_prefetched_reply_is_used_only_once(prefetched: PrefetchedReply, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(text="NEXT\nThank you.")
    talk = make_talk(ANSWER)
    await prefetched.prefetch(talk.plan, prompt_for_talk(talk))
    assert await take_events(prefetched, talk) == await take_events(prefetched, talk)
    assert len(provider.requests) == 2


async def test_prefetched_reply_is_by_code_when_claude_fails(prefetched: PrefetchedReply, provider: AnthropicProvider) -> None:
    provider.default_script = ScriptedReply(status=529)
    talk = make_talk(ANSWER)
    await prefetched.prefetch(talk.plan, prompt_for_talk(talk))
    assert talk.position.questions[1].text in await take_events(prefetched, talk)


async def test_usage_of_discarded_prefetches_is_recorded(
    prefetched: PrefetchedReply, provider: AnthropicProvider, usage_meter: UsageMeter
) -> None:
    text = "NEXT\nThank you for that, it was"
    provider.default_script = ScriptedReply(text=text, delta_characters=1, stall_after=len(text))
    talks = [make_talk(ANSWER), make_talk("I like puzzles.", "And people.")]
    for talk in talks:
        await prefetched.prefetch(talk.plan, prompt_for_talk(talk))
        prefetch = prefetched._prefetch
        assert prefetch
        await wait_until(prefetch.events.qsize)
    await prefetched.discard()
    taken = usage_meter.take()
    assert taken
    assert taken.usage == compute_expected_usage(provider.reply_requests, [1, 1])
    await prefetched.discard()
    assert usage_meter.take() is None


async def test_usage_of_a_prefetched_reply_is_recorded_once(
    prefetched: PrefetchedReply, provider: AnthropicProvider, usage_meter: UsageMeter
) -> None:
    provider.default_script = ScriptedReply(text="NEXT\nThank you for that.")
    talk = make_talk(ANSWER)
    await prefetched.prefetch(talk.plan, prompt_for_talk(talk))
    await take_events(prefetched, talk)
    taken = usage_meter.take()
    assert taken
    assert taken.usage == compute_expected_usage(provider.reply_requests, ["NEXT\nThank you for that."])
