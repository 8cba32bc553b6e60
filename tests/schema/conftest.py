from typing import Any

import graphql
import pytest
from graphql import Executor

from engine import shared_subscriptions
from engine.execution import Schema
from models.documents.interview import Interview
from tests.factories import make_position
from tests.resolvers.tenant import Tenant
from tests.schema.authorization_table import AuthorizationScenario, make_authorization_scenario
from tests.schema.interview_lists import make_listed_interview
from tests.schema.shared_turns import ExecutionCounter, StreamCounter


@pytest.fixture
async def forty_interviews(tenant: Tenant, other_tenant: Tenant) -> list[Interview]:
    """Forty interviews of the tenant; another tenant has similar ones."""
    with_other_position = Tenant(
        tenant.services, tenant.organization, await make_position(tenant.id, key="other"), tenant.principals
    )
    for index in range(6):
        await make_listed_interview(other_tenant, index)
    return [await make_listed_interview(with_other_position if index % 7 == 0 else tenant, index) for index in range(40)]


@pytest.fixture
async def scenario(tenant: Tenant) -> AuthorizationScenario:
    return await make_authorization_scenario(tenant)


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
