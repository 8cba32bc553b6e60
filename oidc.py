"""OpenID Connect: reading what an identity provider publishes, exchanging codes, and verifying the tokens that it signs.

This module knows the protocol, and neither organizations nor members. It accepts asymmetric signatures only, by keys that the
provider publishes: neither unsigned tokens, nor tokens that are "signed" with a public key as if it were a secret.
"""

import asyncio
import base64
import hashlib
from collections.abc import Callable, Mapping
from contextvars import Context
from dataclasses import dataclass, field
from ipaddress import ip_address
from time import monotonic
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
import jwt
import orjson
import structlog
from pydantic import BaseModel, Field, ValidationError

from errors import Unauthenticated, Unavailable

log = structlog.get_logger(__name__)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
CHALLENGE_METHOD = "S256"
SCOPE = "openid email"

FETCH_SECONDS = 5.0
"""Seconds in which a provider must answer a request."""
MAX_RESPONSE_BYTES = 256 * 1024
FRESH_SECONDS = 3600.0
"""Seconds after which metadata and keys are read again: a key that the provider withdraws is soon not accepted."""
STALE_SECONDS = 24 * 3600.0
"""Seconds for which known keys are accepted while the provider does not respond."""
RETRY_SECONDS = 60.0
"""Minimum seconds between two reads of a provider's keys, whatever key ids strangers make up."""
LEEWAY_SECONDS = 30.0
"""Difference between the clocks of the provider and this server that is tolerated."""
MAX_ISSUERS = 1000
"""Providers whose metadata and keys a process remembers."""
MAX_AUDIENCES = 20
MAX_KEYS = 100
"""Keys of one provider that are considered."""

_VERIFIED_VALUES = (True, "true", 1, "1")
_TOKEN_ERRORS = frozenset({"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type"})
"""Error codes of a token endpoint (RFC 6749, section 5.2). No other text of a provider is logged."""

_decoder = jwt.PyJWT(options={"enforce_minimum_key_length": True})


class InvalidProvider(Exception):
    """The provider cannot be used; the message says why and what to do, without a secret."""


class ProviderUnavailable(Unavailable):
    """The provider does not respond, or responds with something that is not OpenID Connect."""


class RefusedCode(Exception):
    """The provider refused the authorization code or our credentials; the message is the error code of RFC 6749."""


