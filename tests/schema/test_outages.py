"""MongoDB or Redis away, as callers see it: coded errors in time, nothing half-written, and everything goes on afterwards."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx2
import pytest
from gql import GraphQLRequest
from gql.transport.exceptions import TransportClosed, TransportConnectionFailed
from starlette.applications import Starlette

from lifecycle.jobs import Jobs
from lifecycle.rooms import Rooms
from lifecycle.services import Services
from live.feed import Live
from models.database import connect
from models.interview import Interview
from models.organization import Role
from sandbox.mongod import Mongod
from sandbox.valkey import Valkey
from schema.transport import routes
from settings import Mongodb, Redis, Settings
from tests.factories import say
from tests.live.reading import eventually
from tests.resolvers.tenant import Tenant, id_of, make_tenant
from tests.schema.api import Api, Served, served, token_of, with_services
from tests.schema.sharing import TURNS
from tests.schema.sockets import bare

ANSWER_SECONDS = 6.0
"""a coded error comes within it, with the settings' own bound of 4 s"""
STATUS = "query($id: ID!) { interview(id: $id) { status lastSeq } }"


async def readiness(api: Api) -> tuple[int, dict[str, Any]]:
    response = await api.client.get("/readyz")
    return response.status_code, response.json()


async def everything_is_unavailable(api: Api, interview: Interview, token: str, invite: str) -> None:
    """Whatever needs MongoDB is told, in time, to come back."""
    scheduled = {"candidateName": "Ada", "positionKey": "tester", "channel": "TEXT", "idempotencyKey": "k"}
    calls = {
        "interview": api.ask(STATUS, token, id=id_of(interview)),
        "interviews": api.ask("{ interviews { totalCount nodes { id } } }", token),
        "viewer": api.ask("{ viewer { name } }", token),
        "invitation": api.ask("query($t: String!) { invitation(token: $t) { status } }", t=invite),
        "scheduleInterview": api.change("scheduleInterview", token, "interview { id }", **scheduled),
        "joinInterview": api.change("joinInterview", None, "access { token }", invite=invite),
    }
    async with asyncio.timeout(ANSWER_SECONDS):
        answers = dict(zip(calls, await asyncio.gather(*calls.values()), strict=True))
    for name, answer in answers.items():
        assert (name, answer.codes) == (name, ["UNAVAILABLE"])
        assert answer.error["extensions"]["retryAfterSeconds"] > 0
        assert "127.0.0.1" not in answer.error["message"]
        assert not answer.data or answer.data == {name: None}


async def nothing_else_is(api: Api) -> None:
    """What needs no database answers as ever; the orchestrator is told that the process lives and is not ready."""
    assert (await api.ask("{ __typename }"))["__typename"] == "Query"
    assert (await api.ask("{ viewer { name } }")).codes == ["UNAUTHENTICATED"]
    assert (await api.client.get("/healthz")).status_code == 200
    async with asyncio.timeout(ANSWER_SECONDS):
        assert (await readiness(api))[0] == 503


@pytest.fixture(params=["killed", "frozen"])
async def away(request: pytest.FixtureRequest, own_mongod: Mongod, services: Services) -> AsyncIterator[Any]:
    """Takes MongoDB away for the length of a block. The documents are bound to it with the settings' own time-out."""

    @asynccontextmanager
    async def taken() -> AsyncIterator[None]:
        if request.param == "killed":
            await own_mongod.kill()
        else:
            own_mongod.send(signal.SIGSTOP)
        try:
            yield
        finally:
            if request.param == "killed":
                await own_mongod.start()
            else:
                own_mongod.send(signal.SIGCONT)

    # by its set: a connection that was opened before the server knew its set has no transactions, and is kept all the same
    async with connect(Mongodb(url=own_mongod.url, database="own")):
        yield taken


