"""Signing in with the organization's identity provider: the authorization code flow of OpenID Connect, with PKCE."""

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog
from beanie import PydanticObjectId

from auth import (
    Audience,
    decode_sign_in_token,
    decrypt_secret,
    encrypt_secret,
    is_encrypted_by_an_earlier_secret,
    read_permitted_email,
    sign,
)
from errors import Unauthenticated
from lifecycle.services import Services
from models.documents.audit_entry import AuditKind
from models.documents.member import Member
from models.documents.organization import (
    IdentityProvider,
    Organization,
    find_organization,
    get_organization,
    replace_client_secret,
)
from models.documents.used_sign_in import claim_sign_in
from models.storage.clock import now
from models.writes.member_identity import recognize_member
from oidc import Client, ProviderMetadata, ProviderUnavailable, RefusedCode, build_authorization_url
from resolvers.audit_log import DONE, describe_actor
from resolvers.sign_in import SignedIn, open_session
from settings import ApiSettings

log = structlog.get_logger(__name__)

CALLBACK_PATH = "/sign-in/oidc/callback"
PENDING_LIFETIME = timedelta(minutes=10)
"""How long a person may take at the identity provider."""
DEFAULT_TARGET = "/"
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,2000}")
"""A path of this server. Browsers read `//host` and `/\\host` as another host, and ignore line breaks and tabs."""
_TRANSIENT_ERRORS = ("temporarily_unavailable", "server_error")
_DECLINED = "access_denied"


class SignInProblem(StrEnum):
    """Why somebody could not sign in."""

    UNKNOWN_ORGANIZATION = "unknown_organization"
    """There is no organization of that name, or it has no identity provider: both look the same to a stranger."""
    EXPIRED = "expired"
    """The answer of the provider belongs to no sign-in that this browser has begun, or it came too late or twice."""
    DECLINED = "declined"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    """The provider's answer cannot be trusted, or it refused ours: an administrator has to look into it."""
    UNVERIFIED_EMAIL = "unverified_email"
    NO_MEMBER = "no_member"


class SignInFailed(Exception):
    """Somebody could not sign in; `target` is where the person wanted to go."""

    def __init__(self, problem: SignInProblem, target: str = DEFAULT_TARGET) -> None:
        super().__init__(problem)
        self.problem = problem
        self.target = target


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A sign-in that has begun."""

    authorization_url: str
    """Where the person goes next."""
    token: str
    """What the browser has to send back with the provider's answer."""


def build_redirect_uri(api: ApiSettings) -> str:
    """Return the URL to which identity providers send people back, which is registered with each of them."""
    return f"{api.public_url.rstrip('/')}{CALLBACK_PATH}"


def choose_target(path: str | None) -> str:
    """Return the path if it is one of this server, so that no link leads through the sign-in to another site."""
    return path if path and _OWN_PATH.fullmatch(path) else DEFAULT_TARGET


async def begin_sign_in(services: Services, organization_name: str, target: str) -> PendingSignIn:
    """Begin to sign in with the provider of an organization. Raises SignInFailed."""
    organization = await find_organization(organization_name.strip())
    if organization is None or organization.identity_provider is None or organization.closed_at is not None:
        raise SignInFailed(SignInProblem.UNKNOWN_ORGANIZATION, target)
    provider = organization.identity_provider
    client = await _build_client(services, organization, provider, target)
    try:
        metadata = await services.identity_providers.read_metadata(provider.issuer)
    except ProviderUnavailable:
        raise SignInFailed(SignInProblem.UNAVAILABLE, target) from None
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    claims = {
        "sub": str(organization.id),
        "issuer": provider.issuer,
        "client": provider.client_id,
        "state": state,
        "nonce": nonce,
        "verifier": verifier,
        "to": target,
        "exp": now() + PENDING_LIFETIME,
    }
    url = build_authorization_url(metadata, client, state, nonce, verifier)
    return PendingSignIn(url, sign(claims, Audience.SIGN_IN, services.settings.auth))


