"""A WebSocket client without a GraphQL library, for messages that no library would send."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect

from tests.helpers import TIMEOUT_SECONDS
from tests.schema.api_client import ServerAddress


class RawSocketClient:
    """A connection that sends and receives single messages of graphql-transport-ws."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, message: Any) -> None:
        await self.connection.send(message if isinstance(message, str | bytes) else orjson.dumps(message).decode())

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            message: dict[str, Any] = orjson.loads(await self.connection.recv())
            return message

    async def wait_closed(self) -> tuple[int, str]:
        """Wait until the server has closed the connection; return the close code and the reason."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await self.connection.wait_closed()
        assert self.connection.close_code is not None
        return self.connection.close_code, self.connection.close_reason or ""

    async def subscribe(self, query: str, name: str = "1", **variables: Any) -> None:
        await self.send({"type": "subscribe", "id": name, "payload": {"query": query, "variables": variables}})


@asynccontextmanager
async def connect_raw(
    server: ServerAddress, token: str | None = None, *, init: bool = True, **options: Any
) -> AsyncIterator[RawSocketClient]:
    """Connect, and acknowledge the connection with this token unless `init` is False. `options` are those of websockets."""
    protocols = {"subprotocols": ["graphql-transport-ws"], **options}
    async with connect(server.websocket_url, **protocols) as connection:
        client = RawSocketClient(connection)
        if init:
            payload = {"authorization": f"Bearer {token}"} if token else {}
            await client.send({"type": "connection_init", "payload": payload})
            assert await client.receive() == {"type": "connection_ack"}
        yield client
