"""Counting what organizations use per day.

These updates are no part of the transactions that store turns: all interviews of an organization share the day's document, so
their transactions would conflict with each other. MongoDB queues single updates of one document instead.
"""

from datetime import datetime
from typing import Any, Literal

from bson import ObjectId
from pymongo import ReturnDocument, WriteConcern
from pymongo.errors import DuplicateKeyError

from models.documents.organization_usage import OrganizationUsage, begin_of_day
from models.documents.usage import Usage


async def add_daily_message(organization_id: ObjectId, moment: datetime) -> None:
    """Count a candidate's turn. The count may be lost if MongoDB fails over: nobody waits for the other members of its set."""
    await _increment(organization_id, moment, {"messages": 1}, write_concern=WriteConcern(w=1))


async def add_daily_usage(organization_id: ObjectId, moment: datetime, usage: Usage) -> None:
    """Add usage of Claude to the day. If this raises, do not retry it, because the usage may have been added."""
    if amounts := {f"usage.{name}": amount for name, amount in usage if amount}:
        await _increment(organization_id, moment, amounts)


CountedField = Literal["interviews", "try_outs"]
"""A field of OrganizationUsage that counts interviews."""


async def claim_daily_interview(
    organization_id: ObjectId, moment: datetime, limit: int, field: CountedField = "interviews"
) -> bool:
    """Count one more interview if fewer than `limit` have begun on that day (0: any number); return whether it was counted."""
    condition: dict[str, Any] = {field: {"$not": {"$gte": limit}}} if limit else {}
    return await _increment(organization_id, moment, {field: 1}, condition)


async def release_daily_interview(organization_id: ObjectId, moment: datetime, field: CountedField = "interviews") -> None:
    """Take back a `claim_daily_interview` whose interview did not begin."""
    await _increment(organization_id, moment, {field: -1})


async def _increment(
    organization_id: ObjectId,
    moment: datetime,
    amounts: dict[str, Any],
    condition: dict[str, Any] | None = None,
    write_concern: WriteConcern | None = None,
) -> bool:
    key = {"organization_id": organization_id, "day": begin_of_day(moment)}
    collection = OrganizationUsage.get_pymongo_collection().with_options(write_concern=write_concern)
    for may_insert in (True, False):
        try:
            changed = await collection.find_one_and_update(
                {**key, **(condition or {})},
                {"$inc": amounts},
                {"_id": 1},
                upsert=may_insert,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            # the day has a document: of a concurrent first update, or one that does not meet the condition
            continue
        return changed is not None
    return False
