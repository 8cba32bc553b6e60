from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from lifecycle.services import Services
from schema.transport import routes
from tests.schema.api import Api, Served, served, with_services


@pytest.fixture
async def api(services: Services) -> AsyncIterator[Api]:
    """The API without a socket."""
    app = with_services(Starlette(routes=routes(services.settings)), services)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva") as client:
        yield Api(client)


@pytest.fixture
async def server(services: Services) -> AsyncIterator[Served]:
    """The API behind a real server."""
    async with served(with_services(Starlette(routes=routes(services.settings)), services)) as address:
        yield address
