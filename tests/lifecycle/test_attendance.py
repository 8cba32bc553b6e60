"""Who comes into a room is attended, once, however often it is told: on a real LiveKit."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId

from errors import Unavailable
from lifecycle.attendance import arrive, attend_all, leave
from lifecycle.rooms import Rooms
from lifecycle.services import Services
from models.clock import now
from models.interview import DISPATCH, Interview, InterviewStatus, Lease, Room, get_interview
from models.room import claim_voice
from models.turn import Channel
from tests.factories import make_interview
from tests.lifecycle.told import Told, channels_of
from tests.rooms import Livekit

pytestmark = pytest.mark.usefixtures("livekit_server")

LONG = 60.0


def long_ago() -> Any:
    return now() - timedelta(minutes=1)


async def voice_interview(**values: Any) -> Interview:
    """An interview with a room in which nobody has been."""
    return await make_interview(**{"channel": Channel.VOICE, "room": Room(wanted_until=long_ago()), **values})


async def fresh(interview: Interview) -> Interview:
    stored = await get_interview(ObjectId(interview.id))
    assert stored
    return stored


async def participant_of(interview: Interview) -> str | None:
    room = (await fresh(interview)).room
    assert room
    return room.participant


async def test_who_comes_is_attended_at_once_and_once(services: Services, livekit: Livekit) -> None:
    interview = await voice_interview()
    await asyncio.gather(*(arrive(services, ObjectId(interview.id), "PA_1") for _ in range(5)))
    assert await participant_of(interview) == "PA_1"
    lease = (await fresh(interview)).lease
    assert lease
    assert lease.holder == DISPATCH
    assert await livekit.fences(interview) == [1]


async def test_who_comes_back_to_an_interviewer_that_waits_gets_no_other(services: Services, livekit: Livekit) -> None:
    interview = await voice_interview()
    interview_id = ObjectId(interview.id)
    await arrive(services, interview_id, "PA_1")
    assert await claim_voice(interview_id, 1, "agent", LONG)
    await leave(services, interview_id, "PA_1")
    assert await participant_of(interview) is None
    await arrive(services, interview_id, "PA_2")
    assert await participant_of(interview) == "PA_2"
    assert await livekit.fences(interview) == [1]


async def test_who_comes_back_to_a_room_without_one_is_attended_at_once(services: Services, livekit: Livekit) -> None:
    interview = await voice_interview(fence=3, lease=Lease(holder="dead", until=long_ago()))
    await arrive(services, ObjectId(interview.id), "PA_1")
    assert await livekit.fences(interview) == [4]


async def test_who_typed_and_comes_back_goes_on_by_voice(services: Services, livekit: Livekit, told: Told) -> None:
    interview = await voice_interview(channel=Channel.TEXT, fence=2, due_at=now())
    await arrive(services, ObjectId(interview.id), "PA_1")
    stored = await fresh(interview)
    assert (stored.channel, stored.fence, stored.due_at) == (Channel.VOICE, 3, None)
    assert await livekit.fences(interview) == [3]
    assert await told.published() == channels_of(interview), "whoever follows it sees another channel"


async def test_a_late_word_of_who_has_left_sends_for_nobody(services: Services, livekit: Livekit) -> None:
    interview = await voice_interview()
    await leave(services, ObjectId(interview.id), "PA_1")
    await arrive(services, ObjectId(interview.id), "PA_1")
    assert await participant_of(interview) is None
    assert await livekit.fences(interview) == []


@pytest.mark.parametrize("status", [InterviewStatus.ENDING, InterviewStatus.COMPLETED, InterviewStatus.SCHEDULED])
async def test_nobody_is_sent_for_where_nothing_is_open(services: Services, livekit: Livekit, status: InterviewStatus) -> None:
    interview = await voice_interview(status=status)
    await arrive(services, ObjectId(interview.id), "PA_1")
    await leave(services, ObjectId(interview.id), "PA_1")
    assert await livekit.fences(interview) == []


async def test_a_worker_that_registers_is_sent_to_all_who_wait(services: Services, livekit: Livekit) -> None:
    wanted = [await voice_interview(room=Room(wanted_until=now(), participant=f"PA_{number}")) for number in range(3)]
    attended = await voice_interview(
        room=Room(wanted_until=now(), participant="PA_9"), lease=Lease(holder="agent", until=now() + timedelta(minutes=1))
    )
    away = await voice_interview()
    await attend_all(services)
    await attend_all(services)
    assert [await livekit.fences(interview) for interview in wanted] == [[1, 2]] * 3, "the first may have been lost"
    assert [await livekit.fences(interview) for interview in (attended, away)] == [[], []]


async def test_who_comes_while_livekit_is_away_is_known_to_be_there(services: Services) -> None:
    interview = await voice_interview()
    nowhere = services.settings.livekit.model_copy(update={"url": "ws://127.0.0.1:9"})
    changed = services.settings.model_copy(update={"livekit": nowhere})
    async with Rooms(changed) as rooms:
        away = Services(changed, services.live, services.jobs, rooms, "test")
        with pytest.raises(Unavailable):
            await arrive(away, ObjectId(interview.id), "PA_1")
    assert await participant_of(interview) == "PA_1"
