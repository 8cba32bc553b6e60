"""Who writes a recording, and the job that makes its files: each step a compare-and-set by the lease's number.

Nothing of it can be done without the candidate's consent, or once the interview has been erased: whatever begins or changes a
recording changes it in one transaction with the interview, on condition of both.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from models.documents.interview import DISPATCH_HOLDER, OPEN_STATUSES, Interview
from models.documents.recording import Recording, RecordingFile, RecordingKind, RecordingPart, RecordingStatus, VideoSize
from models.storage.backoff import Backoff
from models.storage.compare_and_set import compare_and_set
from models.storage.lease import (
    IS_DUE,
    LEASE_IS_FREE,
    change_with_interview,
    claim_of,
    dispatch_of,
    insert_with_interview,
    is_free_after,
    lease_expression,
    postponed,
)

FILES_BACKOFF = Backoff(base_seconds=5.0, max_seconds=600.0)
"""between attempts to make the files"""

_HAS_CONSENT: dict[str, Any] = {"consent.recording": True, "erased_at": None}
_IS_RECORDABLE: dict[str, Any] = {**_HAS_CONSENT, "status": {"$in": list(OPEN_STATUSES)}}
_CANDIDATE_PRESENT: dict[str, Any] = {**_IS_RECORDABLE, "room.participant": {"$type": "string"}}
_CANDIDATE_EXPECTED: dict[str, Any] = {
    **_IS_RECORDABLE,
    "$or": [{"room.participant": {"$type": "string"}}, {"$expr": {"$gt": ["$room.wanted_until", "$$NOW"]}}],
}
"""the candidate is in the room, or has just been let in"""
_INTERVIEW_ENDED: dict[str, Any] = {**_HAS_CONSENT, "status": {"$nin": list(OPEN_STATUSES)}}


async def create_recording(recording: Recording) -> bool:
    """Store a new recording; False when its candidate is not expected or has not agreed, or when there is one already."""
    try:
        return await insert_with_interview(recording, _CANDIDATE_EXPECTED) is not None
    except DuplicateKeyError:
        return False


# --- who records


async def claim_recorder_dispatch(recording_id: ObjectId, seconds: float, max_seconds: float) -> Recording | None:
    """Take it upon oneself to send a recorder to an interview that has none; the fence grows.

    The claim counts as a lease for `seconds`, and for twice as long, up to `max_seconds`, after each that no recorder answered.
    None: somebody is at it, recording was given up, or there is nothing to record now.
    """
    return await change_with_interview(
        Recording,
        recording_id,
        {"is_open": True, "failure": None, "$expr": LEASE_IS_FREE},
        {},
        dispatch_of(DISPATCH_HOLDER, Backoff(seconds, max_seconds), "dispatches"),
        interview_condition=_CANDIDATE_EXPECTED,
        visible=False,
    )


async def claim_recording(recording_id: ObjectId, fence: int, holder: str, lease_seconds: float) -> Recording | None:
    """Take the lease for which this recorder was sent. None: another was sent since, or there is nothing to record."""
    is_free = {"$or": [{"$eq": ["$lease.holder", DISPATCH_HOLDER]}, LEASE_IS_FREE]}
    condition = {"is_open": True, "failure": None, "fence": fence, "$expr": is_free}
    lease = {"lease": lease_expression(holder, lease_seconds)}
    return await change_with_interview(
        Recording, recording_id, condition, {}, lease, interview_condition=_IS_RECORDABLE, visible=False
    )


async def add_part(recording: Recording, part: RecordingPart) -> Recording | None:
    """The recorder has begun; the first part's time is the recording's. None when the lease is lost."""
    files = [_activate(file, recording.parts[0] if recording.parts else part) for file in recording.files]
    values = {"parts": [*recording.parts, part], "files": files, "dispatches": 0}
    return await _change(recording, values)


async def add_video(recording: Recording, video_size: VideoSize) -> Recording | None:
    """The newest part has video. None when the lease is lost."""
    part = recording.parts[-1].model_copy(update={"picture": video_size})
    files = recording.files
    if recording.get_file(RecordingKind.COMPOSITE) is None:
        composite = RecordingFile(kind=RecordingKind.COMPOSITE, status=RecordingStatus.ACTIVE)
        files = [*files, _activate(composite, recording.parts[0])]
    return await _change(recording, {"parts": [*recording.parts[:-1], part], "files": files})


async def release_recording_lease(recording: Recording) -> Recording | None:
    """Give the lease up: the recorder has ended, and another comes if there is more to record."""
    return await compare_and_set(Recording, recording.id, _lease_condition(recording), {"lease": None})


async def give_up_recording(recording: Recording, failure: str, *, only_if_unleased: bool = False) -> Recording | None:
    """No more is recorded, and `failure` says why; what there is stays, and becomes files once the interview is over.

    `only_if_unleased`: only if nobody holds the lease.
    """
    files = [file.model_copy(update={"status": RecordingStatus.FAILED, "failure": failure}) for file in recording.files]
    values = {"failure": failure, "files": files, "lease": None}
    return await _change(recording, values, condition={"$expr": LEASE_IS_FREE} if only_if_unleased else {})


# --- the files


async def claim_file_job(recording_id: ObjectId, holder: str, lease_seconds: float) -> Recording | None:
    """Take the job of making the files, once the interview is over; the attempt is counted here, where it begins."""
    condition = {"is_open": True, "$expr": {"$and": [IS_DUE, is_free_after(FILES_BACKOFF)]}}
    return await change_with_interview(
        Recording,
        recording_id,
        condition,
        {},
        claim_of(holder, lease_seconds),
        interview_condition=_INTERVIEW_ENDED,
        visible=False,
    )


async def postpone_file_job(recording: Recording, failure: str, retry_seconds: float) -> Recording | None:
    """Give the job up for now; it is due again after `retry_seconds`, and says why."""
    files = [file.model_copy(update={"failure": file.failure or failure}) for file in recording.files]
    return await _change(recording, {"files": files}, postponed(retry_seconds))


async def complete_recording(recording: Recording, files: Sequence[RecordingFile]) -> Recording | None:
    """The files as they stay: nothing is to be done any more. None when the job is lost."""
    return await _change(recording, {"files": list(files), "is_open": False, "lease": None})


# --- what the sweep finds


async def find_unrecorded_interviews(limit: int) -> list[ObjectId]:
    """Interviews whose candidate has agreed to a recording and is in the room, and which have none."""
    present = [row["_id"] async for row in Interview.get_pymongo_collection().find(_CANDIDATE_PRESENT, {"_id": 1}).limit(limit)]
    if not present:
        return []
    rows = Recording.get_pymongo_collection().find({"interview_id": {"$in": present}}, {"_id": 0, "interview_id": 1})
    recorded = {row["interview_id"] async for row in rows}
    return [interview_id for interview_id in present if interview_id not in recorded]


async def find_open_recordings(limit: int) -> list[Recording]:
    """Recordings at which something is due and nobody is, the longest first."""
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
    """Change the recording under the fence that it was read with, while the candidate's consent stands."""
    held = {**_lease_condition(recording), **(condition or {})}
    return await change_with_interview(Recording, recording.id, held, values, computed, interview_condition=_HAS_CONSENT)
