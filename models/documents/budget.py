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
    DAILY_TRY_OUTS = "DAILY_TRY_OUTS"


class OrganizationBudgets(BaseModel):
    """An organization's own daily budgets; None means the deployment's setting of the same name, 0 unlimited."""

    daily_interviews: int | None = Field(None, ge=0)
    daily_messages: int | None = Field(None, ge=0)
    daily_calls: int | None = Field(None, ge=0)
    daily_tokens: int | None = Field(None, ge=0)
    daily_usd: float | None = Field(None, ge=0, allow_inf_nan=False)
    daily_try_outs: int | None = Field(None, ge=0)


DAILY_FIELDS: Mapping[Budget, str] = {
    Budget.DAILY_INTERVIEWS: "daily_interviews",
    Budget.DAILY_MESSAGES: "daily_messages",
    Budget.DAILY_CALLS: "daily_calls",
    Budget.DAILY_TOKENS: "daily_tokens",
    Budget.DAILY_COST: "daily_usd",
    Budget.DAILY_TRY_OUTS: "daily_try_outs",
}
"""The field that holds the limit of each daily budget, in settings and in OrganizationBudgets."""
BEGINNING_BUDGETS = tuple(budget for budget in DAILY_FIELDS if budget is not Budget.DAILY_TRY_OUTS)
"""Daily budgets of which each, once used up, refuses the beginning of further interviews."""
CLAUDE_BUDGETS = (Budget.DAILY_CALLS, Budget.DAILY_TOKENS, Budget.DAILY_COST)
"""Daily budgets of calls of Claude: once one is used up, code replies and evaluations wait."""
