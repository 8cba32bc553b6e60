"""Bounds on a request before the application sees it: its head, the time to arrive, and connections."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import orjson
import pytest
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute

from api import request_limits
from api.http import MAX_BODY_BYTES, build_routes, security_headers
from api.request_limits import MAX_HEADER_BYTES, MAX_UNPARSED_BYTES, MAX_URL_BYTES, choose_max_connections
from lifecycle.services import Services
from settings import ApiSettings
from tests.api.raw_socket import connect_raw
from tests.helpers import TIMEOUT_SECONDS
from tests.schema.api_client import ServerAddress, serve, with_services

HOST = b"Host: viva\r\n"
UPGRADE = b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
OPERATION = b'{"query": "{ __typename }"}'


class RawClient:
    """A TCP connection that sends any bytes and reads HTTP responses."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    def send(self, *pieces: bytes) -> None:
        self.writer.write(b"".join(pieces))

    async def receive_head(self) -> str:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()

    async def receive(self) -> tuple[int, bytes]:
        """Return the status and the body of the next response."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            head = await self.receive_head()
            length = next(int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:"))
            return int(head.split()[1]), await self._reader.readexactly(length)

    async def receive_error(self) -> tuple[int, str]:
        status, body = await self.receive()
        (error,) = orjson.loads(body)["errors"]
        return status, error["message"]

    async def wait_closed(self) -> bytes:
        """Wait until the server closes the connection. Returns what it sent before."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await self._reader.read()


