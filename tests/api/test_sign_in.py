"""Sign-in with an identity provider: from a page of ours to the provider and back, and everything that must not succeed."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import jwt
import pytest
from beanie import PydanticObjectId
from pymongo.asynchronous.database import AsyncDatabase
from starlette.applications import Starlette
from starlette.responses import Response
from structlog.testing import capture_logs

from api.http import build_routes
from auth import Audience, authenticate_program, encrypt_secret, recheck, sign
from errors import Unauthenticated
from lifecycle.services import Services
from models.documents.audit_entry import AuditEntry
from models.documents.member import Member
from models.documents.member_invitation import MemberInvitation, find_open_invitation
from models.documents.organization import IdentityProvider, Organization, Role, create_key, set_identity_provider
from models.documents.session import Session
from models.storage.clock import now
from models.writes.member_identity import add_program
from models.writes.members import revoke_invitation, store_invitation
from models.writes.organization_closing import close_organization
from resolvers.members import build_invitation, build_link
from settings import ApiSettings
from tests.api.test_rate_limits import open_app
from tests.oidc_issuer import CODE_SECONDS, OidcIssuer, Person, SigningKey, leave_unsigned, sign_with_public_key
from tests.resolvers.tenant import Tenant
from tests.schema.api_client import ApiClient, with_services

pytestmark = pytest.mark.servers

OWN_ORIGIN = {"Origin": ApiSettings().public_url}


@dataclass
class Browser:
    """A person's browser: it has cookies, and follows only the redirects that a test lets it follow."""

    client: httpx2.AsyncClient
    organization: str

    async def begin(self, to: str = "/live?tab=all", organization: str | None = None) -> httpx2.Response:
        return await self.client.get("/sign-in/oidc", params={"organization": organization or self.organization, "to": to})

    async def visit_provider(self, begun: httpx2.Response) -> str:
        """Sign in at the provider; return the URL to which it sends the browser."""
        async with httpx2.AsyncClient() as client:
            return str((await client.get(begun.headers["location"])).headers["location"])

    async def come_back(self, url: str) -> httpx2.Response:
        return await self.client.get(f"{urlsplit(url).path}?{urlsplit(url).query}")

    async def sign_in(self, to: str = "/live?tab=all") -> httpx2.Response:
        return await self.come_back(await self.visit_provider(await self.begin(to)))

    async def read_viewer(self) -> Any:
        """Return the caller that the session's cookie authenticates, or None."""
        body = {"query": "{ viewer { name role } }"}
        data = (await self.client.post("/graphql", json=body, headers=OWN_ORIGIN)).json()["data"]
        return data and data["viewer"]


@pytest.fixture
async def organization(tenant: Tenant, issuer: OidcIssuer) -> Organization:
    """The tenant's organization, whose people sign in with the identity provider."""
    secret = encrypt_secret(issuer.client.client_secret or "", tenant.services.settings.auth)
    provider = IdentityProvider(issuer=issuer.url, client_id="viva", client_secret=secret, audience="viva-api")
    await set_identity_provider(tenant.id, provider)
    return tenant.organization


@pytest.fixture
async def ada(organization: Organization) -> Member:
    """A member who has not signed in yet."""
    return await Member(
        organization_id=organization.id, role=Role.RECRUITER, name="Ada Lovelace", email="ada@example.org"
    ).insert()


@pytest.fixture
async def browser(services: Services, organization: Organization) -> AsyncIterator[Browser]:
    async with open_browser(services) as client:
        yield Browser(client, organization.name)


def open_browser(services: Services) -> httpx2.AsyncClient:
    app = with_services(Starlette(routes=build_routes(services.settings)), services)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=services.settings.api.public_url)


async def change_provider(organization: Organization, **values: Any) -> None:
    stored = await Organization.get(organization.id)
    assert stored is not None and stored.identity_provider is not None
    await set_identity_provider(organization.id, stored.identity_provider.model_copy(update=values))


def assert_page(response: httpx2.Response, status: int, text: str) -> None:
    assert (response.status_code, response.headers["content-type"]) == (status, "text/html; charset=utf-8"), response.text
    assert text in response.text
    assert "<script" not in response.text
    assert "script-src" not in response.headers["content-security-policy"]
    assert response.headers["content-security-policy"].startswith("default-src 'none';")
    assert response.headers["cache-control"] == "no-store"


