"""Every row, by its name."""

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from benchmarks.faults import api_rows, flood_rows, follower_rows, mongodb_rows, redis_rows
from benchmarks.faults.checks import Check, Result
from benchmarks.faults.deployment import Deployment
from benchmarks.faults.load import Scale


@dataclass(frozen=True, slots=True)
class Row:
    """One guarantee."""

    title: str
    run: Callable[[Deployment, Scale], Awaitable[Sequence[Check]]]


ROWS = {
    "redis-killed": Row("Redis killed", redis_rows.redis_killed),
    "redis-black-hole": Row("Redis in a black hole", redis_rows.redis_black_hole),
    "api-terminated": Row("API: SIGTERM", api_rows.api_terminated),
    "api-killed": Row("API: SIGKILL", api_rows.api_killed),
    "two-apis": Row("Two API processes, one port", api_rows.two_api_processes),
    "unpublished": Row("Killed between commit and publish", api_rows.unpublished),
    "mongod-killed": Row("mongod killed for a moment", mongodb_rows.mongod_killed),
    "mongod-down": Row("mongod down", mongodb_rows.mongod_down),
    "stalled": Row("Readers that stall", follower_rows.stalled_reader),
    "churn": Row("Readers that come and go", follower_rows.churn),
    "floods": Row("Bombs and floods", flood_rows.floods),
    "ended": Row("Interviews that end", follower_rows.ended),
    "access": Row("Access that ends", follower_rows.access_ends),
}


async def run_row(name: str, deployment: Deployment, scale: Scale) -> Result:
    """Run that row on that deployment. Raises SandboxFailed when a process of it does not come up."""
    row = ROWS[name]
    checks = await row.run(deployment, scale)
    return Result(name, row.title, checks, round(os.getloadavg()[0], 1))