async def test_without_mongodb_callers_are_told_in_time_and_lose_nothing(
    away: Any, api: Api, server: Served, tenant: Tenant
) -> None:
    interview = await tenant.interview()
    await say(interview, "before")
    token, invite = await token_of(tenant, Role.RECRUITER), tenant.invite(interview)
    request = GraphQLRequest(TURNS, variable_values={"id": id_of(interview)})
    async with (
        asyncio.timeout(60),
        bare(server, token) as open_socket,
        server.client(token) as session,
        aclosing(session.subscribe(request)) as turns,
    ):
        assert (await anext(turns))["turnAdded"]["text"] == "before"
        async with away():
            await asyncio.gather(
                everything_is_unavailable(api, interview, token, invite),
                nothing_else_is(api),
                closes_by_name(server, token),
            )
            await open_socket.subscribe(TURNS, id=id_of(interview))
            assert await closed(open_socket) == (1013, "UNAVAILABLE")
        # whoever followed has waited, and goes on
        await eventually(lambda: is_told(api, token, interview))
        await say(interview, "after")
        assert (await anext(turns))["turnAdded"]["text"] == "after"
    assert (await readiness(api))[0] == 200
    assert await Interview.find({"organization_id": tenant.id}).count() == 1, "nothing was half-written"
    scheduled = {"candidateName": "Ada", "positionKey": "tester", "channel": "TEXT", "idempotencyKey": "k"}
    assert (await api.change("scheduleInterview", token, "interview { id }", **scheduled)).errors == []


async def is_told(api: Api, token: str, interview: Interview) -> bool:
    answer = await api.ask(STATUS, token, id=id_of(interview))
    assert answer.codes in ([], ["UNAVAILABLE"])
    return not answer.errors


async def closes_by_name(server: Served, token: str) -> None:
    """A new connection is closed with a code after which clients come back."""
    with pytest.raises((TransportClosed, TransportConnectionFailed)) as refused:
        async with asyncio.timeout(ANSWER_SECONDS), server.client(token):
            pass
    assert "1013" in str(refused.value) + str(refused.value.__cause__)


async def closed(socket: Any) -> tuple[int, str]:
    async with asyncio.timeout(ANSWER_SECONDS):
        await socket.connection.wait_closed()
    return socket.connection.close_code, socket.connection.close_reason.split(":")[0]


# --- Redis


@asynccontextmanager
async def api_on(settings: Settings, valkey: Valkey) -> AsyncIterator[tuple[Api, Served, Tenant]]:
    """The API with that Redis, with and without a socket."""
    redis = Redis(url=valkey.url, prefix="outage", publish_seconds=0.3)
    changed = settings.model_copy(update={"redis": redis})
    async with Live(redis, poll_seconds=0.5) as live, Jobs(redis, concurrency=1) as jobs, Rooms(changed) as rooms:
        services = Services(changed, live, jobs, rooms, "test")
        app = with_services(Starlette(routes=routes(changed)), services)
        async with (
            served(app) as address,
            httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva") as client,
        ):
            yield Api(client), address, await make_tenant(services)


@pytest.mark.parametrize("fault", ["killed", "frozen"])
async def test_without_redis_everything_works_and_turns_come_by_the_poll(
    settings: Settings, own_valkey: Valkey, fault: str
) -> None:
    async with api_on(settings, own_valkey) as (api, server, tenant), asyncio.timeout(60):
        interview = await tenant.interview()
        candidate, viewer = await token_of(tenant, Role.CANDIDATE, interview), await token_of(tenant, Role.VIEWER)
        request = GraphQLRequest(TURNS, variable_values={"id": id_of(interview)})
        said: list[str] = []

        async def speak() -> None:
            said.append(f"answer {len(said) + 1}")
            given = {"interviewId": id_of(interview), "text": said[-1]}
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await api.change("sendMessage", candidate, "turn { seq }", **given)
            assert answer["sendMessage"]["turn"]["seq"] == len(said)

        async with server.client(viewer) as session, aclosing(session.subscribe(request)) as turns:
            await speak()
            assert (await anext(turns))["turnAdded"]["text"] == said[0]
            if fault == "killed":
                await own_valkey.kill()
            else:
                own_valkey.send(signal.SIGSTOP)
            for _ in range(3):
                await speak()
                assert (await anext(turns))["turnAdded"]["text"] == said[-1]
            await eventually(lambda: is_degraded(api, True))
            ended = await api.change("endInterview", candidate, "interview { status }", interviewId=id_of(interview))
            assert ended["endInterview"]["interview"]["status"] == "COMPLETED"
            assert await anext(turns, None) is None
            if fault == "killed":
                await own_valkey.start()
            else:
                own_valkey.send(signal.SIGCONT)
            await eventually(lambda: is_degraded(api, False))


async def is_degraded(api: Api, wanted: bool) -> bool:
    status, told = await readiness(api)
    assert (status, told["mongodb"]) == (200, True)
    return bool(told["status"] == ("degraded" if wanted else "ready"))
