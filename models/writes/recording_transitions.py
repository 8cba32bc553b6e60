"""State changes of recordings: the recorder's lease, and the job that makes the files.

Each step is a compare-and-set on the fence. It is one transaction with the interview, so that nothing is recorded
without the candidate's consent or after an erasure.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from models.documents.interview import OPEN_STATUSES, Interview
from models.documents.recording import Recording, RecordingFile, RecordingKind, RecordingPart, RecordingStatus, VideoSize
from models.storage.backoff import Backoff
from models.storage.compare_and_set import compare_and_set
from models.storage.lease import (
    DISPATCH_IS_PENDING,
    IS_DUE,
    LEASE_IS_FREE,
    build_dispatch_claim,
    build_job_claim,
    build_job_postponement,
    build_lease,
    lease_is_free_for_retry,
)
from models.writes.interview_updates import change_with_interview, insert_with_interview

FILES_BACKOFF = Backoff(base_seconds=5.0, max_seconds=600.0)
"""Pauses between attempts to make the files."""

MAX_DISPATCHES_BEFORE_FIRST_PART = 6
"""Recorders dispatched to an interview, over about two and a half minutes, of which one must begin a part."""
MAX_DISPATCHES = 20
"""Recorders dispatched to an interview in all, each after the first to replace one that ended.

Every dispatch counts from its beginning, whatever ends its recorder, so that a recorder that crashes over and over is
given up. The interview is not affected, and the parts are preserved.
"""

_HAS_DISPATCHES_LEFT: dict[str, Any] = {
    "$lt": ["$dispatches", {"$cond": [{"$eq": ["$parts", []]}, MAX_DISPATCHES_BEFORE_FIRST_PART, MAX_DISPATCHES]}]
}
_HAS_CONSENT: dict[str, Any] = {"consent.recording": True, "erased_at": None}
# the continuation of a reopened interview is not recorded
_IS_RECORDABLE: dict[str, Any] = {
    **_HAS_CONSENT,
    "status": {"$in": list(OPEN_STATUSES)},
    "reopenings.after_seq": {"$not": {"$gt": 0}},
}
_CANDIDATE_PRESENT: dict[str, Any] = {**_IS_RECORDABLE, "room.participant": {"$type": "string"}}
_CANDIDATE_EXPECTED: dict[str, Any] = {
    **_IS_RECORDABLE,
    "$or": [{"room.participant": {"$type": "string"}}, {"$expr": {"$gt": ["$room.wanted_until", "$$NOW"]}}],
}
"""The candidate is in the room, or has just been admitted."""
_INTERVIEW_ENDED: dict[str, Any] = {
    **_HAS_CONSENT,
    "$or": [{"status": {"$nin": list(OPEN_STATUSES)}}, {"reopenings.after_seq": {"$gt": 0}}],
}


async def create_recording(recording: Recording) -> bool:
    """Store a new recording; False if the candidate is not expected or has not consented, or if there is one already."""
    try:
        return await insert_with_interview(recording, _CANDIDATE_EXPECTED) is not None
    except DuplicateKeyError:
        return False


# --- the recorder


async def claim_recorder_dispatch(recording_id: ObjectId, seconds: float, max_seconds: float) -> Recording | None:
    """Claim the dispatch of a recorder to an interview without one; raises the fence.

    The claim holds the lease for `seconds`, doubled for each earlier dispatch up to `max_seconds`. Returns None if
    the lease is held, no dispatch is left, recording was given up, or there is nothing to record now.
    """
    return await change_with_interview(
        Recording,
        recording_id,
        {"is_open": True, "failure": None, "$expr": {"$and": [LEASE_IS_FREE, _HAS_DISPATCHES_LEFT]}},
        {},
        build_dispatch_claim(Backoff(seconds, max_seconds), "dispatches"),
        interview_condition=_CANDIDATE_EXPECTED,
        visible=False,
    )


async def claim_recording(recording_id: ObjectId, fence: int, holder: str, lease_seconds: float) -> Recording | None:
    """Claim the lease for the dispatched recorder. None if another was dispatched since, or there is nothing to record."""
    is_free = {"$or": [DISPATCH_IS_PENDING, LEASE_IS_FREE]}
    condition = {"is_open": True, "failure": None, "fence": fence, "$expr": is_free}
    lease = {"lease": build_lease(holder, lease_seconds)}
    return await change_with_interview(
        Recording, recording_id, condition, {}, lease, interview_condition=_IS_RECORDABLE, visible=False
    )


async def add_part(recording: Recording, part: RecordingPart) -> Recording | None:
    """Add the part that the recorder has begun; the first part sets the start time. None if the lease was lost."""
    files = [_activate(file, recording.parts[0] if recording.parts else part) for file in recording.files]
    return await _change(recording, {"parts": [*recording.parts, part], "files": files})


async def add_video(recording: Recording, video_size: VideoSize) -> Recording | None:
    """Record that the newest part has video. None if the lease was lost."""
    part = recording.parts[-1].model_copy(update={"video_size": video_size})
    files = recording.files
    if recording.get_file(RecordingKind.COMPOSITE) is None:
        composite = RecordingFile(kind=RecordingKind.COMPOSITE, status=RecordingStatus.ACTIVE)
        files = [*files, _activate(composite, recording.parts[0])]
    return await _change(recording, {"parts": [*recording.parts[:-1], part], "files": files})


async def release_recording_lease(recording: Recording) -> Recording | None:
    """Release the lease: the recorder has ended, and another may be dispatched if there is more to record."""
    return await compare_and_set(Recording, recording.id, _lease_condition(recording), {"lease": None})


def has_dispatches_left(recording: Recording) -> bool:
    """Return whether another recorder may be dispatched to this recording, as `claim_recorder_dispatch` decides."""
    return recording.dispatches < (MAX_DISPATCHES if recording.parts else MAX_DISPATCHES_BEFORE_FIRST_PART)


async def give_up_recording(recording: Recording, failure: str, *, only_if_unleased: bool = False) -> Recording | None:
    """Stop recording for the reason in `failure`; existing parts become files once the interview is over.

    With `only_if_unleased`, only if the lease is free.
    """
    files = [file.model_copy(update={"status": RecordingStatus.FAILED, "failure": failure}) for file in recording.files]
    values = {"failure": failure, "files": files, "lease": None}
    return await _change(recording, values, condition={"$expr": LEASE_IS_FREE} if only_if_unleased else {})


# --- the files


async def claim_file_job(recording_id: ObjectId, holder: str, lease_seconds: float) -> Recording | None:
    """Claim the job of making the files, once the interview is over; counts the attempt."""
    condition = {"is_open": True, "$expr": {"$and": [IS_DUE, lease_is_free_for_retry(FILES_BACKOFF)]}}
    return await change_with_interview(
        Recording,
        recording_id,
        condition,
        {},
        build_job_claim(holder, lease_seconds),
        interview_condition=_INTERVIEW_ENDED,
        visible=False,
    )


async def postpone_file_job(recording: Recording, failure: str, retry_seconds: float) -> Recording | None:
    """Release the job until `retry_seconds` from now, with the reason in the files' `failure`."""
    files = [file.model_copy(update={"failure": file.failure or failure}) for file in recording.files]
    return await _change(recording, {"files": files}, build_job_postponement(retry_seconds))


