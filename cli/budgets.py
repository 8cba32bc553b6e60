"""`main.py budgets`: daily budgets of an organization that differ from the settings."""

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from cli.common import exit_with_error, load_settings, run_or_exit
from models import database
from models.documents.budget import DAILY_FIELDS, OrganizationBudgets
from models.documents.organization import Organization, find_organization, set_organization_budget
from models.reads.daily_budgets import DailyBudgets, read_daily_budgets
from models.storage.clock import now
from resolvers.audit_log import record_command
from resolvers.ids import IdKind, encode_id
from settings import Settings

budgets_app = typer.Typer(no_args_is_help=True, help="Daily budgets of an organization: show, set.")

DEFAULT = "default"
"""Value of `set` that removes the organization's own budget."""


@budgets_app.command()
def show(organization: str) -> None:
    """Print the daily budgets of ORGANIZATION, and what is used of them today (UTC)."""
    settings = load_settings()

    async def read() -> DailyBudgets:
        async with database.connect(settings.mongodb):
            return await read_daily_budgets((await _find_organization(organization)).id, settings.budget, now())

    budgets = run_or_exit(read())
    table = Table("budget", "used today", "limit per day", "set for")
    for budget, field in DAILY_FIELDS.items():
        limit = budgets.get_limit(budget)
        is_own = getattr(budgets.own, field) is not None
        used = f"{budgets.used.get_used(budget):,.10g}"
        table.add_row(field, used, f"{limit:,.10g}" if limit else "unlimited", organization if is_own else "all organizations")
    Console().print(table)


@budgets_app.command(name="set")
def set_(organization: str, budget: str, value: str) -> None:
    """Set a BUDGET of ORGANIZATION, such as `daily_usd`, to VALUE: a number, 0 for unlimited, or `default` for the setting.

    It takes effect with the next reply or interview. Evaluations that wait for a budget go on within 15 minutes.
    """
    settings = load_settings()
    amount = _parse_value(budget, value)

    async def store(settings: Settings) -> None:
        async with database.connect(settings.mongodb):
            found = await _find_organization(organization)
            await set_organization_budget(found.id, budget, amount)
            ids = [encode_id(IdKind.ORGANIZATION, found.id)]
            await record_command(settings.audit, found.id, "budgets set", ids)

    run_or_exit(store(settings))
    typer.echo(f"{budget} of {organization}: {value}")


def _parse_value(budget: str, value: str) -> float | None:
    if budget not in OrganizationBudgets.model_fields:
        raise exit_with_error(f"{budget} is not a daily budget: use one of {', '.join(OrganizationBudgets.model_fields)}.")
    if value == DEFAULT:
        return None
    try:
        amount: float = getattr(OrganizationBudgets.model_validate({budget: value}), budget)
    except ValidationError:
        raise exit_with_error(f"{value} is not a value of {budget}: use a number, 0 for unlimited, or `{DEFAULT}`.") from None
    return amount


async def _find_organization(name: str) -> Organization:
    found = await find_organization(name)
    if found is None:
        raise exit_with_error(f"There is no organization {name}: `main.py keys create` creates one with its first key.")
    return found
