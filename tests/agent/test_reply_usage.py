"""Usage of the interviewer's calls: recorded however a call ends, and stored once, with the reply or after it."""

import asyncio
from datetime import timedelta

import pytest

import settings
from agent.prompts import PROMPT_VERSION
from models.documents.interview import InterviewerRecord
from models.documents.turn import Move, Source
from models.documents.usage import Usage
from models.storage.clock import now
from models.storage.lease import Lease
from models.writes.interview_updates import update_interview
from sandbox.anthropic.provider import MODEL, AnthropicProvider, ScriptedReply
from sandbox.mongod import Mongod
from tests.agent.conftest import RequestReply
from tests.agent.expected_usage import compute_expected_usage
from tests.agent.stored_chats import UNPROBED_ANSWER, Chat, make_chat, wait_for_reply_requests, with_settings
from tests.agent.talks import ANSWER, Talk, make_greeted_talk
from tests.factories import make_position
from tests.helpers import wait_until

COMPLETE = "NEXT\nThank you for that."
INTERRUPTED = "CLARIFY\nI mean your daily work. Any of it."
INTERVIEWER = InterviewerRecord(model=MODEL, prompt_version=PROMPT_VERSION)


@pytest.fixture
def talk() -> Talk:
    """The candidate has answered the first question."""
    talk = make_greeted_talk()
    talk.say(ANSWER)
    return talk


# --- a call


CALLS = {
    "complete": (ScriptedReply(text=COMPLETE), COMPLETE),
    "rejected move": (ScriptedReply(text="CLOSE\nGood bye."), 1),
    "more than the filter lets pass": (ScriptedReply(text=f"{COMPLETE} And so on.", stall_after=len(COMPLETE) + 2), 1),
    "stalled": (ScriptedReply(text=INTERRUPTED, stall_after=len(INTERRUPTED) - 3), 1),
    "stalled before the first word": (ScriptedReply(text=INTERRUPTED, stall_after=0), 1),
    "cut": (ScriptedReply(text=INTERRUPTED, cut_after=len(INTERRUPTED) - 3), 1),
    "error event": (ScriptedReply(text=INTERRUPTED, error_after=len(INTERRUPTED) - 3), 1),
    "max_tokens": (ScriptedReply(text=COMPLETE, stop_reason="max_tokens"), COMPLETE),
    "refusal": (ScriptedReply(text=COMPLETE, stop_reason="refusal"), COMPLETE),
}


@pytest.mark.parametrize(("script", "output"), CALLS.values(), ids=CALLS)
async def test_usage_is_recorded_however_the_call_ends(
    request_reply: RequestReply, provider: AnthropicProvider, talk: Talk, script: ScriptedReply, output: str | int
) -> None:
    provider.scripts.append(script)
    reply = await request_reply(talk, settings.InterviewSettings(first_word_seconds=2, gap_seconds=0.3))
    assert reply.usage
    assert reply.usage.usage == compute_expected_usage(provider.reply_requests, [output])
    assert reply.usage.usage.cost_usd > 0
    assert reply.usage.interviewer == INTERVIEWER


@pytest.mark.parametrize("script", [ScriptedReply(status=529), ScriptedReply(raw_body="")], ids=["refused", "empty"])
async def test_call_that_claude_does_not_answer_has_no_usage(
    request_reply: RequestReply, provider: AnthropicProvider, talk: Talk, script: ScriptedReply
) -> None:
    provider.scripts.append(script)
    assert (await request_reply(talk)).usage is None


# --- a typed reply


async def test_usage_of_a_complete_reply_is_stored_with_it(chat: Chat, provider: AnthropicProvider) -> None:
    before = await chat.interview()
    assert (before.reply_usage, before.interviewer) == (Usage(), None), "the greeting does not use a model"
    provider.scripts += [ScriptedReply(text=COMPLETE), ScriptedReply(text=COMPLETE)]
    for _ in range(2):
        assert (await chat.say_and_get_reply(UNPROBED_ANSWER)).source is Source.MODEL
    interview = await chat.interview()
    assert interview.reply_usage == compute_expected_usage(provider.reply_requests, [COMPLETE, COMPLETE])
    assert interview.reply_usage.cached_input_tokens > 0
    assert interview.interviewer == INTERVIEWER


