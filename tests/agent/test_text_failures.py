"""When something is away while an interview is held: Claude, MongoDB, the lease, the position, a setting."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from pymongo.errors import PyMongoError

from agent.failure import ATTEMPTS
from agent.phrases import phrases_in
from errors import AppError
from lifecycle.services import Services
from models.clock import now
from models.interview import EndReason, InterviewStatus, Lease, change
from models.position import Position
from models.transition import claim_reply
from models.turn import Move, Source
from sandbox.anthropic.provider import Provider, Script
from sandbox.mongod import Mongod
from tests.agent.chats import LONG, Chat, another_process, asked, open_chat
from tests.agent.conftest import SECRETIVE
from tests.factories import make_position, position_body
from tests.live.reading import eventually

EN = phrases_in("en")
QUESTIONS = [question.text for question in position_body().questions]


async def test_with_claude_down_from_the_second_question_on_the_interview_completes_in_the_positions_words(
    chat: Chat, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    with structlog.testing.capture_logs() as logs:
        await chat.exchange(f"{LONG} {SECRETIVE}")
        provider.always = Script(status=529, error_type="overloaded_error")
        await chat.exchange(f"{SECRETIVE}, thinly.")
        await chat.exchange(LONG)
    assert SECRETIVE not in repr(logs) + caplog.text
    spoken = await chat.spoken()
    assert [turn.move for turn in spoken] == [Move.GREET, Move.NEXT, Move.NEXT, Move.NEXT, Move.CLOSE]
    assert [turn.source for turn in spoken][2:] == [Source.MODEL, Source.CODE, Source.CODE]
    assert spoken[1].text == QUESTIONS[0]
    assert spoken[2].text.endswith(QUESTIONS[1])
    assert spoken[3].text == QUESTIONS[2]
    assert spoken[4].text == EN.closings[EndReason.WRAPPED_UP]
    interview = await chat.interview()
    assert (interview.status, interview.end_reason) == (InterviewStatus.COMPLETED, EndReason.WRAPPED_UP)
    assert interview.end_detail
    assert interview.end_detail.startswith("Claude did not answer in time for 2 of")
    assert len(await chat.evaluations()) == 1


async def test_a_reply_that_breaks_off_counts_as_one_that_claude_did_not_give(chat: Chat, provider: Provider) -> None:
    provider.scripts.append(Script(text="PROBE\nYou mention locks. What did", piece=1, cut_after=27))
    reply = await chat.exchange(LONG)
    assert (reply.move, reply.source) == (Move.PROBE, Source.BROKEN)
    assert reply.text == f"You mention locks. {EN.put_again} {QUESTIONS[0]}"
    assert (await chat.interview()).code_replies == 1


# --- the lease


def with_clocks(services: Services, group: str, **values: float) -> Services:
    """The same process with other settings of that group."""
    changed = getattr(services.settings, group).model_copy(update=values)
    return replace(services, settings=services.settings.model_copy(update={group: changed}))


async def test_who_loses_the_lease_in_mid_composition_stops_at_once_and_says_nothing(
    chat: Chat, provider: Provider, held: asyncio.Event
) -> None:
    provider.scripts.append(Script(text="NEXT\nThank you.", released=held))
    patient = chat.elsewhere(with_clocks(chat.services, "interview", first_word_seconds=30.0))
    await chat.say(LONG)
    acting = asyncio.create_task(patient.act())
    await asked(provider, 1)
    other = Lease(holder="another", until=now() + timedelta(minutes=1))
    taken = await change(chat.id, {}, {"lease": other}, {"fence": {"$add": ["$fence", 1]}})
    assert taken
    async with asyncio.timeout(10):
        await acting  # Claude is still silent: it is the renewal that tells
    assert not held.is_set()
    assert len(await chat.turns()) == 3
    interview = await chat.interview()
    assert interview.lease
    assert (interview.lease.holder, interview.fence) == ("another", taken.fence), "the other's lease is left alone"
    assert interview.due_at == taken.due_at


@pytest.mark.parametrize("has_answered", [True, False])
async def test_a_holder_that_was_overtaken_unnoticed_can_not_store(
    chat: Chat, provider: Provider, held: asyncio.Event, monkeypatch: pytest.MonkeyPatch, has_answered: bool
) -> None:
    monkeypatch.setattr("agent.text.COMPOSITIONS", 1)  # the last one looks at the fence alone
    sleepy = chat.elsewhere(with_clocks(chat.services, "jobs", lease_seconds=600.0))  # renews too seldom to notice anything
    provider.scripts.append(Script(text="NEXT\nToo late.", released=held))
    await chat.say(LONG)
    acting = asyncio.create_task(sleepy.act())
    await asked(provider, 1)
    await chat.set(lease=None)  # as when it lapsed
    if has_answered:
        await chat.act()
    else:
        assert await claim_reply(chat.id, "another", 60)
    held.set()
    await acting
    spoken = await chat.spoken()
    assert [turn.answers for turn in spoken] == ([0, 0, 3] if has_answered else [0, 0])
    assert "Too late" not in spoken[-1].text
    lease = (await chat.interview()).lease
    assert lease is None if has_answered else lease and lease.holder == "another"


async def test_a_reply_that_takes_longer_than_a_lease_keeps_it(chat: Chat, provider: Provider, held: asyncio.Event) -> None:
    provider.scripts.append(Script(text="NEXT\nThank you for waiting.", released=held))
    patient = chat.elsewhere(with_clocks(chat.services, "interview", first_word_seconds=30.0))
    await chat.say(LONG)
    acting = asyncio.create_task(patient.act())
    await asked(provider, 1)
    lease_seconds = chat.services.settings.jobs.lease_seconds
    async with another_process(chat.services.settings) as other:
        for _ in range(8):
            await asyncio.sleep(lease_seconds / 6)
            await chat.elsewhere(other).act()
    held.set()
    await acting
    assert len(provider.replies) == 1, "nobody else took it over"
    assert (await chat.turns())[-1].text.startswith("Thank you for waiting.")


# --- what fails


async def test_a_failing_job_is_due_again_after_growing_pauses(chat: Chat) -> None:
    await chat.say(LONG)
    await Position.find_one(Position.id == (await chat.interview()).position.id).delete()
    pauses = []
    for attempt in range(1, ATTEMPTS):
        with pytest.raises(AppError, match="position"):
            await chat.act()
        interview = await chat.interview()
        assert interview.due_at
        assert (interview.attempts, interview.lease) == (attempt, None)
        pauses.append(round((interview.due_at - now()).total_seconds()))
        assert len(await chat.turns()) == 3
        await chat.act()  # too early: nothing happens
        assert (await chat.interview()).attempts == attempt
        await chat.let_pass(minutes=1)
    assert pauses == pytest.approx([2, 4, 8, 16, 32, 60, 60], abs=2)


async def test_a_message_makes_a_failed_job_due_at_once(chat: Chat) -> None:
    position = await Position.get((await chat.interview()).position.id)
    assert position
    await position.delete()
    await chat.say("It was a deadlock.")
    with pytest.raises(AppError):
        await chat.act()
    await position.insert()
    reply = await chat.exchange(LONG)
    assert (reply.move, reply.answers) == (Move.NEXT, 4)
    assert (await chat.interview()).attempts == 0


async def test_an_interview_whose_job_always_fails_ends_and_says_why(chat: Chat) -> None:
    await chat.say(LONG)
    await chat.set(attempts=ATTEMPTS - 1)
    await Position.find_one(Position.id == (await chat.interview()).position.id).delete()
    with pytest.raises(AppError):
        await chat.act()
    interview = await chat.interview()
    assert (interview.status, interview.end_reason) == (InterviewStatus.COMPLETED, EndReason.FAILED)
    assert interview.end_detail == (
        f"The interviewer failed {ATTEMPTS} times in a row: The version of the position that this interview uses is gone."
    )
    assert (interview.lease, interview.due_at) == (None, None)


async def test_mongodb_away_in_mid_reply_costs_time_and_nothing_else(
    services: Services, own_mongod: Mongod, chat_on_own: Chat, provider: Provider, held: asyncio.Event
) -> None:
    chat = chat_on_own
    provider.scripts.append(Script(text="NEXT\nThank you.", released=held))
    await chat.say(LONG)
    acting = asyncio.create_task(chat.act())
    await asked(provider, 1)
    await own_mongod.kill()
    held.set()
    with pytest.raises(PyMongoError):
        await acting
    await own_mongod.start()
    assert len(await chat.turns()) == 3

    async def is_answered() -> bool:
        await chat.act()
        return len(await chat.turns()) > 3

    await eventually(is_answered)
    reply = (await chat.turns())[-1]
    assert (reply.seq, reply.answers, reply.move) == (4, 3, Move.NEXT)
    assert (await chat.interview()).lease is None


async def test_a_job_that_was_due_under_shorter_clocks_waits_for_the_longer_ones(chat: Chat) -> None:
    await chat.exchange(LONG)
    before = await chat.interview()
    assert before.due_at
    await chat.let_pass(seconds=150)
    assert await change(chat.id, {}, {}, {"due_at": "$$NOW"})
    await chat.act()
    interview = await chat.interview()
    assert len(await chat.turns()) == 4
    assert (interview.attempts, interview.lease) == (0, None)
    assert interview.due_at
    remaining = (interview.due_at - now()).total_seconds()
    assert remaining == pytest.approx(chat.services.settings.interview.silence_seconds - 150, abs=10)


@pytest.fixture
async def chat_on_own(services: Services, own_mongod: Mongod, provider: Provider, chat: Chat) -> Chat:
    """An interview whose first question has been put, on a MongoDB that may be killed."""
    own = await open_chat(services, chat.claude, await make_position())
    await own.act()
    return own
