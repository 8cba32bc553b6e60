"""The job that makes a recording's files from its parts, once the interview is over. What is due stands in the recording."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile

import structlog
from bson import ObjectId

from lifecycle.lease import kept
from lifecycle.services import Services
from models.append import LeaseLost
from models.interview import get_interview
from models.recording import File, Recording, RecordingKind, RecordingStatus
from models.recording_job import claim_files, complete_recording, postpone_files, renew_recording
from recording.containers import AUDIO_TYPE, VIDEO_TYPE
from recording.joining import NAMES, Made, Piece, join
from recording.part import AUDIO, VIDEO
from recording.spool import path_of
from recording.storage import Store, StoreFailed

log = structlog.get_logger(__name__)

ATTEMPTS = 8
RETRY_SECONDS = 5.0
MAX_RETRY_SECONDS = 600.0
AT_ONCE = 16
"""chunks fetched at the same time"""

NOBODY_CAME = "Nothing was recorded: no recorder came. Is `main.py recorder` running?"
NOTHING_READABLE = "Nothing was recorded that can be played."

_busy = asyncio.Lock()
"""one at a time in a process, and nobody waits: the replies of typed interviews need its slots and its core"""


async def finish_recording(services: Services, store: Store | None, recording_id: ObjectId) -> None:
    """Make the files, if that is due and in nobody's hands. Whatever goes wrong stands in the recording: due again, or FAILED.

    While this process is at another the sweep asks again.
    """
    if not _busy.locked():
        async with _busy:
            await _finish(services, store, recording_id)


async def _finish(services: Services, store: Store | None, recording_id: ObjectId) -> None:
    holder, lease_seconds = services.jobs.holder, services.settings.jobs.lease_seconds
    recording = await claim_files(recording_id, holder, lease_seconds)
    if recording is None:
        return

    async def renew() -> bool:
        return await renew_recording(recording_id, recording.fence, holder, lease_seconds)

    try:
        async with kept(renew, lease_seconds):
            changed = await complete_recording(recording, await _make_files(store, recording))
    except LeaseLost:
        return
    except Exception as error:
        expected = isinstance(error, StoreFailed | OSError)
        reason = str(error) if isinstance(error, StoreFailed) else f"It failed on our side ({type(error).__name__})"
        await _tell(services, await _give_up(recording, reason))
        if not expected:
            raise
        return
    await _tell(services, changed)
    if changed and store:
        try:
            await store.delete(_parts_of(recording))
        except StoreFailed as failed:
            # the erasure takes them
            log.warning("parts not deleted", recording_id=str(recording_id), reason=str(failed))


async def _make_files(store: Store | None, recording: Recording) -> list[File]:
    if not recording.parts:
        return await _nothing(recording)
    if store is None:
        raise StoreFailed("This worker has no store of recordings: set RECORDING_STORE")
    target = f"{recording.interview_id}/files"
    # of attempts that failed
    await store.delete(target)
    with ExitStack() as stack:
        pieces = [await _fetch(store, recording, place, stack) for place in range(len(recording.parts))]
        targets = {kind: stack.enter_context(_unnamed()) for kind in NAMES}
        files = []
        for made in await _join(recording, pieces, targets):
            # no other attempt writes to it: what a caller is given never changes
            path = f"{target}/{recording.fence:08}/{NAMES[made.kind]}"
            size = made.path.stat().st_size
            await store.put(path, made.path)
            files.append(_file(recording, made, path, size))
    return files or [_failed(file, NOTHING_READABLE) for file in recording.files]


async def _nothing(recording: Recording) -> list[File]:
    interview = await get_interview(ObjectId(recording.interview_id))
    if interview is not None and interview.started_at is None and recording.failure is None:
        # the candidate never said anything: there was nothing to record
        return []
    return [_failed(file, recording.failure or NOBODY_CAME) for file in recording.files]


@contextmanager
def _unnamed() -> Iterator[Path]:
    """A file on this disk while the block lasts. It has no name: what was said in it goes with us, even if we are killed."""
    with TemporaryFile() as file:
        yield Path(f"/proc/self/fd/{file.fileno()}")


async def _fetch(store: Store, recording: Recording, place: int, stack: ExitStack) -> Piece:
    part = recording.parts[place]
    paths: dict[str, Path] = {}
    for name in (AUDIO, VIDEO):
        chunks = await store.list(path_of(recording.interview_id, part.number, name))
        if not chunks:
            continue
        paths[name] = stack.enter_context(_unnamed())
        with paths[name].open("wb") as file:
            for start in range(0, len(chunks), AT_ONCE):
                for content in await asyncio.gather(*(store.get(chunk) for chunk in chunks[start : start + AT_ONCE])):
                    file.write(content)
    offset = (part.started_at - recording.parts[0].started_at).total_seconds()
    return Piece(offset, paths.get(AUDIO), paths.get(VIDEO))


async def _join(recording: Recording, pieces: list[Piece], targets: Mapping[RecordingKind, Path]) -> list[Made]:
    picture = next((part.picture for part in recording.parts if part.picture), None)
    abandoned = threading.Event()
    joining = asyncio.create_task(asyncio.to_thread(join, pieces, targets, picture, abandoned))
    try:
        return await asyncio.shield(joining)
    finally:
        abandoned.set()
        while not joining.done():
            # the files must not be closed under the thread, which soon sees that nobody wants them
            with suppress(asyncio.CancelledError):
                await asyncio.wait([joining])
        # looked at, or asyncio would tell of it
        joining.exception()


def _file(recording: Recording, made: Made, path: str, size: int) -> File:
    file = recording.file(made.kind) or File(kind=made.kind, status=RecordingStatus.ACTIVE)
    return file.model_copy(
        update={
            "status": RecordingStatus.FAILED if recording.failure else RecordingStatus.COMPLETED,
            "failure": recording.failure,
            "started_at": recording.parts[0].started_at,
            "mime_type": VIDEO_TYPE if made.kind is RecordingKind.COMPOSITE else AUDIO_TYPE,
            "path": path,
            "duration_seconds": made.seconds,
            "size_bytes": size,
        }
    )


def _failed(file: File, failure: str) -> File:
    return file.model_copy(update={"status": RecordingStatus.FAILED, "failure": failure})


async def _give_up(recording: Recording, reason: str) -> Recording | None:
    """For now, or for good when the tries are used up; then the parts stay where they are."""
    log.warning("recording not made", recording_id=str(recording.id), attempt=recording.attempts, reason=reason)
    if recording.attempts >= ATTEMPTS:
        told = f"{reason}. That was try {recording.attempts} of {ATTEMPTS}; what was recorded is still in the store."
        return await complete_recording(recording, [_failed(file, told) for file in recording.files])
    pause = min(RETRY_SECONDS * 2.0 ** (recording.attempts - 1), MAX_RETRY_SECONDS)
    told = f"{reason}. It is tried again in {pause:.0f} seconds (try {recording.attempts} of {ATTEMPTS})."
    return await postpone_files(recording, told, pause)


def _parts_of(recording: Recording) -> str:
    return f"{recording.interview_id}/parts"


async def _tell(services: Services, changed: Recording | None) -> None:
    if changed is not None:
        await services.live.publish_change(ObjectId(changed.organization_id), ObjectId(changed.interview_id))
