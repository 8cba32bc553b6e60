from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from tests.models.dataset import SampleDataset, insert_dataset
from tests.models.profiler import Profiler


@pytest.fixture(scope="module")
async def dataset(bound_database: AsyncDatabase[Any]) -> AsyncIterator[SampleDataset]:
    """Thousands of documents, for a module."""
    async with insert_dataset(bound_database) as stored:
        yield stored


@pytest.fixture(scope="module")
def profiler(bound_database: AsyncDatabase[Any]) -> Profiler:
    """Tells how MongoDB ran what a call asked."""
    return Profiler(bound_database)
