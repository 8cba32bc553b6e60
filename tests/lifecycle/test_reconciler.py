"""The reconciler restores rooms and dispatches after lost webhooks, dead workers and LiveKit outages."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from lifecycle import presence, reconciler
from lifecycle.jobs import REPLY
from lifecycle.reconciler import reconcile_rooms, run_room_reconciler
from lifecycle.repairs import repair_all
from lifecycle.services import Services
from lifecycle.states import end_interview
from models.documents.interview import EndReason, InterviewStatus, RoomState
from models.documents.turn import Channel, Speaker
from models.storage.clock import now
from models.storage.lease import PENDING_DISPATCH, Lease
from models.writes.append_turns import append_candidate_turn, append_interviewer_turns
from models.writes.room_transitions import (
    MAX_UNANSWERED_DISPATCHES,
    abandonment_condition,
    claim_interviewer_lease,
    find_unanswered_messages,
    mark_present,
)
from sandbox.livekit.server import LivekitServer
from tests.factories import (
    LEASE_SECONDS,
    add_candidate_turn,
    make_voice_interview,
    new_interviewer_update,
    new_turn,
    read_room,
    reload_interview,
    seconds_ago,
)
from tests.helpers import wait_until
from tests.lifecycle.redis_probe import RedisProbe, change_channels_of
from tests.livekit_probe import LivekitProbe


@pytest.fixture
def short_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dispatch leases and rounds of reconciling that take a fraction of a second."""
    monkeypatch.setattr(presence, "DISPATCH_LEASE_SECONDS", 0.3)
    monkeypatch.setattr(reconciler, "RECONCILE_SECONDS", 0.3)


class _RunningReconciler:
    """Runs the room reconciler while the block runs."""

    def __init__(self, services: Services) -> None:
        self._services, self._stop = services, asyncio.Event()

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(run_room_reconciler(self._services, self._stop))

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        async with asyncio.timeout(20):
            await self._task


# --- with LiveKit


async def test_unanswered_dispatch_is_repeated_with_a_higher_fence_until_an_agent_answers(
    livekit_server: LivekitServer, services: Services, livekit: LivekitProbe, short_intervals: None
) -> None:
    interview = await make_voice_interview(room=RoomState(expected_until=now(), participant="PA_1"))
    async with _RunningReconciler(services), livekit.join(interview) as guest:
        await presence.candidate_joined(services, interview.id, guest.local_participant.sid)

        async def is_dispatched_three_times() -> bool:
            return len(await livekit.list_interviewer_fences(interview)) >= 3

        await wait_until(is_dispatched_three_times)

        async def is_answered() -> bool:
            return (
                await claim_interviewer_lease(interview.id, (await reload_interview(interview)).fence, "agent", LEASE_SECONDS)
                is not None
            )

        await wait_until(is_answered)
        fence = (await reload_interview(interview)).fence
        await asyncio.sleep(1)
        assert (await reload_interview(interview)).fence == fence, "an interviewer holds the lease"
        assert await livekit.list_interviewer_fences(interview) == list(range(1, fence + 1))


async def test_only_interviewers_whose_lease_lapsed_are_replaced(
    livekit_server: LivekitServer, services: Services, livekit: LivekitProbe
) -> None:
    present = RoomState(expected_until=now(), participant="PA_1")
    died = await make_voice_interview(room=present, fence=5, lease=Lease(holder="dead", until=seconds_ago(1)))
    lives = await make_voice_interview(room=present, fence=5, lease=Lease(holder="alive", until=seconds_ago(-60)))
    alone = await make_voice_interview(fence=5, lease=Lease(holder="dead", until=seconds_ago(1)))
    await presence.dispatch_missing_interviewers(services, ignore_pending=False)
    assert [await livekit.list_interviewer_fences(interview) for interview in (died, lives, alone)] == [[6], [], []]


