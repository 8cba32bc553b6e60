"""The job that deletes what was recorded of an erased interview, until the store has nothing of it."""

import structlog
from bson import ObjectId

from models.writes.interview_erasure import begin_media_deletion, confirm_media_erased
from recording.storage import RecordingStore, StoreFailed

log = structlog.get_logger(__name__)

QUIET_SECONDS = 60.0
"""after the mark: longer than any writer goes on that has not heard of it"""


async def erase_media(store: RecordingStore | None, interview_id: ObjectId, quiet_seconds: float = QUIET_SECONDS) -> None:
    """Delete all of it. The sweep asks again, after growing pauses, until nothing can have been written since."""
    if await begin_media_deletion(interview_id) is None:
        return
    if store is None:
        log.error("media not erased: set RECORDING_STORE to where it lies", interview_id=str(interview_id))
        return
    try:
        await store.delete(str(interview_id))
    except StoreFailed as failed:
        log.warning("media not erased yet", interview_id=str(interview_id), reason=str(failed))
        return
    await confirm_media_erased(interview_id, quiet_seconds)
