"""Appending turns: contiguous seqs, idempotent keys, fences, refusal after the end, atomicity."""

import asyncio
from datetime import datetime, timedelta
from unittest.mock import AsyncMock

import pytest
from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from errors import Conflict, ExhaustedBudget, NotFound
from models.documents.interview import OPEN_STATUSES, EndReason, Interview, InterviewStatus, Progress
from models.documents.turn import (
    Channel,
    Move,
    Speaker,
    Turn,
    get_turn_collection,
    iterate_turns,
    read_turns,
    read_turns_by_seq,
)
from models.storage.clock import now
from models.storage.lease import LeaseLost
from models.writes import append_turns
from models.writes.append_turns import Superseded, append_candidate_turn, append_interviewer_turns
from models.writes.interview_erasure import mark_erased
from models.writes.interview_transitions import mark_ending
from settings import BudgetSettings
from tests.factories import add_candidate_turn, make_interview, new_interviewer_update, new_turn, reload_interview

pytestmark = pytest.mark.usefixtures("database")

CLOSED_STATUSES = [status for status in InterviewStatus if status not in OPEN_STATUSES]


async def read_seqs_and_keys(interview: Interview) -> list[tuple[int, str]]:
    return [(turn.seq, turn.key) for turn in await read_turns(interview.id)]


async def test_concurrent_appends_get_contiguous_seqs() -> None:
    interview = await make_interview()
    interview_id = interview.id
    messages = [
        append_candidate_turn(interview_id, new_turn(f"client:{n}", f"message {n}", Speaker.CANDIDATE)) for n in range(30)
    ]
    replies = [append_interviewer_turns(interview_id, [new_turn(f"reply:{n}")], new_interviewer_update()) for n in range(10)]
    said, spoken = await asyncio.gather(asyncio.gather(*messages), asyncio.gather(*replies))
    turns = await read_turns(interview_id)
    assert [turn.seq for turn in turns] == list(range(1, 41))
    assert {turn.key for turn in turns} == {f"client:{n}" for n in range(30)} | {f"reply:{n}" for n in range(10)}
    assert sorted([appended.turn for appended in said] + [turn for [turn], _ in spoken], key=lambda turn: turn.seq) == turns
    stored = await reload_interview(interview)
    assert (stored.last_seq, stored.replies) == (40, 10)
    assert stored.last_candidate_seq == max(turn.seq for turn in turns if turn.speaker is Speaker.CANDIDATE)


async def test_concurrent_appends_with_one_key_store_one_turn() -> None:
    interview = await make_interview()
    turns = await asyncio.gather(*(add_candidate_turn(interview, "Hello.", "mine") for _ in range(8)))
    assert turns == [turns[0]] * 8
    assert await read_turns(interview.id) == [turns[0]]
    assert (await reload_interview(interview)).last_seq == 1


async def test_reusing_a_key_for_another_text_raises_conflict() -> None:
    interview = await make_interview()
    await add_candidate_turn(interview, "Hello.", "mine")
    with pytest.raises(Conflict, match="new key") as refused:
        await add_candidate_turn(interview, "Good bye.", "mine")
    assert refused.value.field == "idempotencyKey"
    assert [turn.text for turn in await read_turns(interview.id)] == ["Hello."]


async def test_same_key_in_two_interviews_stores_two_turns() -> None:
    for _ in range(2):
        assert (await add_candidate_turn(await make_interview(), "Hello.", "mine")).seq == 1


async def test_retry_of_a_stored_message_succeeds_after_the_end() -> None:
    interview = await make_interview()
    turn = await add_candidate_turn(interview, "Hello.", "mine")
    await mark_ending(interview.id, EndReason.RECRUITER_ENDED)
    assert await add_candidate_turn(interview, "Hello.", "mine") == turn


async def test_first_message_starts_the_interview_and_makes_a_reply_due() -> None:
    interview = await make_interview(status=InterviewStatus.WAITING)
    await add_candidate_turn(interview, "Hello.")
    begun = await reload_interview(interview)
    assert begun.status is InterviewStatus.IN_PROGRESS
    assert begun.started_at
    assert begun.due_at
    assert abs(begun.started_at - now()) < timedelta(seconds=10)
    await add_candidate_turn(interview, "Is anybody there?")
    assert (await reload_interview(interview)).started_at == begun.started_at


