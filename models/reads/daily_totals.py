"""What all organizations together have used today, and how much of their budgets: for monitoring, without their names."""

from dataclasses import dataclass, field
from datetime import datetime

from models.documents.budget import DAILY_FIELDS, Budget, OrganizationBudgets
from models.documents.organization import Organization
from models.documents.organization_usage import OrganizationUsage, begin_of_day
from models.documents.usage import Usage
from models.reads.daily_budgets import DailyBudgets
from settings import BudgetSettings

MAX_ORGANIZATIONS = 10_000
"""Organizations of which the usage of a day is added up."""


@dataclass(slots=True)
class DailyTotals:
    """Usage of a day (UTC), of all organizations together."""

    interviews: int = 0
    try_outs: int = 0
    messages: int = 0
    usage: Usage = field(default_factory=Usage)
    largest_shares: dict[Budget, float] = field(default_factory=lambda: dict.fromkeys(DAILY_FIELDS, 0.0))
    """For each budget, the largest used share of it that any organization has; 0 for unlimited budgets."""
    exhausted: dict[Budget, int] = field(default_factory=lambda: dict.fromkeys(DAILY_FIELDS, 0))
    """For each budget, how many organizations have used it up."""


async def read_daily_totals(settings: BudgetSettings, moment: datetime) -> DailyTotals:
    """Add up what organizations have used on that day. Raises pymongo.errors.PyMongoError."""
    used_by = await OrganizationUsage.find({"day": begin_of_day(moment)}).limit(MAX_ORGANIZATIONS).to_list()
    ids = [used.organization_id for used in used_by]
    rows = Organization.get_pymongo_collection().find({"_id": {"$in": ids}}, {"budgets": 1})
    own_by_id = {row["_id"]: row.get("budgets") or {} async for row in rows}
    totals = DailyTotals()
    for used in used_by:
        totals.interviews += used.interviews
        totals.try_outs += used.try_outs
        totals.messages += used.messages
        totals.usage = totals.usage.plus(used.usage)
        own = OrganizationBudgets.model_validate(own_by_id.get(used.organization_id, {}))
        budgets = DailyBudgets(settings, own, used)
        for budget in DAILY_FIELDS:
            if limit := budgets.get_limit(budget):
                share = used.get_used(budget) / limit
                totals.largest_shares[budget] = max(totals.largest_shares[budget], share)
                totals.exhausted[budget] += share >= 1
    return totals
