"""`python -m benchmarks.http_load`: one request, sent again and again over connections that stay open; a process of its own.

Closed loop: each connection sends its next request once the answer is there. httptools reads the answers, so that a request costs
the sender a fraction of what it costs any of the servers.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import httptools
import uvloop


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent where."""

    port: int
    path: str
    headers: dict[str, str]
    body: str
    connections: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of it: seconds of each request, and how many were answered a second."""

    latencies: list[float]
    per_second: float
    wrong: int
    """answers of another status than 200, or of another body than the first"""


class _Connection(asyncio.Protocol):
    def __init__(self, request: bytes, deadline: float) -> None:
        self.latencies: list[float] = []
        self.wrong = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request = request
        self._deadline = deadline
        self._parser = httptools.HttpResponseParser(self)
        self._body = b""
        self._first: bytes | None = None
        self._sent_at = 0.0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        now = time.perf_counter()
        self.latencies.append(now - self._sent_at)
        self._first = self._first or self._body
        self.wrong += self._parser.get_status_code() != 200 or self._body != self._first
        self._body = b""
        if now < self._deadline:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._request)


async def send(load: Load) -> Sent:
    """Send it for so long. Raises OSError when nobody listens."""
    body = load.body.encode()
    lines = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": str(len(body)), **load.headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    request = f"POST {load.path} HTTP/1.1\r\n{head}\r\n".encode() + body
    loop = asyncio.get_running_loop()
    begun = time.perf_counter()
    connections: Sequence[_Connection] = [
        (await loop.create_connection(lambda: _Connection(request, begun + load.seconds), "127.0.0.1", load.port))[1]
        for _ in range(load.connections)
    ]
    await asyncio.gather(*(connection.done for connection in connections))
    latencies = [latency for connection in connections for latency in connection.latencies]
    took = time.perf_counter() - begun
    return Sent(latencies, len(latencies) / took, sum(connection.wrong for connection in connections))


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(send(Load(**json.load(sys.stdin)))))))
