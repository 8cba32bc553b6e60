import asyncio
from datetime import timedelta

import pytest
import structlog
from pymongo.errors import PyMongoError

from agent.retry_policy import MAX_ATTEMPTS, give_up_if_exhausted, retry_or_give_up
from errors import AppError
from lifecycle.services import Services
from models.documents.interview import EndReason, InterviewStatus, RoomState
from models.documents.position import Position
from models.documents.turn import Channel, Move, Source
from models.storage.clock import now
from models.storage.lease import Lease
from models.writes.interview_transitions import claim_reply
from models.writes.interview_updates import update_interview
from models.writes.room_transitions import claim_interviewer_lease
from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from sandbox.mongod import Mongod
from tests.agent.conftest import SECRET_WORD
from tests.agent.stored_chats import (
    UNPROBED_ANSWER,
    Chat,
    make_chat,
    open_process_services,
    wait_for_reply_requests,
    with_settings,
)
from tests.agent.talks import ENGLISH, QUESTIONS
from tests.factories import make_position
from tests.helpers import wait_until


async def test_interview_completes_in_the_positions_words_while_claude_is_down(
    chat: Chat, provider: AnthropicProvider, caplog: pytest.LogCaptureFixture
) -> None:
    with structlog.testing.capture_logs() as logs:
        await chat.say_and_get_reply(f"{UNPROBED_ANSWER} {SECRET_WORD}")
        provider.default_script = ScriptedReply(status=529, error_type="overloaded_error")
        await chat.say_and_get_reply(f"{SECRET_WORD}, thinly.")
        await chat.say_and_get_reply("That is all.")
        await chat.say_and_get_reply(UNPROBED_ANSWER)
        await chat.say_and_get_reply("No, thank you.")
    assert SECRET_WORD not in repr(logs) + caplog.text
    spoken = await chat.interviewer_turns()
    moves = [Move.GREET, Move.NEXT, Move.NEXT, Move.PROBE, Move.NEXT, Move.ANYTHING_ELSE, Move.CLOSE]
    assert [turn.move for turn in spoken] == moves
    assert [turn.source for turn in spoken][2:] == [Source.MODEL, *[Source.CODE] * 4]
    assert spoken[1].text == QUESTIONS[0]
    assert spoken[2].text.endswith(QUESTIONS[1])
    assert spoken[3].text == ENGLISH.follow_ups[1]
    assert spoken[4].text == QUESTIONS[2]
    assert spoken[5].text == ENGLISH.anything_else
    assert spoken[6].text == ENGLISH.closings[EndReason.WRAPPED_UP]
    interview = await chat.interview()
    assert (interview.status, interview.end_reason) == (InterviewStatus.COMPLETED, EndReason.WRAPPED_UP)
    assert interview.end_detail
    assert interview.end_detail.startswith("Claude did not answer in time for 4 of")
    assert len(await chat.evaluations()) == 1


async def test_incomplete_reply_counts_as_a_reply_by_code(chat: Chat, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(text="PROBE\nYou mention locks. What did", delta_characters=1, cut_after=27))
    reply = await chat.say_and_get_reply(UNPROBED_ANSWER)
    assert (reply.move, reply.source) == (Move.PROBE, Source.BROKEN)
    assert reply.text == f"You mention locks. {ENGLISH.question_again} {QUESTIONS[0]}"
    assert (await chat.interview()).code_replies == 1


# --- the lease


async def test_losing_the_lease_during_composition_stops_the_job_without_a_turn(
    chat: Chat, provider: AnthropicProvider, release_event: asyncio.Event
) -> None:
    provider.scripts.append(ScriptedReply(text="NEXT\nThank you.", release_event=release_event))
    patient = chat.with_other_services(with_settings(chat.services, "interview", first_word_seconds=30.0))
    await chat.say(UNPROBED_ANSWER)
    acting = asyncio.create_task(patient.run_reply_job())
    await wait_for_reply_requests(provider, 1)
    other = Lease(holder="another", until=now() + timedelta(minutes=1))
    taken = await update_interview(chat.id, {}, {"lease": other}, {"fence": {"$add": ["$fence", 1]}})
    assert taken
    async with asyncio.timeout(10):
        await acting  # Claude has not answered, so only the lease renewal can stop the job
    assert not release_event.is_set()
    assert len(await chat.turns()) == 3
    interview = await chat.interview()
    assert interview.lease
    assert (interview.lease.holder, interview.fence) == ("another", taken.fence), "the other holder's lease must not change"
    assert interview.due_at == taken.due_at


