"""What the rounds find by themselves: nobody is left alone when webhooks, workers and LiveKit itself fail."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId
from structlog.testing import capture_logs

from lifecycle import attendance, rounds
from lifecycle.rounds import keep_attending, reconcile
from lifecycle.services import Services
from lifecycle.states import end_interview
from lifecycle.sweep import sweep
from models.append import append_candidate, append_interviewer
from models.clock import now
from models.interview import DISPATCH, EndReason, Interview, InterviewStatus, Lease, Room, get_interview
from models.room import claim_voice, find_typed, gone_for, mark_present
from models.turn import Channel, Speaker
from sandbox.livekit.server import LivekitServer
from tests.factories import make_interview, new_turn, say, words
from tests.live.reading import eventually
from tests.rooms import Livekit

LONG = 60.0


def ago(seconds: float) -> Any:
    return now() - timedelta(seconds=seconds)


async def voice_interview(**values: Any) -> Interview:
    """An interview with a room in which nobody has been."""
    return await make_interview(**{"channel": Channel.VOICE, "room": Room(wanted_until=ago(60)), **values})


async def fresh(interview: Interview) -> Interview:
    stored = await get_interview(ObjectId(interview.id))
    assert stored
    return stored


async def participant_of(interview: Interview) -> str | None:
    room = (await fresh(interview)).room
    assert room
    return room.participant


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dispatches that are given up, and looks at the rooms, within parts of a second."""
    monkeypatch.setattr(attendance, "DISPATCH_SECONDS", 0.3)
    monkeypatch.setattr(rounds, "RECONCILE_SECONDS", 0.3)


class _Going:
    """The rounds, while the block runs."""

    def __init__(self, services: Services) -> None:
        self._services, self._stop = services, asyncio.Event()

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(keep_attending(self._services, self._stop))

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        async with asyncio.timeout(20):
            await self._task


# --- on a real LiveKit


async def test_a_dispatch_that_nobody_takes_is_repeated_under_a_higher_number_until_somebody_does(
    livekit_server: LivekitServer, services: Services, livekit: Livekit, quick: None
) -> None:
    interview = await voice_interview(room=Room(wanted_until=now(), participant="PA_1"))
    async with _Going(services), livekit.guest(interview) as guest:
        await attendance.arrive(services, ObjectId(interview.id), guest.local_participant.sid)

        async def thrice() -> bool:
            return len(await livekit.fences(interview)) >= 3

        await eventually(thrice)

        async def is_answered() -> bool:
            return await claim_voice(ObjectId(interview.id), (await fresh(interview)).fence, "agent", LONG) is not None

        await eventually(is_answered)
        fence = (await fresh(interview)).fence
        await asyncio.sleep(1)
        assert (await fresh(interview)).fence == fence, "somebody attends"
        assert await livekit.fences(interview) == list(range(1, fence + 1))


async def test_one_who_died_is_replaced_and_one_who_lives_is_not(
    livekit_server: LivekitServer, services: Services, livekit: Livekit
) -> None:
    present = Room(wanted_until=now(), participant="PA_1")
    died = await voice_interview(room=present, fence=5, lease=Lease(holder="dead", until=ago(1)))
    lives = await voice_interview(room=present, fence=5, lease=Lease(holder="alive", until=ago(-60)))
    alone = await voice_interview(fence=5, lease=Lease(holder="dead", until=ago(1)))
    await attendance.attend_all(services, at_once=False)
    assert [await livekit.fences(interview) for interview in (died, lives, alone)] == [[6], [], []]


async def test_what_webhooks_did_not_tell_is_found(livekit_server: LivekitServer, services: Services, livekit: Livekit) -> None:
    interview = await voice_interview()
    async with livekit.guest(interview) as guest:
        await reconcile(services)
        assert await participant_of(interview) == guest.local_participant.sid
        assert await livekit.fences(interview) == [1], "and somebody attends"
        await reconcile(services)
        assert await livekit.fences(interview) == [1]
    await reconcile(services)
    assert await participant_of(interview) is None
    assert (await fresh(interview)).room


async def test_a_connection_that_was_replaced_unseen_is_found(
    livekit_server: LivekitServer, services: Services, livekit: Livekit
) -> None:
    interview = await voice_interview(room=Room(wanted_until=now(), participant="PA_before"))
    async with livekit.guest(interview) as guest:
        await reconcile(services)
        assert await participant_of(interview) == guest.local_participant.sid


async def test_who_is_in_the_room_while_the_interview_is_typed_brings_it_back(
    livekit_server: LivekitServer, services: Services, livekit: Livekit
) -> None:
    interview = await voice_interview(channel=Channel.TEXT, due_at=now())
    async with livekit.guest(interview):
        await reconcile(services)
        assert (await fresh(interview)).channel is Channel.VOICE
        assert await livekit.fences(interview) == [1]


