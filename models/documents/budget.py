"""Names of the budgets, and the values that one organization has instead of those in settings.BudgetSettings."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, Field


class Budget(StrEnum):
    """A budget of one interview, or of one organization on one day (UTC)."""

    INTERVIEW_MESSAGES = "INTERVIEW_MESSAGES"
    INTERVIEW_CHARACTERS = "INTERVIEW_CHARACTERS"
    INTERVIEW_CALLS = "INTERVIEW_CALLS"
    INTERVIEW_COST = "INTERVIEW_COST"
    INTERVIEW_EVALUATIONS = "INTERVIEW_EVALUATIONS"
    DAILY_INTERVIEWS = "DAILY_INTERVIEWS"
    DAILY_MESSAGES = "DAILY_MESSAGES"
    DAILY_CALLS = "DAILY_CALLS"
    DAILY_TOKENS = "DAILY_TOKENS"
    DAILY_COST = "DAILY_COST"


class OrganizationBudgets(BaseModel):
    """An organization's own daily budgets; None means the deployment's setting of the same name, 0 unlimited."""

    daily_interviews: int | None = Field(None, ge=0)
    daily_messages: int | None = Field(None, ge=0)
    daily_calls: int | None = Field(None, ge=0)
    daily_tokens: int | None = Field(None, ge=0)
    daily_usd: float | None = Field(None, ge=0, allow_inf_nan=False)


DAILY_FIELDS: Mapping[Budget, str] = {
    Budget.DAILY_INTERVIEWS: "daily_interviews",
    Budget.DAILY_MESSAGES: "daily_messages",
    Budget.DAILY_CALLS: "daily_calls",
    Budget.DAILY_TOKENS: "daily_tokens",
    Budget.DAILY_COST: "daily_usd",
}
"""The field that holds the limit of each daily budget, in settings and in OrganizationBudgets."""
CLAUDE_BUDGETS = (Budget.DAILY_CALLS, Budget.DAILY_TOKENS, Budget.DAILY_COST)
"""Daily budgets of calls of Claude: once one is used up, code replies and evaluations wait."""