async def test_spoken_turn_makes_no_reply_due() -> None:
    interview = await make_interview(channel=Channel.VOICE)
    await append_candidate_turn(interview.id, new_turn("item:1", speaker=Speaker.CANDIDATE, channel=Channel.VOICE))
    assert (await reload_interview(interview)).due_at is None


async def test_reply_sets_the_next_due_time_unless_the_candidate_added_a_turn() -> None:
    interview, later = await make_interview(), now() + timedelta(minutes=5)
    answered = (await add_candidate_turn(interview, "Hello.")).seq
    reply = new_interviewer_update(answers=answered, due_at=later, progress=Progress(question=1, exchanges=1))
    _, replied = await append_interviewer_turns(interview.id, [new_turn("reply:1")], reply)
    assert (replied.due_at, replied.answered_seq, replied.progress) == (later, answered, reply.progress)
    await add_candidate_turn(interview, "And another thing.")
    _, behind = await append_interviewer_turns(interview.id, [new_turn("reply:1:2")], reply)
    assert behind.due_at
    assert behind.due_at < later


@pytest.mark.parametrize("status", CLOSED_STATUSES)
async def test_append_to_an_interview_that_is_not_open_raises_conflict(status: InterviewStatus) -> None:
    interview = await make_interview(status=status)
    with pytest.raises(Conflict, match="not open yet" if status is InterviewStatus.SCHEDULED else status):
        await add_candidate_turn(interview, "Hello?")
    with pytest.raises(LeaseLost):
        await append_interviewer_turns(interview.id, [new_turn("reply:0")], new_interviewer_update())
    assert await read_seqs_and_keys(interview) == []
    assert (await reload_interview(interview)).last_seq == 0


async def test_append_to_an_erased_interview_raises_not_found() -> None:
    interview = await make_interview()
    await mark_erased(interview.id)
    with pytest.raises(NotFound):
        await add_candidate_turn(interview, "Hello?")
    for fence in (0, 1):
        with pytest.raises(LeaseLost):
            await append_interviewer_turns(
                interview.id, [new_turn("reply:0")], new_interviewer_update(fence, statuses=list(InterviewStatus))
            )
    assert await read_seqs_and_keys(interview) == []


async def test_append_to_an_unknown_interview_raises_not_found() -> None:
    with pytest.raises(NotFound):
        await append_candidate_turn(ObjectId(), new_turn("client:1", speaker=Speaker.CANDIDATE))
    with pytest.raises(LeaseLost):
        await append_interviewer_turns(ObjectId(), [new_turn("reply:0")], new_interviewer_update())


@pytest.mark.parametrize("fence", [2, 4])
async def test_append_with_another_fence_raises_lease_lost(fence: int) -> None:
    interview = await make_interview(fence=3)
    with pytest.raises(LeaseLost):
        await append_interviewer_turns(interview.id, [new_turn("reply:0")], new_interviewer_update(fence))
    assert await read_seqs_and_keys(interview) == []


async def test_replaced_interviewer_gets_lease_lost_even_if_its_keys_are_stored() -> None:
    interview = await make_interview(fence=2)
    await append_interviewer_turns(interview.id, [new_turn("reply:0", "by the successor")], new_interviewer_update(2))
    with pytest.raises(LeaseLost):
        await append_interviewer_turns(interview.id, [new_turn("reply:0", "by the zombie")], new_interviewer_update(1))
    assert [turn.text for turn in await read_turns(interview.id)] == ["by the successor"]


@pytest.mark.parametrize("reason", [None, EndReason.WRAPPED_UP])
async def test_repeated_interviewer_append_returns_the_stored_turns(reason: EndReason | None) -> None:
    interview = await make_interview()
    turns = [new_turn("reply:0"), new_turn("reply:0:question")]
    first, changed = await append_interviewer_turns(
        interview.id, turns, new_interviewer_update(end_reason=reason, expected_seq=0)
    )
    again, unchanged = await append_interviewer_turns(
        interview.id, turns, new_interviewer_update(end_reason=reason, expected_seq=0)
    )
    assert again == first
    assert unchanged == changed
    assert [turn.seq for turn in first] == [1, 2]


