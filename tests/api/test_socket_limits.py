"""Bounds on WebSockets: floods wait and do not stop the others, and sockets without a credential make room."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from starlette.applications import Starlette

from api import socket_limits
from api.http import build_routes
from api.socket_limits import AnonymousSockets, Pace
from lifecycle.services import Services
from models.documents.organization import Role
from tests.api.raw_socket import RawSocketClient, connect_raw
from tests.faults.attackers_process import FLOODS, HANDSHAKE, INIT, PING, TEXT, encode_frame, encode_message
from tests.helpers import TIMEOUT_SECONDS
from tests.resolvers.tenant import Tenant
from tests.schema.api_client import ServerAddress, issue_token, serve, with_services

FLOOD_BYTES = 32 * 1024 * 1024
"""More than the kernel's buffers of a connection hold."""


@asynccontextmanager
async def open_stream(server: ServerAddress) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open a WebSocket that sends and receives bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(HANDSHAKE)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await reader.readuntil(b"\r\n\r\n")
        yield reader, writer
    finally:
        writer.transport.abort()


async def is_answering(client: RawSocketClient) -> bool:
    await client.send({"type": "ping"})
    return await client.receive() == {"type": "pong"}


# --- pace


@pytest.mark.parametrize("flood", FLOODS)
async def test_flood_of_one_socket_waits_and_another_socket_is_served(server: ServerAddress, tenant: Tenant, flood: str) -> None:
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as other, open_stream(server) as (_, writer):
        writer.write(encode_message(INIT))
        pieces = FLOODS[flood]()
        size = 0
        while size < FLOOD_BYTES:
            writer.write(piece := next(pieces))
            size += len(piece)
        for _ in range(5):
            assert await is_answering(other)
        # the server does not read what it cannot handle in time, so most of it has not left the client
        assert writer.transport.is_closing() or writer.transport.get_write_buffer_size() > FLOOD_BYTES / 4


async def test_all_messages_of_many_pieces_are_handled_in_order(server: ServerAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_limits, "CONTROL_FRAMES_PER_SECOND", 1e6)
    monkeypatch.setattr(socket_limits, "MESSAGES_PER_SECOND", 1e6)
    async with open_stream(server) as (reader, writer):
        messages = []
        for number in range(100):
            payload = {"query": "{ __typename }", "variables": {"unused": "x" * (97 * number)}}
            messages.append(encode_message({"type": "subscribe", "id": str(number), "payload": payload}))
            messages.append(encode_frame(PING))
        # a message in fragments
        first, rest = (b'{"type":', b'"ping"}')
        messages.append(bytes([TEXT]) + encode_frame(TEXT, first)[1:] + encode_frame(0, rest))
        writer.write(encode_message(INIT) + b"".join(messages))
        text = ""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while '"pong"' not in text or text.count('"complete"') < 100:
                text += (await reader.read(65_536)).decode(errors="replace")
        results = [part for part in text.split('"id":"')[1:] if '"next"' in part]
        assert sorted(int(part.split('"')[0]) for part in results) == list(range(100))


async def test_socket_that_keeps_sending_too_fast_is_closed_with_4429(
    server: ServerAddress, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_limits, "MESSAGES_PER_SECOND", 1000.0)
    monkeypatch.setattr(socket_limits, "MESSAGES_BURST", 5)
    monkeypatch.setattr(socket_limits, "MAX_DELAYED_MESSAGES", 3)
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER)) as client:
        for _ in range(100):
            await client.send({"type": "pong"})
        assert await client.wait_closed() == (4429, "Too many requests")


def test_pace_allows_a_burst_then_the_rate_and_recovers() -> None:
    pace = Pace(per_second=10, burst=5)
    assert [pace.compute_delay(1, now=0.0) for _ in range(7)] == pytest.approx([0, 0, 0, 0, 0, 0.1, 0.2])
    assert pace.compute_delay(1, now=0.3) == 0
    assert not pace.is_idle(0.3)
    assert pace.is_idle(1.0)


# --- sockets without a credential


@asynccontextmanager
async def serve_again(services: Services) -> AsyncIterator[ServerAddress]:
    """Serve the API with the limits that hold now."""
    async with serve(with_services(Starlette(routes=build_routes(services.settings)), services)) as server:
        yield server


@pytest.mark.parametrize("limit", ["MAX_ANONYMOUS_SOCKETS", "MAX_ANONYMOUS_SOCKETS_PER_ADDRESS"])
@pytest.mark.parametrize("init", [True, False])
async def test_oldest_socket_without_a_credential_makes_room(
    services: Services, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, limit: str, init: bool
) -> None:
    monkeypatch.setattr(socket_limits, limit, 2)
    token = await issue_token(tenant, Role.VIEWER)
    async with serve_again(services) as server, AsyncExitStack() as stack:
        known = [await stack.enter_async_context(connect_raw(server, token)) for _ in range(3)]
        first, second, third = [await stack.enter_async_context(connect_raw(server, init=init)) for _ in range(3)]
        code, reason = await first.wait_closed()
        assert (code, reason) == (1013, "RATE_LIMITED: Too many sockets without a credential: try again in 5 seconds.")
        # callers with a credential find room, too
        known.append(await stack.enter_async_context(connect_raw(server, token)))
        for client in [*known, third]:
            assert await is_answering(client)
        assert await second.wait_closed() == (code, reason)


def test_one_address_does_not_use_up_the_sockets_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_limits, "MAX_ANONYMOUS_SOCKETS_PER_ADDRESS", 2)
    evicted: list[str] = []

    class Socket:
        def __init__(self, name: str) -> None:
            self.name = name

        def evict(self) -> None:
            evicted.append(self.name)

    sockets = AnonymousSockets(max_connections=100)
    pace = sockets.join(Socket("other"), "192.0.2.1")
    paces = [sockets.join(Socket(str(number)), "192.0.2.2") for number in range(4)]
    assert evicted == ["0", "1"]
    assert paces == paces[:1] * 4, "an address has one pace for all its sockets"
    assert pace is not paces[0]


async def test_socket_without_a_credential_and_operation_is_closed_with_4408(
    services: Services, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_limits, "ANONYMOUS_IDLE_SECONDS", 0.05)
    token = await issue_token(tenant, Role.VIEWER)
    async with serve_again(services) as server, connect_raw(server, token) as known, connect_raw(server) as anonymous:
        await anonymous.subscribe("{ __typename }")
        assert (await anonymous.receive())["type"] == "next"
        assert (await anonymous.receive())["type"] == "complete"
        assert await anonymous.wait_closed() == (4408, "No credential, and no operation for a minute")
        assert await is_answering(known)
