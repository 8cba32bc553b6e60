"""What an organization has used on one day (UTC): one document per organization and day, deleted after 90 days."""

from datetime import UTC, datetime, time, timedelta
from typing import ClassVar

from beanie import PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel

from models.documents.budget import Budget
from models.documents.usage import Usage
from models.storage.stored_document import StoredDocument

RETENTION_DAYS = 90


class OrganizationUsage(StoredDocument):
    """Counters of one day. They only grow, and contain no personal data (models.writes.organization_usage)."""

    organization_id: PydanticObjectId
    day: datetime
    """Beginning of the day in UTC."""
    interviews: int = 0
    """Interviews that began; a return to a reopened interview is no beginning."""
    try_outs: int = 0
    """Try-outs that were started. They are not among `interviews`."""
    messages: int = 0
    """Turns of candidates, typed or spoken."""
    usage: Usage = Usage()
    """Usage of Claude, for replies and evaluations."""

    class Settings:
        name = "organization_usage"
        indexes: ClassVar = [
            IndexModel([("organization_id", ASCENDING), ("day", DESCENDING)], unique=True),
            IndexModel([("day", ASCENDING)], expireAfterSeconds=RETENTION_DAYS * 24 * 3600),
        ]

    def get_used(self, budget: Budget) -> float:
        """Return how much of a daily budget is used. Raises KeyError for a budget of an interview."""
        usage = self.usage
        return {
            Budget.DAILY_INTERVIEWS: self.interviews,
            Budget.DAILY_MESSAGES: self.messages,
            Budget.DAILY_CALLS: usage.calls,
            Budget.DAILY_TOKENS: usage.total_tokens,
            Budget.DAILY_COST: usage.cost_usd,
            Budget.DAILY_TRY_OUTS: self.try_outs,
        }[budget]


def begin_of_day(moment: datetime) -> datetime:
    """Return the beginning of the day in UTC."""
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)


def begin_of_next_day(moment: datetime) -> datetime:
    """Return when daily budgets are open again."""
    return begin_of_day(moment) + timedelta(days=1)


async def get_organization_usage(organization_id: ObjectId, moment: datetime) -> OrganizationUsage:
    """Return what the organization has used on that day, all zero if nothing."""
    day = begin_of_day(moment)
    found = await OrganizationUsage.find_one({"organization_id": organization_id, "day": day})
    return found or OrganizationUsage(organization_id=PydanticObjectId(organization_id), day=day)


async def list_organization_usage(organization_id: ObjectId, since: datetime) -> list[OrganizationUsage]:
    """Return the days from `since` on which the organization used anything, newest first."""
    criteria = {"organization_id": organization_id, "day": {"$gte": begin_of_day(since)}}
    return await OrganizationUsage.find(criteria).sort("-day").to_list()
