"""A dashboard: follows interviews over one WebSocket, comes back with `after` whenever it is cut off, and checks all it gets."""

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
UNANSWERED = 1006
"""of a connection that ended without a close frame"""
FINAL = frozenset({4400, 4401, 4403, 4406, 4409})
"""codes after which a client does not come back by itself"""
SMALL_BUFFER = 4096
"""what the kernel keeps for a reader that stalls, so that the API soon notices"""


class Reader:
    """Follows these interviews: `oracles` has one for each of its subscriptions."""

    def __init__(self, url: str, token: str, interview_ids: Sequence[str], seen: list[tuple[float, float]]) -> None:
        """`seen` takes, of each turn, when it was written (as time.time counts) and the seconds until it was here."""
        self.oracles = [Oracle(interview_id) for interview_id in interview_ids]
        self.connections = 0
        self.codes: Counter[int] = Counter()
        """how connections ended that were not ended here"""
        self.ended_at: float | None = None
        """when it was told for good that nothing more comes"""
        self._url = url
        self._token = token
        self._seen = seen
        self._completed: set[int] = set()
        self._connection: ClientConnection | None = None
        self._reads = asyncio.Event()
        self._reads.set()
        self._is_small = False

    @property
    def is_completed(self) -> bool:
        """Whether each of its subscriptions has completed."""
        return len(self._completed) == len(self.oracles)

    def stall(self) -> None:
        """Take nothing more from the connection, which stays open. For a reader that was made to have small buffers."""
        self._reads.clear()

    def go_on(self) -> None:
        """Take again what has come."""
        self._reads.set()

    def use_small_buffers(self) -> None:
        """From the next connection on."""
        self._is_small = True

    async def leave(self) -> None:
        """Cut the connection, half of the times without a word; `follow` comes back at once."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if random.random() < 0.5:
            connection.transport.abort()
        else:
            await connection.close()

    async def follow(self) -> None:
        """Follow until all that is followed has completed, or access has ended."""
        while self.ended_at is None:
            mine = None
            try:
                async with await self._connect() as mine:
                    self.connections += 1
                    self._connection = mine
                    await self._subscribe(mine)
                    await self._read(mine)
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else UNANSWERED
                if self._connection is mine:
                    self.codes[code] += 1
                if code in FINAL:
                    self.ended_at = time.time()
            except (OSError, InvalidHandshake, TimeoutError):
                pass
            if self._connection is mine:
                await asyncio.sleep(random.uniform(0.1, 0.4))

    async def _connect(self) -> connect:
        options: dict[str, Any] = {}
        if self._is_small:
            address = urlsplit(self._url)
            small = socket.socket()
            small.setblocking(False)
            small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
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
        for place, oracle in enumerate(self.oracles):
            if place not in self._completed:
                payload = {"query": TURNS, "variables": {"id": oracle.interview_id, "after": oracle.last}}
                await connection.send(orjson.dumps({"id": str(place), "type": "subscribe", "payload": payload}).decode())

    async def _read(self, connection: ClientConnection) -> None:
        while not self.is_completed:
            await self._reads.wait()
            self._take(orjson.loads(await connection.recv()))
        self.ended_at = time.time()

    def _take(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "next", "id": place, "payload": {"data": {"turnAdded": turn}}}:
                self.oracles[int(place)].take(turn["seq"], turn["text"])
                written_at = datetime.fromisoformat(turn["endedAt"]).timestamp()
                self._seen.append((written_at, time.time() - written_at))
            case {"type": "complete", "id": place}:
                self._completed.add(int(place))
            case {"type": "error" | "next", "payload": payload}:
                raise RuntimeError(f"a subscription failed: {payload}")


async def cut_off(task: "asyncio.Task[None]") -> None:
    """End a reader's task, and raise what it had ended with."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
