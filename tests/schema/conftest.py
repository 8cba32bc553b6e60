from collections.abc import AsyncIterator
from typing import Any

import graphql
import httpx2
import pytest
from graphql import Executor
from starlette.applications import Starlette

from lifecycle.services import Services
from models.interview import Interview
from schema import sharing
from schema.execution import Schema
from schema.transport import routes
from tests.factories import make_position
from tests.resolvers.tenant import Tenant
from tests.schema.api import Api, Served, served, with_services
from tests.schema.lists import an_interview
from tests.schema.rights import World, full_world
from tests.schema.sharing import Executions, Streams


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


@pytest.fixture
async def interview(tenant: Tenant) -> Interview:
    return await tenant.interview()


@pytest.fixture
def executions(monkeypatch: pytest.MonkeyPatch) -> Executions:
    counted = Executions()

    def execute(executor: Executor[Any]) -> Any:
        counted.count += 1
        return graphql.execute_subscription_event(executor)

    monkeypatch.setattr(sharing, "execute_subscription_event", execute)
    return counted


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> Streams:
    counted = Streams()
    stream = Schema.stream

    async def counting(*args: Any, **kwargs: Any) -> Any:
        counted.count += 1
        return await stream(*args, **kwargs)

    monkeypatch.setattr(Schema, "stream", counting)
    return counted
