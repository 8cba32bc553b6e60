"""What the tests of clients need: Node with the packages of this folder, and a server that a client can restart."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.http import build_routes
from lifecycle.services import Services
from sandbox.processes import free_port
from tests.protocols.node_scripts import find_missing_requirement
from tests.schema.api_client import ServerAddress, serve, with_services


@pytest.fixture(scope="session")
def node() -> None:
    """Skip a test where Node or its packages are missing; fail in CI, where nobody would notice the skip."""
    missing_requirement = find_missing_requirement()
    if missing_requirement and os.environ.get("CI"):
        pytest.fail(f"the clients cannot be tested: {missing_requirement}")
    if missing_requirement:
        pytest.skip(f"the clients are not tested: {missing_requirement}")


class RestartableServer:
    """The API on a port of its own. A POST to `restart_url` restarts it."""

    restart_url: str

    def __init__(self, services: Services) -> None:
        self._services = services
        self._port = free_port()

    async def start(self) -> None:
        """Start the server."""
        self._shutdown = asyncio.Event()
        self._running = AsyncExitStack()
        app = with_services(Starlette(routes=build_routes(self._services.settings, self._shutdown)), self._services)
        self.address: ServerAddress = await self._running.enter_async_context(serve(app, self._port))

    async def stop(self) -> None:
        """End all streams, and stop the server."""
        self._shutdown.set()
        await self._running.aclose()

    async def restart(self, _: Request) -> Response:
        """Answer a request once the server has been stopped and started again."""
        await self.stop()
        await self.start()
        return Response(status_code=204)


@pytest.fixture
async def restartable_server(services: Services) -> AsyncIterator[RestartableServer]:
    server = RestartableServer(services)
    await server.start()
    async with serve(Starlette(routes=[Route("/", server.restart, methods=["POST"])])) as control:
        server.restart_url = f"http://127.0.0.1:{control.port}/"
        yield server
    await server.stop()
