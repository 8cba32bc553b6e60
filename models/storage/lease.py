"""The lease kernel: who may work on a document, decided by MongoDB in one step and by its clock.

A leased document has a `lease` (holder and end) and a `fence`; a job also has `due_at` and `attempts`. A claim needs a lease
that has lapsed, and raises the fence. Every later step names the fence of its claim, so a replaced holder changes nothing.
"""

from typing import Any

from beanie import Document
from bson import ObjectId

from models.storage.backoff import Backoff

LEASE_IS_FREE: dict[str, Any] = {"$lte": [{"$ifNull": ["$lease.until", "$$NOW"]}, "$$NOW"]}
"""Condition that the document's lease is free."""
IS_DUE: dict[str, Any] = {"$lte": ["$due_at", "$$NOW"]}
NEXT_FENCE: dict[str, Any] = {"$add": ["$fence", 1]}
COUNTED_ATTEMPT: dict[str, Any] = {"attempts": {"$add": ["$attempts", 1]}}
"""Counts an attempt where it begins, so that it counts however it ends."""
NOT_ERASED: dict[str, Any] = {"erased_at": None}


def from_now(seconds: float | dict[str, Any]) -> dict[str, Any]:
    """Return the expression for the moment that many seconds from now, a number or an expression; negative: ago."""
    milliseconds = {"$multiply": [1000, seconds]} if isinstance(seconds, dict) else int(seconds * 1000)
    return {"$add": ["$$NOW", milliseconds]}


def lease_expression(holder: str, seconds: float | dict[str, Any]) -> dict[str, Any]:
    """Return the expression for a models.documents.interview.Lease of `holder` from now on."""
    return {"holder": {"$literal": holder}, "until": from_now(seconds)}


def is_free_after(backoff: Backoff) -> dict[str, Any]:
    """Return the condition that nobody holds the lease, and that the pause after abandoned attempts has passed.

    An attempt whose lease lapsed was killed or cut off, and says nothing about when to try again. The first is replaced without
    a pause, further ones in a row with a growing one, so that a crash loop does not use up the attempts within seconds.
    """
    pause = {"$multiply": [1000, backoff.expression({"$subtract": ["$attempts", 1]})]}
    # null, where there is no lease, sorts before every date
    return {"$lte": [{"$add": ["$lease.until", pause]}, "$$NOW"]}


def claim_of(holder: str, seconds: float) -> dict[str, Any]:
    """Return what a job's claim computes: the next fence, the counted attempt and the lease."""
    return {"fence": NEXT_FENCE, "lease": lease_expression(holder, seconds), **COUNTED_ATTEMPT}


def postponed(seconds: float) -> dict[str, Any]:
    """Return what the holder of a job computes to give it up until that many seconds from now."""
    return {"lease": None, "due_at": from_now(seconds)}


def dispatch_of(holder: str, backoff: Backoff, dispatches: str) -> dict[str, Any]:
    """Return what the claim of a dispatch computes; it counts as a lease, and longer after each that was not answered.

    `dispatches` names the field that counts them.
    """
    count = {"$add": [f"${dispatches}", 1]}
    return {"fence": NEXT_FENCE, "lease": lease_expression(holder, backoff.expression(count)), dispatches: count}


async def renew_lease(model: type[Document], document_id: ObjectId, fence: int, holder: str, seconds: float) -> bool:
    """Extend the holder's lease from now on; False when another has claimed it, or it was released, or the document is gone.

    A lapsed lease can be renewed if nobody has claimed it. Holders renew every second, so the document is neither returned
    nor parsed, which saves a third of the time of `compare_and_set`.
    """
    # the holder is part of the condition, so that a renewal after the release does not restore the lease
    held = {"_id": document_id, "fence": fence, "lease.holder": holder}
    renewed = await model.get_pymongo_collection().update_one(held, [{"$set": {"lease": lease_expression(holder, seconds)}}])
    return renewed.matched_count == 1
