"""`main.py sign-in`: the identity provider (OpenID Connect) with which an organization's people sign in."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from auth import decrypt_secret, encrypt_secret
from cli.common import exit_with_error, load_settings, require_auth_secret, run_or_exit
from errors import Conflict
from models import database
from models.documents.organization import IdentityProvider, Organization, Role, find_organization, set_identity_provider
from models.writes import member_identity
from oidc import InvalidProvider, ProviderUnavailable, check_provider
from resolvers.audit_log import record_command
from resolvers.ids import IdKind, encode_id
from resolvers.organization_sign_in import build_redirect_uri
from settings import Settings

sign_in_app = typer.Typer(
    no_args_is_help=True, help="Sign-in with an identity provider (OpenID Connect): set, show, remove, add-program."
)

OrganizationOption = Annotated[str, typer.Option("--organization", help="Name of the organization.")]
MAX_SECRET_CHARACTERS = 10_000


@sign_in_app.command(name="set")
def set_(
    organization: OrganizationOption,
    issuer: Annotated[str, typer.Option(help="URL of the provider, exactly as its tokens have it in `iss`.")],
    client_id: Annotated[str, typer.Option(help="Id of the client that you registered with the provider.")],
    client_secret_file: Annotated[
        str | None, typer.Option(help="File with the client's secret; - reads standard input. Without it: a public client.")
    ] = None,
    audience: Annotated[
        str | None, typer.Option(help="Audience of the tokens with which programs call the API. Without it, they may not.")
    ] = None,
    email_domain: Annotated[
        list[str] | None, typer.Option(help="Domain of the emails with which people sign in. Repeatable; without it: any.")
    ] = None,
    verified_claim: Annotated[
        str, typer.Option(help="Claim that says whether the email is verified (Microsoft Entra: xms_edov).")
    ] = "email_verified",
    assume_pkce: Annotated[
        bool, typer.Option("--assume-pkce", help="Accept a provider whose discovery document does not mention PKCE.")
    ] = False,
) -> None:
    """Let the people of an organization sign in with its identity provider. It is checked before anything is stored."""
    settings = load_settings()
    require_auth_secret(settings)
    if audience is not None and audience == client_id:
        raise exit_with_error(
            "The audience is the client id: tokens that browsers get would open the API. Register an audience of its own."
        )
    secret = _read_secret(client_secret_file)
    provider = IdentityProvider(
        issuer=issuer,
        client_id=client_id,
        client_secret=encrypt_secret(secret, settings.auth) if secret else None,
        audience=audience,
        email_domains=[domain.strip().removeprefix("@").casefold() for domain in email_domain or []],
        verified_claim=verified_claim,
    )
    try:
        asyncio.run(check_provider(issuer, assume_pkce=assume_pkce))
    except (InvalidProvider, ProviderUnavailable) as error:
        raise exit_with_error(f"{issuer}: {error}") from None
    run_or_exit(_store(settings, organization, provider, "sign-in set"))
    typer.echo(f"The people of {organization} sign in at {issuer}.")
    typer.echo(f"Register this redirect URI with the provider: {build_redirect_uri(settings.api)}")


@sign_in_app.command()
def show(organization: OrganizationOption) -> None:
    """Print the identity provider of an organization, without the client's secret."""
    settings = load_settings()

    async def read() -> IdentityProvider | None:
        async with database.connect(settings.mongodb):
            return (await _find_organization(organization)).identity_provider

    provider = run_or_exit(read())
    if provider is None:
        raise exit_with_error(f"{organization} has no identity provider: `main.py sign-in set` sets one.")
    table = Table(show_header=False)
    for name, value in provider.model_dump(exclude={"client_secret"}).items():
        table.add_row(name, ", ".join(value) if isinstance(value, list) else value or "")
    table.add_row("client_secret", _describe_secret(provider, settings))
    table.add_row("redirect_uri", build_redirect_uri(settings.api))
    Console().print(table)


@sign_in_app.command()
def remove(organization: OrganizationOption) -> None:
    """Remove the identity provider of an organization. Sessions that have begun last until they expire."""
    settings = load_settings()
    run_or_exit(_store(settings, organization, None, "sign-in remove"))
    typer.echo(f"{organization} has no identity provider.")


@sign_in_app.command()
def add_program(
    organization: OrganizationOption,
    subject: Annotated[str, typer.Option(help="The `sub` of the program's tokens.")],
    name: Annotated[str, typer.Option(help="Name of the program, as the audit log states it.")],
    role: Annotated[Role, typer.Option(help="What the program may do.")] = Role.INTEGRATION,
) -> None:
    """Add a member for a program whose tokens have no email, as those of a client-credentials grant."""
    if role is Role.CANDIDATE:
        raise exit_with_error("Programs are no candidates: use another role.")
    settings = load_settings()

    async def store() -> None:
        async with database.connect(settings.mongodb):
            found = await _find_organization(organization)
            if found.identity_provider is None or found.identity_provider.audience is None:
                raise exit_with_error(f"{organization} admits no tokens of programs: set its provider with --audience first.")
            try:
                member = await member_identity.add_program(found.id, found.identity_provider.issuer, subject, name, role)
            except Conflict as error:
                raise exit_with_error(str(error)) from None
            await record_command(settings.audit, found.id, "sign-in add-program", [encode_id(IdKind.MEMBER, member.id)])

    run_or_exit(store())
    typer.echo(f"{name} is a member of {organization} ({role}).")


async def _store(settings: Settings, name: str, provider: IdentityProvider | None, command: str) -> None:
    async with database.connect(settings.mongodb):
        organization = await _find_organization(name)
        try:
            await set_identity_provider(organization.id, provider)
        except Conflict as error:
            raise exit_with_error(str(error)) from None
        await record_command(settings.audit, organization.id, command, [encode_id(IdKind.ORGANIZATION, organization.id)])


async def _find_organization(name: str) -> Organization:
    found = await find_organization(name)
    if found is None:
        raise exit_with_error(f"There is no organization {name}: `main.py organizations list` lists them.")
    return found


def _read_secret(source: str | None) -> str | None:
    """Return the client's secret from a file or standard input: arguments are visible to other users of the machine."""
    if source is None:
        return None
    try:
        text = sys.stdin.read(MAX_SECRET_CHARACTERS) if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise exit_with_error(f"The file with the client's secret cannot be read ({type(error).__name__}): check it.") from None
    if not text.strip():
        raise exit_with_error("The client's secret is empty: put it into the file, or leave out --client-secret-file.")
    return text.strip()


def _describe_secret(provider: IdentityProvider, settings: Settings) -> str:
    if provider.client_secret is None:
        return "none (public client)"
    if decrypt_secret(provider.client_secret, settings.auth) is None:
        return "cannot be decrypted with AUTH_SECRET: set it again"
    return "set"
