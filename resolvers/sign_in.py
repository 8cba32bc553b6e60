"""Signing in and out: sessions of people in a browser."""

from collections.abc import Sequence
from dataclasses import dataclass

from pymongo.errors import DuplicateKeyError

from auth import Principal, build_session_principal
from errors import BadInput, Conflict, Forbidden, Unauthenticated
from lifecycle.services import Services
from lifecycle.sessions import end_session, end_sessions_of_member, start_session
from models.documents.member import MEMBER_ROLES, Member, find_member_by_email
from models.documents.organization import (
    ApiKey,
    Organization,
    Role,
    find_first_organization,
    get_key,
    get_organization,
    has_identity_providers,
)
from models.documents.session import Session
from models.reads.credentials import SessionAccess
from resolvers.organizations import require_open_organization

SANDBOX_EMAIL = "{role}@sandbox.invalid"
"""Address of the sandbox's member of each role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRequest:
    """The input of Mutation.signIn."""

    key: str | None = None
    sandbox_role: Role | None = None


@dataclass(frozen=True, slots=True)
class SignInOptions:
    """The ways in which people can sign in at this deployment."""

    api_key: bool
    sandbox_roles: Sequence[Role]
    organization_sign_in: bool


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has just been started, with its secret and its caller."""

    session: Session
    secret: str
    principal: Principal


async def get_sign_in_options(services: Services) -> SignInOptions:
    """Return the ways in which people can sign in."""
    return SignInOptions(
        api_key=True,
        sandbox_roles=MEMBER_ROLES if services.settings.sandbox else (),
        organization_sign_in=await has_identity_providers(),
    )


def check_request(services: Services, request: SignInRequest) -> None:
    """Raise BadInput unless the request has one credential, and Forbidden for a role outside the sandbox."""
    if (request.key is None) == (request.sandbox_role is None):
        raise BadInput("Send either key or sandboxRole.")
    if request.sandbox_role is None:
        return
    if not services.settings.sandbox:
        raise Forbidden("sandboxRole: only the sandbox lets people in without a credential: send key.", field="sandboxRole")
    if request.sandbox_role not in MEMBER_ROLES:
        raise BadInput(f"sandboxRole: people have one of the roles {', '.join(MEMBER_ROLES)}.", field="sandboxRole")


async def sign_in_with_key(principal: Principal) -> SignedIn:
    """Start a session of the key that the caller has sent.

    Raises Unauthenticated if it has been revoked meanwhile, and Conflict if the organization has an identity provider.
    """
    key = await get_key(principal.key_id) if principal.key_id else None
    if key is None or not key.is_active:
        raise Unauthenticated("The API key is unknown, expired or revoked: ask an administrator for a new one.")
    organization = await get_organization(key.organization_id)
    if organization is not None and organization.identity_provider is not None:
        raise Conflict("The organization has an identity provider: sign in there. API keys of the organization are for programs.")
    return await open_session(key)


async def sign_in_to_sandbox(role: Role) -> SignedIn:
    """Start a session of the sandbox's member of this role. Raises Conflict if there is no organization yet."""
    organization = await find_first_organization()
    if organization is None:
        raise Conflict("The sandbox has no organization yet: run `main.py keys create --new`.")
    return await open_session(await _ensure_sandbox_member(organization, role))


async def open_session(owner: Member | ApiKey) -> SignedIn:
    """Start a session of a member, who has been identified, or of an API key, which has been verified.

    Raises Forbidden if the organization is closed.
    """
    await require_open_organization(owner.organization_id)
    session, secret = await start_session(owner)
    member, key = (owner, None) if isinstance(owner, Member) else (None, owner)
    return SignedIn(session, secret, build_session_principal(SessionAccess(session.id, session.expires_at, member, key)))


async def sign_out(principal: Principal, *, everywhere: bool) -> None:
    """End the caller's session, or all of the member's. Raises BadInput if the caller does not use a session."""
    if principal.session_id is None:
        raise BadInput("There is no session to end: this request is authenticated by its Authorization header.")
    if everywhere and principal.member_id is not None:
        await end_sessions_of_member(principal.member_id)
    else:
        await end_session(principal.session_id)


async def _ensure_sandbox_member(organization: Organization, role: Role) -> Member:
    email = SANDBOX_EMAIL.format(role=role.lower())
    found = await find_member_by_email(organization.id, email)
    if found is not None:
        return await found.set({Member.role: role})
    try:
        return await Member(organization_id=organization.id, role=role, name=f"Sandbox {role.lower()}", email=email).insert()
    except DuplicateKeyError:  # another request created it first
        return await _ensure_sandbox_member(organization, role)
