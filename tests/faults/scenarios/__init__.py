"""Every row, by its name."""

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.faults.scenarios import api_processes, floods, followers, mongodb_outages, redis_outages
from tests.faults.checks import Check, Result
from tests.faults.deployment import Deployment
from tests.faults.load import Scale


@dataclass(frozen=True, slots=True)
class Row:
    """One guarantee."""

    title: str
    run: Callable[[Deployment, Scale], Awaitable[Sequence[Check]]]


ROWS = {
    "redis-killed": Row("Redis killed", redis_outages.redis_killed),
    "redis-black-hole": Row("Redis in a black hole", redis_outages.redis_black_hole),
    "api-terminated": Row("API: SIGTERM", api_processes.api_terminated),
    "api-killed": Row("API: SIGKILL", api_processes.api_killed),
    "two-apis": Row("Two API processes, one port", api_processes.two_api_processes),
    "unpublished": Row("Killed between commit and publish", api_processes.unpublished),
    "mongod-killed": Row("mongod killed for a moment", mongodb_outages.mongod_killed),
    "mongod-down": Row("mongod down", mongodb_outages.mongod_down),
    "stalled": Row("Readers that stall", followers.stalled_reader),
    "churn": Row("Readers that come and go", followers.churn),
    "floods": Row("Bombs and floods", floods.floods),
    "ended": Row("Interviews that end", followers.ended),
    "access": Row("Access that ends", followers.access_ends),
}


async def run_row(name: str, deployment: Deployment, scale: Scale) -> Result:
    """Run that row on that deployment. Raises SandboxFailed when a process of it does not come up."""
    row = ROWS[name]
    checks = await row.run(deployment, scale)
    return Result(name, row.title, checks, round(os.getloadavg()[0], 1))
