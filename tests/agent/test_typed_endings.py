import asyncio

import pytest

from errors import Conflict
from lifecycle.states import end_interview, erase_interview
from models.documents.interview import EndReason, EvaluationStatus, InterviewStatus
from models.documents.turn import Move, Source
from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from tests.agent.stored_chats import UNPROBED_ANSWER, Chat, seqs, wait_for_reply_requests
from tests.agent.talks import ENGLISH, QUESTIONS


async def assert_over(chat: Chat, reason: EndReason) -> None:
    """Assert that the interview is completed with one pending evaluation, and accepts no more turns."""
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


async def test_last_answer_is_followed_by_anything_else_and_then_by_the_closing(chat: Chat) -> None:
    moves = [(await chat.say_and_get_reply(UNPROBED_ANSWER)).move for _ in range(3)]
    assert moves == [Move.NEXT, Move.NEXT, Move.ANYTHING_ELSE]
    question = await chat.say_and_get_reply("When will I hear from you?")
    assert (question.move, question.text) == (Move.ANSWER, f"{ENGLISH.noted_question} {ENGLISH.anything_else_again}")
    await chat.say_and_get_reply("No, thank you.")
    assert [turn.question_key for turn in (await chat.turns())[-4:]] == [None] * 4
    (noted,) = (await chat.interview()).candidate_questions
    assert (noted.text, noted.seq, noted.facts) == ("When will I hear from you?", question.seq - 1, [])
    closing = (await chat.turns())[-1]
    assert closing.text.endswith(ENGLISH.closings[EndReason.WRAPPED_UP])
    assert closing.question_key is None
    await assert_over(chat, EndReason.WRAPPED_UP)
    assert (await chat.interview()).end_detail is None


async def test_silence_after_anything_else_is_a_wrapped_up_interview(chat: Chat) -> None:
    for _ in range(3):
        await chat.say_and_get_reply(UNPROBED_ANSWER)
    await chat.move_into_past(seconds=chat.services.settings.interview.silence_seconds)
    await chat.run_reply_job()
    assert (await chat.turns())[-1].text == ENGLISH.closings[EndReason.WRAPPED_UP]
    await assert_over(chat, EndReason.WRAPPED_UP)


async def test_stop_needs_one_confirmation(chat: Chat) -> None:
    confirmation_request = await chat.say_and_get_reply("I want to stop.")
    assert (confirmation_request.move, confirmation_request.text.endswith(ENGLISH.stop)) == (Move.STOP, True)
    assert (await chat.interview()).status is InterviewStatus.IN_PROGRESS
    closing = await chat.say_and_get_reply("Yes.")
    assert closing.move is Move.CLOSE
    assert closing.text.endswith(ENGLISH.closings[EndReason.CANDIDATE_ENDED])
    await assert_over(chat, EndReason.CANDIDATE_ENDED)


async def test_unconfirmed_stop_is_forgotten(chat: Chat) -> None:
    await chat.say_and_get_reply("I want to stop.")
    assert (await chat.say_and_get_reply(UNPROBED_ANSWER)).move is Move.NEXT
    assert (await chat.say_and_get_reply("Yes.")).move is Move.PROBE, "a later yes does not confirm it"


async def test_silence_gets_one_nudge_and_then_ends_the_interview(chat: Chat, provider: AnthropicProvider) -> None:
    await chat.say_and_get_reply("Could you repeat that?")
    silence = chat.services.settings.interview.silence_seconds
    await chat.move_into_past(seconds=silence - 20)
    await chat.run_reply_job()
    assert len(await chat.turns()) == 4, "not due yet"
    await chat.move_into_past(seconds=20)
    await chat.run_reply_job()
    nudge = (await chat.turns())[-1]
    assert (nudge.move, nudge.source, nudge.answers) == (Move.NUDGE, Source.CODE, 3)
    assert nudge.text == f"{ENGLISH.nudge} {QUESTIONS[0]}"
    assert (await chat.interview()).status is InterviewStatus.IN_PROGRESS
    await chat.move_into_past(seconds=silence)
    await chat.run_reply_job()
    closing = (await chat.turns())[-1]
    assert (closing.move, closing.text) == (Move.CLOSE, ENGLISH.closings[EndReason.CANDIDATE_LEFT])
    await assert_over(chat, EndReason.CANDIDATE_LEFT)
    assert provider.reply_requests == [], "neither a recognized request nor the clock needs a model"
    assert (await chat.interview()).code_replies == 0


