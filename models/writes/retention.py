"""Retention: an organization's policy, and the interviews whose data it no longer keeps.

The organization's document holds the time of its next check, which reads only what is over, by the index `retention`.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bson import ObjectId

from models.documents.interview import TERMINAL_STATUSES, ErasureScope, Interview
from models.documents.interview_indexes import RETENTION_INDEX
from models.documents.organization import Organization, RetentionPolicy
from models.storage.clock import now
from models.storage.compare_and_set import compare_and_set
from models.storage.lease import from_now
from models.writes.interview_erasure import narrower_scopes

CHECK_SECONDS = 3600.0
"""Seconds between two checks of an organization. Retention is counted in days."""


async def set_retention_policy(organization_id: ObjectId, policy: RetentionPolicy, update_id: ObjectId) -> Organization | None:
    """Replace the policy once per `update_id`, and have the organization checked. None if it was applied before."""
    keeps_everything = next(list_limits(policy), None) is None
    return await compare_and_set(
        Organization,
        organization_id,
        {"retention_updates": {"$ne": update_id}},
        {"retention": policy},
        {
            "retention_due_at": None if keeps_everything else "$$NOW",
            "retention_updates": {"$concatArrays": [{"$ifNull": ["$retention_updates", []]}, [update_id]]},
        },
    )


def list_limits(policy: RetentionPolicy) -> Iterator[tuple[ErasureScope, int]]:
    """Yield each scope that the policy limits, the widest first, with its days."""
    for scope, days in (
        (ErasureScope.INTERVIEW, policy.candidate_days),
        (ErasureScope.TRANSCRIPT, policy.transcript_days),
        (ErasureScope.RECORDINGS, policy.recording_days),
    ):
        if days is not None:
            yield scope, days


async def find_due_organizations(limit: int) -> list[ObjectId]:
    """Return organizations whose check is due, the longest due first."""
    rows = Organization.get_pymongo_collection().find(_IS_CHECK_DUE, {"_id": 1}).sort("retention_due_at", 1).limit(limit)
    return [row["_id"] async for row in rows]


async def claim_retention_check(organization_id: ObjectId) -> Organization | None:
    """Schedule the next check and return the organization; None if no check is due, because another process claimed it."""
    return await compare_and_set(Organization, organization_id, _IS_CHECK_DUE, {}, {"retention_due_at": from_now(CHECK_SECONDS)})


async def repeat_retention_check(organization_id: ObjectId) -> None:
    """Make the next check due now, because more is over than one check erases."""
    await compare_and_set(
        Organization, organization_id, {"retention_due_at": {"$type": "date"}}, {}, {"retention_due_at": "$$NOW"}
    )


_IS_CHECK_DUE: dict[str, Any] = {
    "retention_due_at": {"$type": "date"},
    "$expr": {"$lte": ["$retention_due_at", "$$NOW"]},
}


def build_limit_condition(scope: ErasureScope, days: int) -> dict[str, Any]:
    """Return the condition that an interview is over, not held, and was retained for `days` in this scope.

    Days count from the end, or from the creation of an interview that never began.
    """
    limit = now() - timedelta(days=days)
    return {
        "status": {"$in": list(TERMINAL_STATUSES)},
        # with the status, what the index `retention` holds
        "candidate.name": {"$exists": True},
        "erasure.scope": {"$in": [None, *narrower_scopes(scope)]},
        "legal_hold": None,
        # nothing ends before it is created: a bound for the index
        "created_at": {"$lte": limit},
        "$or": [{"ended_at": {"$lte": limit}}, {"started_at": None}],
    }


async def find_interviews_over_limit(organization_id: ObjectId, scope: ErasureScope, days: int, limit: int) -> list[ObjectId]:
    """Return the interviews of the organization whose data of this scope have to be erased."""
    criteria = {"organization_id": organization_id, **build_limit_condition(scope, days)}
    # named, because for an organization with little to erase MongoDB might choose an index of lists, and read them all
    rows = Interview.get_pymongo_collection().find(criteria, {"_id": 1}, hint=RETENTION_INDEX).limit(limit)
    return [row["_id"] async for row in rows]
