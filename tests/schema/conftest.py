from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from lifecycle.jobs import Jobs
from lifecycle.services import Services
from live.feed import Live
from schema.transport import routes
from settings import Settings
from tests.resolvers.tenant import Tenant, make_tenant
from tests.schema.api import Api, Served, served, with_services


@pytest.fixture
async def services(settings: Settings, live: Live) -> AsyncIterator[Services]:
    async with Jobs(settings.redis, concurrency=1) as jobs:
        yield Services(settings, live, jobs, "test")


@pytest.fixture
async def tenant(services: Services) -> Tenant:
    return await make_tenant(services)


@pytest.fixture
async def stranger(services: Services) -> Tenant:
    """Another tenant, with a position of the same key."""
    return await make_tenant(services)


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
