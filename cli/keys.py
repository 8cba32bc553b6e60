"""`main.py keys`: API keys, and the organizations that they belong to."""

from pathlib import Path
from typing import Any

import typer
from beanie import PydanticObjectId
from bson import ObjectId
from rich.console import Console
from rich.table import Table

from cli.common import exit_with_error, load_settings, run_or_exit
from models import database
from models.documents.organization import Role, create_key, ensure_organization, find_organization, list_keys, revoke_key
from models.wording.data_files import read_yaml
from receipts import create_signing_key
from resolvers.positions import seed_positions
from settings import Settings

STARTER_POSITIONS_FOLDER = Path(__file__).parents[1] / "positions"

keys_app = typer.Typer(no_args_is_help=True, help="API keys: create, list, revoke.")


def load_starter_positions() -> list[dict[str, Any]]:
    """Return the starter positions from positions/*.yaml."""
    return [read_yaml(path) for path in sorted(STARTER_POSITIONS_FOLDER.glob("*.yaml"))]


async def provision_key(settings: Settings, organization: str, role: Role, name: str) -> tuple[PydanticObjectId, str]:
    """Create a key and return its id and secret. A new organization is created with the starter positions."""
    async with database.connect(settings.mongodb):
        owner, _ = await ensure_organization(organization)
        await seed_positions(owner.id, load_starter_positions())
        key, secret = await create_key(owner.id, role, name)
        return key.id, secret


@keys_app.command()
def create(organization: str, role: Role, name: str) -> None:
    """Create a key for NAME in ORGANIZATION and print it once. A new organization gets the starter positions."""
    if role is Role.CANDIDATE:
        raise exit_with_error("Candidates do not use keys: startInterview and scheduleInterview return a link for them.")
    key_id, secret = run_or_exit(provision_key(load_settings(), organization, role, name))
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
                raise exit_with_error(
                    f"There is no organization {organization}: `main.py keys create` creates one with its first key."
                )
            table = Table("id", "role", "name", "created", "state")
            for key in await list_keys(owner.id):
                table.add_row(
                    str(key.id), key.role, key.name, f"{key.created_at:%Y-%m-%d %H:%M}", "revoked" if key.revoked_at else "live"
                )
            Console().print(table)

    run_or_exit(print_keys())


@keys_app.command()
def revoke(key_id: str) -> None:
    """Revoke a key. Requests are refused immediately, and open subscriptions end within seconds."""
    settings = load_settings()
    if not ObjectId.is_valid(key_id):
        raise exit_with_error(f"{key_id} is not the id of a key: `main.py keys list ORGANIZATION` lists them.")

    async def revoke_by_id() -> bool:
        async with database.connect(settings.mongodb):
            return await revoke_key(PydanticObjectId(key_id)) is not None

    if not run_or_exit(revoke_by_id()):
        raise exit_with_error(f"There is no key {key_id}: `main.py keys list ORGANIZATION` lists them.")
