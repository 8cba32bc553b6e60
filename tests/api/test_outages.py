"""Outages of MongoDB and Redis as clients see them: coded errors in time, no partial writes, and recovery afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx2
import pymongo
import pytest
from gql import GraphQLRequest
from gql.transport.exceptions import TransportClosed, TransportConnectionFailed
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import WaitQueueTimeoutError
from starlette.applications import Starlette

from api.http import build_routes
from lifecycle.jobs import Jobs
from lifecycle.rooms import Rooms
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from live.hub import LiveHub
from live.rate_limits import RateLimits
from models.database import bind_documents, connect
from models.documents.interview import Interview
from models.documents.organization import Role
from sandbox.mongod import Mongod
from sandbox.valkey import Valkey
from settings import MongodbSettings, RedisSettings, Settings
from tests.api.raw_socket import connect_raw
from tests.factories import add_candidate_turn
from tests.helpers import Outage, outage, wait_until
from tests.resolvers.tenant import Tenant, global_id_of, make_tenant
from tests.schema.api_client import ApiClient, ServerAddress, issue_token, serve, with_services
from tests.schema.shared_turns import TURN_ADDED

MAX_RESPONSE_SECONDS = 6.0
"""Time within which a coded error must arrive. The settings limit a MongoDB operation to 4 s."""
STATUS_QUERY = "query($id: ID!) { interview(id: $id) { status lastSeq } }"


async def read_readiness(api: ApiClient) -> tuple[int, dict[str, Any]]:
    response = await api.client.get("/readyz")
    return response.status_code, response.json()


async def assert_unavailable(api: ApiClient, interview: Interview, token: str, invite: str) -> None:
    """Assert that everything that needs MongoDB fails in time, with a time after which to retry."""
    scheduled = {"candidateName": "Ada", "positionKey": "tester", "channel": "TEXT", "idempotencyKey": "k"}
    calls = {
        "interview": api.execute(STATUS_QUERY, token, id=global_id_of(interview)),
        "interviews": api.execute("{ interviews { totalCount nodes { id } } }", token),
        "viewer": api.execute("{ viewer { name } }", token),
        "invitation": api.execute("query($t: String!) { invitation(token: $t) { status } }", t=invite),
        "scheduleInterview": api.mutate("scheduleInterview", token, "interview { id }", **scheduled),
        "joinInterview": api.mutate("joinInterview", None, "access { token }", invite=invite),
    }
    async with asyncio.timeout(MAX_RESPONSE_SECONDS):
        responses = dict(zip(calls, await asyncio.gather(*calls.values()), strict=True))
    for name, response in responses.items():
        assert (name, response.codes) == (name, ["UNAVAILABLE"])
        assert response.error["extensions"]["retryAfterSeconds"] > 0
        assert "127.0.0.1" not in response.error["message"]
        assert not response.data or response.data == {name: None}


async def assert_rest_available(api: ApiClient) -> None:
    """Assert that everything else works, and that the process is alive but not ready."""
    assert (await api.execute("{ __typename }"))["__typename"] == "Query"
    assert (await api.execute("{ viewer { name } }")).codes == ["UNAUTHENTICATED"]
    assert (await api.client.get("/healthz")).status_code == 200
    async with asyncio.timeout(MAX_RESPONSE_SECONDS):
        metrics = await api.client.get("/metrics")
    assert (metrics.status_code, "viva_evaluations{" in metrics.text) == (200, False), "unknown counts are left out"
    async with asyncio.timeout(MAX_RESPONSE_SECONDS):
        while (await read_readiness(api))[0] != 503:
            await asyncio.sleep(0.05)


@pytest.fixture(params=Outage)
async def mongodb_outage(request: pytest.FixtureRequest, own_mongod: Mongod, services: Services) -> AsyncIterator[Any]:
    """Return a context manager during which MongoDB is unavailable. Operations have the settings' default timeout."""

    # The URL names the replica set: a pooled connection from before the server knew its set would not support transactions.
    async with connect(MongodbSettings(url=own_mongod.url, database="own")):
        yield lambda: outage(own_mongod, request.param)


async def test_mongodb_outage_causes_coded_errors_in_time_and_loses_nothing(
    mongodb_outage: Any, api: ApiClient, server: ServerAddress, tenant: Tenant
) -> None:
    interview = await tenant.make_interview()
    await add_candidate_turn(interview, "before")
    token, invite = await issue_token(tenant, Role.RECRUITER), tenant.invite_token(interview)
    request = GraphQLRequest(TURN_ADDED, variable_values={"id": global_id_of(interview)})
    async with (
        asyncio.timeout(60),
        connect_raw(server, token) as open_socket,
        server.open_client(token) as session,
        aclosing(session.subscribe(request)) as turns,
    ):
        assert (await anext(turns))["turnAdded"]["text"] == "before"
        async with mongodb_outage():
            await asyncio.gather(
                assert_unavailable(api, interview, token, invite),
                assert_rest_available(api),
                assert_closes_with_code(server, token),
            )
            await open_socket.subscribe(TURN_ADDED, id=global_id_of(interview))
            assert await wait_closed(open_socket) == (1013, "UNAVAILABLE")
        # The subscription has waited, and resumes.
        await wait_until(lambda: is_answered(api, token, interview))
        await add_candidate_turn(interview, "after")
        assert (await anext(turns))["turnAdded"]["text"] == "after"
    assert (await read_readiness(api))[0] == 200
    assert await Interview.find({"organization_id": tenant.id}).count() == 1, "the refused mutations have stored nothing"
    scheduled = {"candidateName": "Ada", "positionKey": "tester", "channel": "TEXT", "idempotencyKey": "k"}
    assert (await api.mutate("scheduleInterview", token, "interview { id }", **scheduled)).errors == []


