"""API processes, publishers and readers that go and come under load: no turn lost, repeated or out of order on any screen."""

import pytest

from tests.faults.deployment import Deployment
from tests.faults.short import broken

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("row", ["api-terminated", "api-killed", "two-apis", "unpublished"])
async def test_a_process_that_dies_costs_no_turn(deployment: Deployment, row: str) -> None:
    assert await broken(row, deployment) == []


@pytest.mark.parametrize("row", ["stalled", "churn", "floods", "ended", "access"])
async def test_readers_get_every_turn_and_leave_nothing_behind(deployment: Deployment, row: str) -> None:
    assert await broken(row, deployment) == []
