"""Closing an organization, reopening it, and requesting its deletion. Its test environment is closed and reopened with it."""

from typing import Any

from bson import ObjectId

from models.documents.interview import OPEN_STATUSES, Interview, InterviewStatus
from models.documents.organization import ApiKey, Organization, find_test_organization
from models.documents.try_out import get_try_out_partition
from models.storage.clock import now
from models.storage.lease import NEXT_FENCE


async def list_with_test_environment(organization: Organization) -> list[ObjectId]:
    """Return the ids of the organization and of its test environment, if it has one."""
    test = await find_test_organization(organization.id)
    return [organization.id, *([test.id] if test else [])]


async def close_organization(organization: Organization) -> None:
    """Make all credentials of the organization stop working, and interrupt its interviewers. Repeating it has no effect.

    An interviewer that speaks or writes loses its lease, which it renews every second, and no other can claim it.
    """
    ids = await list_with_test_environment(organization)
    await Organization.get_pymongo_collection().update_many(
        {"_id": {"$in": ids}, "closed_at": None}, [{"$set": {"closed_at": "$$NOW"}}]
    )
    partitions = [get_try_out_partition(organization_id) for organization_id in ids]
    await Interview.get_pymongo_collection().update_many(
        {"organization_id": {"$in": [*ids, *partitions]}, "status": {"$in": list(OPEN_STATUSES)}, "erased_at": None},
        [{"$set": {"fence": NEXT_FENCE, "lease": None}}],
    )


async def reopen_organization(organization: Organization) -> bool:
    """Make the credentials work again; return False if the organization is being deleted."""
    ids = await list_with_test_environment(organization)
    organizations = Organization.get_pymongo_collection()
    # the organization itself is the last: a deletion that is requested meanwhile concerns it first
    for organization_id in reversed(ids):
        reopened = await organizations.update_one(
            {"_id": organization_id, "deletion_requested_at": None}, {"$set": {"closed_at": None}}
        )
        if not reopened.matched_count:
            return False
    return True


async def request_deletion(organization: Organization) -> bool:
    """Have jobs delete the organization and its test environment; return False unless it is closed."""
    ids = await list_with_test_environment(organization)
    organizations = Organization.get_pymongo_collection()
    for organization_id in ids:
        requested = await organizations.update_one(
            {"_id": organization_id, "closed_at": {"$type": "date"}},
            [{"$set": {"deletion_requested_at": {"$ifNull": ["$deletion_requested_at", "$$NOW"]}}}],
        )
        if not requested.matched_count:
            return False
    return True


async def find_requested_deletions(limit: int) -> list[ObjectId]:
    """Return the organizations to delete, the longest requested first."""
    criteria = {"deletion_requested_at": {"$type": "date"}}
    rows = Organization.get_pymongo_collection().find(criteria, {"_id": 1}).sort("deletion_requested_at", 1).limit(limit)
    return [row["_id"] async for row in rows]


async def count_what_depends(organization: Organization) -> dict[str, int]:
    """Return how many active keys, invites, open interviews, interviews in total and legal holds there are."""
    belongs: dict[str, Any] = {"organization_id": {"$in": await list_with_test_environment(organization)}}
    is_active = {"revoked_at": None, "$or": [{"expires_at": None}, {"expires_at": {"$gt": now()}}]}
    keys = await ApiKey.find({**belongs, **is_active}).count()
    counts: dict[str, dict[str, Any]] = {
        "invites": {"status": InterviewStatus.SCHEDULED},
        "open_interviews": {"status": {"$in": list(OPEN_STATUSES)}},
        "interviews": {},
        "legal_holds": {"legal_hold": {"$ne": None}},
    }
    return {"keys": keys, **{name: await Interview.find({**belongs, **extra}).count() for name, extra in counts.items()}}
