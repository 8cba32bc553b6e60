"""Subscriptions that ask the same are executed once, and nobody can tell from what they receive."""

import asyncio
import gc
import tracemalloc
from contextlib import AsyncExitStack, aclosing
from typing import Any

import graphql
import orjson
import pytest
from bson import ObjectId
from graphql import Executor
from strawberry.types import ExecutionResult

from lifecycle.states import end_interview
from live.messages import Interim
from models.clock import now
from models.interview import EndReason, Interview
from models.organization import Role
from models.turn import Speaker, Turn, to_values
from schema import sharing
from schema.api import build_schema
from schema.context import Context
from schema.types.transcript import Turn as TurnType
from tests.factories import new_turn, say
from tests.resolvers.tenant import Tenant, id_of
from tests.schema.api import Served, token_of
from tests.schema.sockets import Bare, bare

TURNS = "subscription($id: ID!, $after: Int! = 0) { turnAdded(interviewId: $id, after: $after) { seq text } }"
FLAGGED = """subscription Flagged($id: ID!, $after: Int! = 0, $more: Boolean!) {
  turnAdded(interviewId: $id, after: $after) { seq text @include(if: $more) id @skip(if: $more) }
}"""

SHAPES: list[tuple[str, dict[str, Any]]] = [
    (TURNS, {}),
    (TURNS, {"after": 1}),
    ("subscription($id: ID!) { turnAdded(interviewId: $id, after: 1) { seq } }", {}),
    ("subscription($id: ID!) { heard: turnAdded(interviewId: $id) { place: seq words: text again: text __typename } }", {}),
    ("subscription($id: ID!) { turnAdded(interviewId: $id) { questionKey confidence interrupted } }", {}),
    (
        "subscription($id: ID!) { turnAdded(interviewId: $id) { ...f ... on Turn { text } ... { seq } } } "
        "fragment f on Turn { id }",
        {},
    ),
    ("subscription($id: ID!) { ...root } fragment root on Subscription { turnAdded(interviewId: $id) { id seq startedAt } }", {}),
    (FLAGGED, {"more": True}),
    (FLAGGED, {"more": False, "after": 1}),
    ("subscription($id: ID!) { turnAdded(interviewId: $id) { seq latency { heard } } }", {}),
]


@pytest.fixture
async def interview(tenant: Tenant) -> Interview:
    return await tenant.interview()


class Executions:
    """How often a subscription's event was executed for several at once."""

    count = 0


@pytest.fixture
def executions(monkeypatch: pytest.MonkeyPatch) -> Executions:
    counted = Executions()

    def execute(executor: Executor[Any]) -> Any:
        counted.count += 1
        return graphql.execute_subscription_event(executor)

    monkeypatch.setattr(sharing, "execute_subscription_event", execute)
    return counted


async def ordinary(tenant: Tenant, token: str, query: str, variables: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """The payloads as Strawberry and graphql-core make them, event by event."""
    context = Context(services=tenant.services, request_id="x", authorization=f"Bearer {token}")
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


def without_request_ids(payload: dict[str, Any]) -> dict[str, Any]:
    for error in payload.get("errors", []):
        assert error["extensions"].pop("requestId")
    return payload


async def receive_turns(client: Bare, count: int) -> list[dict[str, Any]]:
    messages = [await client.receive() for _ in range(count)]
    assert {message["type"] for message in messages} == {"next"}, messages
    return messages


async def seqs(client: Bare, count: int) -> list[int]:
    return [message["payload"]["data"]["turnAdded"]["seq"] for message in await receive_turns(client, count)]


# --- what each receives


@pytest.mark.parametrize(("query", "variables"), SHAPES)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.CANDIDATE])
async def test_what_is_shared_is_what_the_ordinary_way_gives(
    server: Served, tenant: Tenant, interview: Interview, query: str, variables: dict[str, Any], role: Role
) -> None:
    for text in ("first", 'quotes " and \\ and \u2028, ünd 漢字', "x" * 3_000):
        await say(interview, text)
    given = {"id": id_of(interview), **variables}
    count = 2 if variables.get("after") or "after: 1" in query else 3
    token = await token_of(tenant, role, interview)
    expected = [without_request_ids(payload) for payload in await ordinary(tenant, token, query, given, count)]
    async with bare(server, token) as one, bare(server, token) as other:
        for client, name in ((one, "1"), (other, 'ü"\\')):
            await client.subscribe(query, name, **given)
        for client, name in ((one, "1"), (other, 'ü"\\')):
            messages = await receive_turns(client, count)
            assert [message["id"] for message in messages] == [name] * count
            assert [without_request_ids(message["payload"]) for message in messages] == expected


