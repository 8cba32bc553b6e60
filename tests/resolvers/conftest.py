from collections.abc import AsyncIterator

import pytest

from lifecycle.jobs import Jobs
from lifecycle.services import Services
from live.feed import Live
from settings import Settings
from tests.resolvers.tenant import Tenant, make_tenant


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
