"""Callers that mean harm, in a process of their own, beside a tenant who must not notice them."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from live.cancellation import cancel_and_wait
from sandbox.results import percentile
from tests.faults.attackers_process import FLOODS
from tests.faults.checks import Check, count, duration, effect
from tests.faults.deployment import Deployment
from tests.faults.load import Load, Scale, count_outcomes, run_load

TURN_SECONDS = 0.3
"""Ceiling of p95 from written to received during an attack."""
HEALTH_SECONDS = 0.1
"""Ceiling of p99 of /healthz during an attack."""
PROBE_SECONDS = 0.05
"""Between two health checks."""
SOCKETS = 2
CONNECTIONS = 4
WRITERS = 40


@dataclass
class HealthChecks:
    """Health checks as an orchestrator sends them, each over a new connection, which may reach either process."""

    deployment: Deployment
    healthz_seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send health checks for the length of the block."""
        sending = asyncio.create_task(self._keep_sending())
        try:
            yield
        finally:
            await cancel_and_wait(sending)

    async def _keep_sending(self) -> None:
        async with self.deployment.client() as client:
            while True:
                began = time.monotonic()
                await self._send(client, "/healthz")
                self.healthz_seconds.append(time.monotonic() - began)
                await self._send(client, "/readyz")
                await asyncio.sleep(PROBE_SECONDS)

    async def _send(self, client: httpx2.AsyncClient, path: str) -> None:
        try:
            response = await client.get(path, headers={"Connection": "close"})
            self.statuses[f"{path} {response.status_code}"] += 1
        except httpx2.TransportError as error:
            self.statuses[f"{path} {type(error).__name__}"] += 1


async def flooding_sockets(deployment: Deployment, scale: Scale) -> list[Check]:
    """Two sockets without a credential flood the API, with one kind of message after the other."""
    async with run_load(deployment, scale) as load:
        before = await load.run_undisturbed()
        checks: list[Check] = []
        for flood in FLOODS:
            checks += await _attack(load, flood, "flood_sockets", flood=flood, sockets=SOCKETS)
        return [*await load.baseline_checks(before), *checks, *await load.stop_and_verify()]


async def large_documents(deployment: Deployment, scale: Scale) -> list[Check]:
    """Four connections without a credential send documents that are as large as they may be."""
    async with run_load(deployment, scale) as load:
        before = await load.run_undisturbed()
        checks = await _attack(load, "documents", "flood_documents", connections=CONNECTIONS)
        return [*await load.baseline_checks(before), *checks, *await load.stop_and_verify()]


async def writers_of_one_interview(deployment: Deployment, scale: Scale) -> list[Check]:
    """Forty writers send messages to one interview, which is another than those of the load."""
    ((interview_id, token),) = await deployment.start_interviews(1)
    async with run_load(deployment, scale) as load:
        before = await load.run_undisturbed()
        attack = {"token": token, "interview_id": interview_id, "writers": WRITERS}
        checks = await _attack(load, "one interview", "flood_interview", allowed={"OK", "RATE_LIMITED"}, **attack)
        return [*await load.baseline_checks(before), *checks, *await load.stop_and_verify()]


async def slow_requests(deployment: Deployment, scale: Scale) -> list[Check]:
    """Connections send heads and bodies byte by byte, more than the API processes serve."""
    async with run_load(deployment, scale) as load:
        before = await load.run_undisturbed()
        checks = await _attack(load, "slow requests", "open_slowly", connections=scale.slow_connections)
        return [*await load.baseline_checks(before), *checks, *await load.stop_and_verify()]


async def _attack(load: Load, name: str, attack: str, *, allowed: set[str] | None = None, **arguments: Any) -> list[Check]:
    """Run an attack and return what the well-behaved tenant and the orchestrator have noticed of it."""
    attackers, health = load.deployment.attackers, HealthChecks(load.deployment)
    codes_before = (await load.deployment.subscribers.call("report"))["close_codes"]
    await attackers.call(attack, port=load.deployment.port, **arguments)
    try:
        async with health.running():
            window = await load.run_for(load.scale.attack)
    finally:
        outcomes = await attackers.call("stop")
    found = await load.latencies(window)
    calls = load.candidate.calls_within(window)
    codes = (await load.deployment.subscribers.call("report"))["close_codes"]
    expected = {"/healthz 200", "/readyz 200"}
    checks = [
        effect(f"{name}: the attackers were busy ({_format(outcomes)})", bool(outcomes)),
        duration(f"{name}: written to received, p50 of {found['count']}", found["p50"]),
        duration(f"{name}: written to received, p95", found["p95"], TURN_SECONDS),
        duration(f"{name}: scheduling lag of the subscribers' process, p99", found["lag"]),
        duration(
            f"{name}: /healthz, p99 of {len(health.healthz_seconds)}", percentile(health.healthz_seconds, 0.99), HEALTH_SECONDS
        ),
        count(
            f"{name}: health checks without 200 ({_format(health.statuses)})",
            health.statuses.total() - sum(health.statuses[one] for one in expected),
        ),
        count(f"{name}: errors of other callers ({count_outcomes(calls)})", sum(call.outcome != "OK" for call in calls)),
        count(f"{name}: subscribers that were disconnected", sum(codes.values()) - sum(codes_before.values())),
    ]
    if allowed:
        checks.append(
            count(
                f"{name}: answers other than {', '.join(sorted(allowed))}",
                sum(n for code, n in outcomes.items() if code not in allowed),
            )
        )
    return checks


def _format(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "none"
