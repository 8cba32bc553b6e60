from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from tests.models.dataset import SampleDataset, insert_dataset
from tests.models.profiler import Profiler


@pytest.fixture(scope="module")
async def dataset(bound_database: AsyncDatabase[Any]) -> AsyncIterator[SampleDataset]:
    """Thousands of documents, shared by the tests of a module."""
    async with insert_dataset(bound_database) as stored:
        yield stored


@pytest.fixture(scope="module")
def profiler(bound_database: AsyncDatabase[Any]) -> Profiler:
    """Report how MongoDB executed the commands of a call."""
    return Profiler(bound_database)