async def test_member_signs_in_and_is_recognized_by_identity_afterwards(
    browser: Browser, ada: Member, issuer: OidcIssuer
) -> None:
    page = await browser.sign_in("/live?tab=all&x='\"")
    assert_page(page, 200, "You are signed in")
    assert '<meta http-equiv="refresh" content="0;url=/live?tab=all&amp;x=&#x27;&quot;">' in page.text
    cookies = page.headers.get_list("set-cookie")
    [session] = [cookie for cookie in cookies if cookie.startswith("viva_session=")]
    assert all(part in session for part in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43"))
    assert await browser.read_viewer() == {"name": "Ada Lovelace", "role": "RECRUITER"}
    [entry] = await AuditEntry.find({"action": "signIn"}).to_list()
    assert entry.organization_id == ada.organization_id

    # the address is another one now, and the person the same
    issuer.person = Person(email="ada@new.example")
    browser.client.cookies.clear()
    assert_page(await browser.sign_in(), 200, "You are signed in")
    assert await Session.find({"member_id": ada.id}).count() == 2


async def test_request_to_the_provider_is_bound_to_the_browser_and_uses_pkce(browser: Browser, issuer: OidcIssuer) -> None:
    begun = await browser.begin()
    assert begun.status_code == 303
    [cookie] = begun.headers.get_list("set-cookie")
    assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Max-Age=600"))
    query = parse_qs(urlsplit(begun.headers["location"]).query)
    assert query["redirect_uri"] == [issuer.client.redirect_uri]
    assert query["code_challenge_method"] == ["S256"]
    pending = jwt.decode(begun.cookies["viva_sign_in"], options={"verify_signature": False})
    assert pending["aud"] == Audience.SIGN_IN
    assert pending["verifier"] not in begun.headers["location"]
    assert pending["state"] == query["state"][0]


@pytest.mark.parametrize(
    "to",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "javascript:alert(1)", "", "live", "/\\"],
)
async def test_sign_in_leads_to_no_other_site(browser: Browser, ada: Member, to: str) -> None:
    page = await browser.sign_in(to)
    assert_page(page, 200, 'content="0;url=/"')


async def test_unknown_organization_and_one_without_a_provider_look_the_same(browser: Browser, other_tenant: Tenant) -> None:
    pages = [await browser.begin(organization=name) for name in ("nobody", other_tenant.organization.name)]
    for page in pages:
        assert_page(page, 404, "no sign-in for an organization of this name")
    first, second = (re.sub(r'nonce="[^"]+"', "", page.text) for page in pages)
    assert first == second


@pytest.mark.parametrize(
    ("person", "status", "text"),
    [
        (Person(subject="grace", email="grace@example.org"), 403, "You do not have access to Viva yet"),
        (Person(verified={"email_verified": False}), 403, "did not confirm your email address"),
        (Person(verified={}), 403, "did not confirm your email address"),
        (Person(email=None), 403, "did not confirm your email address"),
        (None, 403, "You cancelled the sign-in"),
    ],
    ids=["no member", "unverified", "verified by nobody", "no email", "declined"],
)
async def test_person_without_access_gets_a_page_that_says_whom_to_ask(
    browser: Browser,
    ada: Member,
    issuer: OidcIssuer,
    database: AsyncDatabase[dict[str, Any]],
    person: Person | None,
    status: int,
    text: str,
) -> None:
    issuer.person = person
    page = await browser.sign_in()
    assert_page(page, status, text)
    assert 'href="/sign-in?to=%2Flive%3Ftab%3Dall"' in page.text
    assert await browser.read_viewer() is None
    assert await Session.count() == 0
    assert await Member.find({"subject": {"$ne": None}}).count() == 0
    for name in await database.list_collection_names():
        assert await database[name].count_documents({"email": "grace@example.org"}) == 0


async def test_member_who_has_an_identity_is_not_recognized_by_email(browser: Browser, ada: Member, issuer: OidcIssuer) -> None:
    await browser.sign_in()
    issuer.person = Person(subject="another person who got the address")
    browser.client.cookies.clear()
    assert_page(await browser.sign_in(), 403, "You do not have access")
    assert await Session.count() == 1