async def test_joins_and_departures_without_webhooks_are_found(
    livekit_server: LivekitServer, services: Services, livekit: LivekitProbe
) -> None:
    interview = await make_voice_interview()
    async with livekit.join(interview) as guest:
        await reconcile_rooms(services)
        assert (await read_room(interview)).participant == guest.local_participant.sid
        assert await livekit.list_interviewer_fences(interview) == [1], "and an interviewer is dispatched"
        await reconcile_rooms(services)
        assert await livekit.list_interviewer_fences(interview) == [1]
    await reconcile_rooms(services)
    assert (await read_room(interview)).participant is None
    assert (await reload_interview(interview)).room


async def test_connection_replaced_without_a_webhook_is_found(
    livekit_server: LivekitServer, services: Services, livekit: LivekitProbe
) -> None:
    interview = await make_voice_interview(room=RoomState(expected_until=now(), participant="PA_before"))
    async with livekit.join(interview) as guest:
        await reconcile_rooms(services)
        assert (await read_room(interview)).participant == guest.local_participant.sid


async def test_candidate_in_the_room_of_a_typed_interview_switches_it_to_voice(
    livekit_server: LivekitServer, services: Services, livekit: LivekitProbe
) -> None:
    interview = await make_voice_interview(channel=Channel.TEXT, due_at=now())
    async with livekit.join(interview):
        await reconcile_rooms(services)
        assert (await reload_interview(interview)).channel is Channel.VOICE
        assert await livekit.list_interviewer_fences(interview) == [1]


async def test_only_rooms_of_interviews_that_are_over_are_deleted(
    livekit_server: LivekitServer, services: Services, livekit: LivekitProbe
) -> None:
    over = [await make_voice_interview(status=status) for status in (InterviewStatus.COMPLETED, InterviewStatus.EXPIRED)]
    still_open = [await make_voice_interview(status=status) for status in (InterviewStatus.WAITING, InterviewStatus.ENDING)]
    foreign = await make_voice_interview()
    for interview in (*over, *still_open, foreign):
        await services.rooms.create_room(interview)
    await foreign.delete()
    await reconcile_rooms(services)
    assert [len(await livekit.list_rooms(interview)) for interview in (*over, *still_open, foreign)] == [0, 0, 1, 1, 1]


# --- without LiveKit


async def test_livekit_outage_is_logged_once_a_round_and_survived(
    own_livekit: LivekitServer, services: Services, short_intervals: None
) -> None:
    # the candidates have not joined yet: those who had would be recorded as having left with their room
    interviews = [await make_voice_interview(room=RoomState(expected_until=now() + timedelta(hours=1))) for _ in range(5)]
    await own_livekit.kill()
    with capture_logs() as logs:
        await run_one_round(services)
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == ["LiveKit unavailable"]
    assert [(await reload_interview(interview)).status for interview in interviews] == [InterviewStatus.IN_PROGRESS] * 5
    await repair_all(services)
    await own_livekit.start()
    async with _RunningReconciler(services):

        async def all_rooms() -> bool:
            return len(await services.rooms.list_interviews_with_room()) == 5

        await wait_until(all_rooms)


async def run_one_round(services: Services) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(services.settings.jobs.sweep_seconds / 2, stop.set)
    await run_room_reconciler(services, stop)


async def test_reconciler_returns_immediately_without_a_voice_channel(services: Services) -> None:
    async with asyncio.timeout(5):
        await run_room_reconciler(services, asyncio.Event())


async def test_interview_ends_once_the_candidate_is_away_for_longer_than_the_grace_period(services: Services) -> None:
    grace = services.settings.voice.grace_seconds
    left = await make_voice_interview(room=RoomState(expected_until=seconds_ago(999), left_at=seconds_ago(grace + 5)))
    still_expected = await make_voice_interview(room=RoomState(expected_until=seconds_ago(999), left_at=seconds_ago(grace - 60)))
    await repair_all(services)
    ended = await reload_interview(left)
    assert (ended.status, ended.end_reason) == (InterviewStatus.COMPLETED, EndReason.CANDIDATE_LEFT)
    assert (await reload_interview(still_expected)).status is InterviewStatus.IN_PROGRESS


