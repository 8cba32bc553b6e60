"""Daily budgets of an organization, with what is used of them."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bson import ObjectId

from errors import ExhaustedBudget
from models.documents.budget import DAILY_FIELDS, Budget, OrganizationBudgets
from models.documents.organization import Organization
from models.documents.organization_usage import OrganizationUsage, get_organization_usage
from settings import BudgetSettings


@dataclass(frozen=True, slots=True)
class DailyBudgets:
    """The daily budgets of one organization, and what it has used on one day."""

    settings: BudgetSettings
    own: OrganizationBudgets
    used: OrganizationUsage

    def get_limit(self, budget: Budget) -> float:
        """Return the limit of a daily budget; 0 means unlimited."""
        field = DAILY_FIELDS[budget]
        own: float | None = getattr(self.own, field)
        default: float = getattr(self.settings, field)
        return default if own is None else own

    def find_exhausted(self, budgets: Iterable[Budget]) -> ExhaustedBudget | None:
        """Return the first of these budgets that is used up."""
        for budget in budgets:
            limit, used = self.get_limit(budget), self.used.get_used(budget)
            if limit and used >= limit:
                return ExhaustedBudget(budget, limit, used)
        return None


async def read_daily_budgets(organization_id: ObjectId, settings: BudgetSettings, moment: datetime) -> DailyBudgets:
    """Read the organization's budgets, and what it has used on that day."""
    row, used = await asyncio.gather(
        Organization.get_pymongo_collection().find_one({"_id": organization_id}, {"budgets": 1}),
        get_organization_usage(organization_id, moment),
    )
    return DailyBudgets(settings, OrganizationBudgets.model_validate((row or {}).get("budgets") or {}), used)
