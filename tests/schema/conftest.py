from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from lifecycle.services import Services
from models.interview import Interview
from schema.transport import routes
from tests.factories import make_position
from tests.resolvers.tenant import Tenant
from tests.schema.api import Api, Served, served, with_services
from tests.schema.lists import an_interview
from tests.schema.rights import World, full_world


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


@pytest.fixture
async def many(tenant: Tenant, stranger: Tenant) -> list[Interview]:
    """Forty interviews of the tenant; another one has interviews that are just the same."""
    other = Tenant(tenant.services, tenant.organization, await make_position(tenant.id, key="other"), tenant.keys)
    for place in range(6):
        await an_interview(stranger, place)
    return [await an_interview(other if place % 7 == 0 else tenant, place) for place in range(40)]


@pytest.fixture
async def world(tenant: Tenant) -> World:
    return await full_world(tenant)
