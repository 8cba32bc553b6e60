"""Sharing is limited to equal subscriptions of callers with equal permissions."""

import asyncio
import gc
from typing import Any
from unittest.mock import Mock

import pytest

from engine import shared_subscriptions
from live.messages import Interim
from models.documents.interview import Interview
from models.documents.organization import Role
from models.documents.turn import Speaker
from models.storage.clock import now
from tests.api.raw_socket import connect_raw
from tests.factories import add_candidate_turn
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ServerAddress, issue_token
from tests.schema.shared_turns import TURN_ADDED, receive_seqs, receive_turns


async def test_event_is_executed_once_for_equal_subscriptions_with_any_cursor(
    server: ServerAddress, tenant: Tenant, interview: Interview, execution_spy: Mock
) -> None:
    token, other = await issue_token(tenant, Role.VIEWER), await issue_token(tenant, Role.VIEWER)
    for text in ("first", "second", "third", "fourth"):
        await add_candidate_turn(interview, text)
    async with connect_raw(server, token) as one, connect_raw(server, other) as two:
        for number in range(4):
            await one.subscribe(TURN_ADDED, str(number), id=global_id_of(interview))
            await two.subscribe(TURN_ADDED, str(number), id=global_id_of(interview), after=number)
        assert sorted(await receive_seqs(one, 16)) == [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4
        assert sorted(await receive_seqs(two, 10)) == [1, 2, 2, 3, 3, 3, 4, 4, 4, 4]
        execution_spy.reset_mock()
        for text in ("fifth", "sixth", "seventh"):
            await tenant.services.live.publish_turn(await add_candidate_turn(interview, text))
        for client in (one, two):
            assert sorted(await receive_seqs(client, 12)) == [5] * 4 + [6] * 4 + [7] * 4
    assert execution_spy.call_count == 3


@pytest.mark.parametrize(
    "others",
    [
        pytest.param({"query": TURN_ADDED.replace("seq text", "text seq")}, id="document"),
        pytest.param({"query": TURN_ADDED + " "}, id="text"),
        pytest.param({"extra": 1}, id="variables"),
        pytest.param({"role": Role.ADMIN}, id="role"),
    ],
)
async def test_different_subscriptions_are_executed_separately(
    server: ServerAddress, tenant: Tenant, interview: Interview, execution_spy: Mock, others: dict[str, Any]
) -> None:
    role, query = others.pop("role", Role.VIEWER), others.pop("query", TURN_ADDED)
    async with (
        connect_raw(server, await issue_token(tenant, Role.VIEWER)) as one,
        connect_raw(server, await issue_token(tenant, role)) as two,
    ):
        await one.subscribe(TURN_ADDED, id=global_id_of(interview))
        await two.subscribe(query, id=global_id_of(interview), **others)
        for count in (1, 2):
            execution_spy.reset_mock()
            await add_candidate_turn(interview, f"turn {count}")
            for client in (one, two):
                await receive_turns(client, 1)
    assert execution_spy.call_count == 2


async def test_callers_with_different_permissions_do_not_share(
    server: ServerAddress, tenant: Tenant, interview: Interview
) -> None:
    query = "subscription($id: ID!) { turnAdded(interviewId: $id) { seq latency { heard } } }"
    async with (
        connect_raw(server, await issue_token(tenant, Role.CANDIDATE, interview)) as candidate,
        connect_raw(server, await issue_token(tenant, Role.VIEWER)) as viewer,
    ):
        for name in ("a", "b"):
            for client in (candidate, viewer):
                await client.subscribe(query, name, id=global_id_of(interview))
        for text in ("first", "second"):
            await add_candidate_turn(interview, text)
        viewer_payloads = [message["payload"] for message in await receive_turns(viewer, 4)]
        refused = [message["payload"] for message in await receive_turns(candidate, 4)]
    assert all("errors" not in payload for payload in viewer_payloads)
    assert all(payload["errors"][0]["extensions"]["code"] == "FORBIDDEN" for payload in refused)


@pytest.mark.parametrize(
    ("query", "shared"),
    [
        (TURN_ADDED, True),
        (TURN_ADDED.replace("$after", "$from"), True),
        # the cursor's variable has another use
        (TURN_ADDED + " # after", False),
    ],
)
async def test_cursor_variable_with_another_use_prevents_sharing(
    server: ServerAddress, tenant: Tenant, interview: Interview, execution_spy: Mock, query: str, shared: bool
) -> None:
    name = "from" if "$from" in query else "after"
    for text in ("first", "second"):
        await add_candidate_turn(interview, text)
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        await client.subscribe(query, "a", id=global_id_of(interview), **{name: 0})
        await client.subscribe(query, "b", id=global_id_of(interview), **{name: 1})
        assert sorted(await receive_seqs(client, 3)) == [1, 2, 2]
        execution_spy.reset_mock()
        await add_candidate_turn(interview, "third")
        assert await receive_seqs(client, 2) == [3, 3]
    assert execution_spy.call_count == (1 if shared else 2)


async def test_interim_transcripts_are_shared(
    server: ServerAddress, tenant: Tenant, interview: Interview, execution_spy: Mock
) -> None:
    query = "subscription($id: ID!) { interimTranscript(interviewId: $id) { speaker text at } }"
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        for number in range(4):
            await client.subscribe(query, str(number), id=global_id_of(interview))
        seen: set[str] = set()
        spoken = 0
        async with asyncio.timeout(10):
            while len(seen) < 4:
                spoken += 1
                await tenant.services.live.publish_interim(Interim(interview.id, Speaker.CANDIDATE, f"So far {spoken}", 0, now()))
                await asyncio.sleep(0.1)
                await client.send({"type": "ping"})
                while (message := await client.receive())["type"] == "next":
                    assert message["payload"]["data"]["interimTranscript"]["text"].startswith("So far ")
                    seen.add(message["id"])
    assert execution_spy.call_count <= spoken


async def test_shared_operation_is_freed_after_its_last_subscriber(
    server: ServerAddress, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive: set[int] = set()

    class Counted(shared_subscriptions.SharedOperation[Any, Any, Any]):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            alive.add(id(self))

        def __del__(self) -> None:
            alive.discard(id(self))

    monkeypatch.setattr(shared_subscriptions, "SharedOperation", Counted)
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        for number in range(3):
            await client.subscribe(TURN_ADDED, str(number), id=global_id_of(interview))
        await add_candidate_turn(interview, "hello")
        await receive_turns(client, 3)
        assert len(alive) == 1
    async with asyncio.timeout(10):
        while alive:
            gc.collect()
            await asyncio.sleep(0.02)
