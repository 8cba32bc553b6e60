"""Sessions over a real server: whose requests the cookie authenticates, and what ends it and its sockets."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import websockets
from starlette.applications import Starlette

import settings
from api.http import build_routes
from api.session_cookies import NAME
from lifecycle.services import Services
from models.documents.audit_entry import AuditEntry
from models.documents.member import Member
from models.documents.organization import Role, create_key, revoke_key
from models.documents.session import Session
from models.storage.clock import now
from tests.api.raw_socket import RawSocketClient, connect_raw
from tests.api.test_rate_limits import open_limited_server
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, GraphQLResponse, ServerAddress, issue_token, with_services

SIGN_IN = "viewer { role name organization { name } may } expiresAt"
FOREIGN_ORIGINS = ("https://elsewhere.example", "http://127.0.0.1:1", "null", None)
STREAM = "subscription { interviewsChanged { id } }"


class Browser:
    """A browser with its cookies, on a page of the server or of another site."""

    def __init__(self, server: ServerAddress, client: httpx2.AsyncClient) -> None:
        self.server = server
        self.client = client
        self.origin = f"http://127.0.0.1:{server.port}"

    async def execute(self, query: str, origin: str | None = "", **variables: Any) -> GraphQLResponse:
        """Run an operation by POST, by default from a page of the server."""
        origin = self.origin if origin == "" else origin
        headers = {"Origin": origin} if origin else None
        return await ApiClient(self.client).post({"query": query, "variables": variables}, headers)

    async def sign_in(self, origin: str | None = "", **credential: Any) -> GraphQLResponse:
        query = f"mutation($input: SignInInput!) {{ signIn(input: $input) {{ {SIGN_IN} }} }}"
        return await self.execute(query, origin, input=credential)

    async def read_role(self, origin: str | None = "") -> GraphQLResponse:
        return await self.execute("{ viewer { role name } }", origin)

    async def sign_out(self, origin: str | None = "", *, everywhere: bool = False) -> GraphQLResponse:
        query = "mutation($input: SignOutInput!) { signOut(input: $input) { everywhere } }"
        return await self.execute(query, origin, input={"everywhere": everywhere})

    @property
    def cookie(self) -> str:
        return f"{NAME}={self.client.cookies[NAME]}"

    def connect(self, origin: str | None = "", **options: Any) -> AbstractAsyncContextManager[RawSocketClient]:
        """Open a WebSocket with the browser's cookie."""
        headers = {"Cookie": self.cookie}
        return connect_raw(self.server, origin=self.origin if origin == "" else origin, additional_headers=headers, **options)


@asynccontextmanager
async def open_browser(server: ServerAddress) -> AsyncIterator[Browser]:
    """Open a browser without cookies."""
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
        yield Browser(server, client)


@pytest.fixture
async def browser(server: ServerAddress) -> AsyncIterator[Browser]:
    async with open_browser(server) as browser:
        yield browser


