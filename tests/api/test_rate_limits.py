"""Rate limits as clients meet them: over HTTP, WebSocket and SSE, and behind proxies."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx2
import orjson
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from websockets.exceptions import InvalidStatus

from api import client_addresses
from api.client_addresses import UNKNOWN_ADDRESS, build_proxy_options, read_client_address
from api.http import EVENT_STREAM, GRAPHQL_JSON, JSON, build_routes
from lifecycle.services import Services
from live.rate_limits import RateLimits
from models.documents.interview import Interview
from models.documents.organization import Role
from settings import ApiSettings, RateSettings
from tests.api.raw_socket import connect_raw
from tests.factories import add_candidate_turn
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, ServerAddress, bearer_headers, issue_token, serve, with_services
from tests.schema.shared_turns import TURN_ADDED

ORIGIN = "https://hr.example"
NOW = 1_800_000_000.0
"""The beginning of an hour."""


@asynccontextmanager
async def open_app(services: Services, **rates: str) -> AsyncIterator[Any]:
    """The API's application with these limits, on a clock that stands still."""
    configured = RateSettings(**dict.fromkeys(RateSettings.model_fields, "") | rates)
    settings = services.settings.model_copy(update={"rate": configured, "api": ApiSettings(allowed_origins=[ORIGIN])})
    async with RateLimits(settings.redis, configured, clock=lambda: NOW) as limits:
        limited = replace(services, settings=settings, rate_limits=limits)
        yield with_services(Starlette(routes=build_routes(settings)), limited)


@asynccontextmanager
async def open_limited_api(services: Services, **rates: str) -> AsyncIterator[ApiClient]:
    async with (
        open_app(services, **rates) as app,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva") as client,
    ):
        yield ApiClient(client)


@asynccontextmanager
async def open_limited_server(services: Services, **rates: str) -> AsyncIterator[ServerAddress]:
    async with open_app(services, **rates) as app, serve(app) as server:
        yield server


# --- requests of an address


async def test_requests_above_the_limit_of_their_address_are_refused_before_they_are_read(
    services: Services,
) -> None:
    async with open_limited_server(services, requests="2/hour") as server:
        async with httpx2.AsyncClient(base_url=server.http_url.removesuffix("/graphql"), trust_env=False) as client:
            for _ in range(2):
                assert (await client.post("/graphql", json={"query": "{ __typename }"})).is_success
            headers = {"Origin": ORIGIN, "X-Request-Id": "mine"}
            refused = await client.post("/graphql", content=b"not JSON", headers=headers)
            (error,) = refused.json()["errors"]
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "3600")
            assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfterSeconds": 3600, "requestId": "mine"}
            assert "from your network address" in error["message"]
            # a page of another origin can read the refusal
            assert refused.headers["access-control-allow-origin"] == ORIGIN
            assert "Retry-After" in refused.headers["access-control-expose-headers"]
            for path in ("/join", "/interviews/int_0/transcript.txt", "/evaluations/eva_0/report.html", "/recordings/rec_0"):
                assert (await client.get(path)).status_code == 429
            for path in ("/healthz", "/readyz", "/metrics", "/.well-known/jwks.json"):
                assert (await client.get(path)).status_code == 200
            assert (await client.post("/webhooks/livekit")).status_code == 401
        with pytest.raises(InvalidStatus) as handshake:
            async with connect_raw(server):
                pass
        assert handshake.value.response.status_code == 429
        assert handshake.value.response.headers["retry-after"] == "3600"
        assert orjson.loads(handshake.value.response.body)["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


@pytest.mark.parametrize("rates", [{"requests": "1/hour"}, {"operations": "100/hour"}], ids=lambda rates: next(iter(rates)))
async def test_refusal_comes_later_and_health_checks_do_not_wait(
    services: Services, monkeypatch: pytest.MonkeyPatch, rates: dict[str, str]
) -> None:
    async with (
        open_app(services, **rates) as app,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva") as client,
    ):

        async def send() -> httpx2.Response:
            return await client.post("/graphql", json={"query": "{ __typename }"})

        assert (await send()).status_code == 200
        monkeypatch.setattr(client_addresses, "REFUSAL_SECONDS", 3600.0)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await send()
        assert (await client.get("/healthz")).status_code == 200
        monkeypatch.setattr(client_addresses, "REFUSAL_SECONDS", 0.0)
        assert (await send()).status_code == 429


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("203.0.113.7", 1), "203.0.113.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2::1", 1), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 1), "fe80::/64"),
        (("::ffff:203.0.113.7", 1), "203.0.113.7"),
        (("unknown", 0), UNKNOWN_ADDRESS),
        (None, UNKNOWN_ADDRESS),
    ],
)
def test_address_is_an_ipv4_address_or_an_ipv6_network(client: tuple[str, int] | None, address: str) -> None:
    assert read_client_address({"type": "http", "client": client}) == address