async def test_invited_person_becomes_a_member_with_the_invited_email(
    browser: Browser, api: ApiClient, organization: Organization, services: Services, issuer: OidcIssuer
) -> None:
    invitation = await store_invitation(build_invitation(organization.id, "Ada@Example.org", "Ada Lovelace", Role.VIEWER, None))
    issuer.person = Person(verified={"email_verified": False})
    assert_page(await browser.sign_in(), 403, "did not confirm")
    # the invitation's link leads to the provider
    variables = {"token": build_link(services.settings, invitation).url.partition("#invitation=")[2]}
    link = await api.execute("query($token: String!) { memberLink(token: $token) { hasIdentityProvider } }", **variables)
    assert link["memberLink"] == {"hasIdentityProvider": True}
    accept = "mutation($token: String!) { acceptMemberInvitation(input: {token: $token}) { expiresAt } }"
    assert (await api.post({"query": accept, "variables": variables}, OWN_ORIGIN)).codes == ["CONFLICT"]
    issuer.person = Person()
    async with open_browser(services) as other:
        pages = await asyncio.gather(browser.sign_in(), Browser(other, organization.name).sign_in())
    assert [page.status_code for page in pages] == [200, 200]
    assert await browser.read_viewer() == {"name": "Ada Lovelace", "role": "VIEWER"}
    [member] = await Member.find_all().to_list()
    assert (member.email, member.issuer, member.subject) == ("ada@example.org", issuer.url, "ada-1815")
    assert await revoke_invitation(invitation.id) == await MemberInvitation.get(invitation.id)

    # an invitation that was revoked, and one of another organization
    issuer.person = Person(subject="grace", email="grace@example.org")
    for owner_id in (organization.id, PydanticObjectId()):
        await store_invitation(build_invitation(owner_id, "grace@example.org", "Grace", Role.ADMIN, None))
    revoked = await find_open_invitation(organization.id, "grace@example.org")
    assert revoked is not None
    await revoke_invitation(revoked.id)
    assert_page(await browser.sign_in(), 403, "You do not have access")


async def test_closed_organization_admits_neither_people_nor_programs(
    browser: Browser, api: ApiClient, ada: Member, organization: Organization, issuer: OidcIssuer
) -> None:
    await browser.sign_in()
    browser.client.cookies.clear()
    token = issuer.issue("viva-api", sub="ada-1815")
    assert (await api.execute("{ viewer { name } }", token))["viewer"] == {"name": "Ada Lovelace"}
    url = await browser.visit_provider(await browser.begin())
    await close_organization(organization)
    assert_page(await browser.come_back(url), 400, "expired or was already used")
    assert_page(await browser.begin(), 404, "no sign-in for an organization of this name")
    response = await api.execute("{ viewer { name } }", token)
    assert (response.codes, "is closed" in response.error["message"]) == (["UNAUTHENTICATED"], True)


async def test_removed_member_cannot_sign_in(browser: Browser, ada: Member) -> None:
    await browser.sign_in()
    await ada.set({Member.removed_at: now()})
    browser.client.cookies.clear()
    assert_page(await browser.sign_in(), 403, "You do not have access")


@pytest.mark.parametrize("missing", [{"email", "email_verified"}, {"email_verified"}], ids=["email", "whether it is verified"])
async def test_email_is_read_from_the_userinfo_endpoint_if_the_id_token_lacks_it(
    browser: Browser, ada: Member, issuer: OidcIssuer, missing: set[str]
) -> None:
    issuer.userinfo_only = missing
    assert_page(await browser.sign_in(), 200, "You are signed in")
    # claims about somebody else
    browser.client.cookies.clear()
    issuer.id_token_claims = {"sub": "another person"}
    assert_page(await browser.sign_in(), 502, "not set up correctly")


async def test_only_the_organizations_email_domains_are_admitted(
    browser: Browser, ada: Member, organization: Organization
) -> None:
    await change_provider(organization, email_domains=["example.com"])
    assert_page(await browser.sign_in(), 403, "You do not have access")
    await change_provider(organization, email_domains=["example.com", "example.org"])
    assert_page(await browser.sign_in(), 200, "You are signed in")