async def test_an_error_in_a_field_bears_each_subscriber_s_own_request_id(
    server: Served, tenant: Tenant, interview: Interview
) -> None:
    query = "subscription($id: ID!) { turnAdded(interviewId: $id) { seq latency { heard } } }"
    token = await token_of(tenant, Role.CANDIDATE, interview)
    seen = []
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(bare(server, token, additional_headers={"X-Request-Id": f"request-{number}"}))
            for number in range(3)
        ]
        for client in clients:
            await client.subscribe(query, id=id_of(interview))
        await say(interview, "hello")
        for client in clients:
            (message,) = await receive_turns(client, 1)
            (error,) = message["payload"]["errors"]
            assert (error["path"], error["extensions"]["code"]) == (["turnAdded", "latency"], "FORBIDDEN")
            assert message["payload"]["data"] == {"turnAdded": {"seq": 1, "latency": None}}
            seen.append(error["extensions"]["requestId"])
    assert seen == ["request-0", "request-1", "request-2"]


async def test_a_bug_in_a_field_that_cannot_be_null_is_told_and_logged_and_the_stream_goes_on(
    server: Served, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of(turn: Turn, caller: Any) -> TurnType:
        made = make(turn, caller)
        if turn.seq == 1:
            made.text = None  # type: ignore[assignment]  # the bug
        return made

    make = TurnType.of
    monkeypatch.setattr("schema.subscriptions._TURNS", sharing.Shown(lambda turn: turn.seq, of))
    async with bare(server, await token_of(tenant, Role.VIEWER)) as client:
        await client.subscribe(TURNS, id=id_of(interview))
        await say(interview, "first")
        (broken,) = await receive_turns(client, 1)
        assert broken["payload"]["data"] is None
        assert [error["extensions"]["code"] for error in broken["payload"]["errors"]] == ["INTERNAL"]
        await say(interview, "second")
        assert await seqs(client, 1) == [2]


# --- what is shared, and with whom


async def test_an_event_is_executed_once_for_all_who_ask_the_same_wherever_they_began(
    server: Served, tenant: Tenant, interview: Interview, executions: Executions
) -> None:
    token, other = await token_of(tenant, Role.VIEWER), await token_of(tenant, Role.VIEWER)
    for text in ("first", "second", "third", "fourth"):
        await say(interview, text)
    async with bare(server, token) as one, bare(server, other) as two:
        for number in range(4):
            await one.subscribe(TURNS, str(number), id=id_of(interview))
            await two.subscribe(TURNS, str(number), id=id_of(interview), after=number)
        assert sorted(await seqs(one, 16)) == [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4
        assert sorted(await seqs(two, 10)) == [1, 2, 2, 3, 3, 3, 4, 4, 4, 4]
        executions.count = 0
        for text in ("fifth", "sixth", "seventh"):
            await tenant.services.live.publish_turn(await say(interview, text))
        for client in (one, two):
            assert sorted(await seqs(client, 12)) == [5] * 4 + [6] * 4 + [7] * 4
    assert executions.count == 3


@pytest.mark.parametrize(
    "others",
    [
        pytest.param({"query": TURNS.replace("seq text", "text seq")}, id="document"),
        pytest.param({"query": TURNS + " "}, id="text"),
        pytest.param({"extra": 1}, id="variables"),
        pytest.param({"role": Role.ADMIN}, id="role"),
    ],
)
async def test_what_differs_is_executed_apart(
    server: Served, tenant: Tenant, interview: Interview, executions: Executions, others: dict[str, Any]
) -> None:
    role, query = others.pop("role", Role.VIEWER), others.pop("query", TURNS)
    async with bare(server, await token_of(tenant, Role.VIEWER)) as one, bare(server, await token_of(tenant, role)) as two:
        await one.subscribe(TURNS, id=id_of(interview))
        await two.subscribe(query, id=id_of(interview), **others)
        for count in (1, 2):
            executions.count = 0
            await say(interview, f"turn {count}")
            for client in (one, two):
                await receive_turns(client, 1)
    assert executions.count == 2


async def test_who_may_see_more_shares_nothing_with_who_may_see_less(
    server: Served, tenant: Tenant, interview: Interview
) -> None:
    query = "subscription($id: ID!) { turnAdded(interviewId: $id) { seq latency { heard } } }"
    async with (
        bare(server, await token_of(tenant, Role.CANDIDATE, interview)) as candidate,
        bare(server, await token_of(tenant, Role.VIEWER)) as viewer,
    ):
        for name in ("a", "b"):
            for client in (candidate, viewer):
                await client.subscribe(query, name, id=id_of(interview))
        for text in ("first", "second"):
            await say(interview, text)
        told = [message["payload"] for message in await receive_turns(viewer, 4)]
        refused = [message["payload"] for message in await receive_turns(candidate, 4)]
    assert all("errors" not in payload for payload in told)
    assert all(payload["errors"][0]["extensions"]["code"] == "FORBIDDEN" for payload in refused)


@pytest.mark.parametrize(
    ("query", "shared"),
    [
        (TURNS, True),
        (TURNS.replace("$after", "$from"), True),
        # the cursor's variable may mean something else as well: it is mentioned once more
        (TURNS + " # after", False),
    ],
)
async def test_a_cursor_is_left_out_of_what_must_be_the_same_only_where_it_is_nothing_else(
    server: Served, tenant: Tenant, interview: Interview, executions: Executions, query: str, shared: bool
) -> None:
    name = "from" if "$from" in query else "after"
    for text in ("first", "second"):
        await say(interview, text)
    async with bare(server, await token_of(tenant, Role.VIEWER)) as client:
        await client.subscribe(query, "a", id=id_of(interview), **{name: 0})
        await client.subscribe(query, "b", id=id_of(interview), **{name: 1})
        assert sorted(await seqs(client, 3)) == [1, 2, 2]
        executions.count = 0
        await say(interview, "third")
        assert await seqs(client, 2) == [3, 3]
    assert executions.count == (1 if shared else 2)


async def test_what_is_being_said_is_shared_too(
    server: Served, tenant: Tenant, interview: Interview, executions: Executions
) -> None:
    query = "subscription($id: ID!) { interimTranscript(interviewId: $id) { speaker text at } }"
    async with bare(server, await token_of(tenant, Role.VIEWER)) as client:
        for number in range(4):
            await client.subscribe(query, str(number), id=id_of(interview))
        seen: set[str] = set()
        spoken = 0
        async with asyncio.timeout(10):
            while len(seen) < 4:
                spoken += 1
                await tenant.services.live.publish_interim(
                    Interim(ObjectId(interview.id), Speaker.CANDIDATE, f"So far {spoken}", 0, now())
                )
                await asyncio.sleep(0.1)
                await client.send({"type": "ping"})
                while (message := await client.receive())["type"] == "next":
                    assert message["payload"]["data"]["interimTranscript"]["text"].startswith("So far ")
                    seen.add(message["id"])
    assert executions.count <= spoken


async def test_nothing_is_kept_when_the_last_subscriber_has_left(
    server: Served, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive: set[int] = set()

    class Counted(sharing.Variant):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            alive.add(id(self))

        def __del__(self) -> None:
            alive.discard(id(self))

    monkeypatch.setattr(sharing, "Variant", Counted)
    async with bare(server, await token_of(tenant, Role.VIEWER)) as client:
        for number in range(3):
            await client.subscribe(TURNS, str(number), id=id_of(interview))
        await say(interview, "hello")
        await receive_turns(client, 3)
        assert len(alive) == 1
    async with asyncio.timeout(10):
        while alive:
            gc.collect()
            await asyncio.sleep(0.02)


# --- each for itself


async def test_a_socket_that_breaks_reaches_no_other(server: Served, tenant: Tenant, interview: Interview) -> None:
    token = await token_of(tenant, Role.VIEWER)
    async with bare(server, token) as broken, bare(server, token) as other:
        for client in (broken, other):
            await client.subscribe(TURNS, id=id_of(interview))
        await say(interview, "first")
        assert await seqs(broken, 1) == await seqs(other, 1) == [1]
        broken.connection.transport.abort()
        for text in ("second", "third"):
            await tenant.services.live.publish_turn(await say(interview, text))
        assert await seqs(other, 2) == [2, 3]


async def test_a_reader_that_stalls_holds_nobody_up_and_misses_nothing(
    server: Served, tenant: Tenant, interview: Interview
) -> None:
    token = await token_of(tenant, Role.VIEWER)
    async with bare(server, token, max_queue=1, compression=None) as stalled, bare(server, token) as other:
        for client in (stalled, other):
            await client.subscribe(TURNS, id=id_of(interview))
        count = 150
        for number in range(count):
            await say(interview, f"{number} " + "x" * 19_000)
        assert await seqs(other, count) == list(range(1, count + 1))
        assert await seqs(stalled, count) == list(range(1, count + 1))


async def test_who_comes_later_gets_all_from_its_cursor_and_each_once(
    server: Served, tenant: Tenant, interview: Interview
) -> None:
    token = await token_of(tenant, Role.VIEWER)
    count = 150

    async def speak() -> None:
        for number in range(count):
            await tenant.services.live.publish_turn(await say(interview, str(number)))

    async with asyncio.TaskGroup() as tasks, bare(server, token) as client:
        tasks.create_task(speak())
        expected = {}
        for number, after in enumerate([0, 0, 30, 100, 0, 149]):
            expected[str(number)] = list(range(after + 1, count + 1))
            await client.subscribe(TURNS, str(number), id=id_of(interview), after=after)
            await asyncio.sleep(0.05)
        seen: dict[str, list[int]] = {name: [] for name in expected}
        for message in await receive_turns(client, sum(map(len, expected.values()))):
            seen[message["id"]].append(message["payload"]["data"]["turnAdded"]["seq"])
    assert seen == expected


async def test_every_subscriber_is_told_the_end_after_the_last_turn(server: Served, tenant: Tenant, interview: Interview) -> None:
    await say(interview, "hello")
    async with bare(server, await token_of(tenant, Role.VIEWER)) as client:
        for number in range(3):
            await client.subscribe(TURNS, str(number), id=id_of(interview))
        await receive_turns(client, 3)
        await end_interview(tenant.services, interview, EndReason.RECRUITER_ENDED)
        ends = [await client.receive() for _ in range(3)]
        assert sorted((end["type"], end["id"]) for end in ends) == [("complete", str(number)) for number in range(3)]
        # the ids are free again
        await client.subscribe(TURNS, "0", id=id_of(interview))
        assert [(await client.receive())["type"] for _ in range(2)] == ["next", "complete"]


# --- the executor


async def test_a_subscription_is_no_heavier_after_many_events(
    tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def talk(*_: Any) -> Any:
        seq = 0
        while True:
            seq += 1
            yield Turn(**to_values(new_turn("client:x")), id=ObjectId(), interview_id=ObjectId(), seq=seq)

    monkeypatch.setattr("live.feed.Live.follow_turns", talk)
    token = await token_of(tenant, Role.VIEWER)
    context = Context(services=tenant.services, request_id="x", authorization=f"Bearer {token}")
    async with aclosing(await build_schema().stream(TURNS, {"id": id_of(interview)}, context)) as results:
        for _ in range(10):
            await anext(results)
        tracemalloc.start()
        try:
            for _ in range(1000):
                await anext(results)
            gc.collect()
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    # graphql-core alone keeps 1.5 KB for each event
    assert kept < 100_000
