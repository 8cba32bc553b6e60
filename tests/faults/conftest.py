from collections.abc import AsyncIterator

import pytest

from tests.faults.deployment import Deployment, deploy


@pytest.fixture(scope="module")
async def deployment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployment]:
    """A deployment under the load of `make faults`: subscribers and writers."""
    async with deploy(tmp_path_factory.mktemp("faults")) as deployment:
        yield deployment