@asynccontextmanager
async def open_connection(server: ServerAddress) -> AsyncIterator[RawClient]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        yield RawClient(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def post(body: bytes, *headers: bytes) -> bytes:
    length = b"Content-Length: %d\r\n" % len(body)
    return b"".join([b"POST /graphql HTTP/1.1\r\n", HOST, b"Content-Type: application/json\r\n", length, *headers, b"\r\n", body])


@pytest.mark.parametrize(
    ("head", "status", "message"),
    [
        (
            b"GET /graphql?query=" + b"x" * MAX_URL_BYTES + b" HTTP/1.1\r\n" + HOST + b"\r\n",
            414,
            "The URL is too long: at most 16384 bytes. Send a POST request.",
        ),
        (
            b"GET /healthz HTTP/1.1\r\n" + HOST + b"X-Long: " + b"x" * MAX_HEADER_BYTES + b"\r\n\r\n",
            431,
            "The header fields are too long: at most 16384 bytes together.",
        ),
        (
            b"GET /healthz HTTP/1.1\r\n" + HOST + b"X-Many: 123456789\r\n" * 1_100 + b"\r\n",
            431,
            "The header fields are too long: at most 16384 bytes together.",
        ),
        # a head that never ends
        (
            b"GET /healthz HTTP/1.1\r\nX-Long: " + b"x" * MAX_UNPARSED_BYTES,
            431,
            "The header fields are too long: at most 16384 bytes together.",
        ),
        # a request that never begins
        (b"\r\n" * MAX_UNPARSED_BYTES, 431, "The header fields are too long: at most 16384 bytes together."),
        (b"GET /" + b"x" * MAX_UNPARSED_BYTES, 414, "The URL is too long: at most 16384 bytes. Send a POST request."),
        (
            b"GET /graphql HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Long: "
            + b"x" * MAX_HEADER_BYTES
            + b"\r\n\r\n",
            431,
            "The header fields are too long: at most 16384 bytes together.",
        ),
    ],
)
async def test_head_that_is_too_long_is_refused_and_the_connection_closed(
    server: ServerAddress, head: bytes, status: int, message: str
) -> None:
    async with open_connection(server) as client:
        client.send(head)
        assert await client.receive_error() == (status, message)
        # what follows belongs to the refused request
        client.send(b"GET /healthz HTTP/1.1\r\n", HOST, b"\r\n")
        assert await client.wait_closed() == b""


async def test_head_is_bounded_in_later_requests_of_a_connection_too(server: ServerAddress) -> None:
    async with open_connection(server) as client:
        client.send(post(OPERATION))
        status, _ = await client.receive()
        assert status == 200
        client.send(post(OPERATION, b"X-Long: ", b"x" * MAX_HEADER_BYTES, b"\r\n"))
        status, _ = await client.receive_error()
        assert status == 431


async def test_head_within_the_bounds_is_accepted(server: ServerAddress) -> None:
    async with open_connection(server) as client:
        client.send(post(OPERATION, b"X-Long: ", b"x" * (MAX_HEADER_BYTES - 500), b"\r\n"))
        status, body = await client.receive()
        assert (status, orjson.loads(body)["data"]) == (200, {"__typename": "Query"})


@pytest.mark.parametrize("sent", [b"GET /healthz HTTP/1.1\r\nX-Slow: x", post(OPERATION)[:-5]])
async def test_request_that_takes_too_long_to_arrive_is_answered_with_408(
    server: ServerAddress, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_limits, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(request_limits, "BODY_SECONDS", 0.3)
    async with open_connection(server) as client:
        client.send(sent)
        assert await client.receive_error() == (408, "The request took too long to arrive: send it again, without pauses.")
        assert await client.wait_closed() == b""


async def test_connection_without_a_request_is_closed(server: ServerAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_limits, "HEAD_SECONDS", 0.1)
    async with open_connection(server) as client:
        assert await client.wait_closed() == b""


async def test_time_to_answer_is_not_bounded_by_the_time_to_arrive(
    server: ServerAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_limits, "HEAD_SECONDS", 0.1)
    monkeypatch.setattr(request_limits, "BODY_SECONDS", 0.1)
    async with open_connection(server) as client:
        client.send(post(b'{"query": "subscription { interviewsChanged { __typename } }"}', b"Accept: text/event-stream\r\n"))
        assert b"UNAUTHENTICATED" in await client.wait_closed()


@pytest.mark.parametrize("public_url", ["http://viva.example", "https://viva.example"])
async def test_every_response_has_the_security_headers(services: Services, public_url: str) -> None:
    routes = build_routes(services.settings)
    app = with_services(Starlette(routes=routes), services)
    headers = security_headers(ApiSettings(public_url=public_url))
    paths = {
        re.sub(r"\{\w+(?::\w+)?\}", "x", route.path) for route in routes if isinstance(route, Route | Mount | WebSocketRoute)
    }
    assert len(paths) > 10
    requests = [
        *(
            f"{method} {path} HTTP/1.1\r\nConnection: close\r\n".encode() + HOST + b"\r\n"
            for path in sorted({*paths, "/assets/unknown", "/unknown"})
            # the last is the method of no route: 405
            for method in ("GET", "POST", "OPTIONS", "DELETE")
        ),
        *(f"GET {path} HTTP/1.1\r\n".encode() + HOST + UPGRADE + b"\r\n" for path in ("/graphql", "/healthz", "/unknown")),
        post(OPERATION),
        post(b"{"),
        post(b" " * (MAX_BODY_BYTES + 1)),
        post(OPERATION, b"X-Long: ", b"x" * MAX_HEADER_BYTES, b"\r\n"),
        b"GET /" + b"x" * MAX_URL_BYTES + b" HTTP/1.1\r\n" + HOST + b"\r\n",
        b"nonsense\r\n\r\n",
    ]
    async with serve(app, headers=headers) as server:
        for request in requests:
            async with open_connection(server) as client:
                client.send(request)
                head = await client.receive_head()
            for expected in (
                "x-content-type-options: nosniff",
                "cross-origin-opener-policy: same-origin",
                "cross-origin-resource-policy: same-origin",
                # the URL of a page may contain an invite
                "referrer-policy: no-referrer",
            ):
                assert head.count(expected) == 1, (request[:30], head)
            assert ("strict-transport-security: max-age=" in head) is public_url.startswith("https")


async def test_too_many_busy_connections_are_answered_with_503_except_health_checks(services: Services) -> None:
    app = with_services(Starlette(routes=build_routes(services.settings)), services)
    async with serve(app, limit_concurrency=3) as server, connect_raw(server), connect_raw(server):
        for request in (post(OPERATION), b"".join([b"GET /graphql HTTP/1.1\r\n", HOST, UPGRADE, b"\r\n"])):
            async with open_connection(server) as client:
                client.send(request)
                assert await client.receive_error() == (503, "Too many connections: try again in 5 seconds.")
                await client.wait_closed()
        async with open_connection(server) as client:
            client.send(b"GET /readyz HTTP/1.1\r\n", HOST, b"\r\n")
            status, _ = await client.receive()
            assert status == 200


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nX-Slow: x", post(OPERATION)[:-5], post(OPERATION)])
async def test_connection_that_has_waited_longest_makes_room_for_a_request(services: Services, sent: bytes) -> None:
    app = with_services(Starlette(routes=build_routes(services.settings)), services)
    async with (
        serve(app, limit_concurrency=4) as server,
        connect_raw(server) as socket,
        open_connection(server) as oldest,
        open_connection(server) as other,
    ):
        oldest.send(sent)
        if sent == post(OPERATION):
            await oldest.receive()
        other.send(post(OPERATION))
        assert (await other.receive())[0] == 200
        for _ in range(2):
            async with open_connection(server) as client:
                client.send(post(OPERATION))
                assert (await client.receive())[0] == 200
        with suppress(ConnectionResetError):
            assert await oldest.wait_closed() == b""
        await socket.send({"type": "ping"})
        assert await socket.receive() == {"type": "pong"}


async def test_client_that_does_not_read_its_answer_is_disconnected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_limits, "STALLED_SECONDS", 0.1)
    disconnected = asyncio.Event()

    async def stream() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 1_000_000
                await asyncio.sleep(0)
        finally:
            disconnected.set()

    app = Starlette(routes=[Route("/", lambda _: StreamingResponse(stream()))])
    async with serve(app) as server, open_connection(server) as client:
        client.send(b"GET / HTTP/1.1\r\n", HOST, b"\r\n")
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await disconnected.wait()


def test_descriptors_are_reserved_for_databases_and_health_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (1_024, 4_096))
    assert choose_max_connections() == 896
