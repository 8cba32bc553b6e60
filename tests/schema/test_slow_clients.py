"""A reader that takes nothing costs little, and not for ever; one that wakes up in time learns why it was given up."""

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
from tests.factories import add_candidate_turn
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ServerAddress, issue_token, serve, with_services
from tests.schema.raw_socket import RawSocketClient, connect_raw, wait_until

HUGE_QUERY = f"query($id: ID!) {{ {' '.join(f't{n}: transcript(interviewId: $id) {{ turns {{ text }} }}' for n in range(50))} }}"


async def request_flood(client: RawSocketClient, interview: Interview) -> None:
    """Ask for far more than all buffers on the way hold, and read nothing of it."""
    for number in range(20):
        await client.subscribe(HUGE_QUERY, str(number), id=global_id_of(interview))


async def read_until_closed(client: RawSocketClient) -> tuple[int | None, str | None]:
    """Read all that comes; code and reason of the end."""
    with pytest.raises(websockets.ConnectionClosed):
        while True:
            async with asyncio.timeout(10):
                await client.connection.recv()
    return client.connection.close_code, client.connection.close_reason


async def test_a_reader_that_takes_nothing_is_given_up_and_its_streams_end(
    server: ServerAddress, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "STALLED_SECONDS", 0.2)
    monkeypatch.setattr(slow_clients, "CLOSE_GRACE_SECONDS", 0.1)
    await add_candidate_turn(interview, "x" * 20_000)
    # the client's own buffers are small, and nobody reads from them
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER), max_queue=1, compression=None) as client:
        await request_flood(client, interview)
        async with asyncio.timeout(60):
            await wait_until(lambda: not metrics.OPEN_SOCKETS._value.get() and not metrics.OPEN_STREAMS._value.get())
        client.connection.transport.abort()


async def test_a_reader_that_wakes_up_in_time_is_told_to_come_back(
    server: ServerAddress, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "STALLED_SECONDS", 0.2)
    given_up = asyncio.Event()
    give_up = slow_clients.SlowClientProtocol._give_up

    def record_give_up(protocol: slow_clients.SlowClientProtocol) -> None:
        give_up(protocol)
        given_up.set()

    monkeypatch.setattr(slow_clients.SlowClientProtocol, "_give_up", record_give_up)
    await add_candidate_turn(interview, "x" * 20_000)
    async with connect_raw(server, await issue_token(tenant, Role.VIEWER), max_queue=1, compression=None) as client:
        await request_flood(client, interview)
        async with asyncio.timeout(10):
            await given_up.wait()
        assert await read_until_closed(client) == (slow_clients.TRY_AGAIN_LATER, slow_clients.STALL_REASON)


async def test_a_slow_reader_that_goes_on_is_not_given_up(
    server: ServerAddress, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "STALLED_SECONDS", 1.0)
    await add_candidate_turn(interview, "x" * 20_000)
    async with connect_raw(
        server, await issue_token(tenant, Role.VIEWER), max_queue=1, compression=None, max_size=None
    ) as client:
        await request_flood(client, interview)
        seen: list[dict[str, Any]] = []
        while len(seen) < 40:
            seen.append(await client.receive())
            await asyncio.sleep(0.05)
    assert {message["type"] for message in seen} == {"next", "complete"}


async def test_pings_that_are_not_answered_end_it_with_a_code_that_clients_come_back_after(services: Services) -> None:
    app = with_services(Starlette(routes=http.build_routes(services.settings)), services)
    async with serve(app, ws_ping_interval=0.1, ws_ping_timeout=0.2) as server, connect_raw(server) as client:
        client.connection.transport.pause_reading()
        await wait_until(lambda: not metrics.OPEN_SOCKETS._value.get())
        client.connection.transport.resume_reading()
        assert await read_until_closed(client) == (slow_clients.TRY_AGAIN_LATER, slow_clients.STALL_REASON)
