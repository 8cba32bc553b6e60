from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from beanie.exceptions import CollectionWasNotInitialized
from pymongo.errors import InvalidOperation

from benchmarks.rig import Rig, start_rig
from models.database import DOCUMENTS, bind_documents


@pytest.fixture(scope="module")
async def rig(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    """mongod and valkey for the tests of a module."""
    async with start_rig(tmp_path_factory.mktemp("rig")) as rig:
        yield rig


@pytest.fixture
async def restored_documents() -> AsyncIterator[None]:
    """Binds the documents to their former database again, because other tests of this process may use it."""
    try:
        former = DOCUMENTS[0].get_pymongo_collection().database
    except CollectionWasNotInitialized:
        former = None
    yield
    if former is not None:
        with suppress(InvalidOperation):  # its client is closed, so nothing uses it
            await bind_documents(former)
