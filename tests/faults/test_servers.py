"""mongod and valkey killed or cut off under load: no turn lost, repeated or out of order on any screen."""

import pytest

from tests.faults.deployment import Deployment
from tests.faults.short import broken

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("row", ["redis-killed", "redis-black-hole", "mongod-killed", "mongod-down"])
async def test_a_server_that_is_away_costs_no_turn(deployment: Deployment, row: str) -> None:
    assert await broken(row, deployment) == []
