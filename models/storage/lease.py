"""The lease kernel: who may work on a document, decided by MongoDB in one step and by its clock.

A leased document has a `lease` and a `fence`; a job also has `due_at` and `attempts`. A claim succeeds only if no lease is in
force, and raises the fence. Every later step names the fence of its claim, so that a holder that was replaced changes nothing.

The constants and functions here are aggregation expressions, for the conditions and computed values of a compare-and-set.
"""

from datetime import datetime
from typing import Any

from beanie import Document
from bson import ObjectId
from pydantic import BaseModel

from models.storage.backoff import Backoff


class Lease(BaseModel):
    """The exclusive right to work on a document until a time by MongoDB's clock; the document's `fence` numbers the leases."""

    holder: str
    until: datetime


class LeaseLost(Exception):
    """Another holder has the lease: the caller must stop working on the document."""


PENDING_DISPATCH = "dispatch"
"""Holder of the lease from the dispatch of a LiveKit agent until the agent itself claims the lease."""

LEASE_IS_FREE: dict[str, Any] = {"$lte": [{"$ifNull": ["$lease.until", "$$NOW"]}, "$$NOW"]}
"""Condition that the document has no lease, or one that has lapsed."""
DISPATCH_IS_PENDING: dict[str, Any] = {"$eq": ["$lease.holder", PENDING_DISPATCH]}
IS_DUE: dict[str, Any] = {"$lte": ["$due_at", "$$NOW"]}
NEXT_FENCE: dict[str, Any] = {"$add": ["$fence", 1]}
ATTEMPT_INCREMENT: dict[str, Any] = {"attempts": {"$add": ["$attempts", 1]}}
"""Counts an attempt where it begins, so that it counts however it ends."""
NOT_ERASED: dict[str, Any] = {"erased_at": None}


def from_now(seconds: float | dict[str, Any]) -> dict[str, Any]:
    """Return the time that many seconds from now. `seconds` may be an expression; a negative number means a time in the past."""
    milliseconds = {"$multiply": [1000, seconds]} if isinstance(seconds, dict) else int(seconds * 1000)
    return {"$add": ["$$NOW", milliseconds]}


def build_lease(holder: str, seconds: float | dict[str, Any]) -> dict[str, Any]:
    """Return a Lease of `holder` that begins now."""
    return {"holder": {"$literal": holder}, "until": from_now(seconds)}


def lease_is_free_for_retry(backoff: Backoff) -> dict[str, Any]:
    """Return the condition that the lease is free and that the pause after abandoned attempts has passed.

    An attempt is abandoned if its process was killed or disconnected, so that it scheduled no retry. The first abandoned
    attempt is replaced without a pause. Further ones in a row are followed by a growing pause, so that a crash loop does not
    use up the attempts within seconds.
    """
    pause = {"$multiply": [1000, backoff.expression({"$subtract": ["$attempts", 1]})]}
    # a missing lease is null, which sorts before every date
    return {"$lte": [{"$add": ["$lease.until", pause]}, "$$NOW"]}


def build_job_claim(holder: str, seconds: float) -> dict[str, Any]:
    """Return the computed values by which `holder` claims a job: the next fence, the counted attempt and the lease."""
    return {"fence": NEXT_FENCE, "lease": build_lease(holder, seconds), **ATTEMPT_INCREMENT}


def build_job_postponement(seconds: float) -> dict[str, Any]:
    """Return the computed values by which the holder of a job releases it, due again that many seconds from now."""
    return {"lease": None, "due_at": from_now(seconds)}


def build_dispatch_claim(backoff: Backoff, counter: str) -> dict[str, Any]:
    """Return the computed values by which a process claims the dispatch of an agent, and counts it in the field `counter`.

    The dispatch holds the lease until the agent claims it, for a time that grows with each dispatch counted so far.
    """
    count = {"$add": [f"${counter}", 1]}
    return {"fence": NEXT_FENCE, "lease": build_lease(PENDING_DISPATCH, backoff.expression(count)), counter: count}


async def renew_lease(model: type[Document], document_id: ObjectId, fence: int, holder: str, seconds: float) -> bool:
    """Extend the holder's lease from now on; False when another has claimed it, or it was released, or the document is gone.

    A lapsed lease can be renewed if nobody has claimed it. Holders renew every second, so the document is neither returned
    nor parsed, which saves a third of the time of `compare_and_set`.
    """
    # the holder is part of the condition, so that a renewal after the release does not restore the lease
    condition = {"_id": document_id, "fence": fence, "lease.holder": holder}
    renewed = await model.get_pymongo_collection().update_one(condition, [{"$set": {"lease": build_lease(holder, seconds)}}])
    return renewed.matched_count == 1
