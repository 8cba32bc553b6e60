"""The job that makes a recording's files from its parts once the interview is over.

Its due time, attempts and lease are in the recording's document.
"""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile

import structlog
from bson import ObjectId

from engine.metrics import count_attempt
from lifecycle.lease_renewal import hold_lease
from lifecycle.services import Services
from models.documents.interview import get_interview
from models.documents.recording import Recording, RecordingFile, RecordingKind, RecordingStatus
from models.storage.lease import LeaseLost, renew_lease
from models.writes.recording_transitions import FILES_BACKOFF, claim_file_job, complete_recording, postpone_file_job
from recording.containers import AUDIO_TYPE, VIDEO_TYPE
from recording.merge import FILE_NAMES, LocalPart, MergedFile, merge_parts
from recording.part_writer import AUDIO_FILE_NAME, VIDEO_FILE_NAME
from recording.storage import RecordingStore, StoreFailed
from recording.upload_buffer import build_chunks_path

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 8
FETCH_CONCURRENCY = 16
"""Chunks that are fetched concurrently."""

NO_RECORDER = "Nothing was recorded, because no recorder joined: check that `main.py recorder` is running."
ABANDONED = "The worker was stopped or lost its lease"
NOTHING_PLAYABLE = "The recording contains nothing that can be played."


async def finalize_recording(services: Services, store: RecordingStore | None, recording_id: ObjectId) -> None:
    """Make the recording's files, if that is due and nobody holds its lease.

    A failure is stored in the recording, which is then due again later, or FAILED once its attempts are used up. Register this
    as an exclusive job: it takes a core for minutes, and the replies to typed interviews need the other slots.
    """
    holder, lease_seconds = services.jobs.holder, services.settings.jobs.lease_seconds
    recording = await claim_file_job(recording_id, holder, lease_seconds)
    if recording is None:
        return
    count_attempt("recording", recording.attempts)
    if recording.attempts > MAX_ATTEMPTS:
        if failed := await _retry_or_fail(recording, ABANDONED):
            await services.live.publish_change(failed)
        return

    async def renew() -> bool:
        return await renew_lease(Recording, recording_id, recording.fence, holder, lease_seconds)

    try:
        async with hold_lease(renew, lease_seconds):
            changed = await complete_recording(recording, await _make_files(store, recording))
    except LeaseLost:
        return
    except Exception as error:
        expected = isinstance(error, StoreFailed | OSError)
        reason = str(error) if isinstance(error, StoreFailed) else f"An internal error occurred ({type(error).__name__})"
        if failed := await _retry_or_fail(recording, reason):
            await services.live.publish_change(failed)
        if not expected:
            raise
        return
    if changed is None:
        return
    await services.live.publish_change(changed)
    if store:
        try:
            await store.delete(_build_parts_path(recording))
        except StoreFailed as failed:
            # they are deleted when the interview is erased
            log.warning("parts not deleted", recording_id=str(recording_id), reason=str(failed))


async def _make_files(store: RecordingStore | None, recording: Recording) -> list[RecordingFile]:
    if not recording.parts:
        return await _build_files_without_parts(recording)
    if store is None:
        raise StoreFailed("This worker has no recording store: set RECORDING_STORE")
    target = f"{recording.interview_id}/files"
    # remove the files of failed attempts
    await store.delete(target)
    with ExitStack() as stack:
        parts = [await _fetch_part(store, recording, index, stack) for index in range(len(recording.parts))]
        targets = {kind: stack.enter_context(_open_unnamed_file()) for kind in FILE_NAMES}
        files = []
        for merged in await _merge(recording, parts, targets):
            # each attempt has its own path, so a file never changes after a caller has received its URL
            path = f"{target}/{recording.fence:08}/{FILE_NAMES[merged.kind]}"
            size = merged.path.stat().st_size
            await store.put(path, merged.path)
            files.append(_build_file(recording, merged, path, size))
    return files or [_build_failed_file(file, NOTHING_PLAYABLE) for file in recording.files]


