"""Candidate presence on a real LiveKit: repeated reports of a join dispatch one interviewer."""

import asyncio
from datetime import timedelta

import pytest

from errors import Unavailable
from lifecycle.presence import candidate_joined, candidate_left, dispatch_missing_interviewers
from lifecycle.rooms import Rooms
from lifecycle.services import Services
from models.documents.interview import InterviewStatus, RoomState, SpeechOutage
from models.documents.turn import Channel
from models.storage.clock import now
from models.storage.lease import PENDING_DISPATCH, Lease
from models.writes.room_transitions import claim_interviewer_lease
from tests.factories import LEASE_SECONDS, make_voice_interview, read_room, reload_interview, seconds_ago
from tests.lifecycle.redis_probe import RedisProbe, change_channels_of
from tests.livekit_probe import LivekitProbe

pytestmark = pytest.mark.usefixtures("livekit_server")


async def test_concurrent_joins_dispatch_one_interviewer_immediately(services: Services, livekit: LivekitProbe) -> None:
    interview = await make_voice_interview()
    await asyncio.gather(*(candidate_joined(services, interview.id, "PA_1") for _ in range(5)))
    assert (await read_room(interview)).participant == "PA_1"
    lease = (await reload_interview(interview)).lease
    assert lease
    assert lease.holder == PENDING_DISPATCH
    assert await livekit.list_interviewer_fences(interview) == [1]


async def test_returning_to_a_waiting_interviewer_dispatches_no_other(services: Services, livekit: LivekitProbe) -> None:
    interview = await make_voice_interview()
    interview_id = interview.id
    await candidate_joined(services, interview_id, "PA_1")
    assert await claim_interviewer_lease(interview_id, 1, "agent", LEASE_SECONDS)
    await candidate_left(interview_id, "PA_1")
    assert (await read_room(interview)).participant is None
    await candidate_joined(services, interview_id, "PA_2")
    assert (await read_room(interview)).participant == "PA_2"
    assert await livekit.list_interviewer_fences(interview) == [1]


async def test_returning_after_the_interviewer_died_dispatches_another_immediately(
    services: Services, livekit: LivekitProbe
) -> None:
    interview = await make_voice_interview(fence=3, lease=Lease(holder="dead", until=seconds_ago(60)))
    await candidate_joined(services, interview.id, "PA_1")
    assert await livekit.list_interviewer_fences(interview) == [4]


async def test_joining_the_room_of_a_typed_interview_switches_it_to_voice(
    services: Services, livekit: LivekitProbe, redis_probe: RedisProbe
) -> None:
    interview = await make_voice_interview(channel=Channel.TEXT, fence=2, due_at=now())
    await candidate_joined(services, interview.id, "PA_1")
    stored = await reload_interview(interview)
    assert (stored.channel, stored.fence, stored.due_at) == (Channel.VOICE, 3, None)
    assert await livekit.list_interviewer_fences(interview) == [3]
    assert await redis_probe.read_published_channels() == change_channels_of(interview), "subscribers see the new channel"


async def test_connection_that_is_restored_while_speech_does_not_work_stays_in_writing(
    services: Services, livekit: LivekitProbe
) -> None:
    outage = SpeechOutage(since=now())
    interview = await make_voice_interview(channel=Channel.TEXT, fence=2, speech_outage=outage)
    await candidate_joined(services, interview.id, "PA_2")
    stored = await reload_interview(interview)
    assert (stored.channel, stored.fence) == (Channel.TEXT, 2)
    assert (await read_room(interview)).participant == "PA_2"
    assert await livekit.list_interviewer_fences(interview) == []


async def test_join_reported_after_the_departure_is_ignored(services: Services, livekit: LivekitProbe) -> None:
    interview = await make_voice_interview()
    await candidate_left(interview.id, "PA_1")
    await candidate_joined(services, interview.id, "PA_1")
    assert (await read_room(interview)).participant is None
    assert await livekit.list_interviewer_fences(interview) == []


@pytest.mark.parametrize("status", [InterviewStatus.ENDING, InterviewStatus.COMPLETED, InterviewStatus.SCHEDULED])
async def test_joining_an_interview_that_is_not_open_dispatches_nobody(
    services: Services, livekit: LivekitProbe, status: InterviewStatus
) -> None:
    interview = await make_voice_interview(status=status)
    await candidate_joined(services, interview.id, "PA_1")
    await candidate_left(interview.id, "PA_1")
    assert await livekit.list_interviewer_fences(interview) == []


async def test_newly_registered_worker_is_dispatched_to_every_waiting_interview(
    services: Services, livekit: LivekitProbe
) -> None:
    wanted = [await make_voice_interview(room=RoomState(expected_until=now(), participant=f"PA_{number}")) for number in range(3)]
    attended = await make_voice_interview(
        room=RoomState(expected_until=now(), participant="PA_9"), lease=Lease(holder="agent", until=now() + timedelta(minutes=1))
    )
    absent = await make_voice_interview()
    await dispatch_missing_interviewers(services)
    await dispatch_missing_interviewers(services)
    assert [await livekit.list_interviewer_fences(interview) for interview in wanted] == [[1, 2]] * 3, (
        "the first dispatch may have been lost"
    )
    assert [await livekit.list_interviewer_fences(interview) for interview in (attended, absent)] == [[], []]


async def test_join_is_recorded_while_livekit_is_unreachable(services: Services) -> None:
    interview = await make_voice_interview()
    unreachable = services.settings.livekit.model_copy(update={"url": "ws://127.0.0.1:9"})
    changed = services.settings.model_copy(update={"livekit": unreachable})
    async with Rooms(changed) as rooms:
        services_without_livekit = Services(changed, services.live, services.jobs, rooms, services.rate_limits)
        with pytest.raises(Unavailable):
            await candidate_joined(services_without_livekit, interview.id, "PA_1")
    assert (await read_room(interview)).participant == "PA_1"
