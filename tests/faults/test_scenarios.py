"""The scenarios of `make faults` with little load and short outages: effects are exact, figures have wide ceilings."""

import pytest

from tests.faults.deployment import Deployment
from tests.faults.load import SHORT
from tests.faults.scenarios import SCENARIOS, run_scenario

pytestmark = pytest.mark.servers

SLACK = 20.0
"""By how much figures may exceed their limits here, because other tests run on the same machine."""


@pytest.mark.parametrize("name", [name for name, scenario in SCENARIOS.items() if scenario.in_test_suite])
async def test_followers_receive_every_turn_once_and_in_order_under(deployment: Deployment, name: str) -> None:
    result = await run_scenario(name, deployment, SHORT)
    assert result.checks
    assert [check for check in result.checks if not check.holds(SLACK)] == []
