"""`main.py members`: the people of an organization, such as the first one, whom nobody else can invite."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from cli.common import exit_with_error, load_settings, require_auth_secret, run_or_exit
from cli.keys import provision_organization
from errors import AppError
from models import database
from models.documents.member import Member, find_member_by_email
from models.documents.organization import Organization, Role, find_organization
from models.writes import members as writes
from resolvers.audit_log import record_command
from resolvers.ids import IdKind, encode_id
from resolvers.members import build_invitation, build_link, build_renewal
from settings import Settings

T = TypeVar("T")

members_app = typer.Typer(no_args_is_help=True, help="The people of an organization: list, invite, link, remove.")

OrganizationOption = Annotated[str, typer.Option("--organization", help="Name of the organization.")]


@members_app.command(name="list")
def list_(organization: OrganizationOption) -> None:
    """List the members of an organization."""
    settings = load_settings()

    async def print_members() -> None:
        async with database.connect(settings.mongodb):
            owner = await _find_organization(organization)
            table = Table("email", "role", "name", "joined", "last signed in")
            members = Member.find({"organization_id": owner.id, "removed_at": None}).sort("+created_at")
            async for member in members:
                signed_in = f"{member.last_signed_in_at:%Y-%m-%d %H:%M}" if member.last_signed_in_at else ""
                table.add_row(member.email, member.role, member.name, f"{member.created_at:%Y-%m-%d %H:%M}", signed_in)
            Console().print(table)

    run_or_exit(print_members())


@members_app.command()
def invite(
    email: str,
    organization: OrganizationOption,
    name: Annotated[str, typer.Option(help="Name of the person.")],
    role: Annotated[Role, typer.Option(help="ADMIN, RECRUITER or VIEWER.")] = Role.ADMIN,
    new: Annotated[
        bool, typer.Option("--new", help="Create the organization, with the starter positions, if there is none.")
    ] = False,
) -> None:
    """Make a link with which the person with the address EMAIL becomes a member, and print it. It works once, for 7 days."""
    settings = load_settings()
    require_auth_secret(settings)

    async def make() -> str:
        async with database.connect(settings.mongodb):
            owner = await provision_organization(organization, may_create=new)
            invitation = await writes.store_invitation(build_invitation(owner.id, email, name, role, invited_by=None))
            ids = [encode_id(IdKind.MEMBER_INVITATION, invitation.id)]
            await record_command(settings.audit, owner.id, "members invite", ids)
            return build_link(settings, invitation).url

    typer.echo(run_or_exit(_explain(make)))


@members_app.command()
def link(email: str, organization: OrganizationOption) -> None:
    """Make a link with which the member with the address EMAIL signs in again, and print it. It works once, for 7 days."""
    settings = load_settings()
    require_auth_secret(settings)

    async def make() -> str:
        async with database.connect(settings.mongodb):
            member = await _find_member(organization, email)
            invitation = await writes.store_invitation(build_renewal(member, invited_by=None))
            await _record(settings, member, "members link")
            return build_link(settings, invitation).url

    typer.echo(run_or_exit(_explain(make)))


@members_app.command()
def remove(email: str, organization: OrganizationOption) -> None:
    """Remove the member with the address EMAIL. Requests are refused immediately, and open subscriptions end within seconds."""
    settings = load_settings()

    async def remove_by_email() -> None:
        async with database.connect(settings.mongodb):
            member = await writes.remove_member(await _find_member(organization, email))
            await _record(settings, member, "members remove")

    run_or_exit(_explain(remove_by_email))


async def _explain(command: Callable[[], Awaitable[T]]) -> T:
    """Run the command. Exits with 2 and the reason if it is refused."""
    try:
        return await command()
    except AppError as error:
        raise exit_with_error(str(error)) from None


async def _record(settings: Settings, member: Member, action: str) -> None:
    await record_command(settings.audit, member.organization_id, action, [encode_id(IdKind.MEMBER, member.id)])


async def _find_organization(name: str) -> Organization:
    organization = await find_organization(name)
    if organization is None:
        raise exit_with_error(f"There is no organization {name}: `main.py organizations list` lists them.")
    return organization


async def _find_member(organization: str, email: str) -> Member:
    member = await find_member_by_email((await _find_organization(organization)).id, email)
    if member is None:
        raise exit_with_error(f"There is no member {email}: `main.py members list --organization NAME` lists them.")
    return member