@pytest.mark.parametrize("method", ["client_secret_post", "none"])
async def test_client_authenticates_as_the_provider_supports_it(
    browser: Browser, ada: Member, issuer: OidcIssuer, organization: Organization, method: str
) -> None:
    issuer.client.auth_method = method
    if method == "none":
        await change_provider(organization, client_secret=None)
    assert_page(await browser.sign_in(), 200, "You are signed in")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://another.example"},
        {"aud": "another client"},
        {"aud": ["viva", "another client"]},
        {"azp": "another client"},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
    ],
    ids=str,
)
async def test_id_token_with_wrong_claims_is_refused(
    browser: Browser, ada: Member, issuer: OidcIssuer, claims: dict[str, Any]
) -> None:
    issuer.id_token_claims = claims
    assert_page(await browser.sign_in(), 502, "not set up correctly")
    assert await Session.count() == 0


@pytest.mark.parametrize("forgery", ["unsigned", "public key", "unknown key"])
async def test_id_token_with_a_forged_signature_is_refused(
    browser: Browser, ada: Member, issuer: OidcIssuer, forgery: str
) -> None:
    signers = {
        "unsigned": leave_unsigned,
        "public key": sign_with_public_key(issuer.keys[0]),
        "unknown key": SigningKey("ES256").sign,
    }
    issuer.sign_with = signers[forgery]
    assert_page(await browser.sign_in(), 502, "not set up correctly")
    assert await Session.count() == 0


async def test_answer_counts_once_and_for_the_browser_that_began_the_sign_in(
    browser: Browser, ada: Member, services: Services
) -> None:
    begun = await browser.begin()
    pending = browser.client.cookies["viva_sign_in"]
    url = await browser.visit_provider(begun)
    async with open_browser(services) as other:
        # without the cookie, and with that of a sign-in of its own
        assert_page(await Browser(other, "").come_back(url), 400, "expired or was already used")
        await Browser(other, browser.organization).begin()
        assert_page(await Browser(other, "").come_back(url), 400, "expired or was already used")
        assert await Session.count() == 0
        # the same answer twice at the same time, with the same cookie, and once more
        other.cookies.clear()
        other.cookies.set("viva_sign_in", pending)
        pages = await asyncio.gather(browser.come_back(url), Browser(other, "").come_back(url))
        assert sorted(page.status_code for page in pages) == [200, 400]
        other.cookies.set("viva_sign_in", pending)
        assert_page(await Browser(other, "").come_back(url), 400, "expired or was already used")
    assert await Session.count() == 1


@pytest.mark.parametrize("forgery", ["expired", "another audience", "rubbish"])
async def test_sign_in_that_is_expired_or_not_ours_is_refused(
    browser: Browser, ada: Member, services: Services, forgery: str
) -> None:
    begun = await browser.begin()
    url = await browser.visit_provider(begun)
    claims = jwt.decode(begun.cookies["viva_sign_in"], options={"verify_signature": False})
    del claims["aud"]
    token = {
        "expired": sign({**claims, "exp": now() - timedelta(seconds=1)}, Audience.SIGN_IN, services.settings.auth),
        "another audience": sign(claims, Audience.REPORT, services.settings.auth),
        "rubbish": "rubbish",
    }[forgery]
    browser.client.cookies.clear()
    browser.client.cookies.set("viva_sign_in", token)
    assert_page(await browser.come_back(url), 400, "expired or was already used")
    assert await Session.count() == 0


async def test_code_that_the_provider_refuses_starts_no_session(browser: Browser, ada: Member, issuer: OidcIssuer) -> None:
    for change in ("verifier", "used", "expired", "secret", "redirect"):
        begun = await browser.begin()
        url = await browser.visit_provider(begun)
        [code] = [code for code in issuer.codes.values() if code.code in url]
        if change == "verifier":
            code.code_challenge = "A" * 43
        if change == "used":
            del issuer.codes[code.code]
        if change == "expired":
            code.issued_at -= CODE_SECONDS
        if change == "redirect":
            code.redirect_uri += "/elsewhere"
        if change == "secret":
            issuer.client.client_secret = "another"
        assert_page(await browser.come_back(url), 502, "not set up correctly")
    assert await Session.count() == 0


