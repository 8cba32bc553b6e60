"""Counting what organizations use per day.

These updates are no part of the transactions that store turns: all interviews of an organization share the day's document, so
their transactions would conflict with each other. MongoDB queues single updates of one document instead.
"""

from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from models.documents.organization_usage import OrganizationUsage, begin_of_day
from models.documents.usage import Usage


async def add_organization_usage(
    organization_id: ObjectId, moment: datetime, *, messages: int = 0, usage: Usage | None = None
) -> None:
    """Add messages and usage of Claude to the day. If this raises, do not retry it, because they may have been added."""
    amounts: dict[str, Any] = {f"usage.{name}": amount for name, amount in usage or () if amount}
    if messages:
        amounts["messages"] = messages
    if amounts:
        await _increment(organization_id, moment, amounts)


async def claim_daily_interview(organization_id: ObjectId, moment: datetime, limit: int) -> bool:
    """Count one more interview if fewer than `limit` have begun on that day (0: any number); return whether it was counted."""
    condition = {"interviews": {"$not": {"$gte": limit}}} if limit else {}
    return await _increment(organization_id, moment, {"interviews": 1}, condition)


async def release_daily_interview(organization_id: ObjectId, moment: datetime) -> None:
    """Take back a `claim_daily_interview` whose interview did not begin."""
    await _increment(organization_id, moment, {"interviews": -1})


async def _increment(
    organization_id: ObjectId, moment: datetime, amounts: dict[str, Any], condition: dict[str, Any] | None = None
) -> bool:
    key = {"organization_id": organization_id, "day": begin_of_day(moment)}
    collection = OrganizationUsage.get_pymongo_collection()
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
