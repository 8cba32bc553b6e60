from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from tests.models.profiler import Profiler
from tests.models.archive import Archive, stored_archive


@pytest.fixture(scope="module")
async def archive(bound_database: AsyncDatabase[Any]) -> AsyncIterator[Archive]:
    """Thousands of documents, for a module."""
    async with stored_archive(bound_database) as stored:
        yield stored


@pytest.fixture(scope="module")
def profiler(bound_database: AsyncDatabase[Any]) -> Profiler:
    """Tells how MongoDB ran what a call asked."""
    return Profiler(bound_database)
