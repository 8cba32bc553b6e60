"""How a typed interview ends: by its questions, by a wish, by the clock, by the recruiter, by an erasure."""

import asyncio

import pytest

from errors import Conflict
from lifecycle.states import end_interview, erase_interview
from models.documents.evaluation import EvaluationStatus
from models.documents.interview import EndReason, InterviewStatus
from models.documents.turn import Move, Source
from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from tests.agent.stored_chats import UNPROBED_ANSWER, Chat, seqs, wait_for_reply_requests
from tests.agent.talks import ENGLISH

FIRST_QUESTION = "What draws you to this work?"


async def assert_over(chat: Chat, reason: EndReason) -> None:
    """Completed, with one evaluation that is due, and closed for everybody."""
    interview = await chat.interview()
    assert (interview.status, interview.end_reason) == (InterviewStatus.COMPLETED, reason)
    assert interview.ended_at
    assert (interview.due_at, interview.lease) == (None, None)
    (evaluation,) = await chat.evaluations()
    assert evaluation.status is EvaluationStatus.PENDING
    turns = await chat.turns()
    with pytest.raises(Conflict):
        await chat.say("One more thing.")
    await chat.run_reply_job()
    assert await chat.turns() == turns
    assert seqs(turns) == list(range(1, len(turns) + 1))


async def test_the_last_answer_is_followed_by_the_closing(chat: Chat) -> None:
    moves = [(await chat.say_and_get_reply(UNPROBED_ANSWER)).move for _ in range(3)]
    assert moves == [Move.NEXT, Move.NEXT, Move.CLOSE]
    closing = (await chat.turns())[-1]
    assert closing.text.endswith(ENGLISH.closings[EndReason.WRAPPED_UP])
    assert closing.question_key is None
    await assert_over(chat, EndReason.WRAPPED_UP)
    assert (await chat.interview()).end_detail is None


async def test_a_wish_to_stop_is_confirmed_once(chat: Chat) -> None:
    asked_back = await chat.say_and_get_reply("I want to stop.")
    assert (asked_back.move, asked_back.text.endswith(ENGLISH.stop)) == (Move.STOP, True)
    assert (await chat.interview()).status is InterviewStatus.IN_PROGRESS
    closing = await chat.say_and_get_reply("Yes.")
    assert closing.move is Move.CLOSE
    assert closing.text.endswith(ENGLISH.closings[EndReason.CANDIDATE_ENDED])
    await assert_over(chat, EndReason.CANDIDATE_ENDED)


async def test_a_wish_to_stop_that_is_not_confirmed_is_forgotten(chat: Chat) -> None:
    await chat.say_and_get_reply("I want to stop.")
    assert (await chat.say_and_get_reply(UNPROBED_ANSWER)).move is Move.NEXT
    assert (await chat.say_and_get_reply("Yes.")).move is Move.PROBE, "a yes from later confirms nothing"


async def test_silence_is_answered_once_and_then_ends_the_interview(chat: Chat, provider: AnthropicProvider) -> None:
    await chat.say_and_get_reply("Could you repeat that?")
    silence = chat.services.settings.interview.silence_seconds
    await chat.move_into_past(seconds=silence - 20)
    await chat.run_reply_job()
    assert len(await chat.turns()) == 4, "not due yet"
    await chat.move_into_past(seconds=20)
    await chat.run_reply_job()
    nudge = (await chat.turns())[-1]
    assert (nudge.move, nudge.source, nudge.answers) == (Move.NUDGE, Source.CODE, 3)
    assert nudge.text == f"{ENGLISH.nudge} {FIRST_QUESTION}"
    assert (await chat.interview()).status is InterviewStatus.IN_PROGRESS
    await chat.move_into_past(seconds=silence)
    await chat.run_reply_job()
    closing = (await chat.turns())[-1]
    assert (closing.move, closing.text) == (Move.CLOSE, ENGLISH.closings[EndReason.CANDIDATE_LEFT])
    await assert_over(chat, EndReason.CANDIDATE_LEFT)
    assert len(provider.reply_requests) == 1, "the clock needs no model"
    assert (await chat.interview()).code_replies == 0


