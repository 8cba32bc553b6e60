"""Candidates' requests: storing and answering them, and pausing the clock of the interview meanwhile."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from beanie import PydanticObjectId
from beanie.odm.utils.encoder import Encoder
from bson import ObjectId

from models.documents.interview import (
    MAX_PAUSE,
    OPEN_STATUSES,
    CandidateRequest,
    Interview,
    InterviewStatus,
    RequestKind,
    RequestStatus,
)
from models.documents.turn import Channel
from models.storage.lease import NOT_ERASED
from models.writes.interview_updates import update_interview

MAX_REQUESTS = 20
"""Requests that an interview can hold."""
REQUESTABLE_STATUSES = (InterviewStatus.SCHEDULED, *OPEN_STATUSES)
"""States in which candidates can request accommodations."""

_STORED_REQUESTS: dict[str, Any] = {"$ifNull": ["$requests", []]}
_TIME_FACTOR: dict[str, Any] = {"$ifNull": ["$accommodations.time_factor", 1.0]}
_PAUSE_MILLISECONDS: dict[str, Any] = {
    "$max": [0, {"$min": [{"$subtract": ["$$NOW", "$paused_at"]}, int(MAX_PAUSE.total_seconds() * 1000)]}]
}
_CREDITED_SECONDS: dict[str, Any] = {
    "$add": [
        {"$ifNull": ["$credited_seconds", 0.0]},
        {"$cond": [{"$eq": [{"$type": "$paused_at"}, "date"]}, {"$divide": [_PAUSE_MILLISECONDS, 1000]}, 0.0]},
    ]
}
RESUMED_CLOCK: dict[str, Any] = {"credited_seconds": _CREDITED_SECONDS, "paused_at": None}
"""Ends a pause of the clock, if there is one, and credits it."""
HAS_STARTED: dict[str, Any] = {"$eq": [{"$type": "$started_at"}, "date"]}
SECONDS_SINCE_START: dict[str, Any] = {"$divide": [{"$subtract": ["$$NOW", "$started_at"]}, 1000]}
ELAPSED_SECONDS: dict[str, Any] = {
    "$cond": [HAS_STARTED, {"$max": [0.0, {"$subtract": [SECONDS_SINCE_START, _CREDITED_SECONDS]}]}, 0.0]
}
"""Expression for `elapsed_seconds`."""
PAUSED_CLOCK: dict[str, Any] = {
    "$cond": [{"$eq": ["$status", InterviewStatus.IN_PROGRESS]}, {"$ifNull": ["$paused_at", "$$NOW"]}, "$paused_at"]
}
"""Expression for `paused_at` that pauses the clock of an interview that has begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """A request that a candidate makes."""

    kinds: tuple[RequestKind, ...]
    time_factor: float
    """The factor that EXTRA_TIME is granted with; 1 grants none automatically."""
    seqs: tuple[int, ...] = ()
    requested_at: datetime
    details: str | None = None
    grants_automatically: bool = True
    id: PydanticObjectId | None = None

    @property
    def status(self) -> RequestStatus:
        """GRANTED if all of it is granted automatically."""
        automatic = {RequestKind.CAPTIONS, RequestKind.TYPING, *([RequestKind.EXTRA_TIME] if self.time_factor > 1 else [])}
        is_granted = self.grants_automatically and automatic.issuperset(self.kinds)
        return RequestStatus.GRANTED if is_granted else RequestStatus.OPEN


