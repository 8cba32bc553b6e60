"""Erasure: the mark first, by compare-and-set, then the deletion, repeated until it is sure."""

from bson import ObjectId

from models.evaluation import Evaluation
from models.interview import OVER, Erasure, Interview, InterviewStatus, change, get_interview
from models.turn import collection


async def mark_erased(interview_id: ObjectId) -> Interview | None:
    """Set erased_at and remove every personal field; a live interview is cancelled by it. None when unknown, or erased already.

    From here no turn, evaluation or job writes to it: each is conditional on erased_at being null.
    """
    interview = await get_interview(interview_id)
    if interview is None:
        return None
    counts = Erasure(
        turns=await collection().count_documents({"interview_id": interview_id}),
        evaluations=await Evaluation.find({"interview_id": interview_id}).count(),
    )
    ended = {} if interview.status in OVER else {"status": InterviewStatus.CANCELLED, "end_reason": None}
    marked = await change(
        interview_id,
        {"erased_at": None, "status": interview.status},
        {
            **ended,
            "erasure": counts,
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
        },
        {
            "erased_at": "$$NOW",
            "ended_at": {"$ifNull": ["$ended_at", "$$NOW"]},
            "fence": {"$add": ["$fence", 1]},
            "invite_generation": {"$add": ["$invite_generation", 1]},
        },
    )
    # the status moved between reading and marking: look again
    return marked or (None if interview.erased_at else await mark_erased(interview_id))


async def delete_erased(interview_id: ObjectId) -> Interview | None:
    """Delete turns and evaluations of a marked interview, then take it from the list of the pending; safe to repeat."""
    await collection().delete_many({"interview_id": interview_id})
    await Evaluation.find({"interview_id": interview_id}).delete()
    return await change(interview_id, {"erased_at": {"$ne": None}}, {"erasure.pending": False}, visible=False)


async def find_pending_erasures(limit: int) -> list[ObjectId]:
    """Interviews that are marked, but whose deletion is not known to be done."""
    rows = Interview.get_pymongo_collection().find({"erasure.pending": True}, {"_id": 1}).limit(limit)
    return [row["_id"] async for row in rows]
