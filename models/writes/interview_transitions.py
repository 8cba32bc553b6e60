"""Steps of an interview's life, each a compare-and-set: None means that it was not in the state from which the step leads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from models.documents.evaluation import Evaluation
from models.documents.interview import (
    DISPATCH_HOLDER,
    OPEN_STATUSES,
    Consent,
    EndReason,
    Interview,
    InterviewStatus,
    get_interview,
    update_interview,
)
from models.documents.turn import Channel
from models.storage.backoff import Backoff
from models.storage.lease import (
    IS_DUE,
    LEASE_IS_FREE,
    NOT_ERASED,
    claim_of,
    from_now,
    insert_with_interview,
    is_free_after,
    lease_expression,
    postponed,
)

REPLY_BACKOFF = Backoff(base_seconds=2.0, max_seconds=60.0)
"""between attempts of the interviewer, by voice as in writing"""


async def insert_interview(interview: Interview) -> Interview:
    """Store a new interview; the same id again answers what is stored."""
    try:
        return await interview.insert()
    except DuplicateKeyError:
        stored = await get_interview(interview.id)
        if stored is None:
            raise
        return stored


async def open_chat(interview_id: ObjectId, consent: Consent | None, channel: Channel) -> Interview | None:
    """SCHEDULED -> WAITING: the candidate may write, and the greeting is due."""
    return await update_interview(
        interview_id,
        {"status": InterviewStatus.SCHEDULED, **NOT_ERASED},
        {"status": InterviewStatus.WAITING, "consent": consent, "channel": channel},
        {"due_at": "$$NOW"},
    )


async def reschedule_interview(
    interview_id: ObjectId, renewal_id: ObjectId, scheduled_for: datetime | None, expires_at: datetime
) -> Interview | None:
    """Make older links worthless, once for each `renewal_id`; SCHEDULED and open interviews only."""
    return await update_interview(
        interview_id,
        {"status": {"$in": [InterviewStatus.SCHEDULED, *OPEN_STATUSES]}, "renewals": {"$ne": renewal_id}, **NOT_ERASED},
        {"scheduled_for": scheduled_for, "expires_at": expires_at},
        {
            "invite_generation": {"$add": ["$invite_generation", 1]},
            "renewals": {"$concatArrays": ["$renewals", [renewal_id]]},
        },
    )


async def mark_ending(
    interview_id: ObjectId, reason: EndReason, detail: str | None = None, condition: Mapping[str, Any] | None = None
) -> Interview | None:
    """WAITING, IN_PROGRESS -> ENDING: nothing new is taken. `condition`: only while this holds, too."""
    return await update_interview(
        interview_id,
        {"status": {"$in": list(OPEN_STATUSES)}, **NOT_ERASED, **(condition or {})},
        {"status": InterviewStatus.ENDING, "end_reason": reason, "end_detail": detail},
        {
            "ended_at": "$$NOW",
            "due_at": None,
            # who was only sent for has no last words to store
            "lease": {"$cond": [{"$eq": ["$lease.holder", DISPATCH_HOLDER]}, None, "$lease"]},
        },
    )


async def mark_cancelled(interview_id: ObjectId, reason: str | None) -> Interview | None:
    """SCHEDULED, WAITING -> CANCELLED."""
    return await update_interview(
        interview_id,
        {"status": {"$in": [InterviewStatus.SCHEDULED, InterviewStatus.WAITING]}, **NOT_ERASED},
        {"status": InterviewStatus.CANCELLED, "end_detail": reason},
        {"ended_at": "$$NOW", "due_at": None},
    )


async def mark_expired(interview_id: ObjectId) -> Interview | None:
    """SCHEDULED, WAITING past expires_at by MongoDB's clock -> EXPIRED."""
    return await update_interview(
        interview_id,
        {
            "status": {"$in": [InterviewStatus.SCHEDULED, InterviewStatus.WAITING]},
            "$expr": {"$lte": ["$expires_at", "$$NOW"]},
            **NOT_ERASED,
        },
        {"status": InterviewStatus.EXPIRED},
        {"ended_at": "$$NOW", "due_at": None},
    )


