"""Steps of an interview's life, each a compare-and-set: None means that it was not in the state from which the step leads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
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
from models.storage.compare_and_set import LEASE_IS_FREE, extend_lease, from_now, lease_expression
from models.storage.transactions import run_in_transaction

_NOT_ERASED: dict[str, Any] = {"erased_at": None}


async def insert_interview(interview: Interview) -> Interview:
    """Store a new interview; the same id again answers what is stored."""
    try:
        return await interview.insert()
    except DuplicateKeyError:
        stored = await get_interview(ObjectId(interview.id))
        if stored is None:
            raise
        return stored


async def open_chat(interview_id: ObjectId, consent: Consent | None, channel: Channel) -> Interview | None:
    """SCHEDULED -> WAITING: the candidate may write, and the greeting is due."""
    return await update_interview(
        interview_id,
        {"status": InterviewStatus.SCHEDULED, **_NOT_ERASED},
        {"status": InterviewStatus.WAITING, "consent": consent, "channel": channel},
        {"due_at": "$$NOW"},
    )


async def reschedule_interview(
    interview_id: ObjectId, renewal_id: ObjectId, scheduled_for: datetime | None, expires_at: datetime
) -> Interview | None:
    """Make older links worthless, once for each `renewal_id`; SCHEDULED and open interviews only."""
    return await update_interview(
        interview_id,
        {"status": {"$in": [InterviewStatus.SCHEDULED, *OPEN_STATUSES]}, "renewals": {"$ne": renewal_id}, **_NOT_ERASED},
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
        {"status": {"$in": list(OPEN_STATUSES)}, **_NOT_ERASED, **(condition or {})},
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
        {"status": {"$in": [InterviewStatus.SCHEDULED, InterviewStatus.WAITING]}, **_NOT_ERASED},
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
            **_NOT_ERASED,
        },
        {"status": InterviewStatus.EXPIRED},
        {"ended_at": "$$NOW", "due_at": None},
    )


async def mark_completed(interview_id: ObjectId, evaluation: Evaluation, detail: str | None) -> Interview | None:
    """ENDING -> COMPLETED, with the evaluation that is now due, in one transaction."""

    async def work(session: AsyncClientSession) -> Interview | None:
        interview = await update_interview(
            interview_id,
            {"status": InterviewStatus.ENDING, **_NOT_ERASED},
            {"status": InterviewStatus.COMPLETED, "lease": None},
            {"end_detail": {"$ifNull": ["$end_detail", {"$literal": detail}]}, "due_at": None},
            session,
        )
        if interview is not None:
            await evaluation.insert(session=session)
        return interview

    return await run_in_transaction(work)


# --- who speaks


async def claim_reply(interview_id: ObjectId, holder: str, lease_seconds: float) -> Interview | None:
    """Take the lease of a TEXT interview in which the interviewer must act now; the fence grows.

    None: nothing is due, or somebody has it.
    """
    return await update_interview(
        interview_id,
        {
            "channel": Channel.TEXT,
            "status": {"$in": list(OPEN_STATUSES)},
            "$expr": {
                "$and": [{"$lte": [{"$ifNull": ["$due_at", "$$NOW"]}, "$$NOW"]}, {"$ne": ["$due_at", None]}, LEASE_IS_FREE]
            },
            **_NOT_ERASED,
        },
        {},
        {"fence": {"$add": ["$fence", 1]}, "lease": lease_expression(holder, lease_seconds)},
        visible=False,
    )


async def renew_interview_lease(interview_id: ObjectId, fence: int, holder: str, lease_seconds: float) -> bool:
    """Keep the lease; False when another has taken it, or it was given up. One that lapsed unnoticed comes back."""
    # a renewal that is overtaken by the release must not bring the lease back
    condition = {"fence": fence, "lease.holder": holder}
    return await extend_lease(Interview, interview_id, condition, holder, lease_seconds)


async def release_interview_lease(interview_id: ObjectId, fence: int, *, retry_seconds: float | None = None) -> Interview | None:
    """Give the lease up; `retry_seconds`: its holder failed, and the next is due after that. Answers the interview then."""
    if retry_seconds is None:
        return await update_interview(interview_id, {"fence": fence}, {"lease": None}, visible=False)
    is_voice = {"$eq": ["$channel", Channel.VOICE]}
    failed = {
        "attempts": {"$add": ["$attempts", 1]},
        "due_at": from_now(retry_seconds),
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
            "$expr": {"$and": [{"$lte": ["$due_at", from_now(-min_age_seconds)]}, LEASE_IS_FREE]},
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
