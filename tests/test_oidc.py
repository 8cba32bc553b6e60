"""OpenID Connect: which providers are accepted, which tokens are valid, and what happens while a provider is away."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from errors import Unauthenticated
from oidc import (
    FRESH_SECONDS,
    MAX_RESPONSE_BYTES,
    RETRY_SECONDS,
    STALE_SECONDS,
    IdentityProviders,
    InvalidProvider,
    ProviderUnavailable,
    check_provider,
    read_verified_email,
)
from tests.oidc_issuer import OidcIssuer, SigningKey, leave_unsigned, sign_with_public_key

pytestmark = pytest.mark.servers

AUDIENCE = "viva-api"


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def providers(clock: Clock) -> IdentityProviders:
    return IdentityProviders(clock)


async def test_tokens_by_every_published_key_are_valid(issuer: OidcIssuer, providers: IdentityProviders) -> None:
    for key in issuer.keys:
        issuer.sign_with = key.sign
        claims = await providers.verify(issuer.issue([AUDIENCE, "another"], sub="ats"), issuer.url, AUDIENCE)
        assert claims["sub"] == "ats"
    assert issuer.requests.count("/jwks") == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"aud": None},
        {"iss": "https://another.example"},
        {"iss": None},
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"nbf": int(time.time()) + 600},
        {"sub": None},
        {"sub": 7},
    ],
)
async def test_token_with_wrong_or_missing_claims_is_refused(
    issuer: OidcIssuer, providers: IdentityProviders, claims: dict[str, Any]
) -> None:
    with pytest.raises(Unauthenticated):
        await providers.verify(issuer.sign({"sub": "ats", "aud": AUDIENCE, **claims}), issuer.url, AUDIENCE)


@pytest.mark.parametrize(
    "forge",
    [
        lambda _: leave_unsigned,
        lambda issuer: sign_with_public_key(issuer.keys[0]),
        lambda _: SigningKey("ES256").sign,
        # the id of a published key, and another algorithm than its own
        lambda issuer: _with_key_id(SigningKey("ES256"), issuer.keys[0].kid).sign,
        lambda issuer: _with_key_id(SigningKey(), issuer.keys[0].kid).sign,
    ],
    ids=["unsigned", "public key as a secret", "unknown key", "another algorithm", "another key with the same id"],
)
async def test_token_with_a_forged_signature_is_refused(
    issuer: OidcIssuer, providers: IdentityProviders, forge: Callable[[OidcIssuer], Any]
) -> None:
    issuer.sign_with = forge(issuer)
    with pytest.raises(Unauthenticated):
        await providers.verify(issuer.issue(AUDIENCE), issuer.url, AUDIENCE)


def _with_key_id(key: SigningKey, key_id: str) -> SigningKey:
    key.kid = key_id
    return key


@pytest.mark.parametrize("token", ["", "a.b.c", "\udc80.x.y", "e30.e30.e30", "eyJhbGciOiJSUzI1NiIsImtpZCI6N30.e30.AA"])
async def test_malformed_token_is_refused(issuer: OidcIssuer, providers: IdentityProviders, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await providers.verify(token, issuer.url, AUDIENCE)


async def test_rotated_keys_are_read_once_a_minute_at_most(
    issuer: OidcIssuer, providers: IdentityProviders, clock: Clock
) -> None:
    await providers.verify(issuer.issue(AUDIENCE), issuer.url, AUDIENCE)
    issuer.keys = [SigningKey("ES256"), *issuer.keys]
    token = issuer.issue(AUDIENCE)
    with pytest.raises(Unauthenticated):
        await providers.verify(token, issuer.url, AUDIENCE)
    clock.seconds += RETRY_SECONDS
    await asyncio.gather(*(providers.verify(token, issuer.url, AUDIENCE) for _ in range(5)))
    assert issuer.requests.count("/jwks") == 2

    # strangers make up key ids
    for _ in range(5):
        issuer.sign_with = SigningKey("ES256").sign
        with pytest.raises(Unauthenticated):
            await providers.verify(issuer.issue(AUDIENCE), issuer.url, AUDIENCE)
    assert issuer.requests.count("/jwks") == 2


async def test_withdrawn_key_is_refused_within_two_reads(issuer: OidcIssuer, providers: IdentityProviders, clock: Clock) -> None:
    token = issuer.issue(AUDIENCE)
    await providers.verify(token, issuer.url, AUDIENCE)
    del issuer.keys[0]
    clock.seconds += FRESH_SECONDS
    await providers.verify(token, issuer.url, AUDIENCE)  # begins to read the keys, and does not wait
    await _wait_for_refresh()
    with pytest.raises(Unauthenticated):
        await providers.verify(token, issuer.url, AUDIENCE)


async def test_known_keys_are_accepted_for_a_day_while_the_provider_is_away(
    issuer: OidcIssuer, providers: IdentityProviders, clock: Clock
) -> None:
    token = issuer.issue(AUDIENCE)
    await providers.verify(token, issuer.url, AUDIENCE)
    issuer.outage = Response(status_code=503)
    clock.seconds += FRESH_SECONDS
    await providers.verify(token, issuer.url, AUDIENCE)
    await _wait_for_refresh()
    await providers.verify(token, issuer.url, AUDIENCE)
    issuer.sign_with = SigningKey("ES256").sign
    with pytest.raises(ProviderUnavailable):
        await providers.verify(issuer.issue(AUDIENCE), issuer.url, AUDIENCE)
    clock.seconds += STALE_SECONDS
    with pytest.raises(ProviderUnavailable):
        await providers.verify(token, issuer.url, AUDIENCE)


async def _wait_for_refresh() -> None:
    await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == "identity provider"))


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"issuer": "http://127.0.0.1:1"}, "names another issuer"),
        ({"code_challenge_methods_supported": ["plain"]}, "does not offer PKCE"),
        ({"code_challenge_methods_supported": None}, "--assume-pkce"),
        ({"token_endpoint": None}, "lacks a valid token_endpoint"),
        ({"authorization_endpoint": "http://accounts.example/authorize"}, "authorization_endpoint is not an https URL"),
        ({"jwks_uri": "javascript:alert(1)"}, "jwks_uri is not an https URL"),
    ],
)
async def test_unsuitable_provider_is_refused_with_the_reason(issuer: OidcIssuer, metadata: dict[str, Any], message: str) -> None:
    issuer.metadata = metadata
    with pytest.raises(InvalidProvider, match=message):
        await check_provider(issuer.url)


async def test_provider_that_does_not_mention_pkce_is_accepted_if_the_operator_says_so(issuer: OidcIssuer) -> None:
    issuer.metadata = {"code_challenge_methods_supported": None}
    assert (await check_provider(issuer.url, assume_pkce=True)).issuer == issuer.url


@pytest.mark.parametrize(
    "url", ["http://accounts.example", "ftp://accounts.example", "accounts.example", "https://", "http://[::"]
)
async def test_issuer_without_https_is_refused(url: str) -> None:
    with pytest.raises(InvalidProvider, match="The issuer is not an https URL"):
        await check_provider(url)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Response(status_code=503), ProviderUnavailable),
        (PlainTextResponse("x" * (MAX_RESPONSE_BYTES + 1)), ProviderUnavailable),
        (RedirectResponse("http://127.0.0.1:9/"), InvalidProvider),
        (PlainTextResponse("[]"), InvalidProvider),
        (PlainTextResponse("not JSON"), InvalidProvider),
        (Response(orjson.dumps({}), headers={"Content-Encoding": "gzip"}), InvalidProvider),
    ],
    ids=["failing", "too large", "redirect", "no object", "no JSON", "empty"],
)
async def test_strange_answers_of_a_provider_are_refused(issuer: OidcIssuer, answer: Response, error: type[Exception]) -> None:
    issuer.outage = answer
    with pytest.raises(error):
        await check_provider(issuer.url)


async def test_slow_and_missing_providers_are_unavailable(issuer: OidcIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oidc.FETCH_SECONDS", 0.05)
    issuer.delay_seconds = 0.3
    with pytest.raises(ProviderUnavailable):
        await check_provider(issuer.url)
    with pytest.raises(ProviderUnavailable):
        await check_provider("http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": " Ada@Example.org", "email_verified": True}, "ada@example.org"),
        ({"email": "ada@example.org", "email_verified": "true"}, "ada@example.org"),
        ({"email": "ada@example.org", "email_verified": False}, None),
        ({"email": "ada@example.org", "email_verified": "false"}, None),
        ({"email": "ada@example.org", "email_verified": []}, None),
        ({"email": "ada@example.org"}, None),
        ({"email": 7, "email_verified": True}, None),
        ({"email_verified": True}, None),
    ],
)
def test_email_counts_only_if_it_is_verified(claims: dict[str, Any], email: str | None) -> None:
    assert read_verified_email(claims, "email_verified") == email
