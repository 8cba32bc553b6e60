"""A recorder is sent where the candidate agreed and is there, once; and again when it dies. Nowhere else, ever."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId

from lifecycle.attendance import admit, arrive
from lifecycle.jobs import FINISH_RECORDING, RECORD
from lifecycle.recordings import MAX_DISPATCHES, record, sweep_recordings
from lifecycle.rooms import Rooms
from lifecycle.services import Services
from models.clock import now
from models.interview import DISPATCH, OVER, Interview, InterviewStatus, Lease, Room
from models.recording import Part, Recording, RecordingStatus, get_recording_of
from models.recording_job import add_part, claim_recorder, give_up_recording, release_recording, renew_recording
from settings import Settings
from tests.factories import make_interview, new_recording
from tests.lifecycle.told import Told, channels_of
from tests.lifecycle.workers import Log
from tests.recording.studio import agreed_interview
from tests.rooms import Livekit

pytestmark = pytest.mark.usefixtures("livekit_server")


def ago(seconds: float) -> Any:
    return now() - timedelta(seconds=seconds)


async def recording_of(interview: Interview) -> Recording:
    recording = await get_recording_of(ObjectId(interview.id))
    assert recording
    return recording


async def recorders(livekit: Livekit, interview: Interview) -> list[dict[str, Any]]:
    """What each recorder was told that was sent into the interview's room."""
    return [told for name, told in await livekit.dispatches(interview) if name == livekit.settings.recorder_name]


async def test_one_recorder_is_sent_however_often_it_is_asked_for(services: Services, livekit: Livekit) -> None:
    interview = await agreed_interview()
    await asyncio.gather(*(record(services, ObjectId(interview.id)) for _ in range(5)), sweep_recordings(services))
    recording = await recording_of(interview)
    expected = {"interview": str(interview.id), "recording": str(recording.id), "fence": 1}
    assert await recorders(livekit, interview) == [expected]
    assert (recording.lease and recording.lease.holder, recording.files[0].status) == (DISPATCH, RecordingStatus.STARTING)


NOT_RECORDED: dict[str, dict[str, Any]] = {
    "refused": {"recording": False},
    "never asked": {"consent": None},
    "nobody is there": {"room": Room(wanted_until=ago(1))},
    "there is no room": {"room": None},
    "erased": {"erased_at": ago(1)},
    **{status: {"status": status} for status in (*OVER, InterviewStatus.ENDING)},
}


@pytest.mark.parametrize("why", NOT_RECORDED)
async def test_without_consent_a_candidate_or_an_open_interview_nothing_is_recorded(
    services: Services, livekit: Livekit, told: Told, why: str
) -> None:
    interview = await agreed_interview(**NOT_RECORDED[why])
    await record(services, ObjectId(interview.id))
    await sweep_recordings(services)
    assert await get_recording_of(ObjectId(interview.id)) is None
    assert await livekit.dispatches(interview) == []
    assert await told.published() == set()


async def test_a_claim_needs_the_consent_too(services: Services) -> None:
    interview = await agreed_interview(recording=False)
    recording = await new_recording(interview, fence=1, lease=Lease(holder=DISPATCH, until=ago(-60))).insert()
    assert await claim_recorder(ObjectId(recording.id), 1, "recorder", 60) is None


async def test_who_is_let_in_or_comes_has_a_recorder_asked_for_by_a_job(services: Services, told: Told) -> None:
    let_in, comes = [await agreed_interview(room=Room(wanted_until=ago(1))) for _ in range(2)]
    await admit(services, let_in)
    await arrive(services, ObjectId(comes.id), "PA_1")
    assert await told.kicked() == [(RECORD, let_in.id), (RECORD, comes.id)]
    refusing = await agreed_interview(recording=False, room=Room(wanted_until=ago(1)))
    await admit(services, refusing)
    await arrive(services, ObjectId(refusing.id), "PA_1")
    assert await told.kicked() == []


async def test_without_a_store_nobody_is_asked(services: Services, told: Told) -> None:
    without = services.settings.model_copy(update={"recording": services.settings.recording.model_copy(update={"store": ""})})
    bare = Services(without, services.live, services.jobs, services.rooms, services.prompt_version)
    interview = await agreed_interview()
    await admit(bare, interview)
    await record(bare, ObjectId(interview.id))
    assert await told.kicked() == []
    assert await get_recording_of(ObjectId(interview.id)) is None