def build_request_changes(request: NewRequest, *, skips_repetition: bool) -> dict[str, Any]:
    """Return the changes that store a request and grant what is granted automatically.

    With `skips_repetition`, a request of the same kinds as a stored one is not stored again.
    """
    document = CandidateRequest(
        id=request.id or PydanticObjectId(),
        kinds=list(request.kinds),
        details=request.details,
        requested_at=request.requested_at,
        seqs=list(request.seqs),
        status=request.status,
    )
    extended = {"$concatArrays": [_STORED_REQUESTS, [{"$literal": Encoder().encode(document)}]]}
    is_superfluous: dict[str, Any] = {"$gte": [{"$size": _STORED_REQUESTS}, MAX_REQUESTS]}
    if skips_repetition:
        kinds = {"$literal": [str(kind) for kind in request.kinds]}
        stored_kinds = {"$map": {"input": _STORED_REQUESTS, "in": "$$this.kinds"}}
        is_superfluous = {"$or": [is_superfluous, {"$in": [kinds, stored_kinds]}]}
    changes: dict[str, Any] = {"requests": {"$cond": [is_superfluous, _STORED_REQUESTS, extended]}}
    if request.grants_automatically:
        changes |= _build_grants(request.kinds, request.time_factor)
    return changes


def _build_grants(kinds: tuple[RequestKind, ...], time_factor: float) -> dict[str, Any]:
    has_extra_time = RequestKind.EXTRA_TIME in kinds
    return {
        "accommodations": {
            "time_factor": {"$max": [_TIME_FACTOR, time_factor]} if has_extra_time else _TIME_FACTOR,
            "captions": {"$or": [{"$ifNull": ["$accommodations.captions", False]}, RequestKind.CAPTIONS in kinds]},
            "typing": {"$or": [{"$ifNull": ["$accommodations.typing", False]}, RequestKind.TYPING in kinds]},
        }
    }


async def add_request(interview_id: ObjectId, request: NewRequest) -> Interview | None:
    """Store a request once, grant what is granted automatically, and pause the clock of an interview that has begun.

    Returns None if the request is stored already, the interview holds MAX_REQUESTS, is over or was erased.
    """
    changes = build_request_changes(request, skips_repetition=False)
    if RequestKind.TYPING in request.kinds:
        is_scheduled = {"$eq": ["$status", InterviewStatus.SCHEDULED]}
        changes["channel"] = {"$cond": [is_scheduled, {"$literal": Channel.TEXT}, "$channel"]}
    return await update_interview(
        interview_id,
        {
            "status": {"$in": list(REQUESTABLE_STATUSES)},
            "requests.id": {"$ne": request.id},
            f"requests.{MAX_REQUESTS - 1}": {"$exists": False},
            **NOT_ERASED,
        },
        {},
        {**changes, "paused_at": PAUSED_CLOCK},
    )


async def answer_request(
    interview_id: ObjectId,
    request_id: ObjectId,
    status: RequestStatus,
    *,
    answer_id: ObjectId,
    note: str | None,
    answered_by: str,
    time_factor: float | None,
) -> Interview | None:
    """Answer a request that is OPEN, or answer it again with the same status; the clock goes on.

    `time_factor` is None to leave the candidate's factor as it is. Returns None if there is no such request, or if it has this
    answer already.
    """
    answer = {"status": status, "answer_id": PydanticObjectId(answer_id), "note": note, "answered_by": answered_by}
    answered = {"$mergeObjects": ["$$this", {"$literal": Encoder().encode(answer)}, {"answered_at": "$$NOW"}]}
    is_answered = {"$eq": ["$$this.id", request_id]}
    changes: dict[str, Any] = {
        "requests": {"$map": {"input": "$requests", "in": {"$cond": [is_answered, answered, "$$this"]}}},
        **RESUMED_CLOCK,
        "resumed_after_seq": {"$cond": [{"$eq": [{"$type": "$paused_at"}, "date"]}, "$last_seq", "$resumed_after_seq"]},
        # a typed interviewer asks the candidate to go on
        "due_at": {
            "$cond": [
                {"$and": [{"$eq": [{"$type": "$paused_at"}, "date"]}, {"$eq": ["$channel", Channel.TEXT]}]},
                "$$NOW",
                "$due_at",
            ]
        },
    }
    if time_factor is not None:
        changes |= {"accommodations.time_factor": {"$literal": time_factor}}
    matching = {"id": request_id, "status": {"$in": [RequestStatus.OPEN, status]}, "answer_id": {"$ne": answer_id}}
    return await update_interview(interview_id, {"requests": {"$elemMatch": matching}, **NOT_ERASED}, {}, changes)
