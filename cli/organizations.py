"""`main.py organizations`: list, rename, close, reopen and delete the tenants of a deployment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.common import exit_with_error, load_settings, run_or_exit
from cli.keys import format_time
from errors import Conflict
from models import database
from models.documents.organization import (
    Organization,
    find_organization,
    get_organization,
    list_keys,
    list_organizations,
    rename_organization,
)
from models.writes.organization_closing import (
    close_organization,
    count_what_depends,
    reopen_organization,
    request_deletion,
)
from resolvers.audit_log import record_command
from resolvers.ids import IdKind, encode_id
from settings import Settings

organizations_app = typer.Typer(no_args_is_help=True, help="Organizations: list, rename, close, reopen, delete.")

POLL_SECONDS = 1.0
"""Seconds between two looks at what a deletion has left."""


@organizations_app.command(name="list")
def list_() -> None:
    """List the organizations, with the number of their keys that work."""
    settings = load_settings()

    async def print_organizations() -> None:
        async with database.connect(settings.mongodb):
            table = Table("id", "name", "created", "keys", "state")
            for organization in await list_organizations():
                active = sum(key.is_active for key in await list_keys(organization.id))
                created = format_time(organization.created_at)
                table.add_row(str(organization.id), organization.name, created, str(active), _describe_state(organization))
            Console().print(table)

    run_or_exit(print_organizations())


def _describe_state(organization: Organization) -> str:
    if organization.deletion_requested_at:
        return "being deleted"
    return f"closed since {format_time(organization.closed_at)}" if organization.closed_at else "open"


@organizations_app.command()
def rename(name: str, new_name: str) -> None:
    """Give the organization NAME the name NEW_NAME. Its keys, interviews and ids remain."""
    settings = load_settings()

    async def rename_by_name() -> None:
        async with _open_organization(settings, name) as organization:
            try:
                await rename_organization(name, new_name)
            except Conflict as error:
                raise exit_with_error(str(error)) from None
            await _record(settings, organization, "organizations rename")

    run_or_exit(rename_by_name())


@organizations_app.command()
def close(name: str) -> None:
    """Close the organization NAME: none of its credentials works any more, until it is reopened.

    Nothing is deleted, and the retention policy goes on. Repeating the command has no further effect.
    """
    settings = load_settings()

    async def close_by_name() -> None:
        async with _open_organization(settings, name) as organization:
            counts = await count_what_depends(organization)
            await close_organization(organization)
            await _record(settings, organization, "organizations close")
            typer.echo(
                f"{name} is closed, with its test environment. Within two seconds its keys ({counts['keys']}), sessions, invites "
                f"({counts['invites']}) and the tokens of open interviews ({counts['open_interviews']}) stop working, streams "
                "end, and no reply, evaluation or room begins. Candidates see a page that says so and names the contact. The "
                "retention policy goes on. `main.py organizations reopen` reopens it; `main.py organizations delete` deletes it "
                f"with its interviews ({counts['interviews']})."
            )

    run_or_exit(close_by_name())


@organizations_app.command()
def reopen(name: str) -> None:
    """Reopen the closed organization NAME: its credentials work again, and due replies and evaluations are made."""
    settings = load_settings()

    async def reopen_by_name() -> None:
        async with _open_organization(settings, name) as organization:
            if not await reopen_organization(organization):
                raise exit_with_error(f"{name} is being deleted, and cannot be reopened.")
            await _record(settings, organization, "organizations reopen")
            typer.echo(
                f"{name} is open, with its test environment. Interviews whose time has passed meanwhile have expired or end now: "
                "renewInvite and reopenInterview give their candidates another chance."
            )

    run_or_exit(reopen_by_name())


@organizations_app.command()
def delete(
    name: str,
    yes_delete: Annotated[
        str, typer.Option("--yes-delete", metavar="NAME", help="The name again, for scripts: nothing is asked.")
    ] = "",
    wait: Annotated[bool, typer.Option(help="Wait until everything is deleted.")] = True,
) -> None:
    """Delete the closed organization NAME, its test environment and everything that belongs to them, also recordings.

    Jobs processes (`main.py jobs`) do this; if they or this command are stopped, they go on where they stopped. Nothing can be
    restored, and nothing but its id remains, not even the audit log and the records of decisions: export the audit log first
    (/audit-log.jsonl), before you close the organization.
    """
    settings = load_settings()

    async def delete_by_name() -> None:
        async with _open_organization(settings, name) as organization:
            if organization.closed_at is None:
                raise exit_with_error(f"{name} is not closed: `main.py organizations close` comes first.")
            counts = await count_what_depends(organization)
            if counts["legal_holds"]:
                raise exit_with_error(
                    f"{counts['legal_holds']} interviews of {name} are under a legal hold: reopen the organization and release "
                    "them (releaseLegalHold)."
                )
            if organization.deletion_requested_at is None:
                typed = yes_delete or typer.prompt(
                    f"{name} is deleted with {counts['interviews']} interviews, for good. Type its name to go on"
                )
                if typed != name:
                    raise exit_with_error("That is not its name: nothing was deleted.")
            if not await request_deletion(organization):
                raise exit_with_error(f"{name} has just been reopened: nothing was deleted.")
            typer.echo("A jobs process deletes it now. Recordings need a minute or longer.", err=True)
            if wait:
                await _wait_until_deleted(organization)
                typer.echo(f"{name} is deleted.")

    run_or_exit(delete_by_name())


async def _wait_until_deleted(organization: Organization) -> None:
    left = None
    while await get_organization(organization.id):
        interviews = (await count_what_depends(organization))["interviews"]
        if interviews != left:
            left = interviews
            typer.echo(f"{left} interviews are left.", err=True)
        await asyncio.sleep(POLL_SECONDS)


@asynccontextmanager
async def _open_organization(settings: Settings, name: str) -> AsyncIterator[Organization]:
    """Connect to MongoDB and yield the organization of that name. Exits with 2 if there is none."""
    async with database.connect(settings.mongodb):
        organization = await find_organization(name)
        if organization is None:
            raise exit_with_error(f"There is no organization {name}: `main.py organizations list` lists them.")
        yield organization


async def _record(settings: Settings, organization: Organization, command: str) -> None:
    await record_command(settings.audit, organization.id, command, [encode_id(IdKind.ORGANIZATION, organization.id)])
