"""One recorder is dispatched where the candidate has consented and is present, and replaced if it dies."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from beanie import PydanticObjectId

from lifecycle.jobs import FINALIZE_RECORDING, RECORD
from lifecycle.presence import candidate_joined, prepare_room
from lifecycle.recorder_dispatch import repair_recordings, start_recording
from lifecycle.rooms import Rooms
from lifecycle.services import Services
from models.documents.interview import TERMINAL_STATUSES, Interview, InterviewStatus, Reopening, RoomState, may_record
from models.documents.recording import Recording, RecordingPart, RecordingStatus, get_interview_recording
from models.storage.clock import now
from models.storage.lease import PENDING_DISPATCH, Lease, renew_lease
from models.writes.recording_transitions import (
    MAX_DISPATCHES,
    MAX_DISPATCHES_BEFORE_FIRST_PART,
    add_part,
    claim_file_job,
    claim_recorder_dispatch,
    claim_recording,
    give_up_recording,
    release_recording_lease,
)
from settings import Settings
from tests.factories import make_interview, new_recording
from tests.lifecycle.job_worker import JobSpy
from tests.lifecycle.redis_probe import RedisProbe, change_channels_of
from tests.livekit_probe import LivekitProbe
from tests.recording.recording_room import make_consenting_interview

pytestmark = pytest.mark.usefixtures("livekit_server")


def seconds_ago(seconds: float) -> Any:
    return now() - timedelta(seconds=seconds)


async def load_recording(interview: Interview) -> Recording:
    recording = await get_interview_recording(interview.id)
    assert recording
    return recording


async def list_recorder_dispatches(livekit: LivekitProbe, interview: Interview) -> list[dict[str, Any]]:
    """Return the metadata of each recorder dispatch to the interview's room."""
    return [metadata for name, metadata in await livekit.list_dispatches(interview) if name == livekit.settings.recorder_name]


async def test_concurrent_requests_dispatch_one_recorder(services: Services, livekit: LivekitProbe) -> None:
    interview = await make_consenting_interview()
    await asyncio.gather(*(start_recording(services, interview.id) for _ in range(5)), repair_recordings(services))
    recording = await load_recording(interview)
    expected = {"interview": str(interview.id), "recording": str(recording.id), "fence": 1}
    assert await list_recorder_dispatches(livekit, interview) == [expected]
    assert (recording.lease and recording.lease.holder, recording.files[0].status) == (PENDING_DISPATCH, RecordingStatus.STARTING)


async def test_recording_of_a_try_out_belongs_to_its_organization(services: Services, livekit: LivekitProbe) -> None:
    interview = await make_consenting_interview(try_out_of=PydanticObjectId())
    await start_recording(services, interview.id)
    assert (await load_recording(interview)).organization_id == interview.try_out_of
    assert len(await list_recorder_dispatches(livekit, interview)) == 1


UNRECORDED_CASES: dict[str, dict[str, Any]] = {
    "refused": {"recording": False},
    "no consent": {"consent": None},
    "candidate absent": {"room": RoomState(expected_until=seconds_ago(1))},
    "no room": {"room": None},
    "erased": {"erased_at": seconds_ago(1)},
    **{status: {"status": status} for status in (*TERMINAL_STATUSES, InterviewStatus.ENDING)},
}


@pytest.mark.parametrize("case", UNRECORDED_CASES)
async def test_nothing_is_recorded_without_consent_a_candidate_and_an_open_interview(
    services: Services, livekit: LivekitProbe, redis_probe: RedisProbe, case: str
) -> None:
    interview = await make_consenting_interview(**UNRECORDED_CASES[case])
    await start_recording(services, interview.id)
    await repair_recordings(services)
    assert await get_interview_recording(interview.id) is None
    assert await livekit.list_dispatches(interview) == []
    assert await redis_probe.read_published_channels() == set()


async def test_recorder_cannot_claim_a_recording_without_consent(services: Services) -> None:
    interview = await make_consenting_interview(recording=False)
    recording = await new_recording(interview, fence=1, lease=Lease(holder=PENDING_DISPATCH, until=seconds_ago(-60))).insert()
    assert await claim_recording(recording.id, 1, "recorder", 60) is None


async def test_preparing_the_room_and_joining_it_wake_the_record_job(services: Services, redis_probe: RedisProbe) -> None:
    prepared, joined = [await make_consenting_interview(room=RoomState(expected_until=seconds_ago(1))) for _ in range(2)]
    await prepare_room(services, prepared)
    await candidate_joined(services, joined.id, "PA_1")
    assert await redis_probe.read_enqueued_jobs() == [(RECORD, prepared.id), (RECORD, joined.id)]
    refusing = await make_consenting_interview(recording=False, room=RoomState(expected_until=seconds_ago(1)))
    await prepare_room(services, refusing)
    await candidate_joined(services, refusing.id, "PA_1")
    assert await redis_probe.read_enqueued_jobs() == []


