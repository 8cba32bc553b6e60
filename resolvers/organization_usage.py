"""What the caller's organization uses, and its daily budgets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from auth import Action, Principal, require_permission
from errors import BadInput
from lifecycle.services import Services
from models.documents.budget import DAILY_FIELDS, Budget
from models.documents.organization_usage import (
    RETENTION_DAYS,
    OrganizationUsage,
    begin_of_next_day,
    list_organization_usage,
)
from models.reads.daily_budgets import read_daily_budgets
from models.storage.clock import now


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """A daily budget, and how much of it is used today."""

    budget: Budget
    limit: float | None
    """None if it is unlimited."""
    used: float
    opens_at: datetime
    """Beginning of the next day (UTC)."""


@dataclass(frozen=True, slots=True)
class UsageReport:
    """What an organization has used, by day, and the budgets of today."""

    budgets: Sequence[BudgetUse]
    days: Sequence[OrganizationUsage]
    """Days on which anything was used, newest first."""


async def get_organization_usage(services: Services, principal: Principal, days: int) -> UsageReport:
    """Return the usage of the last days, today included. Raises BadInput for a number of days out of range."""
    require_permission(principal, Action.READ_ORGANIZATION_USAGE)
    if not 1 <= days <= RETENTION_DAYS:
        raise BadInput(f"days must be 1 to {RETENTION_DAYS}: usage is stored for {RETENTION_DAYS} days.", field="days")
    moment = now()
    budgets = await read_daily_budgets(principal.organization_id, services.settings.budget, moment)
    return UsageReport(
        [
            BudgetUse(
                budget, budgets.get_limit(budget) or None, round(budgets.used.get_used(budget), 6), begin_of_next_day(moment)
            )
            for budget in DAILY_FIELDS
        ],
        await list_organization_usage(principal.organization_id, moment - timedelta(days=days - 1)),
    )
