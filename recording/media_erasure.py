"""The job that deletes the recorded media of an erased interview from the store."""

import structlog
from bson import ObjectId

from models.writes.interview_erasure import begin_media_deletion, confirm_media_erased
from recording.storage import RecordingStore, StoreFailed

log = structlog.get_logger(__name__)

QUIET_SECONDS = 60.0
"""Seconds after the erasure mark during which a writer that has not noticed it may still write."""


async def erase_media(store: RecordingStore | None, interview_id: ObjectId, quiet_seconds: float = QUIET_SECONDS) -> None:
    """Delete all media of the interview. Repairs repeat this, with growing pauses, until no writer can be left."""
    if await begin_media_deletion(interview_id) is None:
        return
    if store is None:
        log.error("media not erased: set RECORDING_STORE to the store that has it", interview_id=str(interview_id))
        return
    try:
        await store.delete(str(interview_id))
    except StoreFailed as failed:
        log.warning("media not erased yet", interview_id=str(interview_id), reason=str(failed))
        return
    await confirm_media_erased(interview_id, quiet_seconds)
