"""The job that makes files from parts: once, whatever goes wrong in it, and never of what was erased."""

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
from recording.containers import AudioContainer
from recording.finalize import MAX_ATTEMPTS, finalize_recording
from recording.storage import RecordingStore, StoreFailed
from recording.timeline import interleave
from tests.factories import new_recording
from tests.recording.recording_room import make_consenting_interview
from tests.recording.tones import decode_channels, find_loud_spans, silence, tone


async def make_recording_with_parts(store: RecordingStore, *offsets: float, **values: object) -> tuple[Interview, Recording]:
    """An interview that is over, with a part of one second of sound at each offset."""
    interview = await make_consenting_interview(status=InterviewStatus.COMPLETED)
    begun = now()
    parts = [
        RecordingPart(number=place + 1, started_at=begun + timedelta(seconds=offset)) for place, offset in enumerate(offsets)
    ]
    for part in parts:
        await store.put(f"{interview.id}/parts/{part.number:08}/audio.ogg/00000000", encode_part())
    files = [RecordingFile(kind=RecordingKind.AUDIO, status=RecordingStatus.ACTIVE)]
    return interview, await new_recording(interview, **{"parts": parts, "files": files, "fence": len(parts), **values}).insert()


def encode_part() -> bytes:
    encoded = bytearray()

    class ByteSink:
        def write(self, data: bytes) -> int:
            encoded.extend(data)
            return len(data)

    sound = AudioContainer(ByteSink(), channels=2)
    sound.write(interleave(tone(440, 1), silence(1)))
    sound.close()
    return bytes(encoded)


async def reload_recording(recording: Recording) -> Recording:
    stored = await Recording.get(recording.id)
    assert stored
    return stored


async def test_the_files_are_made_once_however_often_it_is_asked_for(
    services: Services, store: RecordingStore, folder: Path
) -> None:
    interview, recording = await make_recording_with_parts(store, 0, 3)
    await asyncio.gather(*(finalize_recording(services, store, recording.id) for _ in range(3)))
    await finalize_recording(services, store, recording.id)
    done = await reload_recording(recording)
    assert (done.is_open, done.attempts, done.lease) == (False, 1, None)
    assert [file.kind for file in done.files] == ["AUDIO", "CANDIDATE_TRACK", "INTERVIEWER_TRACK"]
    assert {file.status for file in done.files} == {RecordingStatus.COMPLETED}
    audio = done.get_file(RecordingKind.AUDIO)
    assert audio and audio.id == recording.files[0].id, "who has its id finds it again"
    left, _ = decode_channels(folder / str(audio.path))
    assert find_loud_spans(left) == [pytest.approx((0, 1), abs=0.05), pytest.approx((3, 4), abs=0.05)]
    assert len(await store.list(str(interview.id))) == 3


async def test_while_the_interview_goes_on_or_somebody_records_nothing_is_made(services: Services, store: RecordingStore) -> None:
    interview, recording = await make_recording_with_parts(store, 0)
    await interview.set({Interview.status: InterviewStatus.IN_PROGRESS})
    await finalize_recording(services, store, recording.id)
    await interview.set({Interview.status: InterviewStatus.ENDING})
    await recording.set({"lease": {"holder": "recorder", "until": now() + timedelta(seconds=60)}})
    await finalize_recording(services, store, recording.id)
    assert ((await reload_recording(recording)).is_open, (await reload_recording(recording)).attempts) == (True, 0)


