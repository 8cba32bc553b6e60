"""All fault scenarios by name."""

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.faults.checks import Check, Result
from tests.faults.deployment import Deployment
from tests.faults.load import Scale
from tests.faults.scenarios import api_processes, attacks, floods, followers, jobs_processes, mongodb_outages, redis_outages


@dataclass(frozen=True, slots=True)
class Scenario:
    """A fault, and the guarantees that must hold under it."""

    title: str
    run: Callable[[Deployment, Scale], Awaitable[Sequence[Check]]]
    in_test_suite: bool = True
    """Whether `make test` runs the scenario, with little load. False if it has a cheaper test of the effect."""


SCENARIOS = {
    # the first one, because the workers would join the interviews that others leave open
    "jobs": Scenario("Jobs workers are killed", jobs_processes.workers_killed, in_test_suite=False),
    "redis-killed": Scenario("Redis is killed", redis_outages.redis_killed),
    "redis-black-hole": Scenario("Redis becomes a black hole", redis_outages.redis_black_hole),
    "redis-frozen": Scenario("Redis is suspended", redis_outages.redis_frozen, in_test_suite=False),
    "api-terminated": Scenario("API processes get SIGTERM", api_processes.api_terminated),
    "api-killed": Scenario("API processes are killed", api_processes.api_killed),
    "two-apis": Scenario("One of two API processes is killed", api_processes.one_of_two_killed),
    "unpublished": Scenario("A process dies between commit and publish", api_processes.died_before_publish),
    "mongod-killed": Scenario("mongod is killed and restarted", mongodb_outages.mongod_killed),
    "mongod-down": Scenario("mongod is down", mongodb_outages.mongod_down),
    "mongod-frozen": Scenario("mongod is suspended", mongodb_outages.mongod_frozen, in_test_suite=False),
    "stalled": Scenario("Subscribers stall", followers.stalled_subscribers),
    "churn": Scenario("Subscribers come and go", followers.churn),
    "floods": Scenario("Query bombs and oversized requests", floods.floods),
    "sockets": Scenario("Two sockets without a credential flood the API", attacks.flooding_sockets),
    "documents": Scenario("Four connections without a credential send large documents", attacks.large_documents),
    "writers": Scenario("Forty writers of one interview", attacks.writers_of_one_interview),
    "slow-requests": Scenario("Slow heads and bodies", attacks.slow_requests),
    "operations": Scenario("Four connections repeat a costly operation", attacks.costly_operations, in_test_suite=False),
    "candidate": Scenario("A candidate exceeds the interview's budget", attacks.flooding_candidate, in_test_suite=False),
    "requests": Scenario("An address exceeds its rate of requests", attacks.requests_above_the_rate, in_test_suite=False),
    "forged": Scenario("Forged messages in Redis", attacks.forged_messages, in_test_suite=False),
    "ended": Scenario("Interviews end", followers.interviews_end),
    "access": Scenario("Access ends", followers.access_ends),
}


async def run_scenario(name: str, deployment: Deployment, scale: Scale) -> Result:
    """Run one scenario. Raises SandboxFailed if one of its processes does not start."""
    scenario = SCENARIOS[name]
    checks = await scenario.run(deployment, scale)
    return Result(scenario.title, checks, os.getloadavg()[0])
