"""Candidate presence and interviewer dispatch, with events of LiveKit in any order."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import ObjectId

from models.documents.interview import (
    OPEN_STATUSES,
    EndReason,
    Interview,
    InterviewStatus,
    RoomState,
)
from models.documents.turn import Channel
from models.storage.clock import now
from models.storage.lease import PENDING_DISPATCH, Lease, renew_lease
from models.writes import room_transitions
from models.writes.interview_transitions import (
    claim_reply,
    find_due_replies,
    mark_ending,
    release_interview_lease,
)
from tests.factories import (
    CONSENT,
    LEASE_SECONDS,
    SHORT_LEASE_SECONDS,
    add_candidate_turn,
    make_interview,
    make_voice_interview,
    read_room,
    reload_interview,
)
from tests.helpers import wait_until

pytestmark = pytest.mark.usefixtures("database")

SCHEDULED, WAITING, IN_PROGRESS = InterviewStatus.SCHEDULED, InterviewStatus.WAITING, InterviewStatus.IN_PROGRESS


async def wait_until_lapsed(interview: Interview) -> None:
    async def has_lapsed() -> bool:
        lease = (await reload_interview(interview)).lease
        return not lease or lease.until <= now() - timedelta(seconds=SHORT_LEASE_SECONDS)

    await wait_until(has_lapsed)


# --- opening


async def test_opening_a_room_waits_for_the_candidate_and_dispatches_an_interviewer() -> None:
    interview = await make_interview(status=SCHEDULED)
    opened = await room_transitions.open_room(interview.id, CONSENT, LEASE_SECONDS, LEASE_SECONDS)
    assert opened
    assert (opened.status, opened.channel, opened.consent) == (WAITING, Channel.VOICE, CONSENT)
    assert (opened.fence, opened.due_at) == (1, None)
    assert opened.lease
    assert opened.lease.holder == PENDING_DISPATCH
    assert opened.room
    assert opened.room.expected_until > now()
    assert (opened.room.participant, opened.room.left_at, opened.room.dispatches, opened.room.ended_sids) == (None, None, 0, [])
    assert opened.room == (await reload_interview(interview)).room, "the returned room is the stored one"


async def test_concurrent_openings_of_a_room_have_one_winner() -> None:
    interview = await make_interview(status=SCHEDULED)
    opened = await asyncio.gather(
        *(room_transitions.open_room(interview.id, CONSENT, LEASE_SECONDS, LEASE_SECONDS) for _ in range(5))
    )
    assert len([interview for interview in opened if interview]) == 1
    assert (await reload_interview(interview)).fence == 1


@pytest.mark.parametrize("status", [status for status in InterviewStatus if status is not SCHEDULED])
async def test_room_opens_only_for_a_scheduled_interview(status: InterviewStatus) -> None:
    interview = await make_interview(status=status)
    assert await room_transitions.open_room(interview.id, CONSENT, LEASE_SECONDS, LEASE_SECONDS) is None


# --- the interviewer


async def test_only_the_last_dispatched_interviewer_gets_the_lease() -> None:
    interview = await make_voice_interview(fence=4, lease=Lease(holder=PENDING_DISPATCH, until=now() + timedelta(minutes=1)))
    assert await room_transitions.claim_interviewer_lease(interview.id, 3, "of an older dispatch", LEASE_SECONDS) is None
    claimed = await room_transitions.claim_interviewer_lease(interview.id, 4, "agent", LEASE_SECONDS)
    assert claimed
    assert claimed.lease
    assert (claimed.lease.holder, claimed.fence) == ("agent", 4)
    assert await room_transitions.claim_interviewer_lease(interview.id, 4, "another", LEASE_SECONDS) is None, "the lease is held"
    assert await renew_lease(Interview, interview.id, 4, "agent", LEASE_SECONDS)


async def test_late_interviewer_gets_the_lease_if_no_other_was_dispatched() -> None:
    interview = await make_voice_interview(fence=1, lease=Lease(holder=PENDING_DISPATCH, until=now() - timedelta(minutes=1)))
    assert await room_transitions.claim_interviewer_lease(interview.id, 1, "agent", LEASE_SECONDS)


@pytest.mark.parametrize(
    ("channel", "status"),
    [(Channel.TEXT, IN_PROGRESS), *((Channel.VOICE, status) for status in InterviewStatus if status not in OPEN_STATUSES)],
)
async def test_interviewer_lease_is_refused_in_another_channel_or_state(channel: Channel, status: InterviewStatus) -> None:
    interview = await make_voice_interview(
        status=status, channel=channel, room=RoomState(expected_until=now() + timedelta(hours=1))
    )
    assert await room_transitions.claim_interviewer_lease(interview.id, 0, "agent", LEASE_SECONDS) is None
    assert await room_transitions.claim_interviewer_dispatch(interview.id, LEASE_SECONDS) is None
    assert await room_transitions.find_unattended_interviews(10) == []


async def test_interviewer_is_dispatched_only_while_the_candidate_is_expected_or_present() -> None:
    expected = await make_voice_interview(room=RoomState(expected_until=now() + timedelta(minutes=1)))
    there = await make_voice_interview(room=RoomState(expected_until=now() - timedelta(minutes=1), participant="PA_1"))
    away = await make_voice_interview()
    assert set(await room_transitions.find_unattended_interviews(10)) == {expected.id, there.id}
    assert await room_transitions.claim_interviewer_dispatch(away.id, LEASE_SECONDS) is None
    for interview in (expected, there):
        claimed = await room_transitions.claim_interviewer_dispatch(interview.id, LEASE_SECONDS)
        assert claimed
        assert claimed.fence == 1
        assert claimed.lease
        assert claimed.lease.holder == PENDING_DISPATCH
        assert await room_transitions.claim_interviewer_dispatch(interview.id, LEASE_SECONDS) is None, "a dispatch is pending"
    assert await room_transitions.find_unattended_interviews(10) == []


async def test_concurrent_sweeps_dispatch_one_interviewer() -> None:
    interview = await make_voice_interview(room=RoomState(expected_until=now(), participant="PA_1"))
    claims = await asyncio.gather(*(room_transitions.claim_interviewer_dispatch(interview.id, LEASE_SECONDS) for _ in range(10)))
    assert [claim.fence for claim in claims if claim] == [1]


async def test_unanswered_dispatches_back_off_exponentially_up_to_a_maximum() -> None:
    interview = await make_voice_interview(room=RoomState(expected_until=now(), participant="PA_1"))
    waits = []
    for _ in range(5):
        claimed = await room_transitions.claim_interviewer_dispatch(interview.id, 8, ignore_pending_dispatch=True)
        assert claimed
        assert claimed.lease
        waits.append(round((claimed.lease.until - now()).total_seconds()))
    assert waits == [8, 16, 30, 30, 30]
    assert await room_transitions.claim_interviewer_lease(interview.id, 5, "agent", SHORT_LEASE_SECONDS)
    assert (await read_room(interview)).dispatches == 0, "the claim resets the count"


async def make_exhausted_interview(**values: Any) -> Interview:
    """Return an interview whose candidate is in the room and whose last possible dispatch has lapsed."""
    room = RoomState(expected_until=now(), participant="PA_1", dispatches=room_transitions.MAX_UNANSWERED_DISPATCHES)
    lapsed = Lease(holder=PENDING_DISPATCH, until=now() - timedelta(seconds=1))
    return await make_voice_interview(**{"room": room, "fence": 9, "lease": lapsed, **values})


async def test_unanswered_dispatches_end_at_their_maximum() -> None:
    interview = await make_voice_interview(room=RoomState(expected_until=now(), participant="PA_1"))
    for count in range(1, room_transitions.MAX_UNANSWERED_DISPATCHES + 1):
        assert await room_transitions.find_interviews_without_interviewer(10) == []
        claimed = await room_transitions.claim_interviewer_dispatch(interview.id, 0.01, ignore_pending_dispatch=True)
        assert claimed
        assert claimed.room
        assert claimed.room.dispatches == count
    await wait_until_lapsed(interview)
    for ignore_pending in (False, True):
        assert await room_transitions.find_unattended_interviews(10, ignore_pending_dispatch=ignore_pending) == []
        assert (
            await room_transitions.claim_interviewer_dispatch(interview.id, 0.01, ignore_pending_dispatch=ignore_pending) is None
        )
    assert await room_transitions.find_interviews_without_interviewer(10) == [interview.id]


async def test_interview_without_interviewer_is_found_once_the_last_dispatch_has_lapsed() -> None:
    pending = Lease(holder=PENDING_DISPATCH, until=now() + timedelta(minutes=1))
    maximum = room_transitions.MAX_UNANSWERED_DISPATCHES
    await make_exhausted_interview(lease=pending)
    await make_exhausted_interview(channel=Channel.TEXT)
    await make_exhausted_interview(status=InterviewStatus.ENDING)
    await make_exhausted_interview(room=RoomState(expected_until=now() + timedelta(minutes=1), dispatches=maximum))
    await make_exhausted_interview(room=RoomState(expected_until=now(), participant="PA_1", dispatches=maximum - 1))
    assert await room_transitions.find_interviews_without_interviewer(10) == []
    exhausted = await make_exhausted_interview()
    assert await room_transitions.find_interviews_without_interviewer(10) == [exhausted.id]


async def test_late_interviewer_is_preferred_to_the_switch_to_text() -> None:
    interview = await make_exhausted_interview()
    assert await room_transitions.claim_interviewer_lease(interview.id, 9, "late agent", LEASE_SECONDS)
    condition = room_transitions.NO_INTERVIEWER_ANSWERED
    assert await room_transitions.switch_channel_to_text(interview.id, even_if_present=True, condition=condition) is None
    assert (await read_room(interview)).dispatches == 0


async def test_switch_back_to_voice_allows_new_dispatches() -> None:
    interview = await make_exhausted_interview()
    assert await room_transitions.switch_channel_to_text(interview.id, even_if_present=True)
    assert await room_transitions.switch_channel_to_voice(interview.id, LEASE_SECONDS, SHORT_LEASE_SECONDS)
    await wait_until_lapsed(interview)
    assert await room_transitions.claim_interviewer_dispatch(interview.id, LEASE_SECONDS)


async def test_ignoring_a_pending_dispatch_dispatches_again_immediately() -> None:
    interview = await make_voice_interview(room=RoomState(expected_until=now(), participant="PA_1"))
    assert await room_transitions.claim_interviewer_dispatch(interview.id, LEASE_SECONDS)
    assert await room_transitions.find_unattended_interviews(10, ignore_pending_dispatch=True) == [interview.id]
    assert await room_transitions.claim_interviewer_dispatch(interview.id, LEASE_SECONDS, ignore_pending_dispatch=True)
    assert await room_transitions.claim_interviewer_lease(interview.id, 2, "agent", LEASE_SECONDS)
    assert await room_transitions.find_unattended_interviews(10, ignore_pending_dispatch=True) == []
    assert await room_transitions.claim_interviewer_dispatch(interview.id, LEASE_SECONDS, ignore_pending_dispatch=True) is None, (
        "one attends"
    )


async def test_interviewer_that_stops_renewing_is_replaced() -> None:
    interview = await make_voice_interview(room=RoomState(expected_until=now(), participant="PA_1"))
    assert await room_transitions.claim_interviewer_dispatch(interview.id, LEASE_SECONDS)
    assert await room_transitions.claim_interviewer_lease(interview.id, 1, "agent", SHORT_LEASE_SECONDS)
    await wait_until_lapsed(interview)
    assert await room_transitions.find_unattended_interviews(10) == [interview.id]
    assert await renew_lease(Interview, interview.id, 1, "agent", SHORT_LEASE_SECONDS), (
        "nobody has raised the number: an outage replaces no one"
    )
    await wait_until_lapsed(interview)
    assert await room_transitions.claim_interviewer_dispatch(interview.id, LEASE_SECONDS)
    assert not await renew_lease(Interview, interview.id, 1, "agent", LEASE_SECONDS)


async def test_interviewer_counts_as_an_attempt_until_a_turn_is_stored() -> None:
    interview = await make_voice_interview(room=RoomState(expected_until=now(), participant="PA_1"))
    for attempt in (1, 2):
        dispatched = await room_transitions.claim_interviewer_dispatch(interview.id, LEASE_SECONDS, ignore_pending_dispatch=True)
        assert dispatched
        claimed = await room_transitions.claim_interviewer_lease(interview.id, dispatched.fence, "killed", SHORT_LEASE_SECONDS)
        assert claimed
        assert claimed.attempts == attempt
        await wait_until_lapsed(interview)
    released = await release_interview_lease(interview.id, 2)
    assert released
    assert (released.lease, released.attempts) == (None, 2), "an interviewer that LiveKit removed immediately has stored nothing"
    await add_candidate_turn(released, "Hello?")
    assert (await reload_interview(interview)).attempts == 0


async def test_released_interviewer_lease_can_be_claimed_immediately() -> None:
    interview = await make_voice_interview(room=RoomState(expected_until=now(), participant="PA_1"))
    assert await room_transitions.claim_interviewer_dispatch(interview.id, LEASE_SECONDS)
    assert await room_transitions.claim_interviewer_lease(interview.id, 1, "agent", LEASE_SECONDS)
    assert await release_interview_lease(interview.id, 1)
    assert await room_transitions.find_unattended_interviews(10) == [interview.id]


async def test_admitted_candidate_is_expected() -> None:
    interview = await make_voice_interview()
    assert await room_transitions.expect_candidate(interview.id, LEASE_SECONDS)
    assert await room_transitions.find_unattended_interviews(10) == [interview.id]
    before = (await read_room(interview)).expected_until
    assert await room_transitions.expect_candidate(interview.id, 1)
    assert (await read_room(interview)).expected_until == before, "never earlier than before"


async def test_only_presence_of_what_happens_in_a_room_moves_updated_at() -> None:
    interview = await make_voice_interview()
    moments = [(await reload_interview(interview)).updated_at]
    for change in (
        room_transitions.expect_candidate(interview.id, LEASE_SECONDS),
        room_transitions.mark_present(interview.id, "PA_1"),
        room_transitions.claim_interviewer_dispatch(interview.id, LEASE_SECONDS),
        room_transitions.claim_interviewer_lease(interview.id, 1, "agent", LEASE_SECONDS),
        room_transitions.mark_away(interview.id, "PA_1"),
    ):
        assert await change
        moments.append((await reload_interview(interview)).updated_at)
    has_moved = [after > before for before, after in itertools.pairwise(moments)]
    assert has_moved == [False, True, False, False, True]


# --- the candidate


async def test_candidate_joins_leaves_and_rejoins() -> None:
    interview = await make_voice_interview(room=RoomState(expected_until=now() + timedelta(hours=1)))
    assert await room_transitions.mark_present(interview.id, "PA_1")
    assert (await read_room(interview)).participant == "PA_1"
    assert (await read_room(interview)).expected_until <= now() + timedelta(seconds=1), "joining ends the wait"
    assert await room_transitions.mark_away(interview.id, "PA_1")
    away = await read_room(interview)
    assert away.participant is None
    assert away.left_at is not None
    assert await room_transitions.mark_present(interview.id, "PA_2")
    back = await read_room(interview)
    assert (back.participant, back.left_at) == ("PA_2", None)


async def test_repeated_presence_events_change_nothing() -> None:
    interview = await make_voice_interview()
    results = await asyncio.gather(*(room_transitions.mark_present(interview.id, "PA_1") for _ in range(5)))
    assert len([change for change in results if change]) == 1
    results = await asyncio.gather(*(room_transitions.mark_away(interview.id, "PA_1") for _ in range(5)))
    assert len([change for change in results if change]) == 1


T1 = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
T2 = T1 + timedelta(seconds=30)


async def test_newer_connection_wins_in_any_order_of_events() -> None:
    steps = {"join 1": ("PA_1", T1), "leave 1": ("PA_1", None), "join 2": ("PA_2", T2)}
    for order in itertools.permutations(steps):
        interview = await make_voice_interview()
        for step in (*order, *order):
            sid, joined_at = steps[step]
            if step.startswith("join"):
                await room_transitions.mark_present(interview.id, sid, joined_at)
            else:
                await room_transitions.mark_away(interview.id, sid)
        assert (await read_room(interview)).participant == "PA_2", order


async def test_late_join_event_of_an_ended_connection_is_ignored() -> None:
    interview = await make_voice_interview()
    await room_transitions.mark_away(interview.id, "PA_1")
    assert await room_transitions.mark_present(interview.id, "PA_1", T1) is None
    assert await room_transitions.mark_present(interview.id, "PA_1") is None
    assert await room_transitions.mark_present(interview.id, "PA_1", is_listed=True), "a connection that LiveKit lists is present"


async def test_leave_event_of_an_older_connection_is_ignored() -> None:
    interview = await make_voice_interview()
    await room_transitions.mark_present(interview.id, "PA_1")
    await room_transitions.mark_present(interview.id, "PA_2")
    await room_transitions.mark_away(interview.id, "PA_1")
    assert (await read_room(interview)).participant == "PA_2"
    assert (await read_room(interview)).left_at is None


async def test_only_the_last_ended_connections_are_stored() -> None:
    interview = await make_voice_interview()
    for number in range(3 * room_transitions.MAX_ENDED_SIDS):
        await room_transitions.mark_present(interview.id, f"PA_{number}")
        await room_transitions.mark_away(interview.id, f"PA_{number}")
    assert len((await read_room(interview)).ended_sids) == room_transitions.MAX_ENDED_SIDS


@pytest.mark.parametrize("status", [status for status in InterviewStatus if status not in OPEN_STATUSES])
async def test_presence_does_not_change_unless_the_interview_is_open(status: InterviewStatus) -> None:
    interview = await make_voice_interview(status=status)
    assert await room_transitions.mark_present(interview.id, "PA_1") is None
    assert await room_transitions.mark_away(interview.id, "PA_1") is None
    assert await room_transitions.expect_candidate(interview.id, LEASE_SECONDS) is None


async def test_absent_candidate_is_found_after_the_grace_unless_expected_back() -> None:
    long_ago = now() - timedelta(minutes=5)
    gone = await make_voice_interview(room=RoomState(expected_until=long_ago, left_at=long_ago))
    await make_voice_interview(room=RoomState(expected_until=now() + timedelta(minutes=1), left_at=long_ago))
    await make_voice_interview(room=RoomState(expected_until=long_ago, left_at=now()))
    await make_voice_interview(room=RoomState(expected_until=long_ago, participant="PA_1"))
    await make_voice_interview(room=RoomState(expected_until=long_ago))
    await make_voice_interview(channel=Channel.TEXT, room=RoomState(expected_until=long_ago, left_at=long_ago))
    await make_voice_interview(status=InterviewStatus.ENDING, room=RoomState(expected_until=long_ago, left_at=long_ago))
    assert await room_transitions.find_abandoned_interviews(120, 10) == [gone.id]


async def test_presence_covers_open_interviews_with_a_room() -> None:
    there = await make_voice_interview(room=RoomState(expected_until=now(), participant="PA_1"))
    typing = await make_voice_interview(channel=Channel.TEXT)
    await make_voice_interview(status=InterviewStatus.COMPLETED)
    await make_voice_interview(room=None)
    assert await room_transitions.read_presence(10) == {there.id: "PA_1", typing.id: None}


async def test_ended_interviews_are_found_among_others() -> None:
    interviews = [await make_voice_interview(status=status) for status in InterviewStatus]
    over = {interview.id for interview in interviews if interview.status not in (SCHEDULED, *OPEN_STATUSES, "ENDING")}
    found = await room_transitions.find_ended_interviews([*(interview.id for interview in interviews), ObjectId()])
    assert set(found) == over


# --- switching the channel


async def test_switch_to_text_makes_a_reply_due_if_the_room_is_empty() -> None:
    interview = await make_voice_interview(fence=3, lease=Lease(holder="agent", until=now() + timedelta(minutes=1)))
    changed = await room_transitions.switch_channel_to_text(interview.id)
    assert changed
    assert (changed.channel, changed.fence, changed.lease) == (Channel.TEXT, 4, None)
    assert not await renew_lease(Interview, interview.id, 3, "agent", LEASE_SECONDS), "the voice interviewer has lost its lease"
    assert await find_due_replies(0, 10) == [interview.id]
    assert await room_transitions.switch_channel_to_text(interview.id) is None


async def test_switch_to_text_is_refused_while_the_candidate_is_in_the_room() -> None:
    interview = await make_voice_interview(room=RoomState(expected_until=now(), participant="PA_1"))
    assert await room_transitions.switch_channel_to_text(interview.id) is None


async def test_switch_to_voice_takes_the_lease_from_the_text_interviewer() -> None:
    interview = await make_interview(room=RoomState(expected_until=now(), left_at=now(), ended_sids=["PA_1"]))
    await add_candidate_turn(interview, "Hello?")
    assert await claim_reply(interview.id, "job", LEASE_SECONDS)
    back = await room_transitions.switch_channel_to_voice(interview.id, LEASE_SECONDS, LEASE_SECONDS)
    assert back
    assert (back.channel, back.fence, back.due_at) == (Channel.VOICE, 2, None)
    assert back.room
    assert back.room.ended_sids == ["PA_1"], "the former room state is reused"
    assert not await renew_lease(Interview, interview.id, 1, "job", LEASE_SECONDS)
    assert await room_transitions.claim_interviewer_lease(interview.id, 2, "agent", LEASE_SECONDS)
    assert await room_transitions.switch_channel_to_voice(interview.id, LEASE_SECONDS, LEASE_SECONDS) is None


async def test_switch_to_voice_creates_a_missing_room() -> None:
    interview = await make_interview(status=WAITING)
    changed = await room_transitions.switch_channel_to_voice(interview.id, LEASE_SECONDS, LEASE_SECONDS)
    assert changed
    assert changed.room
    assert changed.room.expected_until > now()
    assert await room_transitions.mark_present(interview.id, "PA_1")


async def test_lost_dispatch_does_not_delay_the_end() -> None:
    interview = await make_voice_interview(fence=1, lease=Lease(holder=PENDING_DISPATCH, until=now() + timedelta(minutes=1)))
    closed = await mark_ending(interview.id, EndReason.CANDIDATE_ENDED)
    assert closed
    assert closed.lease is None
