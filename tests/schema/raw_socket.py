"""A client of graphql-transport-ws that sends whatever it is told to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect

from tests.schema.api_client import ServerAddress


class RawSocketClient:
    """A connection on which anything can be sent."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, message: Any) -> None:
        await self.connection.send(message if isinstance(message, str | bytes) else orjson.dumps(message).decode())

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            message: dict[str, Any] = orjson.loads(await self.connection.recv())
            return message

    async def wait_closed(self) -> tuple[int, str]:
        """Code and reason, once the server has closed."""
        async with asyncio.timeout(5):
            await self.connection.wait_closed()
        assert self.connection.close_code is not None
        return self.connection.close_code, self.connection.close_reason or ""

    async def subscribe(self, query: str, name: str = "1", **variables: Any) -> None:
        await self.send({"type": "subscribe", "id": name, "payload": {"query": query, "variables": variables}})


@asynccontextmanager
async def connect_raw(
    server: ServerAddress, token: str | None = None, *, init: bool = True, **options: Any
) -> AsyncIterator[RawSocketClient]:
    protocols = {"subprotocols": ["graphql-transport-ws"], **options}
    async with connect(server.websocket_url, **protocols) as connection:
        client = RawSocketClient(connection)
        if init:
            payload = {"authorization": f"Bearer {token}"} if token else {}
            await client.send({"type": "connection_init", "payload": payload})
            assert await client.receive() == {"type": "connection_ack"}
        yield client


async def wait_until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)