async def test_a_store_that_is_away_is_tried_again_and_said_so(
    services: Services, store: RecordingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, recording = await make_recording_with_parts(store, 0)

    async def away(*_: object) -> None:
        raise StoreFailed("The disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(RecordingStore, "put", away)
        await finalize_recording(services, store, recording.id)
    waiting = await reload_recording(recording)
    assert waiting.files[0].failure == "The disk is full. It is tried again in 5 seconds (try 1 of 8)."
    assert waiting.is_open
    await finalize_recording(services, store, recording.id)
    assert (await reload_recording(recording)).attempts == 1, "not before its time"
    await waiting.set({"due_at": now()})
    await finalize_recording(services, store, recording.id)
    done = await reload_recording(recording)
    assert [(file.status, file.failure) for file in done.files] == [(RecordingStatus.COMPLETED, None)] * 3


async def test_after_the_last_try_it_has_failed_and_the_parts_are_kept(
    services: Services, store: RecordingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    interview, recording = await make_recording_with_parts(store, 0, attempts=MAX_ATTEMPTS - 1)

    async def away(*_: object) -> None:
        raise StoreFailed("The disk is full")

    monkeypatch.setattr(RecordingStore, "put", away)
    await finalize_recording(services, store, recording.id)
    done = await reload_recording(recording)
    assert (done.is_open, done.files[0].status) == (False, RecordingStatus.FAILED)
    assert done.files[0].failure == "The disk is full. That was try 8 of 8; what was recorded is still in the store."
    assert len(await store.list(f"{interview.id}/parts")) == 1


async def test_files_whose_worker_is_killed_each_time_are_given_up_and_the_parts_are_kept(
    services: Services, store: RecordingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    interview, recording = await make_recording_with_parts(store, 0)
    for _ in range(MAX_ATTEMPTS):
        assert await claim_file_job(recording.id, "killed", 60)
        await recording.set({"lease": None})  # as when it lapsed
    monkeypatch.setattr(finalize, "merge_parts", None)  # not another attempt
    await finalize_recording(services, store, recording.id)
    done = await reload_recording(recording)
    assert (done.is_open, done.files[0].status) == (False, RecordingStatus.FAILED)
    assert done.files[0].failure == f"{finalize.ABANDONED}. That was try 8 of 8; what was recorded is still in the store."
    assert len(await store.list(f"{interview.id}/parts")) == 1


async def test_what_broke_off_is_playable_and_says_that_it_failed(
    services: Services, store: RecordingStore, folder: Path
) -> None:
    failure = "Recording broke off after 1 seconds: The disk is full. What was recorded till then is kept."
    _, recording = await make_recording_with_parts(store, 0, failure=failure)
    await finalize_recording(services, store, recording.id)
    done = await reload_recording(recording)
    assert [(file.status, file.failure) for file in done.files] == [(RecordingStatus.FAILED, failure)] * 3
    left, _ = decode_channels(folder / str(done.files[0].path))
    assert find_loud_spans(left) == [pytest.approx((0, 1), abs=0.05)]


async def test_an_interview_that_nobody_began_has_no_recording_and_one_without_a_recorder_says_so(
    services: Services, store: RecordingStore
) -> None:
    _, without = await make_recording_with_parts(store)
    never, unused = await make_recording_with_parts(store)
    await never.set({"started_at": None})
    for recording in (without, unused):
        await finalize_recording(services, store, recording.id)
    assert (await reload_recording(unused)).files == []
    [file] = (await reload_recording(without)).files
    assert (file.status, file.failure) == (RecordingStatus.FAILED, finalize.NO_RECORDER)


async def test_parts_in_which_nothing_can_be_read_say_so(services: Services, store: RecordingStore) -> None:
    interview, recording = await make_recording_with_parts(store, 0)
    await store.put(f"{interview.id}/parts/00000001/audio.ogg/00000000", b"rubbish")
    await finalize_recording(services, store, recording.id)
    [file] = (await reload_recording(recording)).files
    assert (file.status, file.failure) == (RecordingStatus.FAILED, finalize.NOTHING_PLAYABLE)


async def test_an_erasure_in_the_middle_leaves_no_file(
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
    assert (left.is_open, [file.path for file in left.files]) == (True, [None]), "the erasure deletes it and the bytes"


async def test_a_defect_of_ours_is_told_and_tried_again(
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
    assert waiting.files[0].failure == "It failed on our side (ValueError). It is tried again in 5 seconds (try 1 of 8)."


async def test_whoever_loses_the_job_in_mid_work_waits_for_its_thread_and_leaves_nothing(
    services: Services, store: RecordingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    interview, recording = await make_recording_with_parts(store, 0)
    begun, ended = threading.Event(), threading.Event()

    def work(_: object, paths: dict[RecordingKind, Path], __: object, abandoned: threading.Event) -> None:
        names = [path.readlink() for path in paths.values()]
        assert all(str(name).endswith("(deleted)") for name in names), "no file has a name that outlives a kill"
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
