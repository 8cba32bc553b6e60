"""Queries and readers for tests of shared subscriptions."""

import asyncio
from contextlib import aclosing
from typing import Any

import orjson
from strawberry.types import ExecutionResult

from schema.build import build_schema
from schema.context import GraphQLContext
from tests.api.raw_socket import RawSocketClient
from tests.resolvers.tenant import Tenant

TURN_ADDED = "subscription($id: ID!, $after: Int! = 0) { turnAdded(interviewId: $id, after: $after) { seq text } }"


async def run_unshared(tenant: Tenant, token: str, query: str, variables: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Return the payloads that Strawberry and graphql-core make without sharing."""
    context = GraphQLContext(services=tenant.services, request_id="x", authorization=f"Bearer {token}")
    payloads: list[dict[str, Any]] = []
    async with asyncio.timeout(10), aclosing(await build_schema().stream(query, variables, context)) as results:
        async for result in results:
            assert isinstance(result, ExecutionResult)
            payload: dict[str, Any] = {"data": result.data}
            if result.errors:
                payload["errors"] = [error.formatted for error in result.errors]
            payloads.append(orjson.loads(orjson.dumps(payload)))
            if len(payloads) == count:
                return payloads
    raise AssertionError("the stream ended too early")


def drop_request_ids(payload: dict[str, Any]) -> dict[str, Any]:
    for error in payload.get("errors", []):
        assert error["extensions"].pop("requestId")
    return payload


async def receive_turns(client: RawSocketClient, count: int) -> list[dict[str, Any]]:
    messages = [await client.receive() for _ in range(count)]
    assert {message["type"] for message in messages} == {"next"}, messages
    return messages


async def receive_seqs(client: RawSocketClient, count: int) -> list[int]:
    return [message["payload"]["data"]["turnAdded"]["seq"] for message in await receive_turns(client, count)]
