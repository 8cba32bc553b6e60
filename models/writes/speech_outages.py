"""Outages of speech in interviews that continue in writing, and the checks whether speech works again.

Each step is a compare-and-set by MongoDB's clock, so that any number of voice workers may make the checks.
"""

from collections.abc import Collection
from typing import Any

from bson import ObjectId

from models.documents.interview import OPEN_STATUSES, Interview
from models.documents.organization import exclude_organizations
from models.documents.turn import Channel
from models.storage.backoff import Backoff
from models.storage.lease import NOT_ERASED, from_now
from models.writes.interview_updates import update_interview

CHECK_BACKOFF = Backoff(30.0, 300.0)
"""Pauses before the checks whether speech works again."""

_IS_IN_WRITING: dict[str, Any] = {"status": {"$in": list(OPEN_STATUSES)}, "channel": Channel.TEXT, **NOT_ERASED}


def build_speech_outage() -> dict[str, Any]:
    """Return the expression for an outage that begins now."""
    return {"since": "$$NOW", "ended_at": None, "checks": {"$literal": 0}, "due_at": from_now(CHECK_BACKOFF.seconds(1))}


async def find_due_speech_checks(limit: int, closed: Collection[ObjectId] = ()) -> list[ObjectId]:
    """Return interviews whose check is due, the longest due first, except those of the organizations in `closed`."""
    criteria = {
        **_IS_IN_WRITING,
        "speech_outage.due_at": {"$type": "date"},
        "$expr": {"$lte": ["$speech_outage.due_at", "$$NOW"]},
        **exclude_organizations(closed),
    }
    rows = Interview.get_pymongo_collection().find(criteria, {"_id": 1}).sort("speech_outage.due_at", 1).limit(limit)
    return [row["_id"] async for row in rows]


async def claim_speech_check(interview_id: ObjectId) -> Interview | None:
    """Claim a check that is due, and schedule the next one; None if no check is due."""
    checks = {"$add": ["$speech_outage.checks", 1]}
    return await update_interview(
        interview_id,
        {
            **_IS_IN_WRITING,
            "speech_outage.due_at": {"$type": "date"},
            "$expr": {"$lte": ["$speech_outage.due_at", "$$NOW"]},
        },
        {},
        {
            "speech_outage.checks": checks,
            "speech_outage.due_at": from_now(CHECK_BACKOFF.expression({"$add": [checks, 1]})),
        },
        visible=False,
    )


async def end_speech_outage(interview_id: ObjectId) -> Interview | None:
    """Record that speech works again, so that the candidate may return to voice; None if there is no outage any more."""
    return await update_interview(
        interview_id,
        {**_IS_IN_WRITING, "speech_outage.due_at": {"$type": "date"}},
        {"speech_outage.due_at": None},
        {"speech_outage.ended_at": "$$NOW"},
    )