@pytest.mark.parametrize("has_answered", [True, False])
async def test_holder_of_a_lost_lease_cannot_store(
    chat: Chat, provider: AnthropicProvider, release_event: asyncio.Event, monkeypatch: pytest.MonkeyPatch, has_answered: bool
) -> None:
    monkeypatch.setattr("agent.typed.MAX_COMPOSITIONS", 1)  # the last composition checks only the fence
    slow = chat.with_other_services(with_settings(chat.services, "jobs", lease_seconds=600.0))  # renews too rarely to notice
    provider.scripts.append(ScriptedReply(text="NEXT\nToo late.", release_event=release_event))
    await chat.say(UNPROBED_ANSWER)
    acting = asyncio.create_task(slow.run_reply_job())
    await wait_for_reply_requests(provider, 1)
    await chat.set_fields(lease=None)  # as if it had expired
    if has_answered:
        await chat.run_reply_job()
    else:
        assert await claim_reply(chat.id, "another", 60)
    release_event.set()
    await acting
    spoken = await chat.interviewer_turns()
    assert [turn.answers for turn in spoken] == ([0, 0, 3] if has_answered else [0, 0])
    assert "Too late" not in spoken[-1].text
    lease = (await chat.interview()).lease
    assert lease is None if has_answered else lease and lease.holder == "another"


async def test_lease_is_renewed_during_a_long_reply(
    chat: Chat, provider: AnthropicProvider, release_event: asyncio.Event
) -> None:
    provider.scripts.append(ScriptedReply(text="NEXT\nThank you for waiting.", release_event=release_event))
    patient = chat.with_other_services(with_settings(chat.services, "interview", first_word_seconds=30.0))
    await chat.say(UNPROBED_ANSWER)
    acting = asyncio.create_task(patient.run_reply_job())
    await wait_for_reply_requests(provider, 1)
    lease_seconds = chat.services.settings.jobs.lease_seconds
    async with open_process_services(chat.services.settings) as other:
        for _ in range(8):
            await asyncio.sleep(lease_seconds / 6)
            await chat.with_other_services(other).run_reply_job()
    release_event.set()
    await acting
    assert len(provider.reply_requests) == 1, "no other process took it over"
    assert (await chat.turns())[-1].text.startswith("Thank you for waiting.")


# --- retries


async def test_failing_job_is_retried_with_backoff(chat: Chat) -> None:
    await chat.say(UNPROBED_ANSWER)
    await Position.find_one(Position.id == (await chat.interview()).position.id).delete()
    pauses = []
    for attempt in range(1, MAX_ATTEMPTS):
        with pytest.raises(AppError, match="position"):
            await chat.run_reply_job()
        interview = await chat.interview()
        assert interview.due_at
        assert (interview.attempts, interview.lease) == (attempt, None)
        pauses.append(round((interview.due_at - now()).total_seconds()))
        assert len(await chat.turns()) == 3
        await chat.run_reply_job()  # too early, so nothing happens
        assert (await chat.interview()).attempts == attempt
        await chat.move_into_past(minutes=1)
    assert pauses == pytest.approx([2, 4, 8, 16, 32, 60, 60], abs=2)


async def test_message_makes_a_failed_job_due_immediately(chat: Chat) -> None:
    position = await Position.get((await chat.interview()).position.id)
    assert position
    await position.delete()
    await chat.say("It was a deadlock.")
    with pytest.raises(AppError):
        await chat.run_reply_job()
    await position.insert()
    reply = await chat.say_and_get_reply(UNPROBED_ANSWER)
    assert (reply.move, reply.answers) == (Move.NEXT, 4)
    assert (await chat.interview()).attempts == 0


async def test_interview_ends_with_a_reason_after_the_last_failed_attempt(chat: Chat) -> None:
    await chat.say(UNPROBED_ANSWER)
    await chat.set_fields(attempts=MAX_ATTEMPTS - 1)
    await Position.find_one(Position.id == (await chat.interview()).position.id).delete()
    with pytest.raises(AppError):
        await chat.run_reply_job()
    interview = await chat.interview()
    assert (interview.status, interview.end_reason) == (InterviewStatus.COMPLETED, EndReason.FAILED)
    assert interview.end_detail == (
        f"The interviewer failed {MAX_ATTEMPTS} times in a row: "
        "The version of the position that this interview uses no longer exists."
    )
    assert (interview.lease, interview.due_at) == (None, None)


async def test_interview_ends_without_a_call_when_every_worker_is_killed(chat: Chat, provider: AnthropicProvider) -> None:
    await chat.say(UNPROBED_ANSWER)
    for _ in range(MAX_ATTEMPTS):
        assert await claim_reply(chat.id, "killed", 60)
        await chat.set_fields(lease=None)  # as if it had expired
    await chat.run_reply_job()
    interview = await chat.interview()
    assert (interview.status, interview.end_reason) == (InterviewStatus.COMPLETED, EndReason.FAILED)
    assert interview.end_detail
    assert interview.end_detail.startswith(f"The interviewer failed {MAX_ATTEMPTS} times in a row: ")
    assert (interview.lease, interview.due_at) == (None, None)
    assert provider.requests == []