FORWARDED = [
    ([], "127.0.0.1"),
    ([""], "127.0.0.1"),
    (["203.0.113.7"], "203.0.113.7"),
    (["203.0.113.7:51234"], "203.0.113.7"),
    (["2001:db8:1:2:3::4"], "2001:db8:1:2::/64"),
    (["[2001:db8:1:2:3::4]:443"], "2001:db8:1:2::/64"),
    # what a client claims stands before what the proxy has seen
    (["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
    (["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
    (["127.0.0.1, 203.0.113.7"], "203.0.113.7"),
    (["10.0.0.9, 203.0.113.7"], "203.0.113.7"),
    (["unknown, <script>, 1.2.3.4.5, 203.0.113.7"], "203.0.113.7"),
    ([", , 203.0.113.7"], "203.0.113.7"),
    (["x" * 5000 + ", 203.0.113.7"], "203.0.113.7"),
    # several trusted proxies
    (["198.51.100.1, 203.0.113.7, 10.0.0.5"], "203.0.113.7"),
    (["198.51.100.1, 2001:db8:1:2::9, fd00::1, 10.0.0.5"], "2001:db8:1:2::/64"),
    (["10.0.0.9, 10.0.0.5"], "10.0.0.9"),
    (["203.0.113.7, unknown"], UNKNOWN_ADDRESS),
]


async def answer_address(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(read_client_address(scope))(scope, receive, send)


async def test_last_address_that_is_not_a_trusted_proxy_counts() -> None:
    api = ApiSettings.model_validate({"trusted_proxies": ["127.0.0.1", "10.0.0.0/8", "fd00::/8"]})
    async with (
        serve(answer_address, **build_proxy_options(api)) as server,
        httpx2.AsyncClient(trust_env=False) as client,
    ):
        found = [
            (values, (await client.get(server.http_url, headers=[("X-Forwarded-For", value) for value in values])).text)
            for values, _ in FORWARDED
        ]
    assert found == FORWARDED


@pytest.mark.parametrize("networks", [[], ["10.0.0.0/8"]])
async def test_header_of_a_client_that_is_no_trusted_proxy_has_no_effect(networks: list[str]) -> None:
    api = ApiSettings.model_validate({"trusted_proxies": networks})
    async with (
        serve(answer_address, **build_proxy_options(api)) as server,
        httpx2.AsyncClient(trust_env=False) as client,
    ):
        assert (await client.get(server.http_url, headers={"X-Forwarded-For": "203.0.113.7"})).text == "127.0.0.1"


# --- operations of a caller


async def test_result_says_what_the_operation_cost_and_what_remains(services: Services, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    # with the largest page it would cost more than 1,000, so the page of the request counts
    more = " ".join(f"{letter}: id" for letter in "abcdefghi")
    async with open_limited_api(services, operations="1000/hour") as api:
        for query, cost, remaining in (
            ("{ viewer { role } }", 100, 900),
            ("{ a: viewer { role } b: viewer { role } }", 200, 700),
            (
                f"query($n: Int = 30) {{ interviews(first: $n) {{ nodes {{ id {more} }} }} }}",
                302,
                398,
            ),
        ):
            response = await api.execute(query, token)
            assert response.http_response.json()["extensions"] == {
                "cost": {"operation": cost, "limit": 1000, "remaining": remaining, "resetSeconds": 3600}
            }
        # an invalid document costs nothing
        assert "extensions" not in (await api.execute("{ unknown }", token)).http_response.json()
        assert (await api.execute("{ viewer { role } }", token)).http_response.json()["extensions"]["cost"]["remaining"] == 298


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
async def test_caller_with_nothing_left_is_refused_before_execution_and_others_are_not(
    services: Services, tenant: Tenant, interview: Interview, accept: str
) -> None:
    token = await issue_token(tenant, Role.ADMIN)
    mutation = f'mutation {{ endInterview(input: {{interviewId: "{global_id_of(interview)}"}}) {{ interview {{ id }} }} }}'
    async with open_limited_api(services, operations="200/hour") as api:
        assert not (await api.execute("{ a: viewer { role } b: viewer { role } }", token)).errors
        refused = await api.post({"query": mutation}, {**bearer_headers(token), "Accept": accept})
        assert (refused.http_response.status_code, refused.http_response.headers["retry-after"]) == (429, "3600")
        assert (refused.http_response.headers["content-type"], refused.data) == (f"{accept}; charset=utf-8", None)
        assert refused.error["extensions"].pop("requestId")
        assert refused.error["extensions"] == {"code": "RATE_LIMITED", "retryAfterSeconds": 3600}
        assert not (await api.execute("{ viewer { role } }", await issue_token(tenant, Role.ADMIN))).errors
    current = await Interview.get(interview.id)
    assert current is not None and current.status is interview.status


async def test_operations_without_a_valid_credential_are_counted_for_the_address(services: Services, tenant: Tenant) -> None:
    async with open_limited_api(services, operations="200/hour") as api:
        assert not (await api.execute("{ __typename }")).errors
        assert not (await api.execute("{ __typename }", "viva_wrong")).errors
        assert (await api.execute("{ __typename }")).codes == ["RATE_LIMITED"]
        assert not (await api.execute("{ __typename }", await issue_token(tenant, Role.VIEWER))).errors


async def test_refused_operation_does_not_affect_the_others_on_its_socket(
    services: Services, tenant: Tenant, interview: Interview
) -> None:
    async with (
        open_limited_server(services, operations="300/hour") as server,
        connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client,
    ):
        await add_candidate_turn(interview, "earlier")
        # the second one takes the fast path of shared subscriptions
        for name in ("first", "second"):
            await client.subscribe(TURN_ADDED, name, id=global_id_of(interview))
            assert (await client.receive())["id"] == name
        await client.subscribe("{ viewer { role } }", "query")
        message = await client.receive()
        assert (message["id"], message["payload"]["extensions"]["cost"]["remaining"]) == ("query", 0)
        assert (await client.receive())["type"] == "complete"
        for name, query in (("third", TURN_ADDED), ("other", "{ viewer { role } }")):
            await client.subscribe(query, name, id=global_id_of(interview))
            message = await client.receive()
            assert (message["id"], message["type"]) == (name, "error")
            assert message["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
            assert message["payload"][0]["extensions"]["retryAfterSeconds"] == 3600
        turn = await add_candidate_turn(interview, "hello")
        await tenant.services.live.publish_turn(turn)
        received = [await client.receive() for _ in range(2)]
        assert {message["id"] for message in received} == {"first", "second"}
        assert {message["payload"]["data"]["turnAdded"]["seq"] for message in received} == {turn.seq}


async def test_refused_operation_is_the_only_event_of_its_stream(services: Services, tenant: Tenant) -> None:
    headers = {**bearer_headers(await issue_token(tenant, Role.VIEWER)), "Accept": EVENT_STREAM}
    async with open_limited_api(services, operations="100/hour") as api:
        for expected in ('"remaining":0', "RATE_LIMITED"):
            response = await api.client.post("/graphql", json={"query": "{ viewer { role } }"}, headers=headers)
            event, end, nothing = response.text.split("\n\n")
            assert (response.status_code, end, nothing) == (200, "event: complete\ndata:", "")
            assert expected in event


async def test_file_is_charged_to_its_caller(services: Services, tenant: Tenant) -> None:
    interview = await tenant.make_completed_interview()
    path = f"/interviews/{global_id_of(interview)}/transcript.txt"
    headers = bearer_headers(await issue_token(tenant, Role.VIEWER))
    async with open_limited_api(services, operations="1500/hour") as api:
        assert (await api.client.get(path, headers=headers)).status_code == 200
        refused = await api.client.get(path, headers=headers)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "3600")


# --- invalid credentials


async def test_invalid_credentials_are_refused_above_their_limit_and_valid_ones_still_work(
    services: Services, tenant: Tenant
) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    async with open_limited_server(services, failed_credentials="2/hour") as server:
        async with httpx2.AsyncClient(base_url=server.http_url.removesuffix("/graphql"), trust_env=False) as client:
            api = ApiClient(client)
            assert (await api.execute("{ a: viewer { role } b: viewer { role } }", "viva_wrong")).codes == ["UNAUTHENTICATED"]
            async with connect_raw(server, init=False) as socket:
                await socket.send({"type": "connection_init", "payload": {"authorization": "Bearer viva_wrong"}})
                assert (await socket.wait_closed())[0] == 4401
            refused = await api.execute("{ viewer { role } }", "eyJ.eyJ.x")
            assert (refused.http_response.status_code, refused.codes) == (429, ["RATE_LIMITED"])
            async with connect_raw(server, init=False) as socket:
                await socket.send({"type": "connection_init", "payload": {"authorization": "Bearer viva_wrong"}})
                assert (await socket.wait_closed())[0] == 4429
            # a request without a credential tries none
            assert (await api.execute("{ viewer { role } }")).codes == ["UNAUTHENTICATED"]
            assert not (await api.execute("{ viewer { role } }", token)).errors
        async with connect_raw(server, token):
            pass


# --- mutations


async def test_invites_of_an_organization_are_limited_and_repetitions_are_not_counted(
    services: Services, tenant: Tenant, other_tenant: Tenant
) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    fields = {"candidateName": "Maya Lindqvist", "positionKey": tenant.position.key, "channel": "TEXT"}
    async with open_limited_api(services, invites="2/hour") as api:
        invites = [
            await api.mutate("scheduleInterview", token, "interview { id }", **fields, idempotencyKey="first") for _ in range(3)
        ]
        assert len({invite["scheduleInterview"]["interview"]["id"] for invite in invites}) == 1
        interview_id = invites[0]["scheduleInterview"]["interview"]["id"]
        assert not (await api.mutate("renewInvite", token, "interview { id }", interviewId=interview_id)).errors
        refused = await api.mutate("scheduleInterview", token, "interview { id }", **fields, idempotencyKey="second")
        assert (refused.data, refused.codes) == ({"scheduleInterview": None}, ["RATE_LIMITED"])
        assert refused.error["extensions"]["retryAfterSeconds"] == 3600
        consent = {"textVersion": "2026-12", "recording": False}
        assert (await api.mutate("startInterview", token, "interview { id }", **fields, consent=consent)).codes == [
            "RATE_LIMITED"
        ]
        assert (await api.mutate("renewInvite", token, "interview { id }", interviewId=interview_id)).codes == ["RATE_LIMITED"]
        other = await issue_token(other_tenant, Role.RECRUITER)
        assert not (await api.mutate("scheduleInterview", other, "interview { id }", **fields)).errors
    assert await Interview.find(Interview.organization_id == tenant.id).count() == 1


async def test_joins_of_an_interview_are_limited(services: Services, tenant: Tenant) -> None:
    interview, other = [await tenant.make_interview() for _ in range(2)]
    async with open_limited_api(services, joins="2/hour") as api:
        for codes in ([], [], ["RATE_LIMITED"]):
            joined = await api.mutate("joinInterview", None, "interview { id }", invite=tenant.invite_token(interview))
            assert joined.codes == codes
        assert not (await api.mutate("joinInterview", None, "interview { id }", invite=tenant.invite_token(other))).errors


async def test_messages_in_an_interview_are_limited(services: Services, tenant: Tenant, interview: Interview) -> None:
    token = await issue_token(tenant, Role.CANDIDATE, interview)
    async with open_limited_api(services, messages="2/hour") as api:
        for codes in ([], [], ["RATE_LIMITED"]):
            message = {"interviewId": global_id_of(interview), "text": "hello"}
            assert (await api.mutate("sendMessage", token, "turn { seq }", **message)).codes == codes
    current = await Interview.get(interview.id)
    assert current is not None and current.last_seq == 2
