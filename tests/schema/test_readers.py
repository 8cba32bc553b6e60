"""A reader that takes nothing costs little, and not for ever; one that wakes up in time learns why it was given up."""

import asyncio
from typing import Any

import pytest
import websockets
from starlette.applications import Starlette

from lifecycle.services import Services
from models.interview import Interview
from models.organization import Role
from schema import metrics, readers, transport
from tests.factories import say
from tests.resolvers.tenant import Tenant, id_of
from tests.schema.api import Served, served, token_of, with_services
from tests.schema.sockets import Bare, bare, until

MANY = f"query($id: ID!) {{ {' '.join(f't{n}: transcript(interviewId: $id) {{ turns {{ text }} }}' for n in range(50))} }}"


async def flood(client: Bare, interview: Interview) -> None:
    """Ask for far more than all buffers on the way hold, and read nothing of it."""
    for number in range(20):
        await client.subscribe(MANY, str(number), id=id_of(interview))


async def closed_after_all(client: Bare) -> tuple[int | None, str | None]:
    """Read all that comes; code and reason of the end."""
    with pytest.raises(websockets.ConnectionClosed):
        while True:
            async with asyncio.timeout(10):
                await client.connection.recv()
    return client.connection.close_code, client.connection.close_reason


async def test_a_reader_that_takes_nothing_is_given_up_and_its_streams_end(
    server: Served, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "STALLED_SECONDS", 0.2)
    monkeypatch.setattr(readers, "FAREWELL_SECONDS", 0.1)
    await say(interview, "x" * 20_000)
    # the client's own buffers are small, and nobody reads from them
    async with bare(server, await token_of(tenant, Role.VIEWER), max_queue=1, compression=None) as client:
        await flood(client, interview)
        async with asyncio.timeout(60):
            await until(lambda: not metrics.SOCKETS._value.get() and not metrics.STREAMS._value.get())
        client.connection.transport.abort()


async def test_a_reader_that_wakes_up_in_time_is_told_to_come_back(
    server: Served, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "STALLED_SECONDS", 0.2)
    given_up = asyncio.Event()
    give_up = readers.Protocol._give_up

    def told(protocol: readers.Protocol) -> None:
        give_up(protocol)
        given_up.set()

    monkeypatch.setattr(readers.Protocol, "_give_up", told)
    await say(interview, "x" * 20_000)
    async with bare(server, await token_of(tenant, Role.VIEWER), max_queue=1, compression=None) as client:
        await flood(client, interview)
        async with asyncio.timeout(10):
            await given_up.wait()
        assert await closed_after_all(client) == (readers.TRY_AGAIN_LATER, readers.REASON)


async def test_a_slow_reader_that_goes_on_is_not_given_up(
    server: Served, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "STALLED_SECONDS", 1.0)
    await say(interview, "x" * 20_000)
    async with bare(server, await token_of(tenant, Role.VIEWER), max_queue=1, compression=None, max_size=None) as client:
        await flood(client, interview)
        seen: list[dict[str, Any]] = []
        while len(seen) < 40:
            seen.append(await client.receive())
            await asyncio.sleep(0.05)
    assert {message["type"] for message in seen} == {"next", "complete"}


async def test_pings_that_are_not_answered_end_it_with_a_code_that_clients_come_back_after(services: Services) -> None:
    app = with_services(Starlette(routes=transport.routes(services.settings)), services)
    async with served(app, ws_ping_interval=0.1, ws_ping_timeout=0.2) as server, bare(server) as client:
        client.connection.transport.pause_reading()
        await until(lambda: not metrics.SOCKETS._value.get())
        client.connection.transport.resume_reading()
        assert await closed_after_all(client) == (readers.TRY_AGAIN_LATER, readers.REASON)