async def _build_files_without_parts(recording: Recording) -> list[RecordingFile]:
    interview = await get_interview(recording.interview_id)
    if interview is not None and interview.started_at is None and recording.failure is None:
        # the candidate never said anything, so there was nothing to record
        return []
    return [_build_failed_file(file, recording.failure or NO_RECORDER) for file in recording.files]


@contextmanager
def _open_unnamed_file() -> Iterator[Path]:
    """Yield the path of a temporary file without a name, which the system deletes even if this process is killed."""
    with TemporaryFile() as file:
        yield Path(f"/proc/self/fd/{file.fileno()}")


async def _fetch_part(store: RecordingStore, recording: Recording, index: int, stack: ExitStack) -> LocalPart:
    part = recording.parts[index]
    paths: dict[str, Path] = {}
    for name in (AUDIO_FILE_NAME, VIDEO_FILE_NAME):
        chunks = await store.list(build_chunks_path(recording.interview_id, part.number, name))
        if not chunks:
            continue
        paths[name] = stack.enter_context(_open_unnamed_file())
        with paths[name].open("wb") as file:
            for start in range(0, len(chunks), FETCH_CONCURRENCY):
                for content in await asyncio.gather(*(store.get(chunk) for chunk in chunks[start : start + FETCH_CONCURRENCY])):
                    file.write(content)
    offset = (part.started_at - recording.parts[0].started_at).total_seconds()
    return LocalPart(offset, paths.get(AUDIO_FILE_NAME), paths.get(VIDEO_FILE_NAME))


async def _merge(recording: Recording, parts: list[LocalPart], targets: Mapping[RecordingKind, Path]) -> list[MergedFile]:
    video_size = next((part.video_size for part in recording.parts if part.video_size), None)
    abandoned = threading.Event()
    merging = asyncio.create_task(asyncio.to_thread(merge_parts, parts, targets, video_size, abandoned))
    try:
        return await asyncio.shield(merging)
    finally:
        abandoned.set()
        while not merging.done():
            # the thread still uses the files; it stops soon after `abandoned` is set
            with suppress(asyncio.CancelledError):
                await asyncio.wait([merging])
        # retrieved, or asyncio would log it as never retrieved
        merging.exception()


def _build_file(recording: Recording, merged: MergedFile, path: str, size: int) -> RecordingFile:
    file = recording.get_file(merged.kind) or RecordingFile(kind=merged.kind, status=RecordingStatus.ACTIVE)
    return file.model_copy(
        update={
            "status": RecordingStatus.FAILED if recording.failure else RecordingStatus.COMPLETED,
            "failure": recording.failure,
            "started_at": recording.parts[0].started_at,
            "mime_type": VIDEO_TYPE if merged.kind is RecordingKind.COMPOSITE else AUDIO_TYPE,
            "path": path,
            "duration_seconds": merged.seconds,
            "size_bytes": size,
        }
    )


def _build_failed_file(file: RecordingFile, failure: str) -> RecordingFile:
    return file.model_copy(update={"status": RecordingStatus.FAILED, "failure": failure})


async def _retry_or_fail(recording: Recording, reason: str) -> Recording | None:
    """Postpone the job, or fail the recording if no attempt is left; its parts then stay in the store."""
    log.warning("recording not finalized", recording_id=str(recording.id), attempt=recording.attempts, reason=reason)
    if recording.attempts >= MAX_ATTEMPTS:
        count = min(recording.attempts, MAX_ATTEMPTS)
        failure = f"{reason}. That was attempt {count} of {MAX_ATTEMPTS}; the recorded parts are still in the store."
        return await complete_recording(recording, [_build_failed_file(file, failure) for file in recording.files])
    pause = FILES_BACKOFF.seconds(recording.attempts)
    failure = f"{reason}. The next attempt is in {pause:.0f} seconds (attempt {recording.attempts} of {MAX_ATTEMPTS} failed)."
    return await postpone_file_job(recording, failure, pause)


def _build_parts_path(recording: Recording) -> str:
    return f"{recording.interview_id}/parts"