async def complete_sign_in(
    services: Services, token: str | None, answer: Mapping[str, str], *, address: str, request_id: str
) -> tuple[SignedIn, str]:
    """Start a session of the member whom the provider has identified; return it with the path where the person wanted to go.

    `token` is that of the PendingSignIn, and `answer` the provider's parameters. Raises SignInFailed, and stores nothing about a
    person who is no member.
    """
    pending = decode_sign_in_token(token, services.settings.auth) if token else None
    if pending is None or not hmac.compare_digest(answer.get("state", "").encode(), pending["state"].encode()):
        raise SignInFailed(SignInProblem.EXPIRED)
    target: str = pending["to"]
    if not await claim_sign_in(pending["state"], datetime.fromtimestamp(pending["exp"], UTC)):
        raise SignInFailed(SignInProblem.EXPIRED, target)
    organization = await get_organization(PydanticObjectId(pending["sub"]))
    provider = organization.identity_provider if organization else None
    if (
        organization is None
        or provider is None
        or organization.closed_at is not None
        or (provider.issuer, provider.client_id) != (pending["issuer"], pending["client"])
    ):
        raise SignInFailed(SignInProblem.EXPIRED, target)
    try:
        metadata = await services.identity_providers.read_metadata(provider.issuer)
        code = _read_code(answer, metadata, target)
        client = await _build_client(services, organization, provider, target)
        claims = await _read_claims(services, provider, client, code, pending)
    except ProviderUnavailable:
        raise SignInFailed(SignInProblem.UNAVAILABLE, target) from None
    except (RefusedCode, Unauthenticated) as error:
        reason = str(error) if isinstance(error, RefusedCode) else "invalid ID token"
        log.warning("sign-in refused", organization_id=str(organization.id), reason=reason)
        raise SignInFailed(SignInProblem.REFUSED, target) from None
    member = await _recognize(organization, provider, claims, target)
    signed_in = await open_session(member)
    services.audit_log.add(
        organization_id=organization.id,
        kind=AuditKind.CHANGE,
        action="signIn",
        actor=describe_actor(signed_in.principal).document,
        outcome=DONE,
        address=address,
        request_id=request_id,
    )
    await services.audit_log.flush()
    return signed_in, target


def _read_code(answer: Mapping[str, str], metadata: ProviderMetadata, target: str) -> str:
    """Return the authorization code in the provider's answer (RFC 6749, section 4.1.2). Raises SignInFailed and RefusedCode."""
    # an answer of another provider (RFC 9207)
    default = None if metadata.authorization_response_iss_parameter_supported else metadata.issuer
    if answer.get("iss", default) != metadata.issuer:
        raise RefusedCode("answer of another issuer")
    if error := answer.get("error"):
        if error == _DECLINED:
            raise SignInFailed(SignInProblem.DECLINED, target)
        if error in _TRANSIENT_ERRORS:
            raise SignInFailed(SignInProblem.UNAVAILABLE, target)
        raise RefusedCode("authorization refused")
    code = answer.get("code")
    if not code:
        raise RefusedCode("answer without a code")
    return code


async def _read_claims(
    services: Services, provider: IdentityProvider, client: Client, code: str, pending: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the claims about the person.

    Raises RefusedCode, Unauthenticated for an ID token that is not valid for us and this sign-in, and ProviderUnavailable.
    """
    providers = services.identity_providers
    id_token, access_token = await providers.exchange_code(provider.issuer, client, code, pending["verifier"])
    claims = await providers.verify(id_token, provider.issuer, provider.client_id)
    # OpenID Connect Core 1.0, section 3.1.3.7
    default = provider.client_id if claims["aud"] in (provider.client_id, [provider.client_id]) else None
    if claims.get("azp", default) != provider.client_id or claims.get("nonce") != pending["nonce"]:
        raise Unauthenticated("The ID token is for another client or another sign-in.")
    names = ("email", provider.verified_claim)
    if access_token is not None and any(claims.get(name) is None for name in names):
        described = await providers.read_userinfo(provider.issuer, access_token, claims["sub"])
        # both or none: what is said of one address is not true of another
        claims |= {name: described.get(name) for name in names}
    return claims


async def _recognize(organization: Organization, provider: IdentityProvider, claims: Mapping[str, Any], target: str) -> Member:
    email, is_permitted = read_permitted_email(claims, provider)
    member = await recognize_member(organization.id, provider.issuer, claims["sub"], email) if is_permitted else None
    if member is None:
        raise SignInFailed(SignInProblem.NO_MEMBER if email else SignInProblem.UNVERIFIED_EMAIL, target)
    return member


async def _build_client(services: Services, organization: Organization, provider: IdentityProvider, target: str) -> Client:
    """Return our registration with the provider. Its secret is encrypted again if AUTH_SECRET has been rotated."""
    auth, encrypted = services.settings.auth, provider.client_secret
    secret = None
    if encrypted is not None:
        secret = decrypt_secret(encrypted, auth)
        if secret is None:
            log.error("client secret cannot be decrypted: run main.py sign-in set", organization_id=str(organization.id))
            raise SignInFailed(SignInProblem.REFUSED, target)
        if is_encrypted_by_an_earlier_secret(encrypted, auth):
            await replace_client_secret(organization.id, encrypted, encrypt_secret(secret, auth))
    return Client(provider.client_id, secret, build_redirect_uri(services.settings.api))
