"""Subscribers of a shared subscription do not affect each other."""

import asyncio
import gc
import tracemalloc
from contextlib import aclosing
from typing import Any

import pytest
from bson import ObjectId

from lifecycle.states import end_interview
from models.documents.interview import EndReason, Interview
from models.documents.organization import Role
from models.documents.turn import Channel, Speaker, Turn, turn_to_values
from models.writes.append_turns import append_candidate_turn
from schema.build import build_schema
from schema.context import GraphQLContext
from tests.api.raw_socket import connect_raw
from tests.factories import add_candidate_turn, new_turn
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ServerAddress, issue_token
from tests.schema.shared_turns import TURN_ADDED, receive_seqs, receive_turns


async def test_broken_socket_does_not_affect_other_subscribers(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    async with connect_raw(server, token) as broken, connect_raw(server, token) as other:
        for client in (broken, other):
            await client.subscribe(TURN_ADDED, id=global_id_of(interview))
        await add_candidate_turn(interview, "first")
        assert await receive_seqs(broken, 1) == await receive_seqs(other, 1) == [1]
        broken.connection.transport.abort()
        for text in ("second", "third"):
            await tenant.services.live.publish_turn(await add_candidate_turn(interview, text))
        assert await receive_seqs(other, 2) == [2, 3]


async def test_stalled_client_delays_no_other_and_misses_no_turn(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    async with connect_raw(server, token, max_queue=1, compression=None) as stalled, connect_raw(server, token) as other:
        for client in (stalled, other):
            await client.subscribe(TURN_ADDED, id=global_id_of(interview))
        count = 150
        for number in range(count):
            speech = new_turn(f"item:{number}", f"{number} " + "x" * 19_000, Speaker.CANDIDATE, channel=Channel.VOICE)
            await append_candidate_turn(interview.id, speech)
        assert await receive_seqs(other, count) == list(range(1, count + 1))
        assert await receive_seqs(stalled, count) == list(range(1, count + 1))


async def test_later_subscriber_receives_each_turn_after_its_cursor_once(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    count = 150

    async def publish_turns() -> None:
        for number in range(count):
            await tenant.services.live.publish_turn(await add_candidate_turn(interview, str(number)))

    async with asyncio.TaskGroup() as tasks, connect_raw(server, token) as client:
        tasks.create_task(publish_turns())
        expected = {}
        for number, after in enumerate([0, 0, 30, 100, 0, 149]):
            expected[str(number)] = list(range(after + 1, count + 1))
            await client.subscribe(TURN_ADDED, str(number), id=global_id_of(interview), after=after)
            await asyncio.sleep(0.05)
        seen: dict[str, list[int]] = {name: [] for name in expected}
        for message in await receive_turns(client, sum(map(len, expected.values()))):
            seen[message["id"]].append(message["payload"]["data"]["turnAdded"]["seq"])
    assert seen == expected


async def test_every_subscriber_receives_complete_after_the_last_turn(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
    await add_candidate_turn(interview, "hello")
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        for number in range(3):
            await client.subscribe(TURN_ADDED, str(number), id=global_id_of(interview))
        await receive_turns(client, 3)
        await end_interview(tenant.services, interview, EndReason.RECRUITER_ENDED)
        messages = [await client.receive() for _ in range(3)]
        assert sorted((message["type"], message["id"]) for message in messages) == [
            ("complete", str(number)) for number in range(3)
        ]
        # a client may reuse the id of a completed operation
        await client.subscribe(TURN_ADDED, "0", id=global_id_of(interview))
        assert [(await client.receive())["type"] for _ in range(2)] == ["next", "complete"]


async def test_subscription_memory_does_not_grow_with_events(
    tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def generate_turns(*_: Any) -> Any:
        seq = 0
        while True:
            seq += 1
            yield Turn(**turn_to_values(new_turn("client:x")), id=ObjectId(), interview_id=ObjectId(), seq=seq)

    monkeypatch.setattr("live.hub.LiveHub.follow_turns", generate_turns)
    token = await issue_token(tenant, Role.VIEWER)
    context = GraphQLContext(services=tenant.services, request_id="x", authorization=f"Bearer {token}")
    async with aclosing(await build_schema().stream(TURN_ADDED, {"id": global_id_of(interview)}, context)) as results:
        for _ in range(10):
            await anext(results)
        tracemalloc.start()
        try:
            for _ in range(1000):
                await anext(results)
            gc.collect()
            retained, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    # graphql-core alone would retain 1.5 KB per event
    assert retained < 100_000
