from collections.abc import Iterator
from unittest.mock import Mock, patch

import graphql
import pytest

from engine import shared_subscriptions
from engine.execution import Schema
from models.documents.interview import Interview
from tests.factories import make_position
from tests.resolvers.tenant import Tenant
from tests.schema.authorization_table import AuthorizationScenario, make_authorization_scenario
from tests.schema.interview_lists import make_listed_interview


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
def execution_spy(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """The function that executes events for shared subscriptions, which counts its calls."""
    spy = Mock(wraps=graphql.execute_subscription_event)
    monkeypatch.setattr(shared_subscriptions, "execute_subscription_event", spy)
    return spy


@pytest.fixture
def stream_spy() -> Iterator[Mock]:
    """The method that parses, validates and coerces subscriptions, which counts its calls."""
    with patch.object(Schema, "stream", autospec=True, side_effect=Schema.stream) as spy:
        yield spy