async def test_candidate_who_returns_at_the_last_moment_has_not_left(services: Services) -> None:
    long_ago = seconds_ago(services.settings.voice.grace_seconds + 5)
    interview = await make_voice_interview(room=RoomState(expected_until=long_ago, left_at=long_ago))
    await mark_present(interview.id, "PA_2")
    is_abandoned = abandonment_condition(services.settings.voice.grace_seconds)
    ended = await end_interview(services, interview, EndReason.CANDIDATE_LEFT, condition=is_abandoned)
    assert ended.status is InterviewStatus.IN_PROGRESS


async def test_abandoned_interview_is_left_in_ending_for_the_lease_holder_to_complete(services: Services) -> None:
    long_ago = seconds_ago(services.settings.voice.grace_seconds + 5)
    held = await make_voice_interview(
        room=RoomState(expected_until=long_ago, left_at=long_ago), fence=1, lease=Lease(holder="agent", until=seconds_ago(-60))
    )
    await repair_all(services)
    assert ((await reload_interview(held)).status, (await reload_interview(held)).lease is None) == (
        InterviewStatus.ENDING,
        False,
    )


async def test_voice_interview_expires_when_the_candidate_never_joins(services: Services) -> None:
    unattended = await make_voice_interview(
        status=InterviewStatus.WAITING, expires_at=seconds_ago(1), lease=Lease(holder=PENDING_DISPATCH, until=seconds_ago(5))
    )
    await repair_all(services)
    assert (await reload_interview(unattended)).status is InterviewStatus.EXPIRED


async def test_message_is_answered_although_its_process_died_after_storing_it(services: Services) -> None:
    outside = await make_voice_interview()
    inside = await make_voice_interview(room=RoomState(expected_until=now(), participant="PA_1"))
    for interview in (outside, inside):
        await add_candidate_turn(interview, "Are you there?")

    async def is_in_text() -> bool:
        await repair_all(services)
        return (await reload_interview(outside)).channel is Channel.TEXT

    await wait_until(is_in_text)
    assert (await reload_interview(inside)).channel is Channel.VOICE


async def test_interview_continues_in_text_when_no_interviewer_answers(services: Services, redis_probe: RedisProbe) -> None:
    room = RoomState(expected_until=now(), participant="PA_1", dispatches=MAX_UNANSWERED_DISPATCHES)
    interview = await make_voice_interview(room=room, fence=6, lease=Lease(holder=PENDING_DISPATCH, until=seconds_ago(1)))
    await repair_all(services)
    stored = await reload_interview(interview)
    assert (stored.status, stored.channel, stored.fence) == (InterviewStatus.IN_PROGRESS, Channel.TEXT, 7)
    assert stored.room
    assert stored.room.participant == "PA_1", "a page that was removed from the room would join again, and switch to voice"
    assert await redis_probe.read_published_channels() == change_channels_of(interview)
    assert await redis_probe.read_enqueued_jobs() == [(REPLY, interview.id)]
    assert await claim_interviewer_lease(interview.id, 6, "late agent", LEASE_SECONDS) is None


async def test_spoken_turn_waits_for_the_candidate_to_return(services: Services) -> None:
    interview = await make_voice_interview(room=RoomState(expected_until=seconds_ago(60), left_at=now()))
    spoken = new_turn("item:1", "I was about to say", Speaker.CANDIDATE, channel=Channel.VOICE)
    await append_candidate_turn(interview.id, spoken)
    assert await find_unanswered_messages(0, 10) == []
    await add_candidate_turn(interview, "My line broke.")
    assert await find_unanswered_messages(0, 10) == [interview.id]
    asked = new_turn("item:2", "Then go on.", channel=Channel.VOICE)
    await append_interviewer_turns(interview.id, [asked], new_interviewer_update(answers=2, due_at=seconds_ago(1)))
    assert await find_unanswered_messages(0, 10) == [], "by voice, the interviewer itself reacts to silence"