class ProviderMetadata(BaseModel):
    """The fields of a provider's metadata (OpenID Connect Discovery 1.0, section 3) that are used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = Field(default_factory=lambda: ["client_secret_basic"])
    code_challenge_methods_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    """Our registration with a provider."""

    client_id: str
    client_secret: str | None
    redirect_uri: str


@dataclass(slots=True)
class _Issuer:
    """What is known of one provider."""

    metadata: ProviderMetadata | None = None
    keys: dict[str | None, Mapping[str, Any]] = field(default_factory=dict)
    read_at: float = float("-inf")
    attempted_at: float = float("-inf")
    failed: bool = False
    """Whether the last attempt to read it failed."""
    refresh: asyncio.Task[None] | None = None


class IdentityProviders:
    """The providers that a process talks to. It remembers their metadata and keys."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._issuers: dict[str, _Issuer] = {}

    async def read_metadata(self, issuer: str) -> ProviderMetadata:
        """Return the provider's metadata, which may be an hour old or, while the provider does not respond, a day.

        Raises ProviderUnavailable.
        """
        known = self._get_issuer(issuer)
        await self._refresh_if_needed(issuer, known, is_enough=self._is_usable(known))
        if known.metadata is None or not self._is_usable(known):
            raise _unavailable()
        return known.metadata

    async def verify(self, token: str, issuer: str, audience: str) -> dict[str, Any]:
        """Return the claims of a token that the provider signed for this audience.

        Raises Unauthenticated if the token is invalid, and ProviderUnavailable if its key cannot be read.
        """
        try:
            # PyJWT encodes the token first: a lone surrogate would raise UnicodeEncodeError
            header = jwt.get_unverified_header(token) if token.isascii() else {}
            algorithm = header.get("alg")
            if algorithm not in ALGORITHMS:
                raise _invalid_token()
            key = await self._find_key(issuer, header.get("kid"))
            if key.get("alg", algorithm) != algorithm:
                raise _invalid_token()
            return _decoder.decode(
                token,
                jwt.PyJWK(dict(key), algorithm),
                algorithms=[algorithm],
                audience=audience,
                issuer=issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["iss", "sub", "aud", "exp"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError):
            raise _invalid_token() from None

    async def exchange_code(self, issuer: str, client: Client, code: str, verifier: str) -> tuple[str, str | None]:
        """Return the ID token and the access token for an authorization code.

        Raises RefusedCode and ProviderUnavailable.
        """
        metadata = await self.read_metadata(issuer)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"Accept": "application/json"}
        if client.client_secret is None:
            form["client_id"] = client.client_id
        elif "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            # both parts are form-encoded first (RFC 6749, section 2.3.1)
            pair = f"{quote(client.client_id, safe='')}:{quote(client.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": client.client_id, "client_secret": client.client_secret}
        status, answer = await _request("POST", metadata.token_endpoint, form=form, headers=headers)
        if status in (400, 401):
            error = answer.get("error")
            raise RefusedCode(error if error in _TOKEN_ERRORS else "unknown error")
        id_token, access_token = answer.get("id_token"), answer.get("access_token")
        if status != 200 or not isinstance(id_token, str):
            raise _unavailable()
        return id_token, access_token if isinstance(access_token, str) else None

    async def read_userinfo(self, issuer: str, access_token: str, subject: str) -> dict[str, Any]:
        """Return the claims of the userinfo endpoint, or nothing if the provider has none or refuses the access token.

        With the code flow, providers need not put the email into the ID token (OpenID Connect Core 1.0, section 5.4).
        Raises Unauthenticated for claims about somebody else, and ProviderUnavailable.
        """
        metadata = await self.read_metadata(issuer)
        if metadata.userinfo_endpoint is None:
            return {}
        headers = {"Accept": "application/json", "Authorization": f"Bearer {access_token}"}
        status, claims = await _request("GET", metadata.userinfo_endpoint, headers=headers)
        if status != 200:
            return {}
        # the access token may have been exchanged for another person's (section 5.3.2)
        if claims.get("sub") != subject:
            raise _invalid_token()
        return claims

    def _get_issuer(self, issuer: str) -> _Issuer:
        known = self._issuers.pop(issuer, None) or _Issuer()
        self._issuers[issuer] = known
        if len(self._issuers) > MAX_ISSUERS:
            del self._issuers[next(iter(self._issuers))]
        return known

    def _is_usable(self, known: _Issuer) -> bool:
        return self._clock() - known.read_at < STALE_SECONDS

    async def _find_key(self, issuer: str, key_id: str | None) -> Mapping[str, Any]:
        known = self._get_issuer(issuer)
        await self._refresh_if_needed(issuer, known, is_enough=self._is_usable(known) and self._select(known, key_id) is not None)
        key = self._select(known, key_id) if self._is_usable(known) else None
        if key is not None:
            return key
        if known.failed:
            raise _unavailable()
        raise _invalid_token()

    def _select(self, known: _Issuer, key_id: str | None) -> Mapping[str, Any] | None:
        if key_id is None and len(known.keys) == 1:
            return next(iter(known.keys.values()))
        return known.keys.get(key_id)

    async def _refresh_if_needed(self, issuer: str, known: _Issuer, *, is_enough: bool) -> None:
        """Read the provider again if what is known is not enough, and wait for it; if it is only old, do not wait."""
        time = self._clock()
        if is_enough and time - known.read_at < FRESH_SECONDS:
            return
        if known.refresh is None and time - known.attempted_at >= RETRY_SECONDS:
            known.attempted_at = time
            # one read for all callers, in a context of its own, because it is not part of the request
            known.refresh = asyncio.create_task(self._refresh(issuer, known), name="identity provider", context=Context())
        if known.refresh is not None and not is_enough:
            await asyncio.shield(known.refresh)

    async def _refresh(self, issuer: str, known: _Issuer) -> None:
        try:
            metadata = await fetch_metadata(issuer)
            known.keys = await _fetch_keys(metadata.jwks_uri)
            known.metadata, known.read_at, known.failed = metadata, self._clock(), False
        except (InvalidProvider, ProviderUnavailable) as error:
            known.failed = True
            log.warning("identity provider not readable", issuer=issuer, reason=type(error).__name__)
        finally:
            known.refresh = None


async def fetch_metadata(issuer: str) -> ProviderMetadata:
    """Return the metadata that the provider publishes. Raises InvalidProvider if it cannot be used, or ProviderUnavailable."""
    _require_secure(issuer, "The issuer")
    status, content = await _request("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if status != 200:
        raise InvalidProvider(f"The provider answers its discovery document with HTTP {status}: check the issuer's URL.")
    try:
        metadata = ProviderMetadata.model_validate(content)
    except ValidationError as error:
        names = ", ".join(sorted({str(problem["loc"][0]) for problem in error.errors()}))
        raise InvalidProvider(f"The provider's discovery document lacks a valid {names}: check the issuer's URL.") from None
    if metadata.issuer != issuer:
        raise InvalidProvider(
            "The provider's discovery document names another issuer: enter its `issuer` exactly as it is there."
        )
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
        url = getattr(metadata, name)
        if url is not None:
            _require_secure(url, f"The provider's {name}")
    return metadata


async def check_provider(issuer: str, *, assume_pkce: bool = False) -> ProviderMetadata:
    """Return the metadata of a provider that can be used for signing in.

    With `assume_pkce`, the metadata need not mention PKCE. Raises InvalidProvider and ProviderUnavailable.
    """
    metadata = await fetch_metadata(issuer)
    if not await _fetch_keys(metadata.jwks_uri):
        raise InvalidProvider(f"The provider publishes no key for signatures by one of {', '.join(ALGORITHMS)}.")
    methods = metadata.code_challenge_methods_supported
    if CHALLENGE_METHOD not in (methods or ()) and not (methods is None and assume_pkce):
        raise InvalidProvider(
            f"The provider's discovery document does not offer PKCE with {CHALLENGE_METHOD}"
            + (": if its manual says that it does, add --assume-pkce." if methods is None else ".")
        )
    return metadata


def build_authorization_url(metadata: ProviderMetadata, client: Client, state: str, nonce: str, verifier: str) -> str:
    """Return the URL at which the person signs in with the provider."""
    digest = hashlib.sha256(verifier.encode()).digest()
    parameters = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scope": SCOPE,
        "state": state,
        "nonce": nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": CHALLENGE_METHOD,
    }
    separator = "&" if urlsplit(metadata.authorization_endpoint).query else "?"
    return f"{metadata.authorization_endpoint}{separator}{urlencode(parameters)}"


