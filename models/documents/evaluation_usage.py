"""Tokens and cost of all evaluations of an interview."""

from collections.abc import Sequence
from typing import Any

from bson import ObjectId

from models.documents.evaluation import Evaluation
from models.documents.usage import Usage


async def sum_evaluation_usages(interview_ids: Sequence[ObjectId]) -> dict[ObjectId, Usage]:
    """Return the usage of all versions of the evaluation, for each of these interviews that has one."""
    sums: dict[str, Any] = {name: {"$sum": f"$usage.{name}"} for name in Usage.model_fields}
    pipeline: list[dict[str, Any]] = [
        {"$match": {"interview_id": {"$in": list(interview_ids)}}},
        {"$group": {"_id": "$interview_id", **sums}},
    ]
    rows = await Evaluation.get_pymongo_collection().aggregate(pipeline)
    # `plus` rounds the sum, which MongoDB computes with floating-point numbers
    return {row["_id"]: Usage().plus(Usage.model_validate(row)) async for row in rows}