async def is_answered(api: ApiClient, token: str, interview: Interview) -> bool:
    response = await api.execute(STATUS_QUERY, token, id=global_id_of(interview))
    assert response.codes in ([], ["UNAVAILABLE"])
    return not response.errors


async def assert_closes_with_code(server: ServerAddress, token: str) -> None:
    """Assert that a new connection is closed with a code after which clients reconnect."""
    with pytest.raises((TransportClosed, TransportConnectionFailed)) as refused:
        async with asyncio.timeout(MAX_RESPONSE_SECONDS), server.open_client(token):
            pass
    assert "1013" in str(refused.value) + str(refused.value.__cause__)


async def wait_closed(socket: Any) -> tuple[int, str]:
    async with asyncio.timeout(MAX_RESPONSE_SECONDS):
        await socket.connection.wait_closed()
    return socket.connection.close_code, socket.connection.close_reason.split(":")[0]


# --- Redis


@asynccontextmanager
async def open_api(settings: Settings, valkey: Valkey) -> AsyncIterator[tuple[ApiClient, ServerAddress, Tenant]]:
    """The API with this Redis server, with and without a socket."""
    redis = RedisSettings(url=valkey.url, prefix="outage", publish_seconds=0.3)
    changed = settings.model_copy(update={"redis": redis})
    async with (
        LiveHub(redis, changed.auth, poll_seconds=0.5) as live,
        Jobs(redis, changed.auth, concurrency=1) as jobs,
        Rooms(changed) as rooms,
        RateLimits(redis, changed.rate) as rate_limits,
    ):
        services = Services(changed, live, jobs, rooms, rate_limits)
        app = with_services(Starlette(routes=build_routes(changed)), services)
        async with (
            serve(app) as address,
            httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva") as client,
        ):
            yield ApiClient(client), address, await make_tenant(services)


@pytest.mark.parametrize("kind", Outage)
async def test_redis_outage_delays_turns_but_loses_none(settings: Settings, own_valkey: Valkey, kind: Outage) -> None:
    async with open_api(settings, own_valkey) as (api, server, tenant), asyncio.timeout(60):
        interview = await tenant.make_interview()
        candidate, viewer = await issue_token(tenant, Role.CANDIDATE, interview), await issue_token(tenant, Role.VIEWER)
        request = GraphQLRequest(TURN_ADDED, variable_values={"id": global_id_of(interview)})
        sent: list[str] = []

        async def send_next_message() -> None:
            sent.append(f"answer {len(sent) + 1}")
            message = {"interviewId": global_id_of(interview), "text": sent[-1]}
            async with asyncio.timeout(MAX_RESPONSE_SECONDS):
                response = await api.mutate("sendMessage", candidate, "turn { seq }", **message)
            assert response["sendMessage"]["turn"]["seq"] == len(sent)

        async with server.open_client(viewer) as session, aclosing(session.subscribe(request)) as turns:
            await send_next_message()
            assert (await anext(turns))["turnAdded"]["text"] == sent[0]
            async with outage(own_valkey, kind):
                for _ in range(3):
                    await send_next_message()
                    assert (await anext(turns))["turnAdded"]["text"] == sent[-1]
                await wait_until(lambda: is_degraded(api, True))
                ended = await api.mutate("endInterview", candidate, "interview { status }", interviewId=global_id_of(interview))
                assert ended["endInterview"]["interview"]["status"] == "COMPLETED"
                assert await anext(turns, None) is None
            await wait_until(lambda: is_degraded(api, False))


async def is_degraded(api: ApiClient, expected: bool) -> bool:
    status, report = await read_readiness(api)
    assert (status, report["mongodb"]) == (200, True)
    return bool(report["redis"] is not expected)


async def test_process_is_ready_while_callers_use_all_of_its_connections(
    api: ApiClient, mongod: str, bound_database: AsyncDatabase[dict[str, object]]
) -> None:
    try:
        async with (
            connect(MongodbSettings(url=f"{mongod}&maxPoolSize=1", database=bound_database.name)) as client,
            await client[bound_database.name]["interviews"].watch(max_await_time_ms=60_000) as changes,
        ):
            # the server answers only after a change
            waiting = asyncio.create_task(changes.try_next())
            await asyncio.sleep(0)
            with pymongo.timeout(0.2), pytest.raises(WaitQueueTimeoutError):
                await Interview.count()
            status, report = await read_readiness(api)
            assert (status, report["mongodb"], report["redis"]) == (200, True, True)
            await cancel_and_wait(waiting)
    finally:
        await bind_documents(bound_database)
