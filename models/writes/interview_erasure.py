"""Erasure: the mark first, by compare-and-set, then the deletion, repeated until it is sure."""

from typing import Any

from bson import ObjectId

from models.documents.evaluation import Evaluation
from models.documents.interview import TERMINAL_STATUSES, Erasure, Interview, InterviewStatus, get_interview, update_interview
from models.documents.recording import Recording, list_recordings_for_interviews
from models.documents.turn import get_turn_collection
from models.storage.backoff import Backoff
from models.storage.lease import from_now

_ERASED_FIELDS: dict[str, Any] = {
    "candidate": None,
    "candidate_order": "",
    "name_terms": [],
    "email_terms": [],
    "resume": None,
    "job_description": None,
    "external_id": None,
    "end_detail": None,
    "evaluated": False,
    "score": None,
    "recommendation": None,
    "decision": None,
    "due_at": None,
    "lease": None,
}
MEDIA_BACKOFF = Backoff(base_seconds=2.0, max_seconds=600.0)
"""between attempts to delete the files"""

_ERASURE_MARK: dict[str, Any] = {
    "erased_at": "$$NOW",
    "ended_at": {"$ifNull": ["$ended_at", "$$NOW"]},
    "fence": {"$add": ["$fence", 1]},
    "invite_generation": {"$add": ["$invite_generation", 1]},
}


async def mark_erased(interview_id: ObjectId) -> Interview | None:
    """Set erased_at and remove every personal field; a live interview is cancelled by it. None when unknown, or erased already.

    From here no turn, evaluation or job writes to it: each is conditional on erased_at being null.
    """
    while (interview := await get_interview(interview_id)) and interview.erased_at is None:
        counts = Erasure(
            turns=await get_turn_collection().count_documents({"interview_id": interview_id}),
            evaluations=await Evaluation.find({"interview_id": interview_id}).count(),
            recordings=sum(len(recording.files) for recording in await list_recordings_for_interviews([interview_id])),
        )
        cancellation = {} if interview.status in TERMINAL_STATUSES else {"status": InterviewStatus.CANCELLED, "end_reason": None}
        # whatever is stored moves updated_at: then it is counted, and looked at, again
        condition = {"erased_at": None, "updated_at": interview.updated_at}
        if marked := await update_interview(
            interview_id, condition, {**_ERASED_FIELDS, **cancellation, "erasure": counts}, _ERASURE_MARK
        ):
            return marked
    return None


async def delete_erased(interview_id: ObjectId) -> Interview | None:
    """Delete turns, evaluations and recordings of a marked interview, then take it from the list of the pending; safe to repeat.

    One that was recorded stays pending until `confirm_media_erased`. None, and nothing deleted, when it is not marked.
    """
    interview = await get_interview(interview_id)
    if interview is None or interview.erased_at is None or interview.erasure is None:
        return None
    await get_turn_collection().delete_many({"interview_id": interview_id})
    await Evaluation.find({"interview_id": interview_id}).delete()
    await Recording.find({"interview_id": interview_id}).delete()
    if interview.erasure.recordings:
        return interview
    return await update_interview(interview_id, {"erased_at": {"$ne": None}}, {"erasure.pending": False}, visible=False)


async def begin_media_deletion(interview_id: ObjectId) -> Interview | None:
    """Count the attempt to delete the files, and have the sweep begin the next one after a pause, however this one ends.

    An erasure is never given up, so the attempts have no limit but their pace. None when nothing is to be deleted.
    """
    attempts = {"$add": [{"$ifNull": ["$erasure.attempts", 0]}, 1]}
    return await update_interview(
        interview_id,
        {"erased_at": {"$ne": None}, "erasure.pending": True},
        {},
        {"erasure.attempts": attempts, "erasure.due_at": from_now(MEDIA_BACKOFF.expression(attempts))},
        visible=False,
    )


async def confirm_media_erased(interview_id: ObjectId, quiet_seconds: float) -> bool:
    """The store has nothing of the interview any more; True when that is all, and it leaves the list of the pending.

    Not before `quiet_seconds` after the mark: a recorder that has not heard of it may have been writing till then.
    """
    quiet = {"$lte": ["$erased_at", from_now(-quiet_seconds)]}
    condition = {"erased_at": {"$ne": None}, "$expr": quiet}
    return await update_interview(interview_id, condition, {"erasure.pending": False}, visible=False) is not None


async def find_pending_erasures(limit: int) -> list[ObjectId]:
    """Interviews that are marked, but whose deletion is not known to be done, and is not waiting for its next attempt."""
    is_due = {"$lte": [{"$ifNull": ["$erasure.due_at", "$$NOW"]}, "$$NOW"]}
    criteria = {"erasure.pending": True, "$expr": is_due}
    rows = Interview.get_pymongo_collection().find(criteria, {"_id": 1}).limit(limit)
    return [row["_id"] async for row in rows]
