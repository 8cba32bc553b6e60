from collections.abc import AsyncIterator

import pytest

from tests.faults.deployment import Deployment, deployed


@pytest.fixture(scope="module")
async def deployment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployment]:
    """The product's processes, and the readers and writers of `make faults`."""
    async with deployed(tmp_path_factory.mktemp("faults")) as deployed_here:
        yield deployed_here
