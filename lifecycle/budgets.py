"""Budgets: what one interview and one organization may use, and what happens when a budget is used up.

An interview that has begun is never refused because of its organization's budgets: code replies in place of Claude, its answers
are stored, and its evaluation waits. Only the beginning of further interviews is refused. Counters are in MongoDB
(models.documents.organization_usage). Calls of Claude are counted when they end, so a budget of calls, tokens or cost can be
exceeded by the calls that are in progress.
"""

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from math import ceil

import pymongo
import structlog
from bson import ObjectId
from pymongo.errors import PyMongoError

from errors import ExhaustedBudget, RateLimited
from lifecycle.services import Services
from models.documents.budget import BEGINNING_BUDGETS, CLAUDE_BUDGETS, Budget
from models.documents.interview import Interview, get_reply_usage
from models.documents.organization_usage import begin_of_next_day
from models.documents.usage import Usage
from models.reads.daily_budgets import DailyBudgets, read_daily_budgets
from models.storage.clock import now
from models.writes.organization_usage import (
    add_daily_message,
    add_daily_usage,
    claim_daily_interview,
    release_daily_interview,
)
from settings import BudgetSettings

log = structlog.get_logger(__name__)

COUNT_SECONDS = 1.0
"""Timeout of counting and of checking budgets during an interview, so that neither delays a reply for long."""

UNITS = {
    Budget.DAILY_INTERVIEWS: "interviews",
    Budget.DAILY_MESSAGES: "messages",
    Budget.DAILY_CALLS: "calls of Claude",
    Budget.DAILY_TOKENS: "tokens of Claude",
    Budget.DAILY_COST: "US dollars for Claude",
    Budget.DAILY_TRY_OUTS: "try-outs",
}
"""What each daily budget counts."""


class DailyBudgetExhausted(RateLimited):
    """A daily budget of the organization is used up: no further interview, or try-out, begins until `opens_at`."""


async def require_daily_budgets(services: Services, organization_id: ObjectId) -> DailyBudgets:
    """Return the organization's budgets of today. Raises DailyBudgetExhausted if one is used up."""
    moment = now()
    budgets = await read_daily_budgets(organization_id, services.settings.budget, moment)
    if exhausted := budgets.find_exhausted(BEGINNING_BUDGETS):
        raise _build_refusal(exhausted, moment)
    return budgets


async def claim_beginning(services: Services, organization_id: ObjectId) -> datetime:
    """Count an interview that is about to begin, and return the time for `release_beginning`.

    Raises DailyBudgetExhausted if a daily budget is used up. However many interviews begin at the same time, no more than the
    budget are counted.
    """
    budgets = await require_daily_budgets(services, organization_id)
    moment, limit = now(), int(budgets.get_limit(Budget.DAILY_INTERVIEWS))
    if not await claim_daily_interview(organization_id, moment, limit):
        raise _build_refusal(ExhaustedBudget(Budget.DAILY_INTERVIEWS, limit, limit), moment)
    return moment


async def claim_try_out(services: Services, organization_id: ObjectId) -> datetime:
    """Count a try-out that is about to be created, and return the time for `release_try_out`.

    Raises DailyBudgetExhausted if the budget of try-outs is used up.
    """
    moment = now()
    budgets = await read_daily_budgets(organization_id, services.settings.budget, moment)
    limit = int(budgets.get_limit(Budget.DAILY_TRY_OUTS))
    if not await claim_daily_interview(organization_id, moment, limit, "try_outs"):
        raise _build_refusal(ExhaustedBudget(Budget.DAILY_TRY_OUTS, limit, limit), moment, "try-out")
    return moment


async def release_try_out(organization_id: ObjectId, moment: datetime) -> None:
    """Take back the count of a try-out that a concurrent repetition has created."""
    await release_daily_interview(organization_id, moment, "try_outs")


async def release_beginning(organization_id: ObjectId, moment: datetime) -> None:
    """Take back the count of an interview that did not begin."""
    await release_daily_interview(organization_id, moment)


async def count_message(organization_id: ObjectId) -> None:
    """Count a candidate's turn. Failures are logged, and lose the count."""
    await _count(add_daily_message(organization_id, now()), organization_id, messages=1)


async def count_usage(organization_id: ObjectId, usage: Usage) -> None:
    """Count calls of Claude. Failures are logged, and lose the count."""
    await _count(add_daily_usage(organization_id, now(), usage), organization_id, **usage.model_dump())


async def _count(counting: Awaitable[None], organization_id: ObjectId, **amounts: float) -> None:
    try:
        with pymongo.timeout(COUNT_SECONDS):
            await counting
    except PyMongoError as error:
        log.warning("daily usage not counted", organization_id=str(organization_id), reason=type(error).__name__, **amounts)


class InterviewBudgets:
    """The budgets of Claude's replies in one interview: its own, and those of its organization."""

    def __init__(self, interview: Interview, settings: BudgetSettings) -> None:
        self._interview_id = interview.id
        self._organization_id = interview.owner_id
        self._settings = settings

    async def count(self, usage: Usage) -> None:
        """Count calls of Claude in the organization's day. Failures are logged, and lose the count."""
        await count_usage(self._organization_id, usage)

    async def find_exhausted(self, unstored: Usage) -> Budget | None:
        """Return the budget because of which Claude is not called, if there is one.

        `unstored` is the usage that the interview's document does not include yet. If MongoDB does not answer in time, Claude is
        called: the budgets are checked again for the next reply.
        """
        try:
            with pymongo.timeout(COUNT_SECONDS):
                stored, daily = await asyncio.gather(
                    get_reply_usage(self._interview_id), read_daily_budgets(self._organization_id, self._settings, now())
                )
        except PyMongoError as error:
            log.warning("budgets not checked", interview_id=str(self._interview_id), reason=type(error).__name__)
            return None
        usage, settings = stored.plus(unstored), self._settings
        if settings.interview_calls and usage.calls >= settings.interview_calls:
            return Budget.INTERVIEW_CALLS
        if settings.interview_usd and usage.cost_usd >= settings.interview_usd:
            return Budget.INTERVIEW_COST
        exhausted = daily.find_exhausted(CLAUDE_BUDGETS)
        return Budget(exhausted.name) if exhausted else None


async def find_exhausted_claude_budget(services: Services, organization_id: ObjectId) -> ExhaustedBudget | None:
    """Return the daily budget because of which evaluations of the organization wait, if there is one."""
    return (await read_daily_budgets(organization_id, services.settings.budget, now())).find_exhausted(CLAUDE_BUDGETS)


def describe_exhausted_budget(exhausted: ExhaustedBudget, moment: datetime) -> str:
    """Return a sentence that says which daily budget is used up, and when it is open again."""
    unit = UNITS[Budget(exhausted.name)]
    opens_at = begin_of_next_day(moment)
    return (
        f"The organization's budget of {exhausted.limit:,.10g} {unit} per day is used up. It is open again on "
        f"{opens_at:%Y-%m-%dT%H:%M:%SZ}, or when the operator raises it (`main.py budgets`)."
    )


def _build_refusal(exhausted: ExhaustedBudget, moment: datetime, refused: str = "interview") -> DailyBudgetExhausted:
    opens_at = begin_of_next_day(moment)
    return DailyBudgetExhausted(
        f"{describe_exhausted_budget(exhausted, moment)} Until then no further {refused} begins.",
        retry_after_seconds=ceil((opens_at - moment).total_seconds()),
        opens_at=opens_at,
        budget=exhausted,
    )
