"""Requests that join a shared subscription skip GraphQL execution, with the same events and refusals as without sharing."""

from typing import Any
from unittest.mock import Mock

import pytest

from models.documents.interview import Interview
from models.documents.organization import Role, list_keys, revoke_key
from tests.api.raw_socket import RawSocketClient, connect_raw
from tests.factories import add_candidate_turn
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ServerAddress, issue_token
from tests.schema.shared_turns import TURN_ADDED, receive_seqs

NAMED_OPERATIONS = """subscription One($id: ID!) { turnAdded(interviewId: $id) { seq } }
subscription Other($id: ID!) { turnAdded(interviewId: $id) { seq } }"""
OPERATION_WITHOUT_DEFAULT = "subscription($id: ID!, $after: Int) { turnAdded(interviewId: $id, after: $after) { seq } }"


async def receive_refusal_code(client: RawSocketClient) -> str:
    message = await client.receive()
    assert message["type"] == "error", message
    code: str = message["payload"][0]["extensions"]["code"]
    return code


async def subscribe(
    client: RawSocketClient, query: str = TURN_ADDED, name: str = "1", operation: str | None = None, **variables: Any
) -> None:
    payload = {"query": query, "variables": variables, **({"operationName": operation} if operation else {})}
    await client.send({"type": "subscribe", "id": name, "payload": payload})


async def test_subscribers_that_differ_only_in_their_cursor_skip_graphql_execution(
    server: ServerAddress, tenant: Tenant, interview: Interview, stream_spy: Mock
) -> None:
    for text in ("first", "second", "third"):
        await add_candidate_turn(interview, text)
    token, other = await issue_token(tenant, Role.VIEWER), await issue_token(tenant, Role.VIEWER)
    async with connect_raw(server, token) as one, connect_raw(server, other) as two:
        await subscribe(one, id=global_id_of(interview))
        assert await receive_seqs(one, 3) == [1, 2, 3]
        await subscribe(two, "query { viewer { role } }", "q")
        assert [(await two.receive())["type"] for _ in range(2)] == ["next", "complete"]
        stream_spy.reset_mock()
        begins: list[tuple[dict[str, Any], list[int]]] = [
            ({}, [1, 2, 3]),
            ({"after": 0}, [1, 2, 3]),
            ({"after": 2}, [3]),
            ({"after": 1}, [2, 3]),
        ]
        for number, (variables, expected) in enumerate(begins):
            await subscribe(two, name=str(number), id=global_id_of(interview), **variables)
            assert await receive_seqs(two, len(expected)) == expected
        assert stream_spy.call_count == 0
        await add_candidate_turn(interview, "fourth")
        assert await receive_seqs(one, 1) == [4]
        assert await receive_seqs(two, 4) == [4] * 4


@pytest.mark.parametrize("after", [-1, 2**31, 1.5, "1", True, None, [1]])
async def test_invalid_cursor_is_refused_on_the_fast_path_as_on_the_first_request(
    server: ServerAddress, tenant: Tenant, interview: Interview, after: Any
) -> None:
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        await subscribe(
            client, "subscription($id: ID!) { turnAdded(interviewId: $id, after: -1) { seq } }", id=global_id_of(interview)
        )
        assert await receive_refusal_code(client) == "BAD_INPUT"
        await add_candidate_turn(interview, "first")
        await subscribe(client, id=global_id_of(interview))
        assert await receive_seqs(client, 1) == [1]
        await subscribe(client, name="wrong", id=global_id_of(interview), after=after)
        assert await receive_refusal_code(client) == "BAD_INPUT"


async def test_invalid_variables_are_refused_for_a_known_document(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
    await add_candidate_turn(interview, "first")
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        await subscribe(client, id=global_id_of(interview))
        assert await receive_seqs(client, 1) == [1]
        await subscribe(client, name="a", id="int_000000000000000000000000")
        assert await receive_refusal_code(client) == "NOT_FOUND"
        await subscribe(client, name="b")
        assert await receive_refusal_code(client) == "BAD_INPUT"
        await subscribe(client, name="c", id=global_id_of(interview), operation="Unknown")
        assert await receive_refusal_code(client) == "BAD_INPUT"


async def test_operations_of_one_document_are_not_confused(server: ServerAddress, tenant: Tenant, interview: Interview) -> None:
    await add_candidate_turn(interview, "first")
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        for name in ("One", "Other", "One"):
            await subscribe(client, NAMED_OPERATIONS, f"{name}", name, id=global_id_of(interview))
            assert await receive_seqs(client, 1) == [1]
            await client.send({"type": "complete", "id": name})
            await subscribe(client, NAMED_OPERATIONS, "none", id=global_id_of(interview))
            assert await receive_refusal_code(client) == "BAD_INPUT"


async def test_omitted_cursor_gets_the_default_of_the_field(
    server: ServerAddress, tenant: Tenant, interview: Interview, stream_spy: Mock
) -> None:
    await add_candidate_turn(interview, "first")
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        for name in ("a", "b"):
            await subscribe(client, OPERATION_WITHOUT_DEFAULT, name, id=global_id_of(interview))
            assert await receive_seqs(client, 1) == [1]


async def test_unauthorized_caller_is_refused_on_the_fast_path(
    server: ServerAddress, tenant: Tenant, other_tenant: Tenant, interview: Interview
) -> None:
    await add_candidate_turn(interview, "first")
    other = await tenant.make_interview()
    async with (
        connect_raw(server, await issue_token(tenant, Role.CANDIDATE, interview)) as own,
        connect_raw(server, await issue_token(tenant, Role.CANDIDATE, other)) as another,
        connect_raw(server, await issue_token(other_tenant, Role.ADMIN)) as foreign,
    ):
        await subscribe(own, id=global_id_of(interview))
        assert await receive_seqs(own, 1) == [1]
        for client in (another, foreign):
            for name in ("a", "b"):
                await subscribe(client, name=name, id=global_id_of(interview))
                assert await receive_refusal_code(client) == "NOT_FOUND"


async def test_revoked_key_cannot_continue_a_subscription(server: ServerAddress, tenant: Tenant, interview: Interview) -> None:
    await add_candidate_turn(interview, "first")
    token, other = await issue_token(tenant, Role.VIEWER), await issue_token(tenant, Role.VIEWER)
    revoked, _ = await list_keys(tenant.id)
    async with connect_raw(server, token) as client, connect_raw(server, other) as good:
        await subscribe(good, id=global_id_of(interview))
        assert await receive_seqs(good, 1) == [1]
        await revoke_key(revoked.id)
        await subscribe(client, id=global_id_of(interview))
        code, reason = await client.wait_closed()
        assert (code, reason.split(":")[0]) == (4401, "UNAUTHENTICATED")
        await add_candidate_turn(interview, "second")
        assert await receive_seqs(good, 1) == [2]
