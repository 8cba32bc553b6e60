from collections.abc import AsyncIterator
from typing import Any

import graphql
import httpx2
import pytest
from graphql import Executor
from starlette.applications import Starlette

from api.http import build_routes
from engine import shared_subscriptions
from engine.execution import Schema
from lifecycle.services import Services
from models.documents.interview import Interview
from tests.factories import make_position
from tests.resolvers.tenant import Tenant
from tests.schema.api_client import ApiClient, ServerAddress, serve, with_services
from tests.schema.authorization_table import AuthorizationScenario, make_authorization_scenario
from tests.schema.interview_lists import make_listed_interview
from tests.schema.shared_turns import ExecutionCounter, StreamCounter


@pytest.fixture
async def api(services: Services) -> AsyncIterator[ApiClient]:
    """A client of the API without a socket."""
    app = with_services(Starlette(routes=build_routes(services.settings)), services)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva") as client:
        yield ApiClient(client)


@pytest.fixture
async def server(services: Services) -> AsyncIterator[ServerAddress]:
    """The API served by uvicorn."""
    async with serve(with_services(Starlette(routes=build_routes(services.settings)), services)) as address:
        yield address


@pytest.fixture
async def forty_interviews(tenant: Tenant, other_tenant: Tenant) -> list[Interview]:
    """Forty interviews of the tenant. Another tenant has equal interviews."""
    other = Tenant(tenant.services, tenant.organization, await make_position(tenant.id, key="other"), tenant.principals)
    for place in range(6):
        await make_listed_interview(other_tenant, place)
    return [await make_listed_interview(other if place % 7 == 0 else tenant, place) for place in range(40)]


@pytest.fixture
async def scenario(tenant: Tenant) -> AuthorizationScenario:
    return await make_authorization_scenario(tenant)


@pytest.fixture
async def interview(tenant: Tenant) -> Interview:
    return await tenant.make_interview()


@pytest.fixture
def execution_counter(monkeypatch: pytest.MonkeyPatch) -> ExecutionCounter:
    counter = ExecutionCounter()

    def execute(executor: Executor[Any]) -> Any:
        counter.count += 1
        return graphql.execute_subscription_event(executor)

    monkeypatch.setattr(shared_subscriptions, "execute_subscription_event", execute)
    return counter


@pytest.fixture
def stream_counter(monkeypatch: pytest.MonkeyPatch) -> StreamCounter:
    counter = StreamCounter()
    stream = Schema.stream

    async def counting_stream(*args: Any, **kwargs: Any) -> Any:
        counter.count += 1
        return await stream(*args, **kwargs)

    monkeypatch.setattr(Schema, "stream", counting_stream)
    return counter
