"""Dashboard client: follows interviews over one WebSocket, reconnects with `after`, and checks everything it receives."""

import asyncio
import random
import socket
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from tests.faults.oracle import Oracle

TURNS = "subscription($id: ID!, $after: Int!) { turnAdded(interviewId: $id, after: $after) { id seq speaker text endedAt } }"
OPEN_SECONDS = 5.0
ABNORMAL_CLOSURE = 1006
"""Close code of a connection that ended without a close frame (RFC 6455)."""
FINAL_CODES = frozenset({4400, 4401, 4403, 4406, 4409})
"""Close codes after which a client does not reconnect."""
SMALL_BUFFER_BYTES = 4096
"""Kernel receive buffer of a subscriber that will stall, so that the API notices soon."""


class Subscriber:
    """Follows the given interviews; `oracles` has one oracle for each of its subscriptions."""

    def __init__(
        self, url: str, token: str, interview_ids: Sequence[str], latencies: list[tuple[float, float]], *, small_buffers: bool
    ) -> None:
        """`latencies` receives for each turn the time it was written, as time.time() counts, and seconds until it arrived."""
        self.oracles = [Oracle(interview_id) for interview_id in interview_ids]
        self.connections = 0
        self.close_codes: Counter[int] = Counter()
        """How connections ended that this subscriber did not end."""
        self.ended_at: float | None = None
        """When the server said that nothing more comes."""
        self._url = url
        self._token = token
        self._latencies = latencies
        self._completed: set[int] = set()
        self._connection: ClientConnection | None = None
        self._is_reading = asyncio.Event()
        self._is_reading.set()
        self._small_buffers = small_buffers

    @property
    def is_completed(self) -> bool:
        """Whether every subscription has completed."""
        return len(self._completed) == len(self.oracles)

    def stall(self) -> None:
        """Stop reading from the connection and keep it open. Takes effect soon only with small buffers."""
        self._is_reading.clear()

    def resume(self) -> None:
        """Read from the connection again."""
        self._is_reading.set()

    async def disconnect(self) -> None:
        """End the connection, half of the times without a close frame; `follow` then reconnects immediately."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if random.random() < 0.5:
            connection.transport.abort()
        else:
            await connection.close()

    async def follow(self) -> None:
        """Follow until every subscription has completed or access has ended."""
        while self.ended_at is None:
            mine = None
            try:
                async with await self._connect() as mine:
                    self.connections += 1
                    self._connection = mine
                    await self._subscribe(mine)
                    await self._read(mine)
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else ABNORMAL_CLOSURE
                if self._connection is mine:
                    self.close_codes[code] += 1
                if code in FINAL_CODES:
                    self.ended_at = time.time()
            except (OSError, InvalidHandshake, TimeoutError):
                pass
            if self._connection is mine:
                await asyncio.sleep(random.uniform(0.1, 0.4))

    async def _connect(self) -> connect:
        options: dict[str, Any] = {}
        if self._small_buffers:
            address = urlsplit(self._url)
            small = socket.socket()
            small.setblocking(False)
            small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
            await asyncio.get_running_loop().sock_connect(small, (address.hostname, address.port))
            options = {"sock": small, "max_queue": 1}
        return connect(
            self._url,
            subprotocols=[Subprotocol("graphql-transport-ws")],
            compression=None,
            ping_interval=None,
            open_timeout=OPEN_SECONDS,
            close_timeout=1,
            **options,
        )

    async def _subscribe(self, connection: ClientConnection) -> None:
        init = {"type": "connection_init", "payload": {"authorization": f"Bearer {self._token}"}}
        await connection.send(orjson.dumps(init).decode())
        await connection.recv()
        for index, oracle in enumerate(self.oracles):
            if index not in self._completed:
                payload = {"query": TURNS, "variables": {"id": oracle.interview_id, "after": oracle.last}}
                await connection.send(orjson.dumps({"id": str(index), "type": "subscribe", "payload": payload}).decode())

    async def _read(self, connection: ClientConnection) -> None:
        while not self.is_completed:
            await self._is_reading.wait()
            self._handle(orjson.loads(await connection.recv()))
        self.ended_at = time.time()

    def _handle(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "next", "id": index, "payload": {"data": {"turnAdded": turn}}}:
                self.oracles[int(index)].observe(turn["seq"], turn["text"])
                written_at = datetime.fromisoformat(turn["endedAt"]).timestamp()
                self._latencies.append((written_at, time.time() - written_at))
            case {"type": "complete", "id": index}:
                self._completed.add(int(index))
            case {"type": "error" | "next", "payload": payload}:
                raise RuntimeError(f"a subscription failed: {payload}")


async def cancel_and_raise(task: "asyncio.Task[None]") -> None:
    """Cancel a task, wait for it, and raise the error that it had failed with, if any."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
