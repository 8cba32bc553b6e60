"""Erasure of an interview: first a mark by compare-and-set, then deletion, retried until confirmed."""

from typing import Any

from bson import ObjectId

from models.documents.evaluation import Evaluation
from models.documents.evaluation_usage import sum_evaluation_usages
from models.documents.interview import TERMINAL_STATUSES, Erasure, Interview, InterviewStatus, get_interview
from models.documents.judgement import JudgementDocument
from models.documents.recording import Recording, list_recordings_for_interviews
from models.documents.turn import get_turn_collection
from models.documents.usage import Usage
from models.storage.backoff import Backoff
from models.storage.lease import from_now
from models.writes.interview_updates import update_interview

_ERASED_FIELDS: dict[str, Any] = {
    "candidate": None,
    "candidate_order": "",
    "name_terms": [],
    "email_terms": [],
    "resume": None,
    "job_description": None,
    "external_id": None,
    "end_detail": None,
    "evaluation_status": None,
    "evaluated": False,
    "score": None,
    "recommendation": None,
    "counted_version": None,
    "adoptions": [],
    "evaluation_requests": [],
    "rated_by": [],
    "decision": None,
    "decision_version": None,
    "decided_by": None,
    "decided_at": None,
    "due_at": None,
    "lease": None,
}
MEDIA_BACKOFF = Backoff(base_seconds=2.0, max_seconds=600.0)
"""Pauses between attempts to delete the recording's files from the store."""

_ERASURE_MARK: dict[str, Any] = {
    "erased_at": "$$NOW",
    "ended_at": {"$ifNull": ["$ended_at", "$$NOW"]},
    "fence": {"$add": ["$fence", 1]},
    "invite_generation": {"$add": ["$invite_generation", 1]},
}


async def mark_erased(interview_id: ObjectId) -> Interview | None:
    """Set `erased_at`, remove every personal field and cancel the interview if it is not over.

    The usage remains, because it contains no personal data. Returns None if the interview is unknown or already erased.
    From here on no turn, evaluation or job writes to it: each is conditional on `erased_at` being null.
    """
    while (interview := await get_interview(interview_id)) and interview.erased_at is None:
        counts = Erasure(
            turns=await get_turn_collection().count_documents({"interview_id": interview_id}),
            evaluations=await Evaluation.find({"interview_id": interview_id}).count(),
            evaluation_usage=(await sum_evaluation_usages([interview_id])).get(interview_id, Usage()),
            recordings=sum(len(recording.files) for recording in await list_recordings_for_interviews([interview_id])),
        )
        cancellation = {} if interview.status in TERMINAL_STATUSES else {"status": InterviewStatus.CANCELLED, "end_reason": None}
        # if another write has moved updated_at since, count again
        condition = {"erased_at": None, "updated_at": interview.updated_at}
        if marked := await update_interview(
            interview_id, condition, {**_ERASED_FIELDS, **cancellation, "erasure": counts}, _ERASURE_MARK
        ):
            return marked
    return None


async def delete_erased(interview_id: ObjectId) -> Interview | None:
    """Delete turns, evaluations and recordings of a marked interview and clear its pending flag. Idempotent.

    A recorded interview stays pending until `confirm_media_erased`. Returns None, and deletes nothing, if the
    interview is not marked.
    """
    interview = await get_interview(interview_id)
    if interview is None or interview.erased_at is None or interview.erasure is None:
        return None
    await get_turn_collection().delete_many({"interview_id": interview_id})
    await Evaluation.find({"interview_id": interview_id}).delete()
    await JudgementDocument.find({"interview_id": interview_id}).delete()
    await Recording.find({"interview_id": interview_id}).delete()
    if interview.erasure.recordings:
        return interview
    return await update_interview(interview_id, {"erased_at": {"$ne": None}}, {"erasure.pending": False}, visible=False)


async def begin_media_deletion(interview_id: ObjectId) -> Interview | None:
    """Count an attempt to delete the files, and schedule the next one in case this one fails.

    An erasure is never given up, so attempts are unlimited and only slowed down. Returns None if nothing is pending.
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
    """Record that the store has no more files of the interview; return whether the erasure is complete.

    It is complete only `quiet_seconds` after the mark, because a recorder may keep writing until it notices the mark.
    """
    quiet = {"$lte": ["$erased_at", from_now(-quiet_seconds)]}
    condition = {"erased_at": {"$ne": None}, "$expr": quiet}
    return await update_interview(interview_id, condition, {"erasure.pending": False}, visible=False) is not None


async def find_pending_erasures(limit: int) -> list[ObjectId]:
    """Return interviews whose erasure is pending and whose next attempt is due."""
    is_due = {"$lte": [{"$ifNull": ["$erasure.due_at", "$$NOW"]}, "$$NOW"]}
    criteria = {"erasure.pending": True, "$expr": is_due}
    rows = Interview.get_pymongo_collection().find(criteria, {"_id": 1}).limit(limit)
    return [row["_id"] async for row in rows]