async def complete_recording(recording: Recording, files: Sequence[RecordingFile]) -> Recording | None:
    """Store the final files and close the recording. None if the lease was lost."""
    return await _change(recording, {"files": list(files), "is_open": False, "lease": None})


# --- queries of lifecycle.recorder_dispatch


async def find_unrecorded_interviews(limit: int) -> list[ObjectId]:
    """Return interviews without a recording whose candidate consented to one and is in the room."""
    present = [row["_id"] async for row in Interview.get_pymongo_collection().find(_CANDIDATE_PRESENT, {"_id": 1}).limit(limit)]
    if not present:
        return []
    rows = Recording.get_pymongo_collection().find({"interview_id": {"$in": present}}, {"_id": 0, "interview_id": 1})
    recorded = {row["interview_id"] async for row in rows}
    return [interview_id for interview_id in present if interview_id not in recorded]


async def find_open_recordings(limit: int) -> list[Recording]:
    """Return recordings with due work and a free lease, the longest due first."""
    return (
        await Recording.find({"is_open": True, "$expr": {"$and": [IS_DUE, LEASE_IS_FREE]}}).sort("due_at").limit(limit).to_list()
    )


def _activate(file: RecordingFile, first: RecordingPart) -> RecordingFile:
    return file.model_copy(update={"status": RecordingStatus.ACTIVE, "started_at": first.started_at})


def _lease_condition(recording: Recording) -> dict[str, Any]:
    return {"is_open": True, "fence": recording.fence}


async def _change(
    recording: Recording,
    values: Mapping[str, Any],
    computed: Mapping[str, Any] | None = None,
    *,
    condition: Mapping[str, Any] | None = None,
) -> Recording | None:
    """Change the recording under its fence, if the candidate's consent still holds."""
    full_condition = {**_lease_condition(recording), **(condition or {})}
    return await change_with_interview(
        Recording, recording.id, full_condition, values, computed, interview_condition=_HAS_CONSENT
    )
