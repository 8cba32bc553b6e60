"""A subscriber that joins a shared subscription late starts after its own cursor, however its document spells the cursor."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import Mock

import pytest

from models.documents.interview import Interview
from models.documents.organization import Role
from tests.api.raw_socket import RawSocketClient, connect_raw
from tests.factories import add_candidate_turn
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ServerAddress, issue_token

STORED = 4
"""Number of turns stored before the first subscription."""


@dataclass(frozen=True)
class Request:
    """A document with the variables, and the expected first turn, of its first and of a later subscriber."""

    query: str
    first: int
    later: int
    first_variables: Mapping[str, Any] = field(default_factory=dict)
    later_variables: Mapping[str, Any] = field(default_factory=dict)
    operation: str | None = None
    skips_graphql: bool = True
    """Whether a third subscriber, with the variables of the second, skips GraphQL execution."""


REQUESTS = {
    "variable": Request(
        "subscription($id: ID!, $after: Int!) { turnAdded(interviewId: $id, after: $after) { seq } }",
        first=1,
        later=3,
        first_variables={"after": 1},
        later_variables={"after": 3},
    ),
    "variable of another name": Request(
        "subscription($id: ID!, $from: Int!) { turnAdded(interviewId: $id, after: $from) { seq } }",
        first=3,
        later=1,
        first_variables={"from": 3},
        later_variables={"from": 1},
    ),
    "literal": Request("subscription($id: ID!) { turnAdded(interviewId: $id, after: 2) { seq } }", first=2, later=2),
    "omitted argument": Request("subscription($id: ID!) { turnAdded(interviewId: $id) { seq } }", first=0, later=0),
    "default of the variable, overridden first": Request(
        "subscription($id: ID!, $after: Int! = 2) { turnAdded(interviewId: $id, after: $after) { seq } }",
        first=3,
        later=2,
        first_variables={"after": 3},
    ),
    "default of the variable, overridden later": Request(
        "subscription($id: ID!, $after: Int! = 2) { turnAdded(interviewId: $id, after: $after) { seq } }",
        first=2,
        later=3,
        later_variables={"after": 3},
    ),
    "default of a nullable variable": Request(
        "subscription($id: ID!, $after: Int = 2) { turnAdded(interviewId: $id, after: $after) { seq } }", first=2, later=2
    ),
    "default of the argument, overridden first": Request(
        "subscription($id: ID!, $after: Int) { turnAdded(interviewId: $id, after: $after) { seq } }",
        first=3,
        later=0,
        first_variables={"after": 3},
    ),
    "default of the argument, overridden later": Request(
        "subscription($id: ID!, $after: Int) { turnAdded(interviewId: $id, after: $after) { seq } }",
        first=0,
        later=3,
        later_variables={"after": 3},
    ),
    "whole number written as a float": Request(
        "subscription($id: ID!, $after: Int!) { turnAdded(interviewId: $id, after: $after) { seq } }",
        first=1,
        later=3,
        first_variables={"after": 1},
        later_variables={"after": 3.0},
        skips_graphql=False,
    ),
    "alias of the subscription": Request(
        "subscription($id: ID!, $after: Int!) { after: turnAdded(interviewId: $id, after: $after) { seq } }",
        first=1,
        later=3,
        first_variables={"after": 1},
        later_variables={"after": 3},
    ),
    "alias of the subscription with a literal": Request(
        "subscription($id: ID!) { turns: turnAdded(interviewId: $id, after: 2) { seq } }", first=2, later=2
    ),
    "alias of a field": Request(
        "subscription($id: ID!, $after: Int!) { turnAdded(interviewId: $id, after: $after) { after: text seq } }",
        first=1,
        later=3,
        first_variables={"after": 1},
        later_variables={"after": 3},
    ),
    "the word in a comment": Request(
        "subscription($id: ID!, $after: Int!) { turnAdded(interviewId: $id, after: $after) { seq } } # after",
        first=1,
        later=3,
        first_variables={"after": 1},
        later_variables={"after": 3},
    ),
    "the word in a comment, default of the variable": Request(
        "subscription($id: ID!, $after: Int! = 2) { turnAdded(interviewId: $id, after: $after) { seq } } # after",
        first=2,
        later=2,
    ),
    "name of the fragment below": Request(
        "subscription($id: ID!, $after: Int!) { turnAdded(interviewId: $id, after: $after) { ...after } } "
        "fragment after on Turn { seq }",
        first=1,
        later=3,
        first_variables={"after": 1},
        later_variables={"after": 3},
    ),
    "variable in a fragment": Request(
        "subscription($id: ID!, $after: Int!) { ...root } "
        "fragment root on Subscription { turnAdded(interviewId: $id, after: $after) { seq } }",
        first=1,
        later=3,
        first_variables={"after": 1},
        later_variables={"after": 3},
    ),
    "literal in a fragment": Request(
        "subscription($id: ID!) { ...root } fragment root on Subscription { turnAdded(interviewId: $id, after: 2) { seq } }",
        first=2,
        later=2,
    ),
    "variable in an inline fragment": Request(
        "subscription($id: ID!, $after: Int!) { ... on Subscription { turnAdded(interviewId: $id, after: $after) { seq } } }",
        first=1,
        later=3,
        first_variables={"after": 1},
        later_variables={"after": 3},
    ),
    "default in an inline fragment": Request(
        "subscription($id: ID!, $after: Int! = 2) { ... { turnAdded(interviewId: $id, after: $after) { seq } } }",
        first=2,
        later=2,
    ),
    "variable used twice": Request(
        "subscription($id: ID!, $after: Int!) { "
        "turnAdded(interviewId: $id, after: $after) { seq } turnAdded(interviewId: $id, after: $after) { text } }",
        first=1,
        later=3,
        first_variables={"after": 1},
        later_variables={"after": 3},
    ),
    "variable of that name used for another argument": Request(
        "subscription($after: ID!, $id: Int!) { turnAdded(interviewId: $after, after: $id) { seq } }", first=1, later=3
    ),
    "directives": Request(
        "subscription($id: ID!, $after: Int!, $more: Boolean!) { "
        "turnAdded(interviewId: $id, after: $after) { seq text @include(if: $more) id @skip(if: $more) } }",
        first=1,
        later=3,
        first_variables={"after": 1, "more": True},
        later_variables={"after": 3, "more": True},
    ),
    "directives and a literal": Request(
        "subscription($id: ID!, $more: Boolean!) { "
        "turnAdded(interviewId: $id, after: 2) { seq ... @include(if: $more) { text } } }",
        first=2,
        later=2,
        first_variables={"more": True},
        later_variables={"more": True},
    ),
    "undeclared variable": Request(
        "subscription($id: ID!) { turnAdded(interviewId: $id, after: 2) { seq } }",
        first=2,
        later=2,
        first_variables={"after": 1},
        later_variables={"after": 1},
    ),
    "one of several operations": Request(
        "subscription Early($id: ID!, $after: Int!) { turnAdded(interviewId: $id, after: $after) { seq } } "
        "subscription Late($id: ID!) { turnAdded(interviewId: $id, after: 3) { seq } }",
        first=1,
        later=2,
        first_variables={"after": 1},
        later_variables={"after": 2},
        operation="Early",
    ),
    "one of several operations with a literal": Request(
        "subscription Early($id: ID!, $after: Int!) { turnAdded(interviewId: $id, after: $after) { seq } } "
        "subscription Late($id: ID!) { turnAdded(interviewId: $id, after: 3) { seq } }",
        first=3,
        later=3,
        operation="Late",
    ),
    "operation named by nobody": Request(
        "subscription Named($id: ID!) { turnAdded(interviewId: $id, after: 2) { seq } }", first=2, later=2
    ),
}


def variables_of(request: Request, interview: Interview, variables: Mapping[str, Any], after: int) -> dict[str, Any]:
    if "$after: ID!" in request.query:
        return {"after": global_id_of(interview), "id": after}
    return {"id": global_id_of(interview), **variables}


async def subscribe(client: RawSocketClient, request: Request, name: str, variables: Mapping[str, Any]) -> None:
    payload = {"query": request.query, "variables": variables, "operationName": request.operation}
    await client.send({"type": "subscribe", "id": name, "payload": payload})


async def receive_seqs(client: RawSocketClient, name: str, count: int) -> list[int]:
    seqs = []
    for _ in range(count):
        message = await client.receive()
        assert (message["type"], message["id"]) == ("next", name), message
        [turn] = message["payload"]["data"].values()
        seqs.append(turn["seq"])
    return seqs


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
async def test_later_subscriber_receives_exactly_the_turns_after_its_cursor(
    server: ServerAddress, tenant: Tenant, interview: Interview, stream_spy: Mock, request_: Request
) -> None:
    for number in range(STORED):
        await add_candidate_turn(interview, f"turn {number + 1}")
    first = variables_of(request_, interview, request_.first_variables, request_.first)
    later = variables_of(request_, interview, request_.later_variables, request_.later)
    token, other_token = await issue_token(tenant, Role.VIEWER), await issue_token(tenant, Role.VIEWER)
    async with (
        connect_raw(server, token) as one,
        connect_raw(server, other_token) as other,
        connect_raw(server, other_token) as third,
    ):
        await subscribe(one, request_, "one", first)
        assert await receive_seqs(one, "one", STORED - request_.first) == list(range(request_.first + 1, STORED + 1))
        for client, name in ((other, "other"), (third, "third")):
            stream_spy.reset_mock()
            await subscribe(client, request_, name, later)
            assert await receive_seqs(client, name, STORED - request_.later) == list(range(request_.later + 1, STORED + 1))
        await tenant.services.live.publish_turn(await add_candidate_turn(interview, "the next turn"))
        for client, name in ((one, "one"), (other, "other"), (third, "third")):
            assert await receive_seqs(client, name, 1) == [STORED + 1]
        assert (stream_spy.call_count == 0) is request_.skips_graphql


@pytest.mark.parametrize(
    ("declared", "after"),
    [("$after: Int! = 0", None), ("$after: Int", None), ("$after: Int = 0", None), ("$after: Int!", "1"), ("$after: Int", True)],
)
async def test_invalid_cursor_gets_the_same_error_with_and_without_other_subscribers(
    server: ServerAddress, tenant: Tenant, interview: Interview, declared: str, after: Any
) -> None:
    request = Request(f"subscription($id: ID!, {declared}) {{ turnAdded(interviewId: $id, after: $after) {{ seq }} }}", 0, 0)
    await add_candidate_turn(interview, "first")
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        await subscribe(client, request, "bad", {"id": global_id_of(interview), "after": after})
        expected = strip_request_ids(await client.receive())
        assert expected["type"] == "error" or expected["payload"]["data"] is None
        if expected["type"] == "next":
            assert (await client.receive())["type"] == "complete"
        await subscribe(client, request, "good", {"id": global_id_of(interview), "after": 0})
        assert await receive_seqs(client, "good", 1) == [1]
        await subscribe(client, request, "bad", {"id": global_id_of(interview), "after": after})
        assert strip_request_ids(await client.receive()) == expected
        if expected["type"] == "next":
            assert (await client.receive())["type"] == "complete"
        await tenant.services.live.publish_turn(await add_candidate_turn(interview, "second"))
        assert await receive_seqs(client, "good", 1) == [2]


def strip_request_ids(message: dict[str, Any]) -> dict[str, Any]:
    payload = message["payload"]
    for error in payload if isinstance(payload, list) else payload["errors"]:
        assert error["extensions"].pop("requestId")
        assert error["extensions"]["code"] == "BAD_INPUT"
    return message


async def test_operations_of_one_document_have_separate_cursors(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
    early, late = REQUESTS["one of several operations"], REQUESTS["one of several operations with a literal"]
    for number in range(STORED):
        await add_candidate_turn(interview, f"turn {number + 1}")
    async with (
        connect_raw(server, await issue_token(tenant, Role.VIEWER)) as one,
        connect_raw(server, await issue_token(tenant, Role.VIEWER)) as other,
    ):
        for client in (one, other):
            await subscribe(client, early, "early", {"id": global_id_of(interview), "after": 1})
            assert await receive_seqs(client, "early", 3) == [2, 3, 4]
            await subscribe(client, late, "late", {"id": global_id_of(interview)})
            assert await receive_seqs(client, "late", 1) == [4]


@pytest.mark.parametrize("has_follower", [True, False])
async def test_deeply_nested_variables_are_never_shared(
    server: ServerAddress, tenant: Tenant, interview: Interview, has_follower: bool
) -> None:
    request = REQUESTS["literal"]
    nested: list[Any] = []
    for _ in range(400):
        nested = [nested]
    for number in range(STORED):
        await add_candidate_turn(interview, f"turn {number + 1}")
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        if has_follower:
            await subscribe(client, request, "follower", {"id": global_id_of(interview)})
            assert await receive_seqs(client, "follower", 2) == [3, 4]
        payload = {"query": request.query, "variables": {"id": nested}}
        await client.send(json.dumps({"type": "subscribe", "id": "wrong", "payload": payload}))
        refused = await client.receive()
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "BAD_INPUT")
        payload["variables"] = {"id": global_id_of(interview), "undeclared": nested}
        await client.send(json.dumps({"type": "subscribe", "id": "undeclared", "payload": payload}))
        assert await receive_seqs(client, "undeclared", 2) == [3, 4]