async def test_no_recorder_is_dispatched_without_a_store(services: Services, redis_probe: RedisProbe) -> None:
    without = services.settings.model_copy(update={"recording": services.settings.recording.model_copy(update={"store": ""})})
    services_without_store = Services(without, services.live, services.jobs, services.rooms, services.rate_limits)
    interview = await make_consenting_interview()
    await prepare_room(services_without_store, interview)
    await start_recording(services_without_store, interview.id)
    assert await redis_probe.read_enqueued_jobs() == []
    assert await get_interview_recording(interview.id) is None


async def test_lost_recorder_is_replaced_and_can_change_nothing(services: Services, livekit: LivekitProbe) -> None:
    interview = await make_consenting_interview()
    await start_recording(services, interview.id)
    recording = await claim_current_recording(interview)
    await repair_recordings(services)
    assert len(await list_recorder_dispatches(livekit, interview)) == 1, "the recorder holds its lease"
    await recording.set({"lease": Lease(holder="recorder", until=seconds_ago(1))})
    await asyncio.gather(*(repair_recordings(services) for _ in range(3)))
    assert [metadata["fence"] for metadata in await list_recorder_dispatches(livekit, interview)] == [1, 2]
    assert not await renew_lease(Recording, recording.id, 1, "recorder", 60)
    assert await add_part(recording, RecordingPart(number=1, started_at=now())) is None
    assert await release_recording_lease(recording) is None
    assert await claim_recording(recording.id, 1, "recorder", 60) is None


async def claim_current_recording(interview: Interview) -> Recording:
    recording = await load_recording(interview)
    by_recorder = await claim_recording(recording.id, recording.fence, "recorder", 60)
    assert by_recorder
    return by_recorder


async def test_recorder_recovers_its_lapsed_lease_after_an_outage(services: Services) -> None:
    interview = await make_consenting_interview()
    await start_recording(services, interview.id)
    recording = await claim_current_recording(interview)
    await recording.set({"lease": Lease(holder="recorder", until=seconds_ago(30))})
    assert await renew_lease(Recording, recording.id, 1, "recorder", 60)


async def test_absent_candidate_is_not_recorded_until_they_return(services: Services, livekit: LivekitProbe) -> None:
    interview = await make_consenting_interview()
    await start_recording(services, interview.id)
    recording = await claim_current_recording(interview)
    assert await release_recording_lease(recording)
    await interview.set({"room.participant": None})
    await repair_recordings(services)
    assert len(await list_recorder_dispatches(livekit, interview)) == 1
    await interview.set({"room.participant": "PA_2"})
    await repair_recordings(services)
    assert [metadata["fence"] for metadata in await list_recorder_dispatches(livekit, interview)] == [1, 2]


async def test_recording_fails_after_unanswered_dispatches_and_the_interview_continues(
    services: Services, livekit: LivekitProbe, redis_probe: RedisProbe
) -> None:
    interview = await make_consenting_interview()
    for count in range(1, MAX_DISPATCHES_BEFORE_FIRST_PART + 2):
        await repair_recordings(services)
        recording = await load_recording(interview)
        if recording.lease:
            waited = (recording.lease.until - now()).total_seconds()
            assert waited == pytest.approx(min(8 * 2 ** (count - 1), 30), abs=3)
        await recording.set({"lease": Lease(holder=PENDING_DISPATCH, until=seconds_ago(1))})
        await redis_probe.read_published_channels()
    await repair_recordings(services)
    recording = await load_recording(interview)
    assert recording.files[0].status is RecordingStatus.FAILED
    assert recording.files[0].failure == "No recorder answered 6 dispatches: check that `main.py recorder` is running."
    assert len(await list_recorder_dispatches(livekit, interview)) == MAX_DISPATCHES_BEFORE_FIRST_PART
    stored = await Interview.get(interview.id)
    assert stored
    assert stored.status is InterviewStatus.IN_PROGRESS


async def test_recorder_that_dies_before_its_first_part_counts_as_an_unanswered_dispatch(
    services: Services, livekit: LivekitProbe
) -> None:
    interview = await make_consenting_interview()
    for count in range(1, MAX_DISPATCHES_BEFORE_FIRST_PART + 1):
        await repair_recordings(services)
        recording = await claim_current_recording(interview)
        assert recording.dispatches == count
        await recording.set({"lease": Lease(holder="killed", until=seconds_ago(1))})
    await repair_recordings(services)
    assert (await load_recording(interview)).failure
    assert len(await list_recorder_dispatches(livekit, interview)) == MAX_DISPATCHES_BEFORE_FIRST_PART