async def test_reply_is_superseded_by_a_newer_candidate_turn() -> None:
    interview = await make_interview()
    await add_candidate_turn(interview, "Hello.")
    await add_candidate_turn(interview, "One more thing.")
    with pytest.raises(Superseded):
        await append_interviewer_turns(interview.id, [new_turn("reply:1")], new_interviewer_update(answers=1, expected_seq=1))
    assert (await reload_interview(interview)).last_seq == 2
    stored, _ = await append_interviewer_turns(
        interview.id, [new_turn("reply:2")], new_interviewer_update(answers=2, expected_seq=2)
    )
    assert stored[0].seq == 3


async def test_several_turns_are_stored_all_or_none() -> None:
    interview = await make_interview()
    await append_interviewer_turns(interview.id, [new_turn("reply:b")], new_interviewer_update())
    before = await reload_interview(interview)
    closing = new_interviewer_update(end_reason=EndReason.WRAPPED_UP, progress=Progress(question=3))
    with pytest.raises(Superseded):
        await append_interviewer_turns(interview.id, [new_turn("reply:a"), new_turn("reply:b"), new_turn("reply:c")], closing)
    assert await read_seqs_and_keys(interview) == [(1, "reply:b")]
    assert await reload_interview(interview) == before


async def test_closing_turn_ends_the_interview() -> None:
    interview = await make_interview()
    _, ended = await append_interviewer_turns(
        interview.id, [new_turn("reply:0", "Good bye.")], new_interviewer_update(end_reason=EndReason.OUT_OF_TIME)
    )
    assert (ended.status, ended.end_reason, ended.due_at) == (InterviewStatus.ENDING, EndReason.OUT_OF_TIME, None)
    assert ended.ended_at
    with pytest.raises(Conflict, match="ENDING"):
        await add_candidate_turn(interview, "Wait!")


async def test_lease_holder_may_store_spoken_turns_while_ending() -> None:
    interview = await make_interview()
    closed = await mark_ending(interview.id, EndReason.RECRUITER_ENDED)
    last = new_interviewer_update(end_reason=EndReason.WRAPPED_UP, statuses=(*OPEN_STATUSES, InterviewStatus.ENDING))
    _, ended = await append_interviewer_turns(interview.id, [new_turn("reply:0", "Good bye.")], last)
    assert closed
    assert (ended.status, ended.last_seq) == (InterviewStatus.ENDING, 1)
    assert (ended.end_reason, ended.ended_at) == (EndReason.RECRUITER_ENDED, closed.ended_at), "the first end is not overridden"


async def test_cancelled_append_is_atomic_and_leaves_no_lock() -> None:
    interview = await make_interview()
    for number in range(60):
        sending = asyncio.create_task(add_candidate_turn(interview, "Hello.", f"{number}"))
        # an append takes about 3 ms: cancel it at every moment
        await asyncio.sleep(number / 10_000)
        sending.cancel()
        await asyncio.wait([sending])
        await add_candidate_turn(interview, "Hello.", f"{number}")
    assert await read_seqs_and_keys(interview) == [(number + 1, f"client:{number}") for number in range(60)]


async def test_expressions_in_texts_are_stored_literally() -> None:
    interview = await make_interview()
    text = '$last_seq {"$set": {"status": "COMPLETED"}} $$NOW'
    await add_candidate_turn(interview, text, "$$NOW")
    await append_interviewer_turns(interview.id, [new_turn("$last_seq", text)], new_interviewer_update(answers=1))
    assert [turn.text for turn in await read_turns(interview.id)] == [text] * 2


async def test_unique_indexes_refuse_a_duplicate_seq_or_key() -> None:
    interview = await make_interview()
    turn = await add_candidate_turn(interview, "Hello.")
    row = await get_turn_collection().find_one({"_id": turn.id})
    assert row
    for change in ({"seq": 2}, {"key": "client:other"}):
        with pytest.raises(DuplicateKeyError):
            await get_turn_collection().insert_one({**row, "_id": ObjectId(), **change})


async def test_turns_are_read_in_order_from_any_seq() -> None:
    interview = await make_interview()
    stored = [await add_candidate_turn(interview, f"message {n}") for n in range(1, 6)]
    interview_id = interview.id
    assert await read_turns(interview_id, after=2) == stored[2:]
    assert await read_turns(interview_id, after=1, limit=2) == stored[1:3]
    assert await read_turns(interview_id, after=5) == []
    assert await read_turns_by_seq({interview_id: [4, 9, 2]}) == [stored[1], stored[3]]


