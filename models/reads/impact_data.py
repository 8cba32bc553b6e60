"""The data of an impact analysis: results of interviews with the category that each candidate stated."""

from dataclasses import dataclass
from datetime import datetime

from bson import ObjectId

from models.documents.demographics import DemographicAttribute, Demographics
from models.documents.interview import Decision, Interview, InterviewStatus

LOOKUP_BATCH = 1_000
"""Interviews whose demographic data are read in one query."""


_FIELDS = {"score": 1, "decision": 1, "position.version": 1}


@dataclass(frozen=True, slots=True)
class InterviewResult:
    """What one completed interview led to."""

    category: str | None
    """None if the candidate's category is unknown."""
    score: float | None
    """None if the evaluation gave no score."""
    decision: Decision | None
    position_version: int


async def read_results(
    organization_id: ObjectId,
    position_key: str,
    since: datetime,
    until: datetime,
    attribute: DemographicAttribute,
    limit: int,
) -> list[InterviewResult]:
    """Return the results of at most `limit` completed interviews created from `since` to before `until`.

    Erased interviews have no result, nor do those whose candidate has withdrawn the consent.
    """
    criteria = {
        "organization_id": organization_id,
        "position.key": position_key,
        "created_at": {"$gte": since, "$lt": until},
        "status": InterviewStatus.COMPLETED,
        "erased_at": None,
        "consent.withdrawn_at": None,
    }
    cursor = Interview.get_pymongo_collection().find(criteria, _FIELDS).sort("created_at", -1).limit(limit)
    rows = [row async for row in cursor]
    categories: dict[ObjectId, str | None] = {}
    for start in range(0, len(rows), LOOKUP_BATCH):
        interview_ids = [row["_id"] for row in rows[start : start + LOOKUP_BATCH]]
        async for demographics in Demographics.find({"interview_id": {"$in": interview_ids}}):
            categories[demographics.interview_id] = demographics.get_category(attribute)
    return [
        InterviewResult(
            categories.get(row["_id"]),
            row["score"],
            Decision(row["decision"]) if row["decision"] is not None else None,
            row["position"]["version"],
        )
        for row in rows
    ]
