"""Queries that are bombs, bodies and frames that are too big, by HTTP and by WebSocket alike."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.faults.checks import Check, count, effect, figure, seconds
from tests.faults.deployment import Deployment
from tests.faults.load import Scale, Window, loaded
from benchmarks.replies import percentile
from live.cancellation import end
from models.organization import Role
from schema.transport import MAX_BODY_BYTES, MAX_FRAME_BYTES

REJECTED_SECONDS = 0.05
SENDERS = 3
"""by HTTP, and as many by WebSocket"""
PAUSE_SECONDS = 0.1
"""of each, between two bombs"""
TOO_BIG = 1009
DOUBLED = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(30))
BOMBS: Mapping[str, str] = {
    "fragments that double": f"{{ ...f0 }} {DOUBLED} fragment f30 on Query {{ viewer {{ name }} }}",
    "aliases": "{" + " ".join(f"a{n}: viewer {{ name }}" for n in range(400)) + "}",
    "one field a thousand times": "{ viewer {" + "name " * 1000 + "} }",
    "nesting": "{ a" * 1000,
    "directives": "{ viewer { name " + "@skip(if: false) " * 500 + "} }",
}
OVERSIZE = "more than is taken"


class Flood:
    """Sends bombs until it is ended: `took` has the seconds until each was rejected, `accepted` counts those that were not."""

    def __init__(self, deployment: Deployment) -> None:
        self.took: dict[str, list[float]] = defaultdict(list)
        self.accepted = 0
        self._deployment = deployment
        self._number = 0

    @asynccontextmanager
    async def coming(self) -> AsyncIterator[None]:
        """For the length of the block."""
        tasks = [asyncio.create_task(sender()) for sender in [self._by_http, self._by_websocket] * SENDERS]
        try:
            yield
        finally:
            ended = [task for task in tasks if task.done()]
            await end(*tasks)
            for task in ended:
                task.result()

    def _bombs(self) -> Mapping[str, str]:
        self._number += 1
        # no document comes twice: none is known as a bad one
        return {name: f"# {self._number}\n{document}" for name, document in BOMBS.items()}

    async def _by_http(self) -> None:
        async with self._deployment.client(self._deployment.keys[Role.VIEWER]) as client:
            while True:
                for name, document in {**self._bombs(), OVERSIZE: "{" + "a" * MAX_BODY_BYTES + "}"}.items():
                    began = time.monotonic()
                    answer = await client.post("/graphql", json={"query": document})
                    self.took[f"HTTP, {name}"].append(time.monotonic() - began)
                    self.accepted += bool(answer.json().get("data"))
                    await asyncio.sleep(PAUSE_SECONDS)

    async def _by_websocket(self) -> None:
        while True:
            async with connect(
                self._deployment.websocket, subprotocols=[Subprotocol("graphql-transport-ws")], compression=None
            ) as connection:
                init = {"type": "connection_init", "payload": {"authorization": f"Bearer {self._deployment.keys[Role.VIEWER]}"}}
                await connection.send(orjson.dumps(init).decode())
                await connection.recv()
                for name, document in self._bombs().items():
                    self.accepted += not await self._is_refused(connection, name, document)
                    await asyncio.sleep(PAUSE_SECONDS)
                # the last of the connection, which it ends
                began = time.monotonic()
                try:
                    await connection.send(" " * (MAX_FRAME_BYTES + 1))
                    await connection.recv()
                    self.accepted += 1
                except ConnectionClosed as closed:
                    self.accepted += closed.rcvd is None or closed.rcvd.code != TOO_BIG
                self.took[f"WebSocket, {OVERSIZE}"].append(time.monotonic() - began)

    async def _is_refused(self, connection: ClientConnection, name: str, document: str) -> bool:
        message = {"id": name, "type": "subscribe", "payload": {"query": document}}
        began = time.monotonic()
        await connection.send(orjson.dumps(message).decode())
        answer = orjson.loads(await connection.recv())
        self.took[f"WebSocket, {name}"].append(time.monotonic() - began)
        return bool(answer["type"] == "error" and answer["id"] == name)


async def floods(deployment: Deployment, scale: Scale) -> list[Check]:
    """Bombs of every kind under load; health and readers are as before."""
    async with loaded(deployment, scale) as load:
        quiet = await load.quiet()
        healthy = await _health(deployment, scale.quiet)
        flood = Flood(deployment)
        async with flood.coming():
            since = time.time()
            flooded = await _health(deployment, scale.quiet)
            meanwhile: Window = since, time.time()
        own, others = [await load.usual_p99("received", window) for window in (quiet, meanwhile)]
        return [
            effect(f"all of {2 * (len(BOMBS) + 1)} kinds were sent", len(flood.took) == 2 * (len(BOMBS) + 1)),
            count(f"not refused, of {sum(map(len, flood.took.values()))}", flood.accepted),
            *(
                seconds(f"{name}: refused, p50 of {len(took)}", percentile(took, 0.5), REJECTED_SECONDS)
                for name, took in sorted(flood.took.items())
            ),
            seconds("/healthz before, p99", percentile(healthy, 0.99), None),
            seconds("/healthz meanwhile, p99", percentile(flooded, 0.99), REJECTED_SECONDS),
            *await load.told("others before", quiet, None),
            *await load.told("others meanwhile", meanwhile, None),
            figure("others meanwhile to before, median p99 of 2 s", others / own, None, "times"),
            *await load.clean(),
        ]


async def _health(deployment: Deployment, length: float) -> list[float]:
    """Seconds that /healthz took, again and again for so long."""
    took = []
    until = time.monotonic() + length
    async with deployment.client() as client:
        while time.monotonic() < until:
            began = time.monotonic()
            (await client.get("/healthz")).raise_for_status()
            took.append(time.monotonic() - began)
            await asyncio.sleep(0.02)
    return took