@pytest.fixture
def fast_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check access every 0.05 s instead of every 2 s."""
    monkeypatch.setattr("lifecycle.access_monitor._compute_check_delay", lambda *_: 0.05)


async def test_key_starts_a_session_in_a_cookie_that_scripts_cannot_read(browser: Browser, tenant: Tenant) -> None:
    key, secret = await create_key(tenant.id, Role.RECRUITER, "Grace")
    signed_in = await browser.sign_in(key=secret)
    viewer = signed_in["signIn"]["viewer"]
    assert (viewer["role"], viewer["name"], "MANAGE_KEYS" in viewer["may"]) == ("RECRUITER", "Grace", False)
    cookie = signed_in.http_response.headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
    assert 12 * 3600 - 60 < int(cookie.partition("Max-Age=")[2].partition(";")[0]) <= 12 * 3600
    assert secret not in cookie
    [session] = await Session.find_all().to_list()
    assert session.digest not in cookie
    assert (await browser.read_role())["viewer"] == {"role": "RECRUITER", "name": "Grace"}
    [entry] = await AuditEntry.find({"action": "signIn"}).to_list()
    assert (entry.actor.key_id, entry.outcome) == (key.id, "DONE")


async def test_cookie_is_bound_to_the_host_over_https(services: Services, tenant: Tenant) -> None:
    api = settings.ApiSettings(public_url="https://viva.example")
    app = with_services(Starlette(routes=build_routes(services.settings.model_copy(update={"api": api}))), services)
    secret = await issue_token(tenant, Role.VIEWER)
    query = "mutation($input: SignInInput!) { signIn(input: $input) { expiresAt } }"
    body = {"query": query, "variables": {"input": {"key": secret}}}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva.example") as client:
        refused = await ApiClient(client).post(body, {"Origin": "http://viva.example"})
        assert refused.codes == ["UNAUTHENTICATED"], "a page without TLS is none of ours"
        response = await ApiClient(client).post(body, {"Origin": "https://viva.example"})
    cookie = response.http_response.headers["set-cookie"]
    assert cookie.startswith(f"__Host-{NAME}=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


async def test_cookie_counts_only_with_our_own_origin_and_by_post(browser: Browser, tenant: Tenant) -> None:
    secret = await issue_token(tenant, Role.ADMIN)
    await browser.sign_in(key=secret)
    for origin in FOREIGN_ORIGINS:
        refused = await browser.read_role(origin)
        assert (refused.codes, "pages of this server" in refused.error["message"]) == (["UNAUTHENTICATED"], True)
        assert (await browser.sign_out(origin)).codes == ["UNAUTHENTICATED"]
        assert "set-cookie" not in refused.http_response.headers
        if origin is not None:
            with pytest.raises(websockets.InvalidStatus):
                async with browser.connect(origin, init=False):
                    pass
    async with browser.connect(None, init=False) as client:
        await client.send({"type": "connection_init"})
        assert (await client.wait_closed())[0] == 4401
    read = await browser.client.get(
        "/graphql", params={"query": "{ viewer { role } }"}, headers={"Origin": browser.origin, "Accept": "application/json"}
    )
    assert read.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert (await browser.execute("{ signInOptions { apiKey } }", None))["signInOptions"] == {"apiKey": True}
    async with browser.connect() as client:
        await client.subscribe("{ viewer { role } }")
        assert (await client.receive())["payload"]["data"] == {"viewer": {"role": "ADMIN"}}
    assert (await browser.read_role("http://127.0.0.1:8000")).codes == [], "the origin of API_PUBLIC_URL"


async def test_header_takes_precedence_over_the_cookie(browser: Browser, tenant: Tenant) -> None:
    await browser.sign_in(key=await issue_token(tenant, Role.ADMIN))
    query = {"query": "{ viewer { role } }"}
    headers = {"Origin": browser.origin, "Authorization": f"Bearer {await issue_token(tenant, Role.VIEWER)}"}
    client = ApiClient(browser.client)
    assert (await client.post(query, headers))["viewer"] == {"role": "VIEWER"}
    assert (await client.post(query, {**headers, "Authorization": "Bearer viva_guessed"})).codes == ["UNAUTHENTICATED"]
    sign_out = {"query": "mutation { signOut(input: {}) { everywhere } }"}
    assert (await client.post(sign_out, headers)).codes == ["BAD_INPUT"]
    assert (await browser.read_role())["viewer"]["role"] == "ADMIN"


async def test_files_are_read_with_a_session_by_post_only(browser: Browser, tenant: Tenant) -> None:
    await browser.sign_in(key=await issue_token(tenant, Role.ADMIN))
    path = f"/interviews/{global_id_of(await tenant.make_completed_interview())}/transcript.txt"
    read = await browser.client.post(path, headers={"Origin": browser.origin})
    assert (read.status_code, "Good morning." in read.text) == (200, True)
    assert (await browser.client.post(path, headers={"Origin": "https://elsewhere.example"})).status_code == 401
    assert (await browser.client.get(path, headers={"Origin": browser.origin})).status_code == 401


async def test_refused_sign_in_starts_no_session(browser: Browser, tenant: Tenant) -> None:
    candidate = await issue_token(tenant, Role.CANDIDATE, await tenant.make_interview())
    for key in ("viva_guessed", candidate, "", "a b", "\u00e9"):
        refused = await browser.sign_in(key=key)
        assert (refused.codes, refused.http_response.headers.get("set-cookie")) == (["UNAUTHENTICATED"], None)
    secret = await issue_token(tenant, Role.ADMIN)
    for origin in FOREIGN_ORIGINS:
        assert (await browser.sign_in(origin, key=secret)).codes == ["UNAUTHENTICATED"]
    for credential in ({}, {"key": secret, "sandboxRole": "ADMIN"}, {"sandboxRole": "CANDIDATE"}):
        assert (await browser.sign_in(**credential)).codes == ["BAD_INPUT"]
    async with connect_raw(browser.server, origin=browser.origin) as client:
        await client.subscribe(f'mutation {{ signIn(input: {{key: "{secret}"}}) {{ expiresAt }} }}')
        assert (await client.receive())["payload"]["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    streamed = await browser.client.post(
        "/graphql",
        json={"query": f'mutation {{ signIn(input: {{key: "{secret}"}}) {{ expiresAt }} }}'},
        headers={"Origin": browser.origin, "Accept": "text/event-stream"},
    )
    assert "BAD_INPUT" in streamed.text
    assert await Session.find_all().count() == 0


async def test_failed_sign_ins_count_as_failed_credentials(services: Services) -> None:
    async with open_limited_server(services, failed_credentials="2/hour") as server, open_browser(server) as browser:
        attempts = [await browser.sign_in(key=key) for key in ("viva_guessed", "guessed", "viva_another")]
    assert [attempt.codes for attempt in attempts] == [["UNAUTHENTICATED"], ["UNAUTHENTICATED"], ["RATE_LIMITED"]]


async def test_sign_out_ends_the_session_and_its_sockets(browser: Browser, tenant: Tenant, fast_checks: None) -> None:
    await browser.sign_in(key=await issue_token(tenant, Role.ADMIN))
    cookie = browser.cookie
    async with browser.connect() as streaming, browser.connect() as idle:
        await streaming.subscribe(STREAM)
        signed_out = await browser.sign_out()
        assert signed_out["signOut"] == {"everywhere": False}
        assert "Max-Age=0" in signed_out.http_response.headers["set-cookie"]
        for client in (streaming, idle):
            code, reason = await client.wait_closed()
            assert (code, reason) == (4401, "UNAUTHENTICATED: Your session has ended: sign in again.")
    assert NAME not in browser.client.cookies
    replayed = await ApiClient(browser.client).post(
        {"query": "{ viewer { role } }"}, {"Origin": browser.origin, "Cookie": cookie}
    )
    assert replayed.codes == ["UNAUTHENTICATED"]


async def test_session_of_a_key_ends_with_the_key(browser: Browser, tenant: Tenant, fast_checks: None) -> None:
    key, secret = await create_key(tenant.id, Role.ADMIN, "a key", now() + timedelta(hours=1))
    signed_in = await browser.sign_in(key=secret)
    assert key.expires_at
    assert signed_in["signIn"]["expiresAt"][:16] == key.expires_at.isoformat()[:16], "it expires with the key"
    async with browser.connect() as client:
        await client.subscribe(STREAM)
        await revoke_key(key.id)
        assert (await client.wait_closed())[0] == 4401
    assert (await browser.read_role()).codes == ["UNAUTHENTICATED"]
    assert (await browser.sign_out()).codes == ["UNAUTHENTICATED"]
    assert NAME not in browser.client.cookies, "the cookie of a session that has ended is deleted all the same"


async def test_expired_session_is_refused(browser: Browser, tenant: Tenant) -> None:
    await browser.sign_in(key=await issue_token(tenant, Role.ADMIN))
    await Session.find_all().update({"$set": {"expires_at": now() - timedelta(seconds=1)}})
    assert (await browser.read_role()).codes == ["UNAUTHENTICATED"]


async def test_sandbox_lets_people_in_as_members(browser: Browser, tenant: Tenant, services: Services) -> None:
    options = await browser.execute("{ signInOptions { apiKey sandboxRoles organizationSignIn } }")
    assert options["signInOptions"]["sandboxRoles"] == ["ADMIN", "RECRUITER", "VIEWER"]
    for _ in range(2):
        viewer = (await browser.sign_in(sandboxRole="RECRUITER"))["signIn"]["viewer"]
        assert (viewer["name"], viewer["role"]) == ("Sandbox recruiter", "RECRUITER")
        assert viewer["organization"]["name"] == tenant.organization.name
    [member] = await Member.find_all().to_list()
    assert member.last_signed_in_at
    ended = await Session.find({"ended_at": {"$ne": None}}).count()
    assert ended == 1, "a session that the browser already has ends"


async def test_there_is_no_way_in_without_a_credential_outside_the_sandbox(services: Services, tenant: Tenant) -> None:
    outside = services.settings.model_copy(update={"sandbox": False})
    object.__setattr__(services, "settings", outside)
    app = with_services(Starlette(routes=build_routes(outside)), services)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva") as client:
        api = ApiClient(client)
        assert (await api.execute("{ signInOptions { sandboxRoles } }"))["signInOptions"] == {"sandboxRoles": []}
        refused = await api.mutate("signIn", None, "expiresAt", sandboxRole="ADMIN")
    assert refused.codes == ["FORBIDDEN"]