async def test_interview_ends_when_every_attempt_loses_its_lease(
    chat: Chat, provider: AnthropicProvider, release_event: asyncio.Event
) -> None:
    provider.default_script = ScriptedReply(text="NEXT\nToo late.", release_event=release_event)
    patient = chat.with_other_services(with_settings(chat.services, "interview", first_word_seconds=60.0))
    await chat.say(UNPROBED_ANSWER)
    losers = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        losers.append(asyncio.create_task(patient.run_reply_job()))
        await wait_for_reply_requests(provider, attempt)
        await chat.set_fields(lease=None)  # as if it had expired
    await patient.run_reply_job()
    release_event.set()
    await asyncio.gather(*losers)
    interview = await chat.interview()
    assert (interview.status, interview.end_reason) == (InterviewStatus.COMPLETED, EndReason.FAILED)
    assert len(provider.reply_requests) == MAX_ATTEMPTS
    assert [turn.text for turn in (await chat.turns())[2:]] == [UNPROBED_ANSWER, ENGLISH.closings[EndReason.FAILED]]


async def test_voice_interview_continues_in_text_when_every_worker_is_killed(chat: Chat) -> None:
    room = RoomState(expected_until=now(), participant="PA_1")
    await chat.set_fields(channel="VOICE", room=room.model_dump(), attempts=MAX_ATTEMPTS - 1)
    last = await claim_interviewer_lease(chat.id, (await chat.interview()).fence, "killed", 60)
    assert last
    assert not await give_up_if_exhausted(chat.services, last)
    await chat.set_fields(lease=None)  # as if it had expired
    beyond = await claim_interviewer_lease(chat.id, last.fence, "another", 60)
    assert beyond
    assert await give_up_if_exhausted(chat.services, beyond)
    interview = await chat.interview()
    assert (interview.status, interview.channel) == (InterviewStatus.WAITING, Channel.TEXT)
    assert (interview.attempts, interview.lease) == (0, None)
    await chat.say_and_get_reply(UNPROBED_ANSWER)


async def test_voice_interview_continues_in_text_when_every_attempt_fails(chat: Chat) -> None:
    await chat.set_fields(channel="VOICE", room=RoomState(expected_until=now(), participant="PA_1").model_dump())
    for _ in range(MAX_ATTEMPTS):
        assert (await chat.interview()).channel is Channel.VOICE
        claimed = await claim_interviewer_lease(chat.id, (await chat.interview()).fence, "agent", 60)
        assert claimed
        await retry_or_give_up(chat.services, claimed, RuntimeError("the recognizer refuses"))
        await chat.set_fields(lease=None)  # as if the pause had passed
    interview = await chat.interview()
    assert (interview.status, interview.channel) == (InterviewStatus.WAITING, Channel.TEXT)


async def test_mongodb_outage_during_a_reply_only_delays_it(
    services: Services, own_mongod: Mongod, chat_on_own_mongod: Chat, provider: AnthropicProvider, release_event: asyncio.Event
) -> None:
    chat = chat_on_own_mongod
    provider.scripts.append(ScriptedReply(text="NEXT\nThank you.", release_event=release_event))
    await chat.say(UNPROBED_ANSWER)
    acting = asyncio.create_task(chat.run_reply_job())
    await wait_for_reply_requests(provider, 1)
    await own_mongod.kill()
    release_event.set()
    with pytest.raises(PyMongoError):
        await acting
    await own_mongod.start()
    assert len(await chat.turns()) == 3

    async def is_answered() -> bool:
        await chat.run_reply_job()
        return len(await chat.turns()) > 3

    await wait_until(is_answered)
    reply = (await chat.turns())[-1]
    assert (reply.seq, reply.answers, reply.move) == (4, 3, Move.NEXT)
    assert (await chat.interview()).lease is None


async def test_job_due_under_a_shorter_silence_limit_is_postponed(chat: Chat) -> None:
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    before = await chat.interview()
    assert before.due_at
    await chat.move_into_past(seconds=150)
    assert await update_interview(chat.id, {}, {}, {"due_at": "$$NOW"})
    await chat.run_reply_job()
    interview = await chat.interview()
    assert len(await chat.turns()) == 4
    assert (interview.attempts, interview.lease) == (0, None)
    assert interview.due_at
    remaining = (interview.due_at - now()).total_seconds()
    assert remaining == pytest.approx(chat.services.settings.interview.silence_seconds - 150, abs=10)


@pytest.fixture
async def chat_on_own_mongod(services: Services, own_mongod: Mongod, provider: AnthropicProvider, chat: Chat) -> Chat:
    """An interview whose first question has been asked, on a MongoDB server that a test may kill."""
    own = await make_chat(services, chat.claude, await make_position())
    await own.run_reply_job()
    return own
