"""The lease of the text interviewer: one holder at a time, by MongoDB's clock and a fence."""

import asyncio
from datetime import timedelta

import pytest
from bson import ObjectId

from models.documents.interview import Interview, InterviewStatus, get_interview
from models.documents.turn import Channel
from models.storage.clock import now
from models.storage.lease import LeaseLost, renew_lease
from models.writes.append_turns import append_interviewer_turns
from models.writes.interview_transitions import claim_reply, find_due_replies, release_interview_lease
from models.writes.interview_updates import update_interview
from tests.factories import (
    LEASE_SECONDS,
    SHORT_LEASE_SECONDS,
    add_candidate_turn,
    make_interview,
    new_interviewer_update,
    new_turn,
)
from tests.helpers import wait_until

pytestmark = pytest.mark.usefixtures("database")


async def make_due_interview() -> ObjectId:
    """Return an open interview whose reply is due."""
    interview = await make_interview()
    await add_candidate_turn(interview, "Hello.")
    return interview.id


async def claim_lease(interview_id: ObjectId, holder: str, seconds: float = LEASE_SECONDS) -> Interview:
    claimed = await claim_reply(interview_id, holder, seconds)
    assert claimed, "the lease was free and a reply due"
    return claimed


async def claim_when_lapsed(interview_id: ObjectId, holder: str) -> Interview:
    return await wait_until(lambda: claim_reply(interview_id, holder, LEASE_SECONDS))


async def test_concurrent_claims_have_one_winner() -> None:
    interview_id = await make_due_interview()
    claims = await asyncio.gather(*(claim_reply(interview_id, f"holder {n}", LEASE_SECONDS) for n in range(10)))
    [won] = [interview for interview in claims if interview]
    assert won.fence == 1
    assert won.lease
    stored = await get_interview(interview_id)
    assert stored
    assert (stored.fence, stored.lease) == (1, won.lease)


@pytest.mark.parametrize(
    ("channel", "status", "due"),
    [
        (Channel.TEXT, InterviewStatus.IN_PROGRESS, None),
        (Channel.TEXT, InterviewStatus.IN_PROGRESS, timedelta(minutes=1)),
        (Channel.VOICE, InterviewStatus.IN_PROGRESS, timedelta(0)),
        *((Channel.TEXT, status, timedelta(0)) for status in InterviewStatus if status not in ("WAITING", "IN_PROGRESS")),
    ],
)
async def test_claim_is_refused_if_nothing_is_due(channel: Channel, status: InterviewStatus, due: timedelta | None) -> None:
    due_at = None if due is None else now() + due
    interview = await make_interview(channel=channel, status=status, due_at=due_at)
    assert await claim_reply(interview.id, "holder", LEASE_SECONDS) is None
    assert await find_due_replies(0, 10) == []


async def test_former_holder_of_a_lapsed_lease_can_change_nothing() -> None:
    interview_id = await make_due_interview()
    zombie = await claim_lease(interview_id, "zombie", SHORT_LEASE_SECONDS)
    heir = await claim_when_lapsed(interview_id, "heir")
    assert heir.fence == zombie.fence + 1
    assert not await renew_lease(Interview, interview_id, zombie.fence, "zombie", LEASE_SECONDS)
    assert await release_interview_lease(interview_id, zombie.fence, retry_seconds=1) is None
    with pytest.raises(LeaseLost):
        await append_interviewer_turns(interview_id, [new_turn("reply:1")], new_interviewer_update(zombie.fence, answers=1))
    stored = await get_interview(interview_id)
    assert stored
    assert stored.lease
    assert (stored.lease.holder, stored.attempts, stored.last_seq) == ("heir", 2, 1)


async def test_lapsed_lease_can_be_renewed_if_nobody_claimed_it() -> None:
    interview_id = await make_due_interview()
    claimed = await claim_lease(interview_id, "holder", SHORT_LEASE_SECONDS)

    async def is_lapsed() -> bool:
        return await find_due_replies(0, 10) == [interview_id]

    await wait_until(is_lapsed)
    assert await renew_lease(Interview, interview_id, claimed.fence, "holder", LEASE_SECONDS)
    assert not await is_lapsed()
    assert await claim_reply(interview_id, "another", LEASE_SECONDS) is None
    stored, _ = await append_interviewer_turns(
        interview_id, [new_turn("reply:1")], new_interviewer_update(claimed.fence, answers=1)
    )
    assert stored[0].seq == 2


