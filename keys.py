"""`main.py keys`: API keys, and the organizations that they are made for."""

from pathlib import Path
from typing import Any

import typer
import yaml
from beanie import PydanticObjectId
from bson import ObjectId
from rich.console import Console
from rich.table import Table

from command import load_settings, refuse, run
from models import database
from models.organization import Role, create_key, ensure_organization, find_organization, list_keys, revoke_key
from resolvers.positions import seed_positions
from settings import Settings

POSITIONS = Path(__file__).parent / "positions"

cli = typer.Typer(no_args_is_help=True, help="API keys: create, list, revoke.")


def read_starters() -> list[dict[str, Any]]:
    """The starter positions of positions/*.yaml."""
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(POSITIONS.glob("*.yaml"))]


async def provision(settings: Settings, organization: str, role: Role, name: str) -> tuple[PydanticObjectId, str]:
    """A new key; makes the organization, with the starter positions, if there is none. Returns the key's id and secret."""
    async with database.connect(settings.mongodb):
        owner, _ = await ensure_organization(organization)
        await seed_positions(ObjectId(owner.id), read_starters())
        key, secret = await create_key(PydanticObjectId(owner.id), role, name)
        return PydanticObjectId(key.id), secret


@cli.command()
def create(organization: str, role: Role, name: str) -> None:
    """Make a key for NAME in ORGANIZATION (made, with the starter positions, if it is new). The key is shown once."""
    if role is Role.CANDIDATE:
        raise refuse("Candidates have no keys: startInterview and scheduleInterview give them a link.")
    key_id, secret = run(provision(load_settings(), organization, role, name))
    typer.secho(f"Key {key_id} for {name} ({role}). Keep it now: it is not shown again.", err=True)
    typer.echo(secret)


@cli.command(name="list")
def list_(organization: str) -> None:
    """Every key of an organization, without its secret."""
    settings = load_settings()

    async def show() -> None:
        async with database.connect(settings.mongodb):
            owner = await find_organization(organization)
            if owner is None:
                raise refuse(f"There is no organization {organization}: `main.py keys create` makes one with its first key.")
            table = Table("id", "role", "name", "created", "state")
            for key in await list_keys(PydanticObjectId(owner.id)):
                table.add_row(
                    str(key.id), key.role, key.name, f"{key.created_at:%Y-%m-%d %H:%M}", "revoked" if key.revoked_at else "live"
                )
            Console().print(table)

    run(show())


@cli.command()
def revoke(key_id: str) -> None:
    """Make a key worthless, at once."""
    settings = load_settings()
    if not ObjectId.is_valid(key_id):
        raise refuse(f"{key_id} is not the id of a key: `main.py keys list ORGANIZATION` shows them.")

    async def end() -> bool:
        async with database.connect(settings.mongodb):
            return await revoke_key(PydanticObjectId(key_id)) is not None

    if not run(end()):
        raise refuse(f"There is no key {key_id}: `main.py keys list ORGANIZATION` shows them.")
