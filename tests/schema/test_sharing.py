"""Shared subscriptions deliver exactly what separate execution would."""

from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest

from engine import shared_subscriptions
from models.documents.interview import Interview
from models.documents.organization import Role
from models.documents.turn import Turn
from schema.types.transcript import Turn as TurnType
from tests.api.raw_socket import connect_raw
from tests.factories import add_candidate_turn
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ServerAddress, issue_token
from tests.schema.shared_turns import TURN_ADDED, drop_request_ids, receive_seqs, receive_turns, run_unshared

FLAGGED_QUERY = """subscription Flagged($id: ID!, $after: Int! = 0, $more: Boolean!) {
  turnAdded(interviewId: $id, after: $after) { seq text @include(if: $more) id @skip(if: $more) }
}"""

QUERY_SHAPES: list[tuple[str, dict[str, Any]]] = [
    (TURN_ADDED, {}),
    (TURN_ADDED, {"after": 1}),
    ("subscription($id: ID!) { turnAdded(interviewId: $id, after: 1) { seq } }", {}),
    ("subscription($id: ID!) { heard: turnAdded(interviewId: $id) { place: seq words: text again: text __typename } }", {}),
    ("subscription($id: ID!) { turnAdded(interviewId: $id) { questionKey confidence interrupted } }", {}),
    (
        "subscription($id: ID!) { turnAdded(interviewId: $id) { ...f ... on Turn { text } ... { seq } } } "
        "fragment f on Turn { id }",
        {},
    ),
    ("subscription($id: ID!) { ...root } fragment root on Subscription { turnAdded(interviewId: $id) { id seq startedAt } }", {}),
    (FLAGGED_QUERY, {"more": True}),
    (FLAGGED_QUERY, {"more": False, "after": 1}),
    ("subscription($id: ID!) { turnAdded(interviewId: $id) { seq latency { heard } } }", {}),
]


@pytest.mark.parametrize(("query", "variables"), QUERY_SHAPES)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.CANDIDATE])
async def test_shared_events_equal_those_executed_separately(
    server: ServerAddress, tenant: Tenant, interview: Interview, query: str, variables: dict[str, Any], role: Role
) -> None:
    for text in ("first", 'quotes " and \\ and \u2028, ünd 漢字', "x" * 3_000):
        await add_candidate_turn(interview, text)
    variables_with_id = {"id": global_id_of(interview), **variables}
    count = 2 if variables.get("after") or "after: 1" in query else 3
    token = await issue_token(tenant, role, interview)
    expected = [drop_request_ids(payload) for payload in await run_unshared(tenant, token, query, variables_with_id, count)]
    async with connect_raw(server, token) as one, connect_raw(server, token) as other:
        for client, name in ((one, "1"), (other, 'ü"\\')):
            await client.subscribe(query, name, **variables_with_id)
        for client, name in ((one, "1"), (other, 'ü"\\')):
            messages = await receive_turns(client, count)
            assert [message["id"] for message in messages] == [name] * count
            assert [drop_request_ids(message["payload"]) for message in messages] == expected


async def test_field_error_carries_each_subscribers_request_id(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
    query = "subscription($id: ID!) { turnAdded(interviewId: $id) { seq latency { heard } } }"
    token = await issue_token(tenant, Role.CANDIDATE, interview)
    seen = []
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(connect_raw(server, token, additional_headers={"X-Request-Id": f"request-{number}"}))
            for number in range(3)
        ]
        for client in clients:
            await client.subscribe(query, id=global_id_of(interview))
        await add_candidate_turn(interview, "hello")
        for client in clients:
            (message,) = await receive_turns(client, 1)
            (error,) = message["payload"]["errors"]
            assert (error["path"], error["extensions"]["code"]) == (["turnAdded", "latency"], "FORBIDDEN")
            assert message["payload"]["data"] == {"turnAdded": {"seq": 1, "latency": None}}
            seen.append(error["extensions"]["requestId"])
    assert seen == ["request-0", "request-1", "request-2"]


async def test_null_in_a_non_null_field_is_reported_and_the_stream_continues(
    server: ServerAddress, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of(turn: Turn, caller: Any) -> TurnType:
        broken: Any = None
        return TurnType.of(replace(turn, text=broken) if turn.seq == 1 else turn, caller)

    monkeypatch.setattr("schema.subscriptions._TURNS", shared_subscriptions.SubscriptionField(lambda turn: turn.seq, of))
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        await client.subscribe(TURN_ADDED, id=global_id_of(interview))
        await add_candidate_turn(interview, "first")
        (broken,) = await receive_turns(client, 1)
        assert broken["payload"]["data"] is None
        assert [error["extensions"]["code"] for error in broken["payload"]["errors"]] == ["INTERNAL"]
        await add_candidate_turn(interview, "second")
        assert await receive_seqs(client, 1) == [2]
