"""mongod is killed, for a moment and for a minute, and suspended."""

import asyncio
import time

from models.documents.organization import Role
from tests.faults.checks import Check, count, duration, effect
from tests.faults.deployment import Deployment
from tests.faults.load import Load, Scale, Window, count_outcomes, run_load
from tests.faults.scenarios.attacks import HEALTH_SECONDS, HealthChecks
from tests.helpers import Outage, outage

ERROR_SECONDS = 5.0
"""Within which a caller gets an error code, and load balancers a 503: the promise of the API."""
UNAVAILABLE = 503
QUERY = "{ interviews(first: 20) { nodes { id status updatedAt candidate { name } } } }"
QUERY_CONNECTIONS = 4
RECOVERY_SECONDS = 60.0
ABORTED_SECONDS = 10.0
"""Within which transactions without a living owner are aborted: four seconds without an operation, and a sweep."""
LAST_COMMIT_SECONDS = 0.2
"""After the kill, within which a commit that had succeeded may still be on its way to a subscriber."""


async def mongod_killed(deployment: Deployment, scale: Scale) -> list[Check]:
    """Kill mongod with SIGKILL and start it again after a moment."""
    async with run_load(deployment, scale) as load:
        return await _run_outage(load, await load.run_undisturbed(), scale.mongod_killed, Outage.KILLED)


async def mongod_down(deployment: Deployment, scale: Scale) -> list[Check]:
    """Kill mongod with SIGKILL and start it again after a minute."""
    async with run_load(deployment, scale) as load:
        return await _run_outage(load, await load.run_undisturbed(), scale.mongod_down, Outage.KILLED)


async def mongod_frozen(deployment: Deployment, scale: Scale) -> list[Check]:
    """Suspend mongod with SIGSTOP while callers send queries: it holds its connections and answers nothing."""
    async with run_load(deployment, scale) as load:
        token, health = deployment.keys[Role.VIEWER], HealthChecks(deployment)
        before = await load.run_undisturbed()
        queries = {"query": QUERY, "token": token, "connections": QUERY_CONNECTIONS}
        await deployment.attackers.call("repeat_operation", port=deployment.port, **queries)
        try:
            async with health.running():
                checks = await _run_outage(load, before, scale.mongod_frozen, Outage.FROZEN)
        finally:
            outcomes = await deployment.attackers.call("stop")
        statuses = health.statuses
        return [
            *checks,
            effect(f"queries were sent and had answers ({outcomes})", bool(outcomes.get("OK"))),
            count(
                "answers other than OK and UNAVAILABLE",
                sum(n for code, n in outcomes.items() if code not in ("OK", "UNAVAILABLE")),
            ),
            duration(
                f"/healthz throughout, p99 of {len(health.healthz_seconds)}",
                health.p99,
                HEALTH_SECONDS,
            ),
            count(
                "health checks without 200",
                sum(n for one, n in statuses.items() if one.startswith("/healthz") and one != "/healthz 200"),
            ),
        ]


async def _run_outage(load: Load, before: Window, seconds: float, kind: Outage) -> list[Check]:
    """Make mongod unavailable for so long, and check what callers and subscribers have noticed of it."""
    deployment, scale = load.deployment, load.scale
    async with outage(deployment.mongod, kind):
        began_at = time.time()
        unready, is_alive = await _wait_until_unready(deployment, seconds)
        await asyncio.sleep(began_at + seconds - time.time())
        if seconds > ERROR_SECONDS:
            async with asyncio.timeout(RECOVERY_SECONDS):
                # a busy machine may need longer until the first call has failed
                while all(call.outcome == "OK" for call in load.candidate.calls_within((began_at, time.time()))):
                    await asyncio.sleep(0.05)
    ended_at = time.time()
    async with asyncio.timeout(RECOVERY_SECONDS):
        # the candidate repeats its call until it succeeds
        while not load.candidate.succeeded_within((ended_at, time.time())):
            await asyncio.sleep(0.05)
    recovered_at = time.time()
    outage_window = began_at + LAST_COMMIT_SECONDS, ended_at
    async with asyncio.timeout(RECOVERY_SECONDS):
        # mongod may have to abort transactions of callers that did not wait for it, which lock their interviews
        while not (await load.latencies(outage_window))["count"]:
            await asyncio.sleep(0.05)
    delivered_at = time.time()
    await asyncio.sleep(scale.settle)
    after = await load.run_for(scale.after)
    # includes calls that were waiting when the outage ended
    calls = load.candidate.calls_within((began_at, ended_at))
    buffered = await load.latencies(outage_window)
    longest = max((call.seconds for call in calls), default=0.0)
    checks = [
        *await load.baseline_checks(before),
        duration("/readyz returns 503 after", unready, ERROR_SECONDS),
        effect("/healthz reports that the process is alive", is_alive),
        duration(f"longest call of the API ({count_outcomes(calls)})", longest, ERROR_SECONDS),
        count("errors without the code UNAVAILABLE", sum(call.outcome not in ("OK", "UNAVAILABLE") for call in calls)),
        duration("from mongod's return until a message is accepted", recovered_at - ended_at),
        duration("from mongod's return until turns of the outage arrive", delivered_at - ended_at, ABORTED_SECONDS),
        effect(f"turns of the outage arrived at all subscribers ({buffered['count']:.0f})", bool(buffered["count"])),
        duration("longest delay of one of these turns", buffered["max"]),
        *await load.latency_checks("after", after),
        *await load.stop_and_verify(),
    ]
    if seconds > ERROR_SECONDS:
        checks.append(effect("callers got errors during the outage", any(call.outcome != "OK" for call in calls)))
        checks.append(effect("/readyz returns 200 again", await deployment.readiness() == 200))
    return checks


async def _wait_until_unready(deployment: Deployment, seconds: float) -> tuple[float | None, bool]:
    """Return the seconds until /readyz was 503 (None on timeout), and whether /healthz was 200 then."""
    began = time.monotonic()
    unready = None
    while unready is None and time.monotonic() < began + seconds:
        if await deployment.readiness() == UNAVAILABLE:
            unready = time.monotonic() - began
        await asyncio.sleep(0.05)
    async with deployment.client() as client:
        return unready, (await client.get("/healthz")).is_success
