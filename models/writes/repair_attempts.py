"""Attempts of repairs: counted when they begin, with growing pauses, and bounded however they end.

A repair that kills its process, or whose process is killed, is counted like one that fails, so no document can stop the
repairs of others.
"""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from beanie import PydanticObjectId
from bson import ObjectId
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from models.documents.repair_attempt import RepairAttempt
from models.storage.backoff import Backoff
from models.storage.clock import now
from models.storage.lease import ATTEMPT_INCREMENT, IS_DUE, from_now

BACKOFF = Backoff(base_seconds=2.0, max_seconds=600.0)
"""Pauses between attempts of one repair."""
MAX_ATTEMPTS = 20
"""Attempts of one repair, over about two hours, after which it is given up until its PERIOD_SECONDS have passed."""
MAX_WAITING = 10_000
"""Repairs that wait or were given up that one round can leave out; more than there ever are."""


async def claim_repair(repair: str, document_id: ObjectId, *, is_bounded: bool) -> int | None:
    """Count an attempt that begins now, and return its number.

    Returns None while the pause after the last attempt lasts, and with `is_bounded` after MAX_ATTEMPTS.
    """
    first = RepairAttempt(
        repair=repair,
        document_id=PydanticObjectId(document_id),
        due_at=now() + timedelta(seconds=BACKOFF.seconds(1)),
    )
    try:
        await first.insert()
    except DuplicateKeyError:
        pass
    else:
        return 1
    bound: dict[str, Any] = {"attempts": {"$lt": MAX_ATTEMPTS}} if is_bounded else {}
    row = await RepairAttempt.get_pymongo_collection().find_one_and_update(
        {"repair": repair, "document_id": document_id, "$expr": IS_DUE, **bound},
        [{"$set": {**ATTEMPT_INCREMENT, "due_at": from_now(BACKOFF.expression({"$add": ["$attempts", 1]}))}}],
        return_document=ReturnDocument.AFTER,
    )
    return row["attempts"] if row else None


async def complete_repair(repair: str, document_id: ObjectId) -> None:
    """Forget the attempts of a repair that has succeeded."""
    await RepairAttempt.get_pymongo_collection().delete_one({"repair": repair, "document_id": document_id})


async def list_waiting_repairs() -> dict[str, set[ObjectId]]:
    """Return the documents of each repair that must not be attempted now: its pause lasts, or it was given up."""
    waiting: defaultdict[str, set[ObjectId]] = defaultdict(set)
    rows = RepairAttempt.get_pymongo_collection().find({}, {"repair": 1, "document_id": 1, "due_at": 1, "attempts": 1})
    async for row in rows.limit(MAX_WAITING):
        if row["attempts"] >= MAX_ATTEMPTS or row["due_at"] > now():
            waiting[row["repair"]].add(row["document_id"])
    return waiting


async def count_repairs_given_up() -> int:
    """Return how many repairs have used up their attempts."""
    return await RepairAttempt.get_pymongo_collection().count_documents({"attempts": {"$gte": MAX_ATTEMPTS}})
