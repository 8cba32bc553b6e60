"""`main.py keys`: the API keys of an organization."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from beanie import PydanticObjectId
from bson import ObjectId
from rich.console import Console
from rich.table import Column, Table

from cli.common import exit_with_error, load_settings, run_or_exit
from errors import Conflict
from models import database
from models.documents.organization import (
    ApiKey,
    Organization,
    Role,
    create_key,
    ensure_organization,
    find_organization,
    get_key,
    list_keys,
    revoke_key,
    rotate_key,
)
from models.wording.data_files import read_yaml
from receipts import create_signing_key
from resolvers.audit_log import record_command
from resolvers.ids import IdKind, encode_id
from resolvers.positions import seed_positions
from settings import Settings

STARTER_POSITIONS_FOLDER = Path(__file__).parents[1] / "positions"

keys_app = typer.Typer(no_args_is_help=True, help="API keys: create, list, rotate, revoke.")


def load_starter_positions() -> list[dict[str, Any]]:
    """Return the starter positions from positions/*.yaml."""
    return [read_yaml(path) for path in sorted(STARTER_POSITIONS_FOLDER.glob("*.yaml"))]


async def provision_key(
    settings: Settings, organization: str, role: Role, name: str, *, may_create: bool = True
) -> tuple[PydanticObjectId, str]:
    """Create a key and return its id and secret. A new organization is created with the starter positions, if that may be."""
    async with database.connect(settings.mongodb):
        owner = await provision_organization(organization, may_create=may_create)
        key, secret = await create_key(owner.id, role, name)
        await record_command(settings.audit, owner.id, "keys create", [encode_id(IdKind.API_KEY, key.id)])
        return key.id, secret


async def provision_organization(name: str, *, may_create: bool) -> Organization:
    """Return the organization; if there is none and that may be, create it with the starter positions.

    Exits with 2 if there is none or it is closed.
    """
    found = await find_organization(name)
    if found is None and not may_create:
        raise exit_with_error(f"There is no organization {name}: `main.py organizations list` lists them, and --new creates one.")
    if found is not None and found.closed_at is not None:
        raise exit_with_error(f"{name} is closed, so nobody has access: `main.py organizations reopen {name}` reopens it.")
    owner, _ = await ensure_organization(name)
    await seed_positions(owner.id, load_starter_positions())
    return owner


@keys_app.command()
def create(
    organization: str,
    role: Role,
    name: str,
    new: Annotated[
        bool, typer.Option("--new", help="Create the organization, with the starter positions, if there is none.")
    ] = False,
) -> None:
    """Create a key for NAME in ORGANIZATION and print it once."""
    if role is Role.CANDIDATE:
        raise exit_with_error("Candidates do not use keys: startInterview and scheduleInterview return a link for them.")
    key_id, secret = run_or_exit(provision_key(load_settings(), organization, role, name, may_create=new))
    typer.secho(f"Key {key_id} for {name} ({role}). Save it now: it cannot be displayed again.", err=True)
    typer.echo(secret)


@keys_app.command(name="signing-key")
def signing_key() -> None:
    """Print a new key for AUTH_SIGNING_KEY, which signs the receipts of erasures. It is stored nowhere."""
    typer.secho(
        "Set AUTH_SIGNING_KEY of every API process to this line. To replace a key, put the new one before the old one: the "
        "first signs, and receipts of the others can still be checked.",
        err=True,
    )
    typer.echo(create_signing_key())


@keys_app.command(name="list")
def list_(organization: str) -> None:
    """List the keys of an organization, without their secrets."""
    settings = load_settings()

    async def print_keys() -> None:
        async with database.connect(settings.mongodb):
            owner = await find_organization(organization)
            if owner is None:
                raise exit_with_error(f"There is no organization {organization}: `main.py organizations list` lists them.")
            # an id is copied, so a narrow terminal must not shorten it
            table = Table(Column("id", min_width=24, no_wrap=True), "role", "name", "created", "last used", "state")
            for key in await list_keys(owner.id):
                times = (format_time(key.created_at), format_time(key.last_used_at))
                table.add_row(str(key.id), key.role, key.name, *times, _describe_state(key))
            Console().print(table)

    run_or_exit(print_keys())


def format_time(at: datetime | None) -> str:
    """Return the time to the minute, or nothing."""
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


def _describe_state(key: ApiKey) -> str:
    if key.revoked_at:
        return "revoked"
    if not key.is_active:
        return "expired"
    return f"live until {format_time(key.expires_at)}" if key.expires_at else "live"


@keys_app.command()
def rotate(
    key_id: str,
    overlap_hours: Annotated[float, typer.Option(min=0, help="Hours for which the old key still works.")] = 24,
) -> None:
    """Replace a key by a new one, which is the same caller, and print it once. The old one expires after the overlap."""
    settings = load_settings()

    async def rotate_by_id() -> tuple[ApiKey, str]:
        async with database.connect(settings.mongodb):
            key = await get_key(ObjectId(key_id)) if ObjectId.is_valid(key_id) else None
            if key is None:
                raise exit_with_error(f"There is no key {key_id}: `main.py keys list ORGANIZATION` lists them.")
            try:
                successor, secret = await rotate_key(key, timedelta(hours=overlap_hours))
            except Conflict as error:
                raise exit_with_error(str(error)) from None
            ids = [encode_id(IdKind.API_KEY, each.id) for each in (key, successor)]
            await record_command(settings.audit, key.organization_id, "keys rotate", ids)
            return successor, secret

    key, secret = run_or_exit(rotate_by_id())
    typer.secho(f"Key {key.id} for {key.name} ({key.role}). Save it now: it cannot be displayed again.", err=True)
    typer.echo(secret)


@keys_app.command()
def revoke(key_id: str) -> None:
    """Revoke a key. Requests are refused immediately, and open subscriptions end within seconds."""
    settings = load_settings()
    if not ObjectId.is_valid(key_id):
        raise exit_with_error(f"{key_id} is not the id of a key: `main.py keys list ORGANIZATION` lists them.")

    async def revoke_by_id() -> bool:
        async with database.connect(settings.mongodb):
            key = await revoke_key(PydanticObjectId(key_id))
            if key is not None:
                ids = [encode_id(IdKind.API_KEY, key.id)]
                await record_command(settings.audit, key.organization_id, "keys revoke", ids)
            return key is not None

    if not run_or_exit(revoke_by_id()):
        raise exit_with_error(f"There is no key {key_id}: `main.py keys list ORGANIZATION` lists them.")
