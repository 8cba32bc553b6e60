"""Who asks what others follow already is not led through GraphQL again, and cannot tell: neither by events nor by refusals."""

from typing import Any

import pytest
from beanie import PydanticObjectId

from models.interview import Interview
from models.organization import Role, list_keys, revoke_key
from tests.factories import say
from tests.resolvers.tenant import Tenant, id_of
from tests.schema.api import Served, token_of
from tests.schema.sharing import TURNS, Streams, seqs
from tests.schema.sockets import Bare, bare

NAMED = """subscription One($id: ID!) { turnAdded(interviewId: $id) { seq } }
subscription Other($id: ID!) { turnAdded(interviewId: $id) { seq } }"""
UNNAMED = "subscription($id: ID!, $after: Int) { turnAdded(interviewId: $id, after: $after) { seq } }"


async def code_of_refusal(client: Bare) -> str:
    message = await client.receive()
    assert message["type"] == "error", message
    code: str = message["payload"][0]["extensions"]["code"]
    return code


async def ask(client: Bare, query: str = TURNS, name: str = "1", operation: str | None = None, **variables: Any) -> None:
    payload = {"query": query, "variables": variables, **({"operationName": operation} if operation else {})}
    await client.send({"type": "subscribe", "id": name, "payload": payload})


async def test_subscribers_that_differ_in_their_cursor_alone_go_a_short_way(
    server: Served, tenant: Tenant, interview: Interview, streams: Streams
) -> None:
    for text in ("first", "second", "third"):
        await say(interview, text)
    token, other = await token_of(tenant, Role.VIEWER), await token_of(tenant, Role.VIEWER)
    async with bare(server, token) as one, bare(server, other) as two:
        await ask(one, id=id_of(interview))
        assert await seqs(one, 3) == [1, 2, 3]
        await ask(two, "query { viewer { role } }", "q")
        assert [(await two.receive())["type"] for _ in range(2)] == ["next", "complete"]
        streams.count = 0
        begins: list[tuple[dict[str, Any], list[int]]] = [
            ({}, [1, 2, 3]),
            ({"after": 0}, [1, 2, 3]),
            ({"after": 2}, [3]),
            ({"after": 1}, [2, 3]),
        ]
        for number, (variables, expected) in enumerate(begins):
            await ask(two, name=str(number), id=id_of(interview), **variables)
            assert await seqs(two, len(expected)) == expected
        assert streams.count == 0
        await say(interview, "fourth")
        assert await seqs(one, 1) == [4]
        assert await seqs(two, 4) == [4] * 4


@pytest.mark.parametrize("after", [-1, 2**31, 1.5, "1", True, None, [1]])
async def test_a_cursor_that_is_none_is_refused_as_the_first_time(
    server: Served, tenant: Tenant, interview: Interview, after: Any
) -> None:
    async with bare(server, await token_of(tenant, Role.VIEWER)) as client:
        await ask(client, "subscription($id: ID!) { turnAdded(interviewId: $id, after: -1) { seq } }", id=id_of(interview))
        assert await code_of_refusal(client) == "BAD_INPUT"
        await say(interview, "first")
        await ask(client, id=id_of(interview))
        assert await seqs(client, 1) == [1]
        await ask(client, name="wrong", id=id_of(interview), after=after)
        assert await code_of_refusal(client) == "BAD_INPUT"


async def test_variables_that_are_wrong_are_refused_though_the_rest_is_known(
    server: Served, tenant: Tenant, interview: Interview
) -> None:
    await say(interview, "first")
    async with bare(server, await token_of(tenant, Role.VIEWER)) as client:
        await ask(client, id=id_of(interview))
        assert await seqs(client, 1) == [1]
        await ask(client, name="a", id="int_000000000000000000000000")
        assert await code_of_refusal(client) == "NOT_FOUND"
        await ask(client, name="b")
        assert await code_of_refusal(client) == "BAD_INPUT"
        await ask(client, name="c", id=id_of(interview), operation="Unknown")
        assert await code_of_refusal(client) == "BAD_INPUT"


async def test_each_operation_of_a_document_is_its_own(server: Served, tenant: Tenant, interview: Interview) -> None:
    await say(interview, "first")
    async with bare(server, await token_of(tenant, Role.VIEWER)) as client:
        for name in ("One", "Other", "One"):
            await ask(client, NAMED, f"{name}", name, id=id_of(interview))
            assert await seqs(client, 1) == [1]
            await client.send({"type": "complete", "id": name})
            await ask(client, NAMED, "none", id=id_of(interview))
            assert await code_of_refusal(client) == "BAD_INPUT"


async def test_a_default_that_the_document_does_not_give_is_the_field_s(
    server: Served, tenant: Tenant, interview: Interview, streams: Streams
) -> None:
    await say(interview, "first")
    async with bare(server, await token_of(tenant, Role.VIEWER)) as client:
        for name in ("a", "b"):
            await ask(client, UNNAMED, name, id=id_of(interview))
            assert await seqs(client, 1) == [1]


async def test_who_may_not_see_it_is_refused_though_others_follow_it(
    server: Served, tenant: Tenant, stranger: Tenant, interview: Interview
) -> None:
    await say(interview, "first")
    other = await tenant.interview()
    async with (
        bare(server, await token_of(tenant, Role.CANDIDATE, interview)) as own,
        bare(server, await token_of(tenant, Role.CANDIDATE, other)) as another,
        bare(server, await token_of(stranger, Role.ADMIN)) as foreign,
    ):
        await ask(own, id=id_of(interview))
        assert await seqs(own, 1) == [1]
        for client in (another, foreign):
            for name in ("a", "b"):
                await ask(client, name=name, id=id_of(interview))
                assert await code_of_refusal(client) == "NOT_FOUND"


async def test_a_key_that_is_revoked_begins_nothing_that_lasts(server: Served, tenant: Tenant, interview: Interview) -> None:
    await say(interview, "first")
    token, other = await token_of(tenant, Role.VIEWER), await token_of(tenant, Role.VIEWER)
    revoked, _ = await list_keys(PydanticObjectId(tenant.id))
    async with bare(server, token) as client, bare(server, other) as good:
        await ask(good, id=id_of(interview))
        assert await seqs(good, 1) == [1]
        await revoke_key(PydanticObjectId(revoked.id))
        await ask(client, id=id_of(interview))
        code, reason = await client.closed()
        assert (code, reason.split(":")[0]) == (4401, "UNAUTHENTICATED")
        await say(interview, "second")
        assert await seqs(good, 1) == [2]
