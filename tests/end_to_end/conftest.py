from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from tests.end_to_end.fleet import Fleet
from tests.end_to_end.fleet_launch import launch_fleet


@pytest.fixture(scope="module")
async def launched_fleet(
    bound_database: AsyncDatabase[dict[str, Any]], mongod: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Fleet]:
    async with launch_fleet(mongod, bound_database.name, tmp_path_factory.mktemp("fleet")) as fleet:
        yield fleet


@pytest.fixture
async def fleet(launched_fleet: Fleet) -> Fleet:
    """The fleet with all processes running and no scripted replies."""
    await launched_fleet.restore()
    return launched_fleet
