from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from tests.end_to_end.conftest import fleet
from tests.end_to_end.fleet import Fleet
from tests.end_to_end.fleet_launch import launch_fleet

__all__ = ["fleet"]


@pytest.fixture(scope="package")
async def launched_fleet(
    bound_database: AsyncDatabase[dict[str, Any]], mongod: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Fleet]:
    """A fleet with LiveKit, two voice workers and a recorder."""
    async with launch_fleet(mongod, bound_database.name, tmp_path_factory.mktemp("voice"), has_voice=True) as launched:
        yield launched