async def test_recorder_that_dies_in_every_part_is_given_up_and_the_interview_continues(
    services: Services, livekit: LivekitProbe
) -> None:
    interview = await make_consenting_interview()
    for count in range(1, MAX_DISPATCHES + 1):
        await repair_recordings(services)
        recording = await claim_current_recording(interview)
        assert (recording.dispatches, recording.failure) == (count, None)
        assert await add_part(recording, RecordingPart(number=recording.fence, started_at=now()))
        await recording.set({"lease": Lease(holder="killed", until=seconds_ago(1))})
    assert await claim_recorder_dispatch(recording.id, 8, 30) is None
    await repair_recordings(services)
    await repair_recordings(services)
    given_up = await load_recording(interview)
    assert given_up.failure == (
        f"Recording stopped after {MAX_DISPATCHES} recorders had ended: check the log of `main.py recorder`. "
        "The recording up to then is preserved."
    )
    assert len(given_up.parts) == MAX_DISPATCHES
    assert len(await list_recorder_dispatches(livekit, interview)) == MAX_DISPATCHES
    stored = await Interview.get(interview.id)
    assert stored
    assert stored.status is InterviewStatus.IN_PROGRESS


async def test_livekit_outage_affects_only_the_recording(services: Services, settings: Settings, redis_probe: RedisProbe) -> None:
    unreachable = settings.model_copy(update={"livekit": settings.livekit.model_copy(update={"url": "ws://127.0.0.1:9"})})
    interview = await make_consenting_interview()
    async with Rooms(unreachable) as rooms:
        await start_recording(Services(unreachable, services.live, services.jobs, rooms, services.rate_limits), interview.id)
    assert (await load_recording(interview)).dispatches == 1, "the next round dispatches another"
    assert await redis_probe.read_published_channels() == change_channels_of(interview)


async def test_recording_is_finalized_once_the_interview_is_over(services: Services, livekit: LivekitProbe) -> None:
    interview = await make_consenting_interview(status=InterviewStatus.COMPLETED)
    recording = await new_recording(interview).insert()
    held = await new_recording(await make_consenting_interview(status=InterviewStatus.COMPLETED)).insert()
    await held.set({"lease": Lease(holder="recorder", until=seconds_ago(-60))})
    finished = JobSpy()
    services.jobs.register(FINALIZE_RECORDING, finished)
    await repair_recordings(services)
    await asyncio.sleep(0)
    assert finished.started_ids == [recording.id]
    assert await livekit.list_dispatches(interview) == []


async def test_recording_before_a_reopening_is_finalized_and_its_continuation_is_not_recorded(
    services: Services, livekit: LivekitProbe
) -> None:
    resumed = Reopening(id=PydanticObjectId(), reopened_at=now(), status=InterviewStatus.COMPLETED, after_seq=5)
    interview = await make_consenting_interview(reopenings=[resumed])
    recording = await new_recording(interview, parts=[RecordingPart(number=1, started_at=now())]).insert()
    finished = JobSpy()
    services.jobs.register(FINALIZE_RECORDING, finished)
    await repair_recordings(services)
    await asyncio.sleep(0)
    assert finished.started_ids == [recording.id]
    assert await claim_recorder_dispatch(recording.id, 8, 30) is None
    claimed = await claim_file_job(recording.id, "worker", 60)
    assert claimed
    assert claimed.parts == recording.parts
    unrecorded = await make_consenting_interview(reopenings=[resumed])
    assert not may_record(unrecorded.consent, unrecorded.reopenings)
    assert may_record(unrecorded.consent, [])
    await start_recording(services, unrecorded.id)
    assert await get_interview_recording(unrecorded.id) is None


async def test_recording_that_was_given_up_gets_no_recorder(services: Services, livekit: LivekitProbe) -> None:
    interview = await make_consenting_interview()
    await start_recording(services, interview.id)
    assert await give_up_recording(await claim_current_recording(interview), "The disk is full.")
    await repair_recordings(services)
    assert len(await list_recorder_dispatches(livekit, interview)) == 1


async def test_typed_interview_is_not_recorded_despite_consent(services: Services) -> None:
    consent = (await make_consenting_interview()).consent
    interview = await make_interview(consent=consent)
    await start_recording(services, interview.id)
    assert await get_interview_recording(interview.id) is None