async def mark_completed(evaluation: Evaluation, detail: str | None) -> Interview | None:
    """ENDING -> COMPLETED for the evaluation's interview, with the evaluation that is now due, in one transaction."""
    return await insert_with_interview(
        evaluation,
        {"status": InterviewStatus.ENDING, **NOT_ERASED},
        {"status": InterviewStatus.COMPLETED, "lease": None},
        {"end_detail": {"$ifNull": ["$end_detail", {"$literal": detail}]}, "due_at": None},
    )


# --- who speaks


async def claim_reply(interview_id: ObjectId, holder: str, lease_seconds: float) -> Interview | None:
    """Take the lease of a TEXT interview in which the interviewer must act now; the fence grows, and the attempt is counted.

    None: nothing is due, or somebody holds the lease.
    """
    return await update_interview(
        interview_id,
        {
            "channel": Channel.TEXT,
            "status": {"$in": list(OPEN_STATUSES)},
            "due_at": {"$ne": None},
            "$expr": {"$and": [IS_DUE, is_free_after(REPLY_BACKOFF)]},
            **NOT_ERASED,
        },
        {},
        claim_of(holder, lease_seconds),
        visible=False,
    )


async def release_interview_lease(interview_id: ObjectId, fence: int, *, retry_seconds: float | None = None) -> Interview | None:
    """Give the lease up; the attempt has succeeded, or with `retry_seconds` failed, and the next is due after that time.

    Returns the changed interview, or None when another holder has taken over.
    """
    if retry_seconds is None:
        return await update_interview(interview_id, {"fence": fence}, {"lease": None, "attempts": 0}, visible=False)
    is_voice = {"$eq": ["$channel", Channel.VOICE]}
    failed = {
        **postponed(retry_seconds),
        # nobody is sent into the room before
        "lease": {"$cond": [is_voice, lease_expression(DISPATCH_HOLDER, retry_seconds), None]},
    }
    return await update_interview(interview_id, {"fence": fence}, {}, failed, visible=False)


# --- what the sweep finds


async def find_due_replies(min_age_seconds: float, limit: int) -> list[ObjectId]:
    """TEXT interviews whose reply has been due for so long and is in nobody's hands, the longest first."""
    return await _find_ids(
        {
            "due_at": {"$ne": None},
            "channel": Channel.TEXT,
            "status": {"$in": list(OPEN_STATUSES)},
            "erased_at": None,
            "$expr": {"$and": [{"$lte": ["$due_at", from_now(-min_age_seconds)]}, is_free_after(REPLY_BACKOFF)]},
        },
        "due_at",
        limit,
    )


async def find_ending_interviews(min_age_seconds: float, limit: int) -> list[ObjectId]:
    """Interviews that have been ENDING for so long without a holder."""
    expression = {"$and": [{"$lte": ["$ended_at", from_now(-min_age_seconds)]}, LEASE_IS_FREE]}
    return await _find_ids({"status": InterviewStatus.ENDING, "erased_at": None, "$expr": expression}, "ended_at", limit)


async def find_expired_interviews(limit: int) -> list[ObjectId]:
    """Interviews to which nobody came in time."""
    statuses = [InterviewStatus.SCHEDULED, InterviewStatus.WAITING]
    criteria = {"status": {"$in": statuses}, "erased_at": None, "$expr": {"$lte": ["$expires_at", "$$NOW"]}}
    return await _find_ids(criteria, "expires_at", limit)


async def _find_ids(criteria: dict[str, Any], sort: str, limit: int) -> list[ObjectId]:
    rows = Interview.get_pymongo_collection().find(criteria, {"_id": 1}).sort(sort, 1).limit(limit)
    return [row["_id"] async for row in rows]
