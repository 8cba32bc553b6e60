"""Finalizing a recording: once, despite failures, and never after an erasure."""

import asyncio
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from lifecycle.services import Services
from models.documents.interview import Interview, InterviewStatus
from models.documents.recording import Recording, RecordingFile, RecordingKind, RecordingPart, RecordingStatus
from models.storage.clock import now
from models.writes.interview_erasure import mark_erased
from models.writes.recording_transitions import claim_file_job
from recording import finalize
from recording.finalize import MAX_ATTEMPTS, finalize_recording
from recording.storage import RecordingStore
from tests.audio import decode_channels, encode_sound_part, find_loud_spans, silence, tone
from tests.factories import new_recording
from tests.recording.recording_room import fail_to_store, make_consenting_interview, reload_recording


async def make_recording_with_parts(store: RecordingStore, *offsets: float, **values: object) -> tuple[Interview, Recording]:
    """Make a completed interview whose recording has a part with one second of sound at each offset."""
    interview = await make_consenting_interview(status=InterviewStatus.COMPLETED)
    begun = now()
    parts = [
        RecordingPart(number=index + 1, started_at=begun + timedelta(seconds=offset)) for index, offset in enumerate(offsets)
    ]
    for part in parts:
        await store.put(f"{interview.id}/parts/{part.number:08}/audio.ogg/00000000", encode_sound_part(tone(440, 1), silence(1)))
    files = [RecordingFile(kind=RecordingKind.AUDIO, status=RecordingStatus.ACTIVE)]
    return interview, await new_recording(interview, **{"parts": parts, "files": files, "fence": len(parts), **values}).insert()


async def test_concurrent_and_repeated_calls_make_the_files_once(services: Services, store: RecordingStore, folder: Path) -> None:
    interview, recording = await make_recording_with_parts(store, 0, 3)
    await asyncio.gather(*(finalize_recording(services, store, recording.id) for _ in range(3)))
    await finalize_recording(services, store, recording.id)
    done = await reload_recording(recording)
    assert (done.is_open, done.attempts, done.lease) == (False, 1, None)
    assert [file.kind for file in done.files] == ["AUDIO", "CANDIDATE_TRACK", "INTERVIEWER_TRACK"]
    assert {file.status for file in done.files} == {RecordingStatus.COMPLETED}
    audio = done.get_file(RecordingKind.AUDIO)
    assert audio and audio.id == recording.files[0].id, "the file's id does not change"
    left, _ = decode_channels(folder / str(audio.path))
    assert find_loud_spans(left) == [pytest.approx((0, 1), abs=0.05), pytest.approx((3, 4), abs=0.05)]
    assert len(await store.list(str(interview.id))) == 3


async def test_nothing_is_finalized_while_the_interview_is_open_or_a_recorder_holds_the_lease(
    services: Services, store: RecordingStore
) -> None:
    interview, recording = await make_recording_with_parts(store, 0)
    await interview.set({Interview.status: InterviewStatus.IN_PROGRESS})
    await finalize_recording(services, store, recording.id)
    await interview.set({Interview.status: InterviewStatus.ENDING})
    await recording.set({"lease": {"holder": "recorder", "until": now() + timedelta(seconds=60)}})
    await finalize_recording(services, store, recording.id)
    assert ((await reload_recording(recording)).is_open, (await reload_recording(recording)).attempts) == (True, 0)


