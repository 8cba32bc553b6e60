"""Query bombs, oversized bodies and oversized frames, over HTTP and WebSocket."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

import httpx2
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from api.http import MAX_BODY_BYTES, MAX_FRAME_BYTES
from live.cancellation import cancel_and_wait
from models.documents.organization import Role
from sandbox.results import percentile
from tests.faults.checks import Check, count, duration, effect, ratio
from tests.faults.deployment import Deployment
from tests.faults.load import Scale, Window, run_load

REFUSAL_RATIO = 10.0
"""Median time of a refusal to that of a plain query before the flood: refusing stays cheap."""
REFUSAL_FLOOR_SECONDS = 0.005
HEALTH_RATIO = 2.5
"""p99 of /healthz during the flood to that before, or to the median of the slowest refusal if that is longer.

A health check may have to wait for one refusal, and refusals are bounded by REFUSAL_RATIO.
"""
SENDERS = 3
"""Over each of HTTP and WebSocket."""
PAUSE_SECONDS = 0.1
"""Between two bombs of a sender."""
TOO_BIG = 1009
DOUBLING = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(30))
BOMBS: Mapping[str, str] = {
    "doubling fragments": f"{{ ...f0 }} {DOUBLING} fragment f30 on Query {{ viewer {{ name }} }}",
    "aliases": "{" + " ".join(f"a{n}: viewer {{ name }}" for n in range(400)) + "}",
    "one field a thousand times": "{ viewer {" + "name " * 1000 + "} }",
    "nesting": "{ a" * 1000,
    "directives": "{ viewer { name " + "@skip(if: false) " * 500 + "} }",
}
OVERSIZE = "oversized"
KINDS = 2 * (len(BOMBS) + 1)
"""Each over HTTP and over WebSocket."""
ALL_KINDS_SECONDS = 30.0
PLAIN_QUERY = "{ viewer { name } }"


class Flood:
    """Sends bombs: `refusals` has the seconds until each was refused, `accepted` counts those that were not."""

    def __init__(self, deployment: Deployment) -> None:
        self.refusals: dict[str, list[float]] = defaultdict(list)
        self.accepted = 0
        self._deployment = deployment
        self._number = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Floods the API for the length of the block. Raises the error that a sender failed with."""
        tasks = [asyncio.create_task(sender()) for sender in [self._send_over_http, self._send_over_websocket] * SENDERS]
        try:
            yield
        finally:
            failed = [task for task in tasks if task.done()]
            await cancel_and_wait(*tasks)
            for task in failed:
                task.result()

    def _bombs(self) -> Mapping[str, str]:
        self._number += 1
        # a new document each time, which no cache knows as invalid
        return {name: f"# {self._number}\n{document}" for name, document in BOMBS.items()}

    async def _send_over_http(self) -> None:
        async with self._deployment.client(self._deployment.keys[Role.VIEWER]) as client:
            while True:
                for name, document in {**self._bombs(), OVERSIZE: "{" + "a" * MAX_BODY_BYTES + "}"}.items():
                    began = time.monotonic()
                    response = await client.post("/graphql", json={"query": document})
                    self.refusals[f"HTTP, {name}"].append(time.monotonic() - began)
                    self.accepted += bool(response.json().get("data"))
                    await asyncio.sleep(PAUSE_SECONDS)

    async def _send_over_websocket(self) -> None:
        while True:
            async with connect(
                self._deployment.websocket_url, subprotocols=[Subprotocol("graphql-transport-ws")], compression=None
            ) as connection:
                init = {"type": "connection_init", "payload": {"authorization": f"Bearer {self._deployment.keys[Role.VIEWER]}"}}
                await connection.send(orjson.dumps(init).decode())
                await connection.recv()
                for name, document in self._bombs().items():
                    self.accepted += not await self._is_refused(connection, name, document)
                    await asyncio.sleep(PAUSE_SECONDS)
                # comes last, because it ends the connection
                began = time.monotonic()
                try:
                    await connection.send(" " * (MAX_FRAME_BYTES + 1))
                    await connection.recv()
                    self.accepted += 1
                except ConnectionClosed as closed:
                    self.accepted += closed.rcvd is None or closed.rcvd.code != TOO_BIG
                self.refusals[f"WebSocket, {OVERSIZE}"].append(time.monotonic() - began)

    async def _is_refused(self, connection: ClientConnection, name: str, document: str) -> bool:
        message = {"id": name, "type": "subscribe", "payload": {"query": document}}
        began = time.monotonic()
        await connection.send(orjson.dumps(message).decode())
        response = orjson.loads(await connection.recv())
        self.refusals[f"WebSocket, {name}"].append(time.monotonic() - began)
        return bool(response["type"] == "error" and response["id"] == name)


async def floods(deployment: Deployment, scale: Scale) -> list[Check]:
    """Send bombs of every kind under load; health checks and subscribers are unaffected."""
    async with run_load(deployment, scale) as load:
        before = await load.run_undisturbed()
        plain = await _measure(deployment, scale.quiet, lambda client: client.post("/graphql", json={"query": PLAIN_QUERY}))
        health_before = await _measure(deployment, scale.quiet, _get_health)
        flood = Flood(deployment)
        async with flood.running():
            since = time.time()
            health_during = await _measure(deployment, scale.quiet, _get_health)
            with suppress(TimeoutError):
                # a slow machine needs longer than that to send every kind once
                async with asyncio.timeout(ALL_KINDS_SECONDS):
                    while len(flood.refusals) < KINDS:
                        await asyncio.sleep(0.05)
            during: Window = since, time.time()
        usual, healthy, flooded = percentile(plain, 0.5), percentile(health_before, 0.99), percentile(health_during, 0.99)
        slowest = max((percentile(seconds, 0.5) for seconds in flood.refusals.values()), default=0.0)
        return [
            effect(f"all {KINDS} kinds were sent", len(flood.refusals) == KINDS),
            count(f"accepted of {sum(map(len, flood.refusals.values()))}", flood.accepted),
            duration(f"plain query before, p50 of {len(plain)}", usual),
            *(
                ratio(
                    f"{name}: refusal to a plain query, p50 of {len(seconds)}",
                    percentile(seconds, 0.5),
                    usual,
                    REFUSAL_RATIO,
                    floor=REFUSAL_FLOOR_SECONDS,
                )
                for name, seconds in sorted(flood.refusals.items())
            ),
            duration("/healthz before, p99", healthy),
            duration("/healthz during the flood, p99", flooded),
            ratio(
                "/healthz during the flood to before, or to the slowest refusal, p99",
                flooded,
                max(healthy, slowest),
                HEALTH_RATIO,
            ),
            *await load.baseline_checks(before),
            *await load.latency_checks("others during the flood", during),
            await load.latency_ratio("others during the flood", during, before, None),
            *await load.stop_and_verify(),
        ]


async def _measure(
    deployment: Deployment, length: float, send: Callable[[httpx2.AsyncClient], Awaitable[httpx2.Response]]
) -> list[float]:
    """Send one request after the other for `length` seconds and return the seconds that each took."""
    took = []
    until = time.monotonic() + length
    async with deployment.client(deployment.keys[Role.VIEWER]) as client:
        while time.monotonic() < until:
            began = time.monotonic()
            (await send(client)).raise_for_status()
            took.append(time.monotonic() - began)
            await asyncio.sleep(0.02)
    return took


async def _get_health(client: httpx2.AsyncClient) -> httpx2.Response:
    return await client.get("/healthz")