async def test_who_comes_back_after_the_nudge_goes_on(chat: Chat) -> None:
    await chat.say_and_get_reply("Could you repeat that?")
    silence = chat.services.settings.interview.silence_seconds
    await chat.move_into_past(seconds=silence)
    await chat.run_reply_job()
    assert (await chat.say_and_get_reply(UNPROBED_ANSWER)).move is Move.NEXT
    await chat.move_into_past(seconds=silence)
    await chat.run_reply_job()
    assert (await chat.turns())[-1].move is Move.NUDGE, "a new silence is asked about again"


async def test_nobody_is_hurried_before_having_begun(chat: Chat) -> None:
    await chat.move_into_past(hours=3)
    await chat.run_reply_job()
    assert [turn.move for turn in await chat.turns()] == [Move.GREET, Move.NEXT]


async def test_the_time_limit_ends_the_interview_while_nobody_writes(chat: Chat) -> None:
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    await chat.move_into_past(minutes=30)
    await chat.run_reply_job()
    closing = (await chat.turns())[-1]
    assert (closing.move, closing.text) == (Move.CLOSE, ENGLISH.closings[EndReason.OUT_OF_TIME])
    await assert_over(chat, EndReason.OUT_OF_TIME)


@pytest.mark.parametrize("minutes", [29.5, 31])
async def test_an_answer_at_the_end_of_the_time_is_thanked_for_and_closes(chat: Chat, minutes: float) -> None:
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    await chat.move_into_past(minutes=minutes)
    closing = await chat.say_and_get_reply(UNPROBED_ANSWER)
    assert (closing.move, closing.answers) == (Move.CLOSE, 5)
    assert closing.text.endswith(ENGLISH.closings[EndReason.OUT_OF_TIME])
    await assert_over(chat, EndReason.OUT_OF_TIME)


@pytest.mark.parametrize("reason", [EndReason.RECRUITER_ENDED, EndReason.CANDIDATE_ENDED])
async def test_an_end_in_mid_reply_stores_no_more_words(
    chat: Chat, provider: AnthropicProvider, release_event: asyncio.Event, reason: EndReason
) -> None:
    provider.scripts.append(ScriptedReply(text="NEXT\nThank you.", release_event=release_event))
    await chat.say(UNPROBED_ANSWER)
    acting = asyncio.create_task(chat.run_reply_job())
    await wait_for_reply_requests(provider, 1)
    ended = await end_interview(chat.services, await chat.interview(), reason)
    assert ended.status is InterviewStatus.ENDING, "whoever holds the lease completes it"
    with pytest.raises(Conflict):
        await chat.say("One more thing.")
    release_event.set()
    await acting
    assert seqs(await chat.turns()) == [1, 2, 3]
    await assert_over(chat, reason)


async def test_a_closing_that_is_composed_while_the_recruiter_ends_changes_nothing(
    chat: Chat, provider: AnthropicProvider, release_event: asyncio.Event
) -> None:
    for _ in range(2):
        await chat.say_and_get_reply(UNPROBED_ANSWER)
    provider.scripts.append(ScriptedReply(text="CLOSE\nThank you.", release_event=release_event))
    await chat.say(UNPROBED_ANSWER)
    acting = asyncio.create_task(chat.run_reply_job())
    await wait_for_reply_requests(provider, 3)
    await end_interview(chat.services, await chat.interview(), EndReason.RECRUITER_ENDED, "no time left")
    release_event.set()
    await acting
    await assert_over(chat, EndReason.RECRUITER_ENDED)
    assert (await chat.interview()).end_detail == "no time left"


async def test_an_erasure_in_mid_reply_leaves_nothing_behind(
    chat: Chat, provider: AnthropicProvider, release_event: asyncio.Event
) -> None:
    provider.scripts.append(ScriptedReply(text="NEXT\nThank you.", release_event=release_event))
    await chat.say(UNPROBED_ANSWER)
    acting = asyncio.create_task(chat.run_reply_job())
    await wait_for_reply_requests(provider, 1)
    await erase_interview(chat.services, await chat.interview())
    release_event.set()
    await acting
    assert await chat.turns() == []
    assert await chat.evaluations() == []
    interview = await chat.interview()
    assert (interview.status, interview.candidate, interview.lease) == (InterviewStatus.CANCELLED, None, None)
    await chat.run_reply_job()
    assert await chat.turns() == []