async def test_answer_of_another_issuer_is_refused(browser: Browser, ada: Member, issuer: OidcIssuer) -> None:
    issuer.metadata = {"authorization_response_iss_parameter_supported": True}
    url = await browser.visit_provider(await browser.begin())
    assert_page(await browser.come_back(f"{url}&iss=https://another.example"), 502, "not set up correctly")
    assert_page(await browser.sign_in(), 502, "not set up correctly")  # the parameter is missing
    url = await browser.visit_provider(await browser.begin())
    assert_page(await browser.come_back(f"{url}&iss={issuer.url}"), 200, "You are signed in")


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        ("access_denied", 403, "You cancelled the sign-in"),
        ("temporarily_unavailable", 503, "does not respond at the moment"),
        ("invalid_scope", 502, "not set up correctly"),
        ("%3Cscript%3Ealert(1)%3C/script%3E", 502, "not set up correctly"),
    ],
)
async def test_errors_of_the_provider_have_plain_pages_without_its_words(
    browser: Browser, issuer: OidcIssuer, error: str, status: int, text: str
) -> None:
    issuer.authorization_error = error
    page = await browser.sign_in()
    assert_page(page, status, text)
    assert "Back to sign-in" in page.text


async def test_provider_that_is_away_has_a_page(browser: Browser, ada: Member, issuer: OidcIssuer) -> None:
    url = await browser.visit_provider(await browser.begin())
    issuer.outage = Response("<script>", 503)
    assert_page(await browser.come_back(url), 503, "does not respond at the moment")


async def test_provider_that_was_never_reached_has_a_page(browser: Browser, issuer: OidcIssuer) -> None:
    issuer.outage = Response(status_code=500)
    assert_page(await browser.begin(), 503, "does not respond at the moment")


async def test_secret_that_was_encrypted_before_a_rotation_is_encrypted_again(
    browser: Browser, ada: Member, organization: Organization, services: Services
) -> None:
    current = services.settings.auth
    old = current.model_copy(update={"secret": current.secret.__class__("o" * 32)})
    await change_provider(organization, client_secret=encrypt_secret("a client secret: +/%&", old))
    assert_page(await browser.begin(), 502, "not set up correctly")
    object.__setattr__(services.settings, "auth", current.model_copy(update={"previous_secrets": [old.secret]}))
    assert_page(await browser.sign_in(), 200, "You are signed in")
    object.__setattr__(services.settings, "auth", current)
    browser.client.cookies.clear()
    assert_page(await browser.sign_in(), 200, "You are signed in")


async def test_failed_sign_ins_are_in_the_security_log_and_limited(services: Services) -> None:
    with capture_logs() as events:
        async with (
            open_app(services, failed_credentials="2/hour") as app,
            httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva") as client,
        ):
            for _ in range(2):
                assert_page(await Browser(client, "nobody").begin(), 404, "no sign-in for an organization")
            refused = await Browser(client, "nobody").begin()
    assert_page(refused, 429, "too many failed attempts")
    assert refused.headers["retry-after"] == "3600"
    assert [event["credential"] for event in events if event["event"] == "credential refused"] == ["sign-in"]


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("de-AT,en;q=0.5", "Zurück zur Anmeldung"),
        ("fr", "Retour à la connexion"),
        ("it, es;q=0.9", "Volver al inicio de sesión"),
        ("", "Back to sign-in"),
    ],
)
async def test_pages_are_in_the_browsers_language(browser: Browser, header: str, text: str) -> None:
    page = await browser.client.get("/sign-in/oidc", headers={"Accept-Language": header})
    assert text in page.text


async def test_cookies_of_an_https_deployment_are_secure(services: Services, organization: Organization) -> None:
    object.__setattr__(services.settings, "api", ApiSettings(public_url="https://viva.example"))
    async with open_browser(services) as client:
        begun = await Browser(client, organization.name).begin()
    [cookie] = begun.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-viva_sign_in=")
    assert "Secure" in cookie
    assert "redirect_uri=https%3A%2F%2Fviva.example%2Fsign-in%2Foidc%2Fcallback" in begun.headers["location"]


