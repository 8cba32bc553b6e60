"""State transitions of interviews: each succeeds once, and only from its states."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId

from models.documents.evaluation import list_evaluations
from models.documents.interview import EndReason, EvaluationStatus, Interview, InterviewStatus, RoomState, get_interview
from models.documents.turn import Channel
from models.storage.clock import now
from models.writes import interview_transitions
from models.writes.interview_erasure import mark_erased
from models.writes.interview_updates import update_interview
from tests.factories import CONSENT, make_interview, make_position, make_voice_interview, new_evaluation

pytestmark = pytest.mark.usefixtures("database")

SCHEDULED, WAITING, IN_PROGRESS = InterviewStatus.SCHEDULED, InterviewStatus.WAITING, InterviewStatus.IN_PROGRESS

PAST = now() - timedelta(minutes=1)
TransitionCall = Callable[[Interview], Awaitable[Interview | None]]


TRANSITIONS: dict[str, tuple[TransitionCall, set[InterviewStatus], InterviewStatus]] = {
    "open": (lambda i: interview_transitions.open_chat(i.id, CONSENT, Channel.TEXT), {SCHEDULED}, WAITING),
    "close": (
        lambda i: interview_transitions.mark_ending(i.id, EndReason.RECRUITER_ENDED, "said so"),
        {WAITING, IN_PROGRESS},
        InterviewStatus.ENDING,
    ),
    "cancel": (
        lambda i: interview_transitions.mark_cancelled(i.id, "said so"),
        {SCHEDULED, WAITING},
        InterviewStatus.CANCELLED,
    ),
    "expire": (lambda i: interview_transitions.mark_expired(i.id), {SCHEDULED, WAITING}, InterviewStatus.EXPIRED),
    "finish": (
        lambda i: interview_transitions.mark_completed(i.id, new_evaluation(i), None),
        {InterviewStatus.ENDING},
        InterviewStatus.COMPLETED,
    ),
}


@pytest.mark.parametrize("status", InterviewStatus)
@pytest.mark.parametrize("name", TRANSITIONS)
async def test_transition_succeeds_once_and_only_from_its_states(name: str, status: InterviewStatus) -> None:
    step, origins, target = TRANSITIONS[name]
    interview = await make_voice_interview(status=status, expires_at=now() - timedelta(seconds=1))
    results = await asyncio.gather(*(step(interview) for _ in range(5)))
    stored = await get_interview(interview.id)
    if status in origins:
        [changed] = [result for result in results if result]
        assert changed.status is target
        assert stored == changed
        assert changed.updated_at > interview.updated_at
    else:
        assert results == [None] * 5
        assert stored == interview


@pytest.mark.parametrize("name", TRANSITIONS)
async def test_erased_interview_allows_no_transition(name: str) -> None:
    step, origins, _ = TRANSITIONS[name]
    interview = await make_interview(status=min(origins), expires_at=now() - timedelta(seconds=1))
    await update_interview(interview.id, {}, {"erased_at": now()})
    assert await step(interview) is None


async def test_of_concurrent_exclusive_transitions_one_succeeds() -> None:
    for _ in range(10):
        interview = await make_voice_interview(status=WAITING, expires_at=now() - timedelta(seconds=1))
        results = await asyncio.gather(*(TRANSITIONS[name][0](interview) for name in ("close", "cancel", "expire")))
        [happened] = [result for result in results if result]
        assert await get_interview(interview.id) == happened


async def test_interview_does_not_expire_early() -> None:
    interview = await make_interview(status=SCHEDULED, expires_at=now() + timedelta(minutes=1))
    assert await interview_transitions.mark_expired(interview.id) is None


@pytest.mark.parametrize(
    "values",
    [
        {"channel": Channel.TEXT, "room": None},
        {"channel": Channel.TEXT, "room": RoomState(expected_until=PAST)},
        {"room": RoomState(expected_until=PAST, participant="PA_1")},
        {"room": RoomState(expected_until=PAST, left_at=PAST)},
        {"room": RoomState(expected_until=PAST + timedelta(hours=1))},
    ],
    ids=["in the chat", "switched to the chat", "in the room", "has left the room", "expected in the room"],
)
async def test_waiting_interview_does_not_expire_once_the_candidate_has_joined(values: dict[str, Any]) -> None:
    interview = await make_voice_interview(status=WAITING, expires_at=PAST, **values)
    assert interview.candidate_has_joined
    assert await interview_transitions.find_expired_interviews(10) == []
    assert await interview_transitions.mark_expired(interview.id) is None


async def test_waiting_interview_whose_room_nobody_entered_has_not_been_joined() -> None:
    interview = await make_voice_interview(status=WAITING, expires_at=PAST)
    assert not interview.candidate_has_joined
    assert await interview_transitions.mark_expired(interview.id)


async def test_opened_chat_has_consent_and_a_due_greeting() -> None:
    interview = await make_interview(status=SCHEDULED, channel=Channel.VOICE)
    opened = await interview_transitions.open_chat(interview.id, CONSENT, Channel.TEXT)
    assert opened
    assert (opened.consent, opened.channel) == (CONSENT, Channel.TEXT)
    assert await interview_transitions.claim_reply(interview.id, "holder", 60)


async def test_ending_keeps_reason_and_time_and_clears_due_work() -> None:
    interview = await make_interview(due_at=now())
    closed = await interview_transitions.mark_ending(interview.id, EndReason.CANDIDATE_ENDED, "by the door")
    assert closed
    assert (closed.end_reason, closed.end_detail, closed.due_at) == (EndReason.CANDIDATE_ENDED, "by the door", None)
    assert closed.ended_at
    finished = await interview_transitions.mark_completed(interview.id, new_evaluation(interview), "something else")
    assert finished
    assert (finished.end_reason, finished.end_detail, finished.ended_at) == (
        EndReason.CANDIDATE_ENDED,
        "by the door",
        closed.ended_at,
    )


async def test_repeated_completion_creates_one_due_evaluation() -> None:
    interview = await make_interview(due_at=now())
    await interview_transitions.claim_reply(interview.id, "holder", 60)
    await interview_transitions.mark_ending(interview.id, EndReason.WRAPPED_UP)
    results = await asyncio.gather(
        *(interview_transitions.mark_completed(interview.id, new_evaluation(interview), "a detail") for _ in range(5))
    )
    [finished] = [result for result in results if result]
    assert (finished.status, finished.lease, finished.end_detail) == (InterviewStatus.COMPLETED, None, "a detail")
    [evaluation] = await list_evaluations(interview.id)
    assert (evaluation.status, evaluation.version) == (EvaluationStatus.PENDING, 1)
    assert evaluation.due_at


async def test_completion_is_rolled_back_if_the_evaluation_cannot_be_stored() -> None:
    interview = await make_interview(status=InterviewStatus.ENDING)
    in_the_way = await new_evaluation(interview).insert()
    evaluation = new_evaluation(interview)
    with pytest.raises(Exception, match="duplicate key"):
        await interview_transitions.mark_completed(evaluation.interview_id, evaluation, None)
    assert await get_interview(interview.id) == interview
    assert [stored.id for stored in await list_evaluations(interview.id)] == [in_the_way.id]


async def test_ending_interview_is_found_after_its_lease_and_grace() -> None:
    ended_at = now() - timedelta(seconds=10)
    left = await make_interview(status=InterviewStatus.ENDING, ended_at=ended_at)
    held = await make_interview(status=InterviewStatus.ENDING, ended_at=ended_at, fence=1)
    await update_interview(held.id, {}, {"lease": {"holder": "holder", "until": now() + timedelta(minutes=1)}})
    await make_interview(status=InterviewStatus.ENDING, ended_at=now() + timedelta(minutes=1))
    await make_interview(status=InterviewStatus.COMPLETED, ended_at=ended_at)
    erased = await make_interview(status=InterviewStatus.ENDING, ended_at=ended_at)
    await mark_erased(erased.id)
    assert await interview_transitions.find_ending_interviews(5, 10) == [left.id]
    assert await interview_transitions.find_ending_interviews(60, 10) == []
    await update_interview(held.id, {}, {"lease": {"holder": "holder", "until": now() - timedelta(seconds=1)}})
    assert set(await interview_transitions.find_ending_interviews(5, 10)) == {left.id, held.id}


async def test_expired_invitation_is_found() -> None:
    past = now() - timedelta(minutes=1)
    waiting = await make_voice_interview(status=WAITING, expires_at=past)
    scheduled = await make_interview(status=SCHEDULED, expires_at=past - timedelta(minutes=1))
    await make_interview(status=SCHEDULED)
    await make_interview(status=IN_PROGRESS, expires_at=past)
    await mark_erased((await make_interview(status=SCHEDULED, expires_at=past)).id)
    assert await interview_transitions.find_expired_interviews(10) == [scheduled.id, waiting.id]
    assert await interview_transitions.find_expired_interviews(1) == [scheduled.id]


async def test_renewal_increments_the_generation_once() -> None:
    interview, renewal, until = await make_interview(), ObjectId(), now() + timedelta(days=30)
    results = await asyncio.gather(
        *(interview_transitions.reschedule_interview(interview.id, renewal, None, until) for _ in range(5))
    )
    [renewed] = [result for result in results if result]
    assert (renewed.invite_generation, renewed.renewals, renewed.expires_at) == (2, [renewal], until)
    again = await interview_transitions.reschedule_interview(interview.id, ObjectId(), None, until)
    assert again
    assert again.invite_generation == 3


async def test_inserting_an_interview_again_returns_the_stored_one() -> None:
    position = await make_position()
    interview = await make_interview(position)
    await interview_transitions.mark_ending(interview.id, EndReason.WRAPPED_UP)
    again = await interview_transitions.insert_interview(interview)
    assert (again.id, again.status) == (interview.id, InterviewStatus.ENDING)
    assert await Interview.count() == 1


async def test_updated_at_increases_even_if_the_clock_goes_back() -> None:
    ahead = now() + timedelta(hours=1)
    interview = await make_interview(updated_at=ahead)
    closed = await interview_transitions.mark_ending(interview.id, EndReason.WRAPPED_UP)
    assert closed
    assert closed.updated_at > ahead