async def test_candidate_who_answers_after_a_nudge_continues(chat: Chat) -> None:
    await chat.say_and_get_reply("Could you repeat that?")
    silence = chat.services.settings.interview.silence_seconds
    await chat.move_into_past(seconds=silence)
    await chat.run_reply_job()
    assert (await chat.say_and_get_reply(UNPROBED_ANSWER)).move is Move.NEXT
    await chat.move_into_past(seconds=silence)
    await chat.run_reply_job()
    assert (await chat.turns())[-1].move is Move.NUDGE, "another silence gets another nudge"


async def test_no_nudge_before_the_candidates_first_message(chat: Chat) -> None:
    await chat.move_into_past(hours=3)
    await chat.run_reply_job()
    assert [turn.move for turn in await chat.turns()] == [Move.GREET, Move.NEXT]


async def test_time_limit_ends_a_silent_interview(chat: Chat) -> None:
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    await chat.move_into_past(minutes=30)
    await chat.run_reply_job()
    closing = (await chat.turns())[-1]
    assert (closing.move, closing.text) == (Move.CLOSE, ENGLISH.closings[EndReason.OUT_OF_TIME])
    await assert_over(chat, EndReason.OUT_OF_TIME)


@pytest.mark.parametrize("minutes", [29.5, 31])
async def test_answer_near_or_after_the_time_limit_gets_the_closing(chat: Chat, minutes: float) -> None:
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    await chat.move_into_past(minutes=minutes)
    closing = await chat.say_and_get_reply(UNPROBED_ANSWER)
    assert (closing.move, closing.answers) == (Move.CLOSE, 5)
    assert closing.text.endswith(ENGLISH.closings[EndReason.OUT_OF_TIME])
    await assert_over(chat, EndReason.OUT_OF_TIME)


@pytest.mark.parametrize("reason", [EndReason.RECRUITER_ENDED, EndReason.CANDIDATE_ENDED])
async def test_end_during_a_reply_stores_only_the_closing(
    chat: Chat, provider: AnthropicProvider, release_event: asyncio.Event, reason: EndReason
) -> None:
    provider.scripts.append(ScriptedReply(text="NEXT\nThank you.", release_event=release_event))
    await chat.say(UNPROBED_ANSWER)
    acting = asyncio.create_task(chat.run_reply_job())
    await wait_for_reply_requests(provider, 1)
    ended = await end_interview(chat.services, await chat.interview(), reason)
    assert ended.status is InterviewStatus.ENDING, "the holder of the lease completes it"
    with pytest.raises(Conflict):
        await chat.say("One more thing.")
    release_event.set()
    await acting
    *_, answer, closing = await chat.turns()
    assert (answer.text, closing.move, closing.text) == (UNPROBED_ANSWER, Move.CLOSE, ENGLISH.closings[reason])
    await assert_over(chat, reason)


async def test_closing_composed_while_the_recruiter_ends_the_interview_changes_nothing(
    chat: Chat, provider: AnthropicProvider, release_event: asyncio.Event
) -> None:
    for _ in range(3):
        await chat.say_and_get_reply(UNPROBED_ANSWER)
    provider.scripts.append(ScriptedReply(text="CLOSE\nThank you.", release_event=release_event))
    await chat.say(UNPROBED_ANSWER)
    acting = asyncio.create_task(chat.run_reply_job())
    await wait_for_reply_requests(provider, 4)
    await end_interview(chat.services, await chat.interview(), EndReason.RECRUITER_ENDED, "no time left")
    release_event.set()
    await acting
    await assert_over(chat, EndReason.RECRUITER_ENDED)
    assert (await chat.interview()).end_detail == "no time left"


async def test_erasure_during_a_reply_leaves_nothing_behind(
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
