"""The load generator finds whatever a server does wrong, and measures the product itself."""

import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from beanie import init_beanie
from pymongo.asynchronous.database import AsyncDatabase
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from benchmarks.fanout.cells import Cell, Metric, Peer
from benchmarks.fanout.generator import SOURCES, Generator, build
from benchmarks.fanout.rig import brought_up
from models.storage.database import DOCUMENTS
from sandbox.processes import SandboxFailed
from tests.schema.api_client import serve

pytestmark = pytest.mark.skipif(shutil.which("go") is None, reason="There is no Go on PATH: the load generator is not built.")

CHANNEL = "benchmark-test"
LOAD = {"window": 2, "rate": 0, "warm_up_seconds": 0.1, "seconds": 0.3}


@pytest.fixture(scope="module")
async def binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return await build(tmp_path_factory.mktemp("generator"), lambda _: None)


def test_its_own_tests_pass() -> None:
    run = subprocess.run(["go", "test", "./..."], cwd=SOURCES, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


Fault = Callable[[int, str], list[str]]
"""seq and what should be sent for it -> what is sent"""


def correct(seq: int, event: str) -> list[str]:
    return [event]


def server(url: str, fault: Fault) -> Starlette:
    """A server of graphql-transport-ws that does this instead."""

    async def serve(websocket: WebSocket) -> None:
        await websocket.accept("graphql-transport-ws")
        await websocket.receive_json()
        await websocket.send_json({"type": "connection_ack"})
        operation = (await websocket.receive_json())["id"]
        async with Redis.from_url(url) as redis, redis.pubsub(ignore_subscribe_messages=True) as listener:
            await listener.subscribe(CHANNEL)
            with suppress(WebSocketDisconnect):
                await websocket.send_text(write(operation, turn(1, "a" * 24, "the first one")))
                while True:
                    if heard := await listener.get_message(timeout=1.0):
                        shown = heard["data"].decode()
                        for event in fault(json.loads(shown)["seq"], write(operation, shown)):
                            await websocket.send_text(event)

    return Starlette(routes=[WebSocketRoute("/graphql", serve)])


def turn(seq: int, turn_id: str, text: str) -> str:
    return json.dumps({"id": turn_id, "seq": seq, "text": text})


def write(operation: str, shown: str) -> str:
    return f'{{"id": "{operation}", "type": "next", "payload": {{"data": {{"turnAdded": {shown}}}}}}}'


def config(port: int, redis_url: str) -> dict[str, object]:
    interview = {
        "variables": {},
        "channel": CHANNEL,
        "message": turn(1, "%ID%", "%TEXT%").replace('"seq": 1', '"seq": %SEQ%'),
        "shown": {"id": "%ID%", "seq": "%SEQ%", "text": "%TEXT%"},
        "stored_id": "a" * 24,
        "stored_text": "the first one",
    }
    return {
        "url": f"ws://127.0.0.1:{port}/graphql",
        "init": {},
        "query": "subscription { turnAdded { id seq text } }",
        "redis": urlsplit(redis_url).netloc,
        "processes": {"server": os.getpid()},
        "interviews": [interview],
        "subscribers": 2,
        "at_once": 2,
        "deflate": False,
        "drain_seconds": 30,
        "corpus": "words of candidates " * 40,
        "text_length": 50,
    }


async def test_a_server_that_does_all_right_is_measured(binary: Path, valkey: str) -> None:
    async with serve(server(valkey, correct)) as address, Generator(binary, os.sched_getaffinity(0)) as generator:
        connected = await generator.ask(config(address.port, valkey))
        assert connected["seconds"] > 0
        measured = await generator.ask(LOAD)
    assert measured["messages"] > 10
    # what is in flight at either end belongs to one count and not to the other
    assert abs(measured["messages"] - 2 * measured["turns"]) <= 2 * 2 * LOAD["window"]
    assert measured["wire_bytes"] > 100
    assert measured["cpu"]["generator"] < 2 > measured["cpu"]["server"]


async def test_turns_by_the_clock_are_timed(binary: Path, valkey: str) -> None:
    async with serve(server(valkey, correct)) as address, Generator(binary, os.sched_getaffinity(0)) as generator:
        await generator.ask(config(address.port, valkey))
        measured = await generator.ask({**LOAD, "window": 0, "rate": 50.0})
    assert 0 < measured["turns"] <= 20
    took = measured["milliseconds"]
    assert 0 < took["0.5"] <= took["0.95"] <= took["0.99"]


FAULTS: dict[str, Fault] = {
    "a turn is lost": lambda seq, event: [] if seq == 5 else [event],
    "a turn comes twice": lambda seq, event: [event, event] if seq == 5 else [event],
    "another subscriber's id": lambda seq, event: [event.replace("op-0000-000000", "op-0000-000001") if seq == 5 else event],
    "a field has another value": lambda seq, event: [event.replace('"seq": 5', '"seq": 50')],
    "the operation ends": lambda seq, event: ['{"id": "op-0000-000000", "type": "complete"}' if seq == 5 else event],
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_whatever_a_server_does_wrong_fails_the_run(binary: Path, valkey: str, fault: Fault) -> None:
    async with serve(server(valkey, fault)) as address, Generator(binary, os.sched_getaffinity(0)) as generator:
        await generator.ask(config(address.port, valkey))
        with pytest.raises(SandboxFailed, match="should have had turn"):
            await generator.ask(LOAD)


async def test_a_last_turn_that_is_lost_fails_the_run(binary: Path, valkey: str) -> None:
    """Nothing comes after it that could show the gap."""
    held: list[str] = []

    def hold(seq: int, event: str) -> list[str]:
        held.append(event)
        return [] if seq > 5 else [event]

    async with serve(server(valkey, hold)) as address, Generator(binary, os.sched_getaffinity(0)) as generator:
        await generator.ask({**config(address.port, valkey), "drain_seconds": 1})
        with pytest.raises(SandboxFailed, match="lost"):
            await generator.ask(LOAD)
    assert held


@pytest.fixture
async def rebound(bound_database: AsyncDatabase[dict[str, object]]) -> AsyncIterator[None]:
    """The benchmark binds the documents to a database of its own."""
    yield
    await init_beanie(database=bound_database, document_models=DOCUMENTS)


async def test_the_product_itself_is_measured(rebound: None, tmp_path: Path) -> None:
    cores = os.sched_getaffinity(0)
    async with brought_up([Peer.VIVA], 1, lambda _: None, tmp_path) as rig:
        (sample,) = await rig.run(Peer.VIVA, Cell("small", 1, 2, window=2, seconds=0.5))
    assert sample.values[Metric.RATE] > 20
    assert 0 < sample.cpu["generator"] < 1
    assert os.sched_getaffinity(0) == cores
