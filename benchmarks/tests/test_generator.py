"""The load generator detects every violation of a server, and the rig measures the product itself."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest
import uvicorn
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from benchmarks.compare import prepare
from benchmarks.load_generator import SOURCES, LoadGenerator, build
from benchmarks.rig import Rig
from benchmarks.workloads import Metric, Peer, Workload
from sandbox.processes import SandboxFailed

pytestmark = [
    pytest.mark.servers,
    pytest.mark.generator,
    pytest.mark.skipif(shutil.which("go") is None, reason="There is no Go on PATH: the load generator is not built."),
]

CHANNEL = "benchmark-test"
LOAD = {"window": 2, "rate": 0, "warm_up_seconds": 0.1, "seconds": 0.3}


@pytest.fixture(scope="module")
async def binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return await build(tmp_path_factory.mktemp("generator"), lambda _: None)


def test_go_tests_pass() -> None:
    run = subprocess.run(["go", "test", "./..."], cwd=SOURCES, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to pytest."""
        yield


@asynccontextmanager
async def serve(app: Starlette) -> AsyncIterator[int]:
    """Serve an application in this process; yield its port."""
    # followers never return by themselves, so they are cancelled after a second
    config = uvicorn.Config(app, port=0, lifespan="off", ws="websockets-sansio", log_config=None, timeout_graceful_shutdown=1)
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


Behavior = Callable[[int, str], list[str]]
"""Takes a seq and its expected event. Returns the events to send instead."""


def correct(seq: int, event: str) -> list[str]:
    return [event]


def make_server(url: str, behave: Behavior) -> Starlette:
    """Make a graphql-transport-ws server with this behavior."""

    async def follow(websocket: WebSocket) -> None:
        await websocket.accept("graphql-transport-ws")
        await websocket.receive_json()
        await websocket.send_json({"type": "connection_ack"})
        operation = (await websocket.receive_json())["id"]
        async with Redis.from_url(url) as redis, redis.pubsub(ignore_subscribe_messages=True) as listener:
            await listener.subscribe(CHANNEL)
            with suppress(WebSocketDisconnect):
                await websocket.send_text(write(operation, turn(1, "a" * 24, "the first one")))
                while True:
                    if published := await listener.get_message(timeout=1.0):
                        event = published["data"].decode()
                        for sent in behave(json.loads(event)["seq"], write(operation, event)):
                            await websocket.send_text(sent)

    return Starlette(routes=[WebSocketRoute("/graphql", follow)])


def turn(seq: int, turn_id: str, text: str) -> str:
    return json.dumps({"id": turn_id, "seq": seq, "text": text})


def write(operation: str, turn: str) -> str:
    return f'{{"id": "{operation}", "type": "next", "payload": {{"data": {{"turnAdded": {turn}}}}}}}'


def config(port: int, rig: Rig) -> dict[str, object]:
    interview = {
        "variables": {},
        "channel": CHANNEL,
        "message": turn(1, "%ID%", "%TEXT%").replace('"seq": 1', '"seq": %SEQ%'),
        "fields": {"id": "%ID%", "seq": "%SEQ%", "text": "%TEXT%"},
        "stored_id": "a" * 24,
        "stored_text": "the first one",
    }
    return {
        "url": f"ws://127.0.0.1:{port}/graphql",
        "init": {},
        "query": "subscription { turnAdded { id seq text } }",
        "redis": f"127.0.0.1:{rig.valkey.port}",
        "processes": {"server": os.getpid()},
        "interviews": [interview],
        "subscribers": 2,
        "concurrent_dials": 2,
        "drain_seconds": 30,
        "corpus": "words of candidates " * 40,
        "text_length": 50,
    }


async def test_correct_server_is_measured(binary: Path, rig: Rig) -> None:
    async with serve(make_server(rig.valkey.url, correct)) as port, LoadGenerator(binary) as generator:
        connected = await generator.request(config(port, rig))
        assert connected["seconds"] > 0
        measured = await generator.request(LOAD)
    assert measured["messages"] > 10
    # turns in flight at either end are in one count and not in the other
    assert abs(measured["messages"] - 2 * measured["turns"]) <= 2 * 2 * LOAD["window"]
    assert measured["cpu"]["generator"] < 2 > measured["cpu"]["server"]


async def test_turns_at_a_fixed_rate_are_timed(binary: Path, rig: Rig) -> None:
    async with serve(make_server(rig.valkey.url, correct)) as port, LoadGenerator(binary) as generator:
        await generator.request(config(port, rig))
        measured = await generator.request({**LOAD, "window": 0, "rate": 50.0})
    assert 0 < measured["turns"] <= 20
    took = measured["milliseconds"]
    assert 0 < took["0.5"] <= took["0.95"] <= took["0.99"]


VIOLATIONS: dict[str, Behavior] = {
    "a turn is lost": lambda seq, event: [] if seq == 5 else [event],
    "a turn is repeated": lambda seq, event: [event, event] if seq == 5 else [event],
    "another subscriber's id": lambda seq, event: [event.replace("op-0000-000000", "op-0000-000001") if seq == 5 else event],
    "a field has another value": lambda seq, event: [event.replace('"seq": 5', '"seq": 50')],
    "the operation ends": lambda seq, event: ['{"id": "op-0000-000000", "type": "complete"}' if seq == 5 else event],
}


@pytest.mark.parametrize("behave", VIOLATIONS.values(), ids=VIOLATIONS)
async def test_violation_fails_the_run(binary: Path, rig: Rig, behave: Behavior) -> None:
    async with serve(make_server(rig.valkey.url, behave)) as port, LoadGenerator(binary) as generator:
        await generator.request(config(port, rig))
        with pytest.raises(SandboxFailed, match="should have had turn"):
            await generator.request(LOAD)


async def test_loss_of_the_last_turns_fails_the_run(binary: Path, rig: Rig) -> None:
    """No later turn reveals that the last ones are missing."""
    withheld: list[str] = []

    def withhold(seq: int, event: str) -> list[str]:
        withheld.append(event)
        return [] if seq > 5 else [event]

    async with serve(make_server(rig.valkey.url, withhold)) as port, LoadGenerator(binary) as generator:
        await generator.request({**config(port, rig), "drain_seconds": 1})
        with pytest.raises(SandboxFailed, match="lost"):
            await generator.request(LOAD)
    assert withheld


async def test_the_product_itself_is_measured(binary: Path, restored_documents: None) -> None:
    cores = os.sched_getaffinity(0)
    async with prepare([Peer.VIVA], 1, lambda _: None, binary.parent) as comparison:
        (live,) = await comparison.run(Peer.VIVA, Workload("small", subscribers=2, window=2, seconds=0.5))
        (listed,) = await comparison.run(Peer.VIVA, Workload("list", connections=2, seconds=0.5))
    assert live.values[Metric.RATE] > 20
    assert 0 < live.cpu["generator"] < 1
    assert listed.values[Metric.RESPONSES] > 5
    assert os.sched_getaffinity(0) == cores