async def test_api_key_starts_no_session_where_people_sign_in_with_a_provider(api: ApiClient, organization: Organization) -> None:
    _, secret = await create_key(organization.id, Role.ADMIN, "ATS")
    body = {"query": "mutation($key: String!) { signIn(input: {key: $key}) { expiresAt } }", "variables": {"key": secret}}
    assert (await api.post(body, OWN_ORIGIN)).codes == ["CONFLICT"]
    assert (await api.execute("{ signInOptions { organizationSignIn } }"))["signInOptions"] == {"organizationSignIn": True}


# --- programs


async def test_programs_token_acts_as_the_member_with_its_subject_or_verified_email(
    api: ApiClient, ada: Member, issuer: OidcIssuer, services: Services
) -> None:
    token = issuer.issue(["viva-api", "another"], sub="ats", email="Ada@example.org", email_verified=True)
    assert (await api.execute("{ viewer { name role } }", token))["viewer"] == {"name": "Ada Lovelace", "role": "RECRUITER"}
    by_subject = issuer.issue("viva-api", sub="ats")
    assert (await api.execute("{ viewer { name } }", by_subject))["viewer"] == {"name": "Ada Lovelace"}
    assert await Session.count() == 0
    principal = await authenticate_program(by_subject, issuer.url, services.identity_providers)
    assert (principal.caller, principal.session_id) == (f"member:{ada.id}", None)
    await Member.find({"_id": ada.id}).update({"$set": {"removed_at": now()}})
    with pytest.raises(Unauthenticated, match="no longer a member"):
        await recheck(principal, services.credentials)
    assert (await api.execute("{ viewer { name } }", by_subject)).codes == ["UNAUTHENTICATED"]


async def test_program_without_an_email_is_added_by_the_operator(
    api: ApiClient, organization: Organization, issuer: OidcIssuer
) -> None:
    await change_provider(organization, email_domains=["example.org"])
    token = issuer.issue("viva-api", sub="service-account-7", exp=f"{int(time.time()) + 60}")
    assert (await api.execute("{ viewer { name } }", token)).codes == ["UNAUTHENTICATED"]
    await add_program(organization.id, issuer.url, "service-account-7", "Our ATS", Role.INTEGRATION)
    assert (await api.execute("{ viewer { name role } }", token))["viewer"] == {"name": "Our ATS", "role": "INTEGRATION"}
    # a time that no calendar has
    token = issuer.issue("viva-api", sub="service-account-7", exp=10**15)
    assert (await api.execute("{ viewer { name } }", token))["viewer"] == {"name": "Our ATS"}


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "viva"},
        {"aud": None},
        {"aud": []},
        {"iss": "https://another.example"},
        {"exp": 1},
        {"exp": None},
        {"sub": "nobody", "email": None},
        {"sub": "nobody", "email": "ada@example.org", "email_verified": False},
    ],
    ids=str,
)
async def test_programs_token_with_wrong_claims_is_refused(
    api: ApiClient, ada: Member, issuer: OidcIssuer, claims: dict[str, Any]
) -> None:
    token = issuer.sign({"sub": "ats", "aud": "viva-api", "email": "ada@example.org", "email_verified": True, **claims})
    assert (await api.execute("{ viewer { name } }", token)).codes == ["UNAUTHENTICATED"]
    assert await Member.find({"subject": {"$ne": None}}).count() == 0


async def test_forged_token_of_a_program_is_refused(api: ApiClient, ada: Member, issuer: OidcIssuer) -> None:
    for signer in (leave_unsigned, sign_with_public_key(issuer.keys[0]), SigningKey("ES256").sign):
        issuer.sign_with = signer
        token = issuer.issue("viva-api", email="ada@example.org", email_verified=True)
        assert (await api.execute("{ viewer { name } }", token)).codes == ["UNAUTHENTICATED"]


async def test_token_of_a_provider_that_is_away_is_not_called_invalid(api: ApiClient, ada: Member, issuer: OidcIssuer) -> None:
    issuer.outage = Response(status_code=503)
    response = await api.execute("{ viewer { name } }", issuer.issue("viva-api"))
    assert response.codes == ["UNAVAILABLE"]
    assert response.error["extensions"]["retryAfterSeconds"] == 60