async def test_rooms_of_what_is_over_are_closed_and_others_are_left(
    livekit_server: LivekitServer, services: Services, livekit: Livekit
) -> None:
    over = [await voice_interview(status=status) for status in (InterviewStatus.COMPLETED, InterviewStatus.EXPIRED)]
    kept = [await voice_interview(status=status) for status in (InterviewStatus.WAITING, InterviewStatus.ENDING)]
    foreign = await voice_interview()
    for interview in (*over, *kept, foreign):
        await services.rooms.open(interview)
    await foreign.delete()
    await reconcile(services)
    assert [len(await livekit.rooms(interview)) for interview in (*over, *kept, foreign)] == [0, 0, 1, 1, 1]


# --- without LiveKit


async def test_livekit_away_is_told_once_a_round_and_the_round_after_it_goes_on(
    own_livekit: LivekitServer, services: Services, quick: None
) -> None:
    # expected, not there: who is not in a room that is gone is taken for away, whenever it is looked
    interviews = [await voice_interview(room=Room(wanted_until=now() + timedelta(hours=1))) for _ in range(5)]
    await own_livekit.kill()
    with capture_logs() as logs:
        await attendance_round(services)
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == ["rooms are away"]
    assert [(await fresh(interview)).status for interview in interviews] == [InterviewStatus.IN_PROGRESS] * 5
    await sweep(services)
    await own_livekit.start()
    async with _Going(services):

        async def all_rooms() -> bool:
            return len(await services.rooms.list_open()) == 5

        await eventually(all_rooms)


async def attendance_round(services: Services) -> None:
    """One round."""
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(services.settings.jobs.sweep_seconds / 2, stop.set)
    await keep_attending(services, stop)


async def test_without_a_voice_channel_there_is_nothing_to_do(services: Services) -> None:
    async with asyncio.timeout(5):
        await keep_attending(services, asyncio.Event())


async def test_who_has_been_away_for_too_long_has_left(services: Services) -> None:
    grace = services.settings.voice.grace_seconds
    left = await voice_interview(room=Room(wanted_until=ago(999), left_at=ago(grace + 5)))
    still_expected = await voice_interview(room=Room(wanted_until=ago(999), left_at=ago(grace - 60)))
    await sweep(services)
    ended = await fresh(left)
    assert (ended.status, ended.end_reason) == (InterviewStatus.COMPLETED, EndReason.CANDIDATE_LEFT)
    assert (await fresh(still_expected)).status is InterviewStatus.IN_PROGRESS


async def test_who_comes_back_at_the_last_moment_has_not_left(services: Services) -> None:
    long_ago = ago(services.settings.voice.grace_seconds + 5)
    interview = await voice_interview(room=Room(wanted_until=long_ago, left_at=long_ago))
    await mark_present(ObjectId(interview.id), "PA_2")
    is_gone = gone_for(services.settings.voice.grace_seconds)
    ended = await end_interview(services, interview, EndReason.CANDIDATE_LEFT, condition=is_gone)
    assert ended.status is InterviewStatus.IN_PROGRESS


async def test_the_interviewer_that_waits_stores_the_last_words_of_who_has_left(services: Services) -> None:
    long_ago = ago(services.settings.voice.grace_seconds + 5)
    held = await voice_interview(
        room=Room(wanted_until=long_ago, left_at=long_ago), fence=1, lease=Lease(holder="agent", until=ago(-60))
    )
    await sweep(services)
    assert ((await fresh(held)).status, (await fresh(held)).lease is None) == (InterviewStatus.ENDING, False)


async def test_who_never_came_lets_the_interview_expire(services: Services) -> None:
    waited = await voice_interview(status=InterviewStatus.WAITING, expires_at=ago(1), lease=Lease(holder=DISPATCH, until=ago(5)))
    await sweep(services)
    assert (await fresh(waited)).status is InterviewStatus.EXPIRED


async def test_a_typed_message_is_answered_though_its_process_died_right_after_storing_it(services: Services) -> None:
    outside = await voice_interview()
    inside = await voice_interview(room=Room(wanted_until=now(), participant="PA_1"))
    for interview in (outside, inside):
        await say(interview, "Are you there?")

    async def is_in_text() -> bool:
        await sweep(services)
        return (await fresh(outside)).channel is Channel.TEXT

    await eventually(is_in_text)
    assert (await fresh(inside)).channel is Channel.VOICE


async def test_what_was_spoken_waits_for_the_candidate_to_come_back(services: Services) -> None:
    interview = await voice_interview(room=Room(wanted_until=ago(60), left_at=now()))
    spoken = new_turn("item:1", "I was about to say", Speaker.CANDIDATE, channel=Channel.VOICE)
    await append_candidate(ObjectId(interview.id), spoken)
    assert await find_typed(0, 10) == []
    await say(interview, "My line broke.")
    assert await find_typed(0, 10) == [interview.id]
    asked = new_turn("item:2", "Then go on.", channel=Channel.VOICE)
    await append_interviewer(ObjectId(interview.id), [asked], words(answers=2, due_at=ago(1)))
    assert await find_typed(0, 10) == [], "by voice, silence is the interviewer's own matter"
