"""Signals of the candidate: a repetition, more time, and that the candidate is typing. None of them is a turn.

Each returns the changed interview, or None if the interview accepts no turns.
"""

from datetime import timedelta
from typing import Any

from bson import ObjectId

from models.documents.interview import OPEN_STATUSES, Interview
from models.documents.turn import Channel
from models.storage.lease import NOT_ERASED
from models.writes.interview_updates import update_interview

MORE_TIME = timedelta(minutes=2)
"""How long silence has no consequences after the candidate has asked for more time."""
MAX_APPLIED = 10
"""Number of requests whose retries are recognized."""

_IS_OPEN: dict[str, Any] = {"status": {"$in": list(OPEN_STATUSES)}, **NOT_ERASED}


async def request_repetition(interview_id: ObjectId, request_id: ObjectId) -> Interview | None:
    """Store that the candidate asks to have the open question repeated. The interviewer acts immediately."""
    return await _apply_once(interview_id, request_id, {"signals.repeat_seq": "$last_seq"})


async def request_more_time(interview_id: ObjectId, request_id: ObjectId) -> Interview | None:
    """Store that the candidate needs MORE_TIME to think. The interviewer acts immediately."""
    until = {"$add": ["$$NOW", int(MORE_TIME.total_seconds() * 1000)]}
    return await _apply_once(interview_id, request_id, {"signals.more_time_seq": "$last_seq", "signals.more_time_until": until})


async def mark_typing(interview_id: ObjectId) -> Interview | None:
    """Store that the candidate is typing, which changes nothing that callers read of the interview."""
    return await update_interview(interview_id, _IS_OPEN, {}, {"signals.typed_at": "$$NOW"}, visible=False)


async def _apply_once(interview_id: ObjectId, request_id: ObjectId, computed: dict[str, Any]) -> Interview | None:
    """Apply a request unless it was applied before."""
    applied = {"$slice": [{"$concatArrays": [{"$ifNull": ["$signals.applied", []]}, [request_id]]}, -MAX_APPLIED]}
    # a voice interviewer is woken by the change itself
    due_at = {"$cond": [{"$eq": ["$channel", Channel.TEXT]}, "$$NOW", "$due_at"]}
    changed = await update_interview(
        interview_id,
        {**_IS_OPEN, "signals.applied": {"$ne": request_id}},
        {},
        {**computed, "signals.applied": applied, "due_at": due_at},
    )
    return changed or await Interview.find_one({"_id": interview_id, **_IS_OPEN, "signals.applied": request_id})