async def test_store_failure_is_stored_and_retried(
    services: Services, store: RecordingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, recording = await make_recording_with_parts(store, 0)
    with monkeypatch.context() as patch:
        patch.setattr(RecordingStore, "put", fail_to_store)
        await finalize_recording(services, store, recording.id)
    waiting = await reload_recording(recording)
    assert waiting.files[0].failure == "The store does not answer. The next attempt is in 5 seconds (attempt 1 of 8 failed)."
    assert waiting.is_open
    await finalize_recording(services, store, recording.id)
    assert (await reload_recording(recording)).attempts == 1, "not before it is due"
    await waiting.set({"due_at": now()})
    await finalize_recording(services, store, recording.id)
    done = await reload_recording(recording)
    assert [(file.status, file.failure) for file in done.files] == [(RecordingStatus.COMPLETED, None)] * 3


async def test_recording_fails_after_the_last_attempt_and_its_parts_stay(
    services: Services, store: RecordingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    interview, recording = await make_recording_with_parts(store, 0, attempts=MAX_ATTEMPTS - 1)
    monkeypatch.setattr(RecordingStore, "put", fail_to_store)
    await finalize_recording(services, store, recording.id)
    done = await reload_recording(recording)
    assert (done.is_open, done.files[0].status) == (False, RecordingStatus.FAILED)
    assert (
        done.files[0].failure == "The store does not answer. That was attempt 8 of 8; the recorded parts are still in the store."
    )
    assert len(await store.list(f"{interview.id}/parts")) == 1


async def test_recording_fails_after_its_worker_was_killed_in_every_attempt(
    services: Services, store: RecordingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    interview, recording = await make_recording_with_parts(store, 0)
    for _ in range(MAX_ATTEMPTS):
        assert await claim_file_job(recording.id, "killed", 60)
        await recording.set({"lease": None})  # like a lease that has lapsed
    monkeypatch.setattr(finalize, "merge_parts", None)  # there is no further attempt
    await finalize_recording(services, store, recording.id)
    done = await reload_recording(recording)
    assert (done.is_open, done.files[0].status) == (False, RecordingStatus.FAILED)
    assert done.files[0].failure == f"{finalize.ABANDONED}. That was attempt 8 of 8; the recorded parts are still in the store."
    assert len(await store.list(f"{interview.id}/parts")) == 1


async def test_interrupted_recording_is_playable_and_marked_as_failed(
    services: Services, store: RecordingStore, folder: Path
) -> None:
    failure = "Recording stopped after 1 seconds: The disk is full. The recording up to then is preserved."
    _, recording = await make_recording_with_parts(store, 0, failure=failure)
    await finalize_recording(services, store, recording.id)
    done = await reload_recording(recording)
    assert [(file.status, file.failure) for file in done.files] == [(RecordingStatus.FAILED, failure)] * 3
    left, _ = decode_channels(folder / str(done.files[0].path))
    assert find_loud_spans(left) == [pytest.approx((0, 1), abs=0.05)]


async def test_recording_without_parts_fails_unless_the_interview_never_began(services: Services, store: RecordingStore) -> None:
    _, without = await make_recording_with_parts(store)
    never, unused = await make_recording_with_parts(store)
    await never.set({"started_at": None})
    for recording in (without, unused):
        await finalize_recording(services, store, recording.id)
    assert (await reload_recording(unused)).files == []
    [file] = (await reload_recording(without)).files
    assert (file.status, file.failure) == (RecordingStatus.FAILED, finalize.NO_RECORDER)


async def test_recording_without_readable_parts_fails(services: Services, store: RecordingStore) -> None:
    interview, recording = await make_recording_with_parts(store, 0)
    await store.put(f"{interview.id}/parts/00000001/audio.ogg/00000000", b"rubbish")
    await finalize_recording(services, store, recording.id)
    [file] = (await reload_recording(recording)).files
    assert (file.status, file.failure) == (RecordingStatus.FAILED, finalize.NOTHING_PLAYABLE)


async def test_erasure_during_finalizing_leaves_no_file(
    services: Services, store: RecordingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    interview, recording = await make_recording_with_parts(store, 0)
    put = RecordingStore.put

    async def erase_first(self: RecordingStore, path: str, content: bytes | Path) -> None:
        await mark_erased(interview.id)
        await put(self, path, content)

    monkeypatch.setattr(RecordingStore, "put", erase_first)
    await finalize_recording(services, store, recording.id)
    left = await reload_recording(recording)
    assert (left.is_open, [file.path for file in left.files]) == (True, [None]), (
        "the erasure deletes the document and the objects"
    )


async def test_internal_error_is_raised_and_retried(
    services: Services, store: RecordingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, recording = await make_recording_with_parts(store, 0)

    def defect(*_: object) -> None:
        raise ValueError("what was said")

    monkeypatch.setattr(finalize, "merge_parts", defect)
    with pytest.raises(ValueError, match="what was said"):
        await finalize_recording(services, store, recording.id)
    waiting = await reload_recording(recording)
    assert waiting.is_open
    assert (
        waiting.files[0].failure
        == "An internal error occurred (ValueError). The next attempt is in 5 seconds (attempt 1 of 8 failed)."
    )


async def test_cancellation_waits_for_the_thread_and_leaves_no_file(
    services: Services, store: RecordingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    interview, recording = await make_recording_with_parts(store, 0)
    begun, ended = threading.Event(), threading.Event()

    def work(_: object, paths: dict[RecordingKind, Path], __: object, abandoned: threading.Event) -> None:
        names = [path.readlink() for path in paths.values()]
        assert all(str(name).endswith("(deleted)") for name in names), "no file can outlive a killed process"
        begun.set()
        abandoned.wait(10)
        time.sleep(0.3)
        assert all(path.exists() for path in paths.values())
        ended.set()

    monkeypatch.setattr(finalize, "merge_parts", work)
    task = asyncio.create_task(finalize_recording(services, store, recording.id))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
    assert await store.list(f"{interview.id}/files") == []