async def test_prices_are_those_of_the_settings(chat: Chat, provider: AnthropicProvider) -> None:
    prices = {"reply_input_usd": 0.0, "reply_cached_input_usd": 0.0, "reply_output_usd": 1_000_000.0}
    chat = chat.with_other_services(with_settings(chat.services, "anthropic", **prices))
    provider.scripts.append(ScriptedReply(text=COMPLETE))
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    usage = (await chat.interview()).reply_usage
    assert usage.cost_usd == usage.output_tokens > 1


async def test_usage_of_a_reply_that_timed_out_after_the_first_word_is_stored(chat: Chat, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(text=INTERRUPTED, stall_after=len(INTERRUPTED) - 3))
    reply = await chat.say_and_get_reply("What do you mean by this?")
    assert (reply.move, reply.source) == (Move.CLARIFY, Source.BROKEN)
    interview = await chat.interview()
    assert interview.reply_usage == compute_expected_usage(provider.reply_requests, [1])
    assert (interview.interviewer, interview.code_replies) == (INTERVIEWER, 1)


async def test_reply_without_an_answer_of_claude_stores_no_usage(chat: Chat, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(status=529))
    assert (await chat.say_and_get_reply(UNPROBED_ANSWER)).source is Source.CODE
    interview = await chat.interview()
    assert (interview.reply_usage, interview.interviewer) == (Usage(), None)


async def test_usage_of_a_superseded_composition_is_stored_with_the_next_one(
    chat: Chat, provider: AnthropicProvider, release_event: asyncio.Event
) -> None:
    superseded = "PROBE\nWhat did you see first?"
    provider.scripts += [ScriptedReply(text=superseded, release_event=release_event), ScriptedReply(text=COMPLETE)]
    await chat.say("It was a deadlock.")
    replying = asyncio.create_task(chat.run_reply_job())
    await wait_for_reply_requests(provider, 1)
    await chat.say(UNPROBED_ANSWER)
    assert (await chat.interview()).reply_usage == Usage()
    release_event.set()
    await replying
    assert len(await chat.interviewer_turns()) == 3
    assert (await chat.interview()).reply_usage == compute_expected_usage(provider.reply_requests, [superseded, COMPLETE])


async def test_usage_of_a_call_during_which_the_lease_was_lost_is_stored_without_a_turn(
    chat: Chat, provider: AnthropicProvider
) -> None:
    provider.scripts.append(ScriptedReply(text=INTERRUPTED, stall_after=len(INTERRUPTED) - 3))
    patient = chat.with_other_services(with_settings(chat.services, "interview", gap_seconds=30.0))
    await chat.say("What do you mean by this?")
    replying = asyncio.create_task(patient.run_reply_job())
    await wait_until(lambda: provider.open_streams)
    other = Lease(holder="another", until=now() + timedelta(minutes=1))
    taken = await update_interview(chat.id, {}, {"lease": other}, {"fence": {"$add": ["$fence", 1]}})
    assert taken
    async with asyncio.timeout(10):
        await replying
    assert len(await chat.turns()) == 3
    interview = await chat.interview()
    assert interview.reply_usage == compute_expected_usage(provider.reply_requests, [1])
    of_usage = {"reply_usage", "interviewer", "updated_at", "updated_for", "last_change"}
    assert interview.model_dump(exclude=of_usage) == taken.model_dump(exclude=of_usage), "nothing else has changed"


async def test_usage_is_stored_at_most_once_when_mongodb_fails(
    own_mongod: Mongod, chat: Chat, provider: AnthropicProvider, release_event: asyncio.Event
) -> None:
    own = await make_chat(chat.services, chat.claude, await make_position())
    await own.run_reply_job()
    provider.scripts += [ScriptedReply(text=COMPLETE, release_event=release_event), ScriptedReply(text=COMPLETE)]
    await own.say(UNPROBED_ANSWER)
    replying = asyncio.create_task(own.run_reply_job())
    await wait_for_reply_requests(provider, 1)
    await own_mongod.kill()
    release_event.set()
    await asyncio.wait([replying])
    assert replying.exception()
    await own_mongod.start()

    async def is_answered() -> bool:
        await own.run_reply_job()
        return len(await own.turns()) > 3

    await wait_until(is_answered)
    second_call = (await own.interview()).reply_usage
    assert second_call.output_tokens == compute_expected_usage(provider.reply_requests[1:], [COMPLETE]).output_tokens