async def test_a_recorder_that_is_lost_is_replaced_and_has_nothing_more_to_say(services: Services, livekit: Livekit) -> None:
    interview = await agreed_interview()
    await record(services, ObjectId(interview.id))
    recording = await claimed(interview)
    await sweep_recordings(services)
    assert len(await recorders(livekit, interview)) == 1, "it records"
    await recording.set({"lease": Lease(holder="recorder", until=ago(1))})
    await asyncio.gather(*(sweep_recordings(services) for _ in range(3)))
    assert [told["fence"] for told in await recorders(livekit, interview)] == [1, 2]
    assert not await renew_recording(ObjectId(recording.id), 1, "recorder", 60)
    assert await add_part(recording, Part(number=1, started_at=now())) is None
    assert await release_recording(recording) is None
    assert await claim_recorder(ObjectId(recording.id), 1, "recorder", 60) is None


async def claimed(interview: Interview) -> Recording:
    recording = await recording_of(interview)
    by_recorder = await claim_recorder(ObjectId(recording.id), recording.fence, "recorder", 60)
    assert by_recorder
    return by_recorder


async def test_a_recorder_whose_number_nobody_has_raised_goes_on_after_an_outage(services: Services) -> None:
    interview = await agreed_interview()
    await record(services, ObjectId(interview.id))
    recording = await claimed(interview)
    await recording.set({"lease": Lease(holder="recorder", until=ago(30))})
    assert await renew_recording(ObjectId(recording.id), 1, "recorder", 60)


async def test_a_candidate_who_is_away_is_not_recorded_until_back(services: Services, livekit: Livekit) -> None:
    interview = await agreed_interview()
    await record(services, ObjectId(interview.id))
    recording = await claimed(interview)
    assert await release_recording(recording)
    await interview.set({"room.participant": None})
    await sweep_recordings(services)
    assert len(await recorders(livekit, interview)) == 1
    await interview.set({"room.participant": "PA_2"})
    await sweep_recordings(services)
    assert [told["fence"] for told in await recorders(livekit, interview)] == [1, 2]


async def test_when_no_recorder_comes_the_recording_fails_and_the_interview_does_not(
    services: Services, livekit: Livekit, told: Told
) -> None:
    interview = await agreed_interview()
    for count in range(1, MAX_DISPATCHES + 2):
        await sweep_recordings(services)
        recording = await recording_of(interview)
        if recording.lease:
            waited = (recording.lease.until - now()).total_seconds()
            assert waited == pytest.approx(min(8 * 2 ** (count - 1), 30), abs=3)
        await recording.set({"lease": Lease(holder=DISPATCH, until=ago(1))})
        await told.published()
    await sweep_recordings(services)
    recording = await recording_of(interview)
    assert recording.files[0].status is RecordingStatus.FAILED
    assert recording.files[0].failure == "No recorder came, though 6 were asked for: is `main.py recorder` running?"
    assert len(await recorders(livekit, interview)) == MAX_DISPATCHES
    stored = await Interview.get(interview.id)
    assert stored
    assert stored.status is InterviewStatus.IN_PROGRESS


async def test_livekit_that_is_away_costs_nothing_but_the_recording(services: Services, settings: Settings, told: Told) -> None:
    away = settings.model_copy(update={"livekit": settings.livekit.model_copy(update={"url": "ws://127.0.0.1:9"})})
    interview = await agreed_interview()
    async with Rooms(away) as rooms:
        await record(Services(away, services.live, services.jobs, rooms, services.prompt_version), ObjectId(interview.id))
    assert (await recording_of(interview)).dispatches == 1, "the next round sends another"
    assert await told.published() == channels_of(interview)


async def test_once_the_interview_is_over_the_files_are_made_and_nobody_is_sent(services: Services, livekit: Livekit) -> None:
    interview = await agreed_interview(status=InterviewStatus.COMPLETED)
    recording = await new_recording(interview).insert()
    held = await new_recording(await agreed_interview(status=InterviewStatus.COMPLETED)).insert()
    await held.set({"lease": Lease(holder="recorder", until=ago(-60))})
    finished = Log()
    services.jobs.register(FINISH_RECORDING, finished)
    await sweep_recordings(services)
    await asyncio.sleep(0)
    assert finished.ids == [recording.id]
    assert await livekit.dispatches(interview) == []


async def test_what_was_given_up_is_left_alone_until_the_interview_is_over(services: Services, livekit: Livekit) -> None:
    interview = await agreed_interview()
    await record(services, ObjectId(interview.id))
    assert await give_up_recording(await claimed(interview), "The disk is full.")
    await sweep_recordings(services)
    assert len(await recorders(livekit, interview)) == 1


async def test_a_typed_interview_is_not_recorded_though_the_candidate_agreed(services: Services) -> None:
    consent = (await agreed_interview()).consent
    interview = await make_interview(consent=consent)
    await record(services, ObjectId(interview.id))
    assert await get_recording_of(ObjectId(interview.id)) is None
