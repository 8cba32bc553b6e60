"""The rows of `make faults` with little load and short outages: what must be so is, and figures are not far off."""

from benchmarks.faults.checks import Check
from benchmarks.faults.deployment import Deployment
from benchmarks.faults.load import Scale
from benchmarks.faults.rows import run_row

SHORT = Scale(
    interviews=5,
    warm=0.5,
    quiet=1.0,
    settle=1.0,
    after=1.0,
    redis_killed=2.5,
    redis_black_hole=3.0,
    mongod_killed=0.5,
    mongod_down=6.0,
    api_away=0.3,
    stalled=3.0,
    filled=0.0,
    churn=3.0,
    deaths=1,
    access=3.0,
)
SLACK = 20.0
"""a ceiling for figures: a machine may be that much busier than the one that `make faults` wants"""


async def broken(name: str, deployment: Deployment) -> list[Check]:
    """What of the row is not as asked."""
    result = await run_row(name, deployment, SHORT)
    assert result.checks
    return [check for check in result.checks if not check.holds(SLACK)]