async def test_turns_of_several_interviews_are_read_together() -> None:
    interviews = [await make_interview() for _ in range(2)]
    stored = [[await add_candidate_turn(interview, f"message {n}") for n in range(1, 5)] for interview in interviews]
    ids = [interview.id for interview in interviews]
    assert [turn async for turn in iterate_turns(ids, 0)] == stored[0] + stored[1]
    assert [turn async for turn in iterate_turns(ids, 1, 2)] == stored[0][1:3] + stored[1][1:3]
    selected = await read_turns_by_seq({ids[0]: [2, 9], ids[1]: [1, 4]})
    assert sorted(selected, key=lambda turn: (turn.interview_id, turn.seq)) == [stored[0][1], stored[1][0], stored[1][3]]


async def test_typed_turn_that_exceeds_a_budget_is_refused_by_name_and_a_stored_one_can_be_repeated() -> None:
    budgets = BudgetSettings(interview_messages=2, interview_characters=10)
    interview = await make_interview()

    async def send(text: str, key: str) -> Turn:
        typed = new_turn(key, text, Speaker.CANDIDATE, channel=Channel.TEXT)
        return (await append_candidate_turn(interview.id, typed, budgets=budgets)).turn

    await send("six 🎻.", "first")
    with pytest.raises(append_turns.TranscriptFull, match="6 of at most 10 characters") as too_long:
        await send("fives", "second")
    assert too_long.value.budget == ExhaustedBudget("INTERVIEW_CHARACTERS", 10, 6)
    assert (await send("four", "third")).seq == 2
    with pytest.raises(append_turns.TranscriptFull, match="2 of at most 2 messages") as too_many:
        await send("", "fourth")
    assert too_many.value.budget == ExhaustedBudget("INTERVIEW_MESSAGES", 2, 2)
    assert (await send("six 🎻.", "first")).seq == 1
    stored = await reload_interview(interview)
    assert (stored.candidate_messages, stored.candidate_characters) == (2, 10)


async def test_turn_of_an_interview_that_was_full_costs_no_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    budgets = BudgetSettings(interview_messages=1)
    interview = await make_interview()

    async def send(earlier: Interview, key: str) -> Turn:
        typed = new_turn(key, "Hello.", Speaker.CANDIDATE, channel=Channel.TEXT)
        return (await append_candidate_turn(interview.id, typed, budgets=budgets, earlier=earlier)).turn

    await send(interview, "first")
    # the caller had read the interview before it was full
    with pytest.raises(append_turns.TranscriptFull):
        await send(interview, "second")
    full = await reload_interview(interview)
    monkeypatch.setattr(append_turns, "run_in_transaction", AsyncMock(side_effect=AssertionError))
    with pytest.raises(append_turns.TranscriptFull):
        await send(full, "second")
    assert (await send(full, "first")).seq == 1


async def test_speech_is_bounded_by_neither_budget() -> None:
    budgets = BudgetSettings(interview_messages=1, interview_characters=3)
    interview = await make_interview(channel=Channel.VOICE)
    for number in (1, 2):
        spoken = new_turn(f"item:{number}", "a long answer", Speaker.CANDIDATE, channel=Channel.VOICE)
        assert (await append_candidate_turn(interview.id, spoken, budgets=budgets)).turn.seq == number


@pytest.mark.parametrize("channel", Channel)
async def test_time_of_the_ai_disclosure_is_that_of_the_first_greeting(channel: Channel) -> None:
    interview = await make_interview(status=InterviewStatus.WAITING)
    started_at = now() - timedelta(seconds=30)

    async def store(key: str, move: Move | None, ended_at: datetime) -> datetime | None:
        turn = new_turn(key, "Hello.", channel=channel, move=move, started_at=started_at, ended_at=ended_at)
        await append_interviewer_turns(interview.id, [turn], new_interviewer_update())
        return (await reload_interview(interview)).ai_disclosed_at

    # a greeting that was cut off before it was heard has no move
    assert await store("item:1", None, started_at + timedelta(seconds=1)) is None
    heard_at = started_at + timedelta(seconds=10)
    assert await store("item:2", Move.GREET, heard_at) == heard_at
    assert await store("item:3", Move.NEXT, started_at + timedelta(seconds=15)) == heard_at
    assert await store("item:4", Move.GREET, started_at + timedelta(seconds=20)) == heard_at
