"""Counters of an organization's day: exact however many processes count, and limited where they are claimed."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from bson import ObjectId

from errors import ExhaustedBudget
from models.documents.budget import CLAUDE_BUDGETS, DAILY_FIELDS, Budget
from models.documents.organization import ensure_organization, set_organization_budget
from models.documents.organization_usage import begin_of_next_day, get_organization_usage, list_organization_usage
from models.documents.usage import Usage
from models.reads.daily_budgets import read_daily_budgets
from models.writes.organization_usage import claim_daily_interview, release_daily_interview
from settings import BudgetSettings
from tests.factories import add_organization_usage

pytestmark = pytest.mark.usefixtures("database")

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
USAGE = Usage(calls=1, input_tokens=100, cache_write_tokens=7, cached_input_tokens=10, output_tokens=5, cost_usd=0.25)


async def test_concurrent_counts_are_exact_and_separate_by_day_and_organization() -> None:
    organization_id = ObjectId()
    await asyncio.gather(*(add_organization_usage(organization_id, NOON, messages=1, usage=USAGE) for _ in range(20)))
    await add_organization_usage(organization_id, NOON + timedelta(hours=12), messages=1)
    await add_organization_usage(ObjectId(), NOON, messages=1)
    today = await get_organization_usage(organization_id, NOON.replace(hour=0))
    expected = Usage(
        calls=20, input_tokens=2000, cache_write_tokens=140, cached_input_tokens=200, output_tokens=100, cost_usd=5.0
    )
    assert (today.messages, today.usage, today.interviews) == (20, expected, 0)
    days = await list_organization_usage(organization_id, NOON)
    assert [(day.day, day.messages) for day in days] == [(begin_of_next_day(NOON), 1), (today.day, 20)]


async def test_concurrent_claims_never_exceed_the_limit_and_a_released_one_can_be_claimed() -> None:
    organization_id = ObjectId()
    claimed = await asyncio.gather(*(claim_daily_interview(organization_id, NOON, 3) for _ in range(20)))
    assert sum(claimed) == (await get_organization_usage(organization_id, NOON)).interviews == 3
    await release_daily_interview(organization_id, NOON)
    assert await claim_daily_interview(organization_id, NOON, 3)
    assert not await claim_daily_interview(organization_id, NOON, 3)
    assert await claim_daily_interview(organization_id, NOON, 0), "0 means unlimited"
    assert await claim_daily_interview(organization_id, begin_of_next_day(NOON), 3)


@pytest.mark.parametrize(
    ("budget", "used"),
    [
        (Budget.DAILY_INTERVIEWS, 1),
        (Budget.DAILY_MESSAGES, 2),
        (Budget.DAILY_CALLS, 1),
        (Budget.DAILY_TOKENS, 115),
        (Budget.DAILY_COST, 0.25),
    ],
)
async def test_budget_is_exhausted_at_its_limit_by_setting_or_by_the_organizations_own(budget: Budget, used: float) -> None:
    organization, _ = await ensure_organization(f"organization {ObjectId()}")
    await claim_daily_interview(organization.id, NOON, 0)
    await add_organization_usage(organization.id, NOON, messages=2, usage=USAGE)
    field = DAILY_FIELDS[budget]

    async def find_exhausted(limit: float, moment: datetime = NOON) -> ExhaustedBudget | None:
        settings = BudgetSettings.model_validate({field: limit})
        return (await read_daily_budgets(organization.id, settings, moment)).find_exhausted(DAILY_FIELDS)

    assert await find_exhausted(used) == ExhaustedBudget(budget, used, used)
    assert await find_exhausted(used * 2) is None
    assert await find_exhausted(0) is None
    assert await find_exhausted(used, begin_of_next_day(NOON)) is None
    await set_organization_budget(organization.id, field, used)
    assert await find_exhausted(0) == ExhaustedBudget(budget, used, used)
    await set_organization_budget(organization.id, field, 0)
    assert await find_exhausted(used) is None
    await set_organization_budget(organization.id, field, None)
    assert await find_exhausted(used) == ExhaustedBudget(budget, used, used)
    stops_claude = (await read_daily_budgets(organization.id, BudgetSettings.model_validate({field: used}), NOON)).find_exhausted(
        CLAUDE_BUDGETS
    )
    assert bool(stops_claude) == (budget in CLAUDE_BUDGETS)
