"""The rows of `make faults` with little load and short outages: what must be so is, and figures are not far off."""

from tests.faults.checks import Check
from tests.faults.deployment import Deployment
from tests.faults.load import SHORT
from tests.faults.scenarios import run_row

SLACK = 20.0
"""a ceiling for figures: a machine may be that much busier than the one that `make faults` wants"""


async def broken(name: str, deployment: Deployment) -> list[Check]:
    """What of the row is not as asked."""
    result = await run_row(name, deployment, SHORT)
    assert result.checks
    return [check for check in result.checks if not check.holds(SLACK)]
