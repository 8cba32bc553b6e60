"""Failures on a WebSocket: errors of a request concern their operation, other failures close the socket with a code."""

from typing import Any

import pytest
from gql import gql
from gql.transport.exceptions import TransportClosed, TransportConnectionFailed, TransportQueryError
from structlog.testing import capture_logs

from api import http
from engine.documents import MAX_CHARACTERS
from models.documents.interview import Interview
from models.documents.organization import Role
from tests.api.raw_socket import connect_raw
from tests.factories import add_candidate_turn
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ServerAddress, issue_token
from tests.schema.shared_turns import TURN_ADDED


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
        ("{ __typename } #" + "x" * MAX_CHARACTERS, "BAD_INPUT"),
        ("{ interviews(first: 100) { nodes { transcript { turns { id seq text channel speaker } } } } }", "BAD_INPUT"),
    ],
)
async def test_error_of_a_request_ends_only_its_operation(
    server: ServerAddress, tenant: Tenant, interview: Interview, query: str, code: str
) -> None:
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        await client.subscribe(TURN_ADDED, "valid", id=global_id_of(interview))
        await client.subscribe(query, "invalid")
        message = await client.receive()
        assert (message["id"], message["type"]) == ("invalid", "error")
        assert [error["extensions"]["code"] for error in message["payload"]] == [code]
        await add_candidate_turn(interview, "hello")
        assert (await client.receive())["id"] == "valid"


async def test_gql_receives_the_code_of_a_refused_subscription(server: ServerAddress, tenant: Tenant) -> None:
    async with server.open_client(await issue_token(tenant, Role.CANDIDATE, await tenant.make_interview())) as session:
        with pytest.raises(TransportQueryError) as refused:
            async for _ in session.subscribe(gql("subscription { interviewsChanged { id } }")):
                pass
    assert refused.value.errors is not None
    assert refused.value.errors[0]["extensions"]["code"] == "FORBIDDEN"


async def test_unexpected_error_in_a_stream_closes_the_socket_with_1013(
    server: ServerAddress, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_candidate_turn(interview, "hello")

    async def raise_runtime_error(*_: Any) -> Any:
        raise RuntimeError("what somebody said")
        yield

    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        monkeypatch.setattr("live.hub.LiveHub.follow_turns", raise_runtime_error)
        with capture_logs() as logs:
            await client.subscribe(TURN_ADDED, id=global_id_of(interview))
            code, reason = await client.wait_closed()
        assert code == 1013
        assert reason.startswith("INTERNAL: Something went wrong on our side: quote the request id ")
        assert [entry["event"] for entry in logs] == ["request failed"]
        assert "what somebody said" not in str(logs)


async def test_unavailable_mongodb_closes_the_socket_with_1013(server: ServerAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    from pymongo.errors import ServerSelectionTimeoutError

    async def raise_timeout(*_: Any) -> Any:
        raise ServerSelectionTimeoutError("mongo.internal")

    monkeypatch.setattr("schema.context.authenticate", raise_timeout)
    async with connect_raw(server, init=False) as client:
        await client.send({"type": "connection_init", "payload": {"authorization": "Bearer viva_x"}})
        assert await client.wait_closed() == (
            1013,
            "UNAVAILABLE: The database does not respond: repeat the request in 5 seconds.",
        )


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
    {"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "extensions": []}},
    {"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "extensions": "x"}},
    {"type": "complete"},
    {"type": "complete", "id": []},
    {"type": "start", "id": "1", "payload": {"query": "{ __typename }"}},
]


@pytest.mark.parametrize("message", MALFORMED)
async def test_malformed_message_closes_the_socket_with_4400_and_is_not_logged(
    server: ServerAddress, message: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as logs:
        async with connect_raw(server) as client:
            await client.send(message)
            assert (await client.wait_closed())[0] == 4400
    assert logs == []
    assert caplog.records == []


@pytest.mark.parametrize("payload", [1, "x", [], True])
async def test_malformed_connection_init_closes_the_socket_with_4400(server: ServerAddress, payload: Any) -> None:
    async with connect_raw(server, init=False) as client:
        await client.send({"type": "connection_init", "payload": payload})
        assert (await client.wait_closed())[0] == 4400


async def test_connection_init_needs_no_payload(server: ServerAddress) -> None:
    for message in ({"type": "connection_init"}, {"type": "connection_init", "payload": None}):
        async with connect_raw(server, init=False) as client:
            await client.send(message)
            assert await client.receive() == {"type": "connection_ack"}


async def test_violations_of_the_protocol_close_the_socket_with_its_codes(
    server: ServerAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connect_raw(server, init=False) as client:
        await client.subscribe("{ __typename }")
        assert (await client.wait_closed())[0] == 4401
    async with connect_raw(server) as client:
        await client.send({"type": "connection_init"})
        assert (await client.wait_closed())[0] == 4429
    async with connect_raw(server, subprotocols=["graphql-ws"], init=False) as client:
        assert (await client.wait_closed())[0] == 4406


async def test_duplicate_operation_id_closes_the_socket_even_if_the_reason_is_truncated(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        for _ in range(2):
            await client.subscribe(TURN_ADDED, "ü" * 500, id=global_id_of(interview))
        assert (await client.wait_closed())[0] == 4409


async def test_oversized_frame_closes_the_socket(server: ServerAddress) -> None:
    async with connect_raw(server) as client:
        await client.subscribe("#" + "x" * http.MAX_FRAME_BYTES)
        assert (await client.wait_closed())[0] == 1009


async def test_operation_over_the_limit_is_refused_and_the_others_run_on(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        for number in range(http.MAX_OPERATIONS + 1):
            await client.subscribe(TURN_ADDED, str(number), id=global_id_of(interview))
        message = await client.receive()
        assert (message["id"], message["type"]) == (str(http.MAX_OPERATIONS), "error")
        assert message["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
        await add_candidate_turn(interview, "hello")
        assert {(await client.receive())["id"] for _ in range(http.MAX_OPERATIONS)} == {
            str(number) for number in range(http.MAX_OPERATIONS)
        }


async def test_client_that_sends_no_connection_init_is_disconnected(services: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from starlette.applications import Starlette

    from tests.schema.api_client import serve, with_services

    monkeypatch.setattr(http, "INIT_SECONDS", 0.05)
    async with (
        serve(with_services(Starlette(routes=http.build_routes(services.settings)), services)) as server,
        connect_raw(server, init=False) as client,
    ):
        assert (await client.wait_closed())[0] == 4408


async def test_gql_receives_the_close_code_of_an_invalid_credential(server: ServerAddress) -> None:
    client = server.open_client("viva_wrong")
    with pytest.raises((TransportClosed, TransportConnectionFailed)) as refused:
        async with client as session:
            await session.execute(gql("{ viewer { role } }"))
    assert "4401" in str(refused.value) + str(refused.value.__cause__)
