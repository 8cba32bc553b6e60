"""Closed-loop HTTP load: each connection sends its next request once it has the response. Runs in a process of its own.

httptools parses the responses, so that a request costs the sender a fraction of what it costs any of the servers.
"""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE
from dataclasses import asdict, dataclass
from typing import Any

import httptools
import uvloop

from benchmarks.rig import ROOT
from sandbox.processes import SandboxFailed


@dataclass(frozen=True, slots=True)
class Requests:
    """What to send, where, and for how long."""

    port: int
    path: str
    headers: dict[str, str]
    body: str
    connections: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Responses:
    """The latencies in seconds, the rate of responses, and the number of unexpected ones."""

    latencies: list[float]
    per_second: float
    unexpected: int
    """Responses with a status other than 200, or with another body than the first."""


class _Connection(asyncio.Protocol):
    def __init__(self, request: bytes, deadline: float) -> None:
        self.latencies: list[float] = []
        self.unexpected = 0
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
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
        self.unexpected += self._parser.get_status_code() != 200 or _data_of(self._body) != _data_of(self._first)
        self._body = b""
        if now < self._deadline:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._request)


async def _send(requests: Requests) -> Responses:
    body = requests.body.encode()
    headers = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": str(len(body)), **requests.headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"POST {requests.path} HTTP/1.1\r\n{head}\r\n".encode() + body
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    connections = [
        (await loop.create_connection(lambda: _Connection(request, began + requests.seconds), "127.0.0.1", requests.port))[1]
        for _ in range(requests.connections)
    ]
    await asyncio.gather(*(connection.closed for connection in connections))
    latencies = [latency for connection in connections for latency in connection.latencies]
    rate = len(latencies) / (time.perf_counter() - began)
    return Responses(latencies, rate, sum(connection.unexpected for connection in connections))


def _data_of(body: bytes) -> bytes:
    """Return a response without its extensions, whose cost tells what remains of a limit."""
    return body.partition(b',"extensions":')[0]


async def send_from_process(requests: Requests) -> Responses:
    """Send the requests from a new process. Raises SandboxFailed if a response was unexpected."""
    command = (sys.executable, "-m", "benchmarks.http_load")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    output, _ = await process.communicate(json.dumps(asdict(requests)).encode())
    if process.returncode:
        raise SandboxFailed("The HTTP load could not be sent; the traceback above says why.")
    responses = Responses(**json.loads(output))
    if responses.unexpected or not responses.latencies:
        raise SandboxFailed(f"{responses.unexpected} of {len(responses.latencies)} responses were unexpected.")
    return responses


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(_send(Requests(**json.load(sys.stdin)))))))
