from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from sandbox.anthropic.provider import AnthropicProvider
from tests.end_to_end.fleet import Fleet
from tests.end_to_end.fleet_launch import launch_fleet
from tests.schema.api_client import serve


@pytest.fixture(scope="module")
async def launched_fleet(
    bound_database: AsyncDatabase[dict[str, Any]], mongod: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Fleet]:
    provider = AnthropicProvider()
    async with serve(provider.app) as address:
        provider.url = f"http://127.0.0.1:{address.port}"
        async with launch_fleet(mongod, bound_database.name, provider, tmp_path_factory.mktemp("fleet")) as fleet:
            yield fleet


@pytest.fixture
async def fleet(launched_fleet: Fleet) -> Fleet:
    """The fleet with all processes running and no scripted replies."""
    await launched_fleet.restore()
    return launched_fleet
