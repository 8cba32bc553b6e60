"""graphql-transport-ws against a real server: gql as the client, and bare messages where no client would send them."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import websockets
from beanie import PydanticObjectId
from gql import GraphQLRequest, gql
from gql.transport.exceptions import TransportClosed, TransportConnectionFailed, TransportQueryError
from structlog.testing import capture_logs

from lifecycle.states import end_interview
from models.interview import EndReason, Interview
from models.organization import Role, list_keys, revoke_key
from schema import metrics, transport, websocket
from tests.factories import say
from tests.resolvers.tenant import Tenant, id_of
from tests.schema.api import Served, token_of
from tests.schema.sockets import bare

TURNS = "subscription($id: ID!, $after: Int! = 0) { turnAdded(interviewId: $id, after: $after) { seq text } }"


@pytest.fixture
async def interview(tenant: Tenant) -> Interview:
    return await tenant.interview()


# --- what works


async def test_turns_come_as_they_are_stored_and_the_stream_completes_with_the_interview(
    server: Served, tenant: Tenant, interview: Interview
) -> None:
    await say(interview, "first")
    async with server.client(await token_of(tenant, Role.VIEWER)) as session:
        seen = []
        async for event in session.subscribe(GraphQLRequest(TURNS, variable_values={"id": id_of(interview)})):
            seen.append((event["turnAdded"]["seq"], event["turnAdded"]["text"]))
            if len(seen) == 1:
                await tenant.services.live.publish_turn(await say(interview, "second"))
            if len(seen) == 2:
                await end_interview(tenant.services, interview, EndReason.RECRUITER_ENDED)
        assert seen == [(1, "first"), (2, "second")]


async def test_a_wall_shows_what_goes_on_and_what_changes(server: Served, tenant: Tenant, interview: Interview) -> None:
    wall = gql("subscription { interviewsChanged { id status position { title } candidate { name } } }")
    async with server.client(await token_of(tenant, Role.VIEWER)) as session:
        seen = []
        async for event in session.subscribe(wall):
            seen.append(event["interviewsChanged"]["status"])
            if len(seen) == 1:
                await end_interview(tenant.services, interview, EndReason.RECRUITER_ENDED)
            if seen[-1] == "COMPLETED":
                break
        assert seen[0] == "IN_PROGRESS"


async def test_interviews_and_words_that_are_no_turns_yet_can_be_followed(
    server: Served, tenant: Tenant, interview: Interview
) -> None:
    from bson import ObjectId

    from live.messages import Interim
    from models.clock import now
    from models.turn import Speaker

    token = await token_of(tenant, Role.CANDIDATE, interview)
    variables = {"id": id_of(interview)}
    words = GraphQLRequest(
        "subscription($id: ID!) { interimTranscript(interviewId: $id) { speaker text afterSeq } }", variable_values=variables
    )
    changes = GraphQLRequest(
        "subscription($id: ID!) { interviewChanged(interviewId: $id) { status progress { questions } } }",
        variable_values=variables,
    )
    async with server.client(token) as session:
        async for event in session.subscribe(changes):
            assert event["interviewChanged"] == {"status": "IN_PROGRESS", "progress": {"questions": 3}}
            break

        async def speak() -> None:
            while True:
                interim = Interim(ObjectId(interview.id), Speaker.INTERVIEWER, "So far", 0, now())
                await tenant.services.live.publish_interim(interim)
                await asyncio.sleep(0.02)

        speaking = asyncio.create_task(speak())
        async for event in session.subscribe(words):
            assert event["interimTranscript"] == {"speaker": "INTERVIEWER", "text": "So far", "afterSeq": 0}
            break
        speaking.cancel()


async def test_queries_run_on_the_same_connection(server: Served, tenant: Tenant) -> None:
    async with server.client(await token_of(tenant, Role.VIEWER)) as session:
        assert await session.execute(gql("{ viewer { role } }")) == {"viewer": {"role": "VIEWER"}}


async def test_a_client_that_leaves_ends_its_streams(server: Served, tenant: Tenant, interview: Interview) -> None:
    async with bare(server, await token_of(tenant, Role.VIEWER)) as client:
        for number in range(3):
            await client.subscribe(TURNS, str(number), id=id_of(interview))
        await say(interview, "hello")
        assert {(await client.receive())["id"] for _ in range(3)} == {"0", "1", "2"}
        assert metrics.STREAMS._value.get() == 3
    await until(lambda: not metrics.STREAMS._value.get() and not metrics.SOCKETS._value.get())


async def test_a_stream_that_is_completed_by_the_client_ends_alone(server: Served, tenant: Tenant, interview: Interview) -> None:
    async with bare(server, await token_of(tenant, Role.VIEWER)) as client:
        await client.subscribe(TURNS, "a", id=id_of(interview))
        await client.subscribe(TURNS, "b", id=id_of(interview))
        await client.send({"type": "complete", "id": "a"})
        # what comes before the pong came before the server had read that
        await client.send({"type": "ping"})
        assert await client.receive() == {"type": "pong"}
        await say(interview, "hello")
        assert (await client.receive())["id"] == "b"


@pytest.mark.parametrize("how", ["complete", "close"])
async def test_a_stream_ends_though_it_lost_its_cancellation(
    server: Served, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("live.cancellation.AGAIN_SECONDS", 0.1)
    begun, losses = asyncio.Event(), 0

    async def stubborn(*_: Any) -> Any:
        nonlocal losses
        while True:
            begun.set()
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                losses += 1
                if losses > 1:
                    raise
        yield

    monkeypatch.setattr("live.feed.Live.follow_turns", stubborn)
    async with bare(server, await token_of(tenant, Role.VIEWER)) as client:
        await client.subscribe(TURNS, "a", id=id_of(interview))
        await begun.wait()
        if how == "complete":
            await client.send({"type": "complete", "id": "a"})
            await until(lambda: not metrics.STREAMS._value.get())
            # the connection goes on
            await client.subscribe("{ __typename }", "a")
            assert (await client.receive())["id"] == "a"
    await until(lambda: not metrics.STREAMS._value.get() and not metrics.SOCKETS._value.get())
    assert losses == 2


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


# --- who may


async def test_without_a_credential_only_the_invite_s_own_operations_answer(server: Served, tenant: Tenant) -> None:
    scheduled = await tenant.interview()
    async with bare(server) as client:
        await client.subscribe("query($t: String!) { invitation(token: $t) { candidateName } }", t=tenant.invite(scheduled))
        assert (await client.receive())["payload"] == {"data": {"invitation": {"candidateName": "Ada Lovelace"}}}
        assert (await client.receive())["type"] == "complete"
        for name, query in (("q", "{ interviews { nodes { id } } }"), ("s", "subscription { interviewsChanged { id } }")):
            await client.subscribe(query, name)
            message = await client.receive()
            errors = message["payload"]["errors"] if message["type"] == "next" else message["payload"]
            assert [error["extensions"]["code"] for error in errors] == ["UNAUTHENTICATED"]
            if message["type"] == "next":
                assert (await client.receive())["type"] == "complete"


@pytest.mark.parametrize("authorization", ["Bearer viva_wrong", "viva_wrong", "", 7, {"a": 1}])
async def test_a_false_credential_closes_the_socket_for_good(server: Served, authorization: Any) -> None:
    async with bare(server, init=False) as client:
        await client.send({"type": "connection_init", "payload": {"authorization": authorization}})
        code, reason = await client.closed()
        assert code == 4401
        assert reason.startswith("UNAUTHENTICATED: ")


async def test_the_header_of_the_handshake_is_a_credential_too(server: Served, tenant: Tenant) -> None:
    headers = {"Authorization": f"Bearer {await token_of(tenant, Role.VIEWER)}"}
    async with bare(server, additional_headers=headers) as client:
        await client.subscribe("{ viewer { role } }")
        assert (await client.receive())["payload"] == {"data": {"viewer": {"role": "VIEWER"}}}


async def test_a_key_that_is_revoked_ends_the_connection_with_its_next_operation(server: Served, tenant: Tenant) -> None:
    token = await token_of(tenant, Role.VIEWER)
    (key,) = await list_keys(PydanticObjectId(tenant.id))
    async with bare(server, token) as client:
        await revoke_key(PydanticObjectId(key.id))
        await client.subscribe("subscription { interviewsChanged { id } }")
        code, reason = await client.closed()
        assert (code, reason.split(":")[0]) == (4401, "UNAUTHENTICATED")


async def test_a_stream_whose_caller_loses_access_closes_the_socket_with_a_name(
    server: Served, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.rechecks._seconds_to_check", lambda *_: 0.05)
    token = await token_of(tenant, Role.VIEWER)
    (key,) = await list_keys(PydanticObjectId(tenant.id))
    await say(interview, "hello")
    async with bare(server, token) as client:
        await client.subscribe(TURNS, id=id_of(interview))
        assert (await client.receive())["type"] == "next"
        await revoke_key(PydanticObjectId(key.id))
        code, reason = await client.closed()
        assert (code, reason.split(":")[0]) == (4401, "UNAUTHENTICATED")


async def test_pages_of_other_origins_are_not_let_in(server: Served) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with bare(server, init=False, origin="https://elsewhere.example"):
            pass
    assert refused.value.response.status_code == 403


async def test_the_page_of_the_own_host_is_let_in(server: Served) -> None:
    async with bare(server, origin=f"http://127.0.0.1:{server.port}"):
        pass


# --- what goes wrong


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('subscription { turnAdded(interviewId: "int_000000000000000000000000") { seq } }', "NOT_FOUND"),
        ('subscription { turnAdded(interviewId: "int_000000000000000000000000", after: -1) { seq } }', "BAD_INPUT"),
        ("subscription { turnAdded(interviewId: 1.5) { seq } }", "BAD_INPUT"),
        ("subscription {", "BAD_INPUT"),
        ("subscription { unknown }", "BAD_INPUT"),
        ("{ unknown }", "BAD_INPUT"),
        ("query a { __typename } query b { __typename }", "BAD_INPUT"),
        ("", "BAD_INPUT"),
    ],
)
async def test_a_mistake_is_the_error_of_its_operation_and_touches_no_other(
    server: Served, tenant: Tenant, interview: Interview, query: str, code: str
) -> None:
    async with bare(server, await token_of(tenant, Role.VIEWER)) as client:
        await client.subscribe(TURNS, "good", id=id_of(interview))
        await client.subscribe(query, "wrong")
        message = await client.receive()
        assert (message["id"], message["type"]) == ("wrong", "error")
        assert [error["extensions"]["code"] for error in message["payload"]] == [code]
        await say(interview, "hello")
        assert (await client.receive())["id"] == "good"


async def test_gql_sees_the_code_of_a_refused_subscription(server: Served, tenant: Tenant) -> None:
    async with server.client(await token_of(tenant, Role.CANDIDATE, await tenant.interview())) as session:
        with pytest.raises(TransportQueryError) as refused:
            async for _ in session.subscribe(gql("subscription { interviewsChanged { id } }")):
                pass
    assert refused.value.errors is not None
    assert refused.value.errors[0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_stream_that_breaks_closes_the_socket_so_that_clients_come_back(
    server: Served, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say(interview, "hello")

    async def breaks(*_: Any) -> Any:
        raise RuntimeError("what somebody said")
        yield

    async with bare(server, await token_of(tenant, Role.VIEWER)) as client:
        monkeypatch.setattr("live.feed.Live.follow_turns", breaks)
        with capture_logs() as logs:
            await client.subscribe(TURNS, id=id_of(interview))
            code, reason = await client.closed()
        assert code == 1013
        assert reason.startswith("INTERNAL: Something went wrong on our side: quote the request id ")
        assert [entry["event"] for entry in logs] == ["request failed"]
        assert "what somebody said" not in str(logs)


async def test_a_database_that_is_away_closes_the_socket_so_that_clients_come_back(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pymongo.errors import ServerSelectionTimeoutError

    async def away(*_: Any) -> Any:
        raise ServerSelectionTimeoutError("mongo.internal")

    monkeypatch.setattr("schema.context.verify", away)
    async with bare(server, init=False) as client:
        await client.send({"type": "connection_init", "payload": {"authorization": "Bearer viva_x"}})
        assert await client.closed() == (1013, "UNAVAILABLE: The database does not answer: send the same again in 5 seconds.")


MALFORMED: list[Any] = [
    "[]",
    "1",
    "null",
    '"ping"',
    "{}",
    "not json",
    b"\x00",
    {"type": "unknown"},
    {"type": 1},
    {"type": "ping", "payload": 1},
    {"type": "subscribe"},
    {"type": "subscribe", "id": 1, "payload": {"query": "{ __typename }"}},
    {"type": "subscribe", "id": "1", "payload": None},
    {"type": "subscribe", "id": "1", "payload": {}},
    {"type": "subscribe", "id": "1", "payload": {"query": 1}},
    {"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": []}},
    {"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "operationName": {}}},
    {"type": "complete"},
    {"type": "complete", "id": []},
    {"type": "start", "id": "1", "payload": {"query": "{ __typename }"}},
]


@pytest.mark.parametrize("message", MALFORMED)
async def test_a_malformed_message_closes_the_socket_without_a_trace_in_the_log(
    server: Served, message: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as logs:
        async with bare(server) as client:
            await client.send(message)
            assert (await client.closed())[0] == 4400
    assert logs == []
    assert caplog.records == []


@pytest.mark.parametrize("payload", [1, "x", [], True])
async def test_a_malformed_init_closes_the_socket(server: Served, payload: Any) -> None:
    async with bare(server, init=False) as client:
        await client.send({"type": "connection_init", "payload": payload})
        assert (await client.closed())[0] == 4400


async def test_an_init_without_a_payload_is_one(server: Served) -> None:
    for message in ({"type": "connection_init"}, {"type": "connection_init", "payload": None}):
        async with bare(server, init=False) as client:
            await client.send(message)
            assert await client.receive() == {"type": "connection_ack"}


async def test_the_protocol_s_own_closes_keep_their_codes(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async with bare(server, init=False) as client:
        await client.subscribe("{ __typename }")
        assert (await client.closed())[0] == 4401
    async with bare(server) as client:
        await client.send({"type": "connection_init"})
        assert (await client.closed())[0] == 4429
    async with bare(server, subprotocols=["graphql-ws"], init=False) as client:
        assert (await client.closed())[0] == 4406


async def test_a_second_operation_of_the_same_id_closes_the_socket_however_long_the_id(
    server: Served, tenant: Tenant, interview: Interview
) -> None:
    async with bare(server, await token_of(tenant, Role.VIEWER)) as client:
        for _ in range(2):
            await client.subscribe(TURNS, "ü" * 500, id=id_of(interview))
        assert (await client.closed())[0] == 4409


async def test_a_frame_that_is_too_large_closes_the_socket(server: Served) -> None:
    async with bare(server) as client:
        await client.subscribe("#" + "x" * transport.MAX_FRAME_BYTES)
        assert (await client.closed())[0] == 1009


async def test_an_operation_too_many_is_refused_and_touches_no_other(
    server: Served, tenant: Tenant, interview: Interview
) -> None:
    async with bare(server, await token_of(tenant, Role.VIEWER)) as client:
        for number in range(transport.MAX_OPERATIONS + 1):
            await client.subscribe(TURNS, str(number), id=id_of(interview))
        message = await client.receive()
        assert (message["id"], message["type"]) == (str(transport.MAX_OPERATIONS), "error")
        assert message["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
        await say(interview, "hello")
        assert {(await client.receive())["id"] for _ in range(transport.MAX_OPERATIONS)} == {
            str(number) for number in range(transport.MAX_OPERATIONS)
        }


async def test_whoever_never_says_hello_is_dropped(services: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from starlette.applications import Starlette

    from tests.schema.api import served, with_services

    monkeypatch.setattr(transport, "INIT_SECONDS", 0.05)
    async with (
        served(with_services(Starlette(routes=transport.routes(services.settings)), services)) as server,
        bare(server, init=False) as client,
    ):
        assert (await client.closed())[0] == 4408


async def test_a_reader_that_takes_nothing_is_given_up_and_its_streams_end(
    server: Served, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "SEND_SECONDS", 0.2)
    await say(interview, "x" * 20_000)
    # the client's own buffers are small, and nobody reads from them
    async with bare(server, await token_of(tenant, Role.VIEWER), max_queue=1, compression=None) as client:
        query = (
            "query($id: ID!) { "
            + " ".join(f"t{n}: transcript(interviewId: $id) {{ turns {{ text }} }}" for n in range(50))
            + " }"
        )
        for number in range(20):
            await client.subscribe(query, str(number), id=id_of(interview))
        async with asyncio.timeout(60):
            while metrics.SOCKETS._value.get():
                await asyncio.sleep(0.02)
        assert metrics.STREAMS._value.get() == 0
        client.connection.transport.abort()


async def test_a_connection_without_the_protocol_s_name_is_refused_to_gql(server: Served) -> None:
    client = server.client("viva_wrong")
    with pytest.raises((TransportClosed, TransportConnectionFailed)) as refused:
        async with client as session:
            await session.execute(gql("{ viewer { role } }"))
    assert "4401" in str(refused.value) + str(refused.value.__cause__)
