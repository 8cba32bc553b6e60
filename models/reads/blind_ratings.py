"""Levels that reviewers gave blind, each beside the judge's level of the same evaluation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId

from models.documents.evaluation import Evaluation
from models.documents.position import Position


@dataclass(frozen=True, slots=True)
class LevelPair:
    """A reviewer's and the judge's level for a criterion; None means not assessed."""

    position_version: int
    criterion_key: str
    reviewer_level: int | None
    judge_level: int | None


_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)


async def list_level_pairs(
    organization_id: ObjectId, position_key: str, since: datetime | None, until: datetime | None
) -> list[LevelPair]:
    """Return the pairs of the position's ratings, in all its versions, that were given from `since` on and before `until`."""
    positions = Position.get_pymongo_collection().find({"organization_id": organization_id, "key": position_key}, {"_id": 1})
    # also without `since` the index of rated evaluations needs a condition on the time
    criteria = {
        "position_id": {"$in": [row["_id"] async for row in positions]},
        "ratings.created_at": {"$gte": since or _OLDEST},
    }
    fields = {"position_version": 1, "ratings": 1, "outcome.criteria.key": 1, "outcome.criteria.level": 1}
    rows = Evaluation.get_pymongo_collection().find(criteria, fields)
    return [pair async for row in rows for pair in _iterate_pairs(row, since, until)]


def _iterate_pairs(row: dict[str, Any], since: datetime | None, until: datetime | None) -> Iterator[LevelPair]:
    judge_levels = {criterion["key"]: criterion["level"] for criterion in row["outcome"]["criteria"]}
    for rating in row["ratings"]:
        if (since and rating["created_at"] < since) or (until and rating["created_at"] >= until):
            continue
        for rated in rating["levels"]:
            key = rated["criterion_key"]
            yield LevelPair(row["position_version"], key, rated["level"], judge_levels.get(key))