async def test_renewal_only_extends_the_lease() -> None:
    interview_id = await make_due_interview()
    claimed = await claim_lease(interview_id, "holder", 5)
    assert await renew_lease(Interview, interview_id, claimed.fence, "holder", LEASE_SECONDS)
    renewed = await get_interview(interview_id)
    assert renewed
    assert renewed.lease
    assert claimed.lease
    assert renewed.lease.until > claimed.lease.until + timedelta(seconds=30)
    assert renewed.model_copy(update={"lease": None}) == claimed.model_copy(update={"lease": None})


async def test_renewal_after_release_is_refused() -> None:
    interview_id = await make_due_interview()
    claimed = await claim_lease(interview_id, "holder")
    await release_interview_lease(interview_id, claimed.fence)
    assert not await renew_lease(Interview, interview_id, claimed.fence, "holder", LEASE_SECONDS)
    assert (await claim_lease(interview_id, "next")).fence == claimed.fence + 1


async def test_release_after_a_failure_schedules_the_retry() -> None:
    interview_id = await make_due_interview()
    for attempt in (1, 2):
        claimed = await claim_when_lapsed(interview_id, "holder")
        failed = await release_interview_lease(interview_id, claimed.fence, retry_seconds=0)
        assert failed
        assert (failed.attempts, failed.lease) == (attempt, None)
    claimed = await claim_when_lapsed(interview_id, "holder")
    await release_interview_lease(interview_id, claimed.fence, retry_seconds=60)
    assert await claim_reply(interview_id, "holder", LEASE_SECONDS) is None
    assert await find_due_replies(0, 10) == []


async def test_attempt_counts_when_it_begins_and_success_resets_it() -> None:
    interview_id = await make_due_interview()
    for attempt in (1, 2, 3):
        assert (await claim_when_lapsed(interview_id, "killed")).attempts == attempt
        assert await update_interview(interview_id, {}, {"lease": None}), "as when the lease lapses"
    claimed = await claim_when_lapsed(interview_id, "holder")
    released = await release_interview_lease(interview_id, claimed.fence)
    assert released
    assert (claimed.attempts, released.attempts) == (4, 0)


async def test_abandoned_attempts_back_off_except_the_first() -> None:
    interview_id = await make_due_interview()

    async def let_lapse(seconds_ago: float) -> None:
        lapsed = {"holder": "killed", "until": now() - timedelta(seconds=seconds_ago)}
        assert await update_interview(interview_id, {}, {"lease": lapsed}), "the interview exists"

    for pause in (0, 2, 4, 8, 16, 32, 60, 60):
        claimed = await claim_when_lapsed(interview_id, "killed")
        if pause:
            await let_lapse(pause - 1)
            assert await find_due_replies(0, 10) == []
            assert await claim_reply(interview_id, "too early", LEASE_SECONDS) is None
        await let_lapse(pause + 0.1)
        assert await find_due_replies(0, 10) == [interview_id]
    assert claimed.attempts == 8
    await claim_lease(interview_id, "killed")
    await let_lapse(0.1)
    await add_candidate_turn(await Interview.get(interview_id) or pytest.fail(), "Are you there?")
    assert await claim_reply(interview_id, "another", LEASE_SECONDS), "a new message resets the count"


async def test_stored_reply_resets_the_attempts() -> None:
    interview_id = await make_due_interview()
    claimed = await claim_lease(interview_id, "holder")
    await release_interview_lease(interview_id, claimed.fence, retry_seconds=0)
    claimed = await claim_when_lapsed(interview_id, "holder")
    _, replied = await append_interviewer_turns(
        interview_id, [new_turn("reply:1")], new_interviewer_update(claimed.fence, answers=1)
    )
    assert replied.attempts == 0


async def test_due_replies_are_found_after_their_grace_longest_due_first() -> None:
    at = now()
    first = await make_interview(due_at=at - timedelta(minutes=2))
    second = await make_interview(due_at=at - timedelta(minutes=1))
    await make_interview(due_at=at + timedelta(minutes=1))
    await make_interview()
    assert await find_due_replies(0, 10) == [first.id, second.id]
    assert await find_due_replies(0, 1) == [first.id]
    assert await find_due_replies(90, 10) == [first.id]
