"""Erasing an interview deletes its media, and is pending until the store has none of them."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from lifecycle.jobs import ERASE_MEDIA
from lifecycle.repairs import repair_all
from lifecycle.services import Services
from lifecycle.states import erase_interview
from models.documents.interview import Interview
from models.documents.recording import Recording
from models.storage.clock import now
from models.storage.lease import renew_lease
from models.writes.interview_erasure import find_pending_erasures
from models.writes.recording_transitions import claim_recording
from recording.media_erasure import erase_media
from recording.storage import RecordingStore
from tests.factories import make_interview, new_recording, new_recording_file, reload_interview
from tests.lifecycle.job_worker import JobSpy
from tests.recording.recording_room import fail_to_store


async def make_interview_with_media(store: RecordingStore) -> Interview:
    """Make an interview with two recorded files and their objects in the store."""
    interview = await make_interview()
    files = [new_recording_file(), new_recording_file()]
    await new_recording(interview, files=files).insert()
    await store.put(f"{interview.id}/audio.ogg", b"what was said")
    await store.put(f"{interview.id}/parts/00000001/audio.ogg/00000000", b"what was said")
    return interview


async def is_erasure_pending(interview: Interview) -> bool:
    erasure = (await reload_interview(interview)).erasure
    assert erasure and erasure.recordings == 2
    return erasure.pending


async def test_erasure_is_pending_until_the_media_are_deleted(services: Services, store: RecordingStore) -> None:
    interview, other = await make_interview_with_media(store), await make_interview_with_media(store)
    erase_jobs = JobSpy()
    services.jobs.register(ERASE_MEDIA, erase_jobs)
    await erase_interview(services, interview)
    assert await is_erasure_pending(interview), "the objects are still there"
    await repair_all(services)
    await asyncio.sleep(0)  # let the started job begin
    assert erase_jobs.started_ids == [interview.id]
    await erase_media(store, interview.id, quiet_seconds=0)
    assert not await is_erasure_pending(interview)
    assert await find_pending_erasures(10) == []
    assert await store.list(str(interview.id)) == []
    assert len(await store.list(str(other.id))) == 2, "the media of another interview stay"


async def test_chunk_stored_after_the_erasure_mark_is_deleted(services: Services, store: RecordingStore) -> None:
    interview = await make_interview_with_media(store)
    await erase_interview(services, interview)
    await erase_media(store, interview.id)
    assert await is_erasure_pending(interview), "a writer may not have noticed the mark yet"
    await store.put(f"{interview.id}/parts/00000001/audio.ogg/00000001", b"too late")
    await erase_media(store, interview.id, quiet_seconds=0)
    assert await store.list(str(interview.id)) == []
    assert not await is_erasure_pending(interview)


async def test_erasure_ends_the_recorders_lease(services: Services) -> None:
    interview = await make_interview(consent={"text_version": "test", "given_at": "2026-11-25T00:00:00Z", "recording": True})
    recording = await new_recording(interview, fence=1).insert()
    recording_id = recording.id
    assert await claim_recording(recording_id, 1, "recorder", 60)
    assert await renew_lease(Recording, recording_id, 1, "recorder", 60)
    await erase_interview(services, interview)
    assert not await renew_lease(Recording, recording_id, 1, "recorder", 60)
    assert await Recording.get(recording_id) is None


async def test_store_failure_keeps_the_erasure_pending(
    services: Services, store: RecordingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    interview = await make_interview_with_media(store)
    await erase_interview(services, interview)
    with monkeypatch.context() as patch:
        patch.setattr(RecordingStore, "delete", fail_to_store)
        await erase_media(store, interview.id, quiet_seconds=0)
    assert await is_erasure_pending(interview)
    await erase_media(None, interview.id, quiet_seconds=0)
    assert await is_erasure_pending(interview), "a worker without a store confirms nothing"
    await erase_media(store, interview.id, quiet_seconds=0)
    assert not await is_erasure_pending(interview)


async def test_erasure_attempts_are_counted_when_they_begin_and_back_off(
    services: Services, monkeypatch: pytest.MonkeyPatch, store: RecordingStore
) -> None:
    interview = await make_interview_with_media(store)
    await erase_interview(services, interview)

    async def killed(_: RecordingStore, prefix: str) -> Any:
        raise asyncio.CancelledError

    monkeypatch.setattr(RecordingStore, "delete", killed)
    pauses = []
    for attempt in range(1, 12):
        assert await find_pending_erasures(10) == ([interview.id] if attempt == 1 else [])
        with pytest.raises(asyncio.CancelledError):
            await erase_media(store, interview.id)
        erasure = (await reload_interview(interview)).erasure
        assert erasure and erasure.due_at
        assert erasure.attempts == attempt
        pauses.append(round((erasure.due_at - now()).total_seconds()))
    assert pauses == pytest.approx([2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600], abs=2)
    await interview.set({"erasure.due_at": now() - timedelta(seconds=1)})
    assert await find_pending_erasures(10) == [interview.id], "it is never abandoned"


async def test_media_of_an_interview_that_is_not_erased_stay(services: Services, store: RecordingStore) -> None:
    interview = await make_interview_with_media(store)
    await erase_media(store, interview.id, quiet_seconds=0)
    assert len(await store.list(str(interview.id))) == 2
