"""The server disconnects clients that read too slowly. One that resumes reading soon receives the reason."""

import asyncio
from typing import Any

import pytest
import websockets
from starlette.applications import Starlette

from api import http, slow_clients
from engine import metrics
from lifecycle.services import Services
from models.documents.interview import Interview
from models.documents.organization import Role
from tests.api.raw_socket import RawSocketClient, connect_raw
from tests.factories import add_candidate_turn
from tests.helpers import TIMEOUT_SECONDS, wait_until
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ServerAddress, issue_token, serve, with_services

TURNS = 10
TRANSCRIPTS = 5
HUGE_QUERY = (
    "query($id: ID!) { "
    + " ".join(f"t{n}: transcript(interviewId: $id) {{ turns {{ text }} }}" for n in range(TRANSCRIPTS))
    + " }"
)
"""Returns 1 MB (TURNS * TRANSCRIPTS texts of 20,000 characters) from few database reads."""


async def request_more_than_buffers_hold(client: RawSocketClient, interview: Interview) -> None:
    """Store a long transcript, and request it so often that the responses exceed the buffers of client and server."""
    for _ in range(TURNS):
        await add_candidate_turn(interview, "x" * 20_000)
    for number in range(20):
        await client.subscribe(HUGE_QUERY, str(number), id=global_id_of(interview))


async def read_until_closed(client: RawSocketClient) -> tuple[int | None, str | None]:
    """Read until the server closes the connection; return the close code and the reason."""
    with pytest.raises(websockets.ConnectionClosed):
        while True:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await client.connection.recv()
    return client.connection.close_code, client.connection.close_reason


async def test_client_that_reads_nothing_is_disconnected_and_its_streams_end(
    server: ServerAddress, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "STALLED_SECONDS", 0.2)
    monkeypatch.setattr(slow_clients, "CLOSE_GRACE_SECONDS", 0.1)
    # the client's buffers are small, and the test reads nothing from them
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER), max_queue=1, compression=None) as client:
        await request_more_than_buffers_hold(client, interview)
        await wait_until(lambda: not metrics.OPEN_SOCKETS._value.get() and not metrics.OPEN_STREAMS._value.get())
        client.connection.transport.abort()


async def test_client_that_resumes_reading_receives_the_close_code_and_reason(
    server: ServerAddress, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "STALLED_SECONDS", 0.2)
    monkeypatch.setattr(slow_clients, "CLOSE_GRACE_SECONDS", TIMEOUT_SECONDS)
    disconnected = asyncio.Event()
    original = slow_clients.SlowClientProtocol._disconnect

    def record_disconnect(protocol: slow_clients.SlowClientProtocol) -> None:
        original(protocol)
        disconnected.set()

    monkeypatch.setattr(slow_clients.SlowClientProtocol, "_disconnect", record_disconnect)
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER), max_queue=1, compression=None) as client:
        await request_more_than_buffers_hold(client, interview)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await disconnected.wait()
        assert await read_until_closed(client) == (slow_clients.TRY_AGAIN_LATER, slow_clients.STALL_REASON)


async def test_slow_client_that_keeps_reading_stays_connected(
    server: ServerAddress, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "STALLED_SECONDS", 3.0)
    async with connect_raw(
        server, await issue_token(tenant, Role.VIEWER), max_queue=1, compression=None, max_size=None
    ) as client:
        await request_more_than_buffers_hold(client, interview)
        messages: list[dict[str, Any]] = []
        while len(messages) < 40:
            messages.append(await client.receive())
            await asyncio.sleep(0.1)  # in total longer than STALLED_SECONDS
    assert {message["type"] for message in messages} == {"next", "complete"}


async def test_unanswered_pings_close_the_connection_with_a_code_after_which_clients_reconnect(services: Services) -> None:
    app = with_services(Starlette(routes=http.build_routes(services.settings)), services)
    async with serve(app, ws_ping_interval=0.1, ws_ping_timeout=0.2) as server, connect_raw(server) as client:
        client.connection.transport.pause_reading()
        await wait_until(lambda: not metrics.OPEN_SOCKETS._value.get())
        client.connection.transport.resume_reading()
        assert await read_until_closed(client) == (slow_clients.TRY_AGAIN_LATER, slow_clients.STALL_REASON)