def read_unverified_claims(token: str) -> dict[str, Any] | None:
    """Return the claims of a JWT whose signature has not been verified, or None if it is no JWT."""
    try:
        return jwt.decode(token, options={"verify_signature": False}) if token.isascii() else None
    except (jwt.PyJWTError, ValueError):
        return None


def read_issuer(token: str) -> str | None:
    """Return the issuer that a JWT names, whose signature has not been verified; None if it is no JWT or names none."""
    issuer = (read_unverified_claims(token) or {}).get("iss")
    return issuer if isinstance(issuer, str) else None


def read_audiences(claims: Mapping[str, Any]) -> list[str]:
    """Return the audiences in the claims, at most MAX_AUDIENCES."""
    audiences = claims.get("aud")
    listed = audiences if isinstance(audiences, list) else [audiences]
    return [audience for audience in listed[:MAX_AUDIENCES] if isinstance(audience, str)]


def read_verified_email(claims: Mapping[str, Any], verified_claim: str) -> str | None:
    """Return the email in the claims, case-folded, if the provider says in `verified_claim` that it is verified."""
    email = claims.get("email")
    # some providers send the value as text or number
    is_verified = claims.get(verified_claim) in _VERIFIED_VALUES
    return email.strip().casefold() if isinstance(email, str) and email.strip() and is_verified else None


def is_secure(url: str) -> bool:
    """Return whether the URL is https or, for a provider on this machine, http on loopback."""
    try:
        parts = urlsplit(url)
        if parts.scheme == "https":
            return bool(parts.hostname)
        return parts.scheme == "http" and (parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback)
    except ValueError:
        return False


def _require_secure(url: str, name: str) -> None:
    if not is_secure(url) or urlsplit(url).fragment:
        raise InvalidProvider(f"{name} is not an https URL: enter one. http is possible on loopback only.")


async def _fetch_keys(url: str) -> dict[str | None, Mapping[str, Any]]:
    """Return the provider's public keys for signatures by their ids. Raises ProviderUnavailable."""
    status, content = await _request("GET", url)
    keys = content.get("keys")
    if status != 200 or not isinstance(keys, list):
        raise _unavailable()
    return {
        key.get("kid"): key
        for key in keys[:MAX_KEYS]
        if isinstance(key, dict)
        and key.get("kty") in ("RSA", "EC", "OKP")
        and key.get("use", "sig") == "sig"
        and isinstance(key.get("kid"), str | None)
    }


async def _request(
    method: str, url: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON object of a provider's response; other content counts as an empty object.

    Follows no redirect, which could lead into our own network. Raises ProviderUnavailable.
    """
    size, pieces = 0, []
    try:
        async with (
            # compressed content is not decompressed, so that its size is bounded
            aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=FETCH_SECONDS),
                headers={"Accept-Encoding": "identity"},
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            ) as session,
            session.request(method, url, data=form, headers=headers, allow_redirects=False) as response,
        ):
            async for piece in response.content.iter_any():
                size += len(piece)
                if size > MAX_RESPONSE_BYTES:
                    raise _unavailable()
                pieces.append(piece)
            status = response.status
    except (aiohttp.ClientError, TimeoutError, ValueError, OSError):
        raise _unavailable() from None
    try:
        content = orjson.loads(b"".join(pieces))
    except orjson.JSONDecodeError:
        content = {}
    if status >= 500:
        raise _unavailable()
    return status, content if isinstance(content, dict) else {}


def _unavailable() -> ProviderUnavailable:
    return ProviderUnavailable(
        "The identity provider does not respond as expected: try again in a minute.", retry_after_seconds=60
    )


def _invalid_token() -> Unauthenticated:
    return Unauthenticated("The token is invalid or has expired: get a new one from your identity provider.")
