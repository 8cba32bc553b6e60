"""Callers that mean harm, in a process of their own, beside a tenant who must not notice them."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import orjson
from bson import ObjectId

from live.cancellation import cancel_and_wait
from live.signing import SIGNATURE_CHARACTERS
from models.documents.organization import Role
from resolvers.ids import IdKind, decode_id
from resolvers.input_text import DOCUMENT_LIMIT
from sandbox.results import percentile
from settings import RateSettings, read_settings
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
COSTLY_INTERVIEWS = 50
_TURNS = "transcript(first: 48) { turns { seq speaker text startedAt endedAt } }"
COSTLY_OPERATION = f"{{ interviews(first: 50) {{ nodes {{ a: {_TURNS} b: {_TURNS} c: {_TURNS} d: {_TURNS} }} }} }}"
"""It costs 48,402 of 50,000."""
WHOLE_INTERVIEW = (
    "query($id: ID!) { interview(id: $id) { " + " ".join(f"t{n}: transcript {{ turns {{ text }} }}" for n in range(50)) + " } }"
)
"""2 kB that ask for the transcript fifty times."""
DEFAULT_RATES = RateSettings()
USUAL_RATES = {
    "RATE_REQUESTS": DEFAULT_RATES.requests,
    "RATE_OPERATIONS": DEFAULT_RATES.operations,
    "RATE_MESSAGES": DEFAULT_RATES.messages,
}
"""Rates as deployments have them."""
TYPING_SECONDS = 2.0
"""Between two messages of a candidate who respects them."""
FORGED_RATE = 20_000
"""Commands per second of somebody who can write to Redis."""


@dataclass
class HealthChecks:
    """Health checks as an orchestrator sends them, each over a new connection, which may reach either process."""

    deployment: Deployment
    healthz_seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def p99(self) -> float:
        """99th percentile of the seconds that /healthz took."""
        return percentile(self.healthz_seconds, 0.99)

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


@asynccontextmanager
async def _run_at_usual_rates(deployment: Deployment, scale: Scale) -> AsyncIterator[Load]:
    """Run the load with rates limited, as in deployments. Other scenarios do without."""
    await deployment.restart_apis(**USUAL_RATES)
    try:
        async with run_load(deployment, replace(scale, typing_period=TYPING_SECONDS)) as load:
            yield load
    finally:
        await deployment.restart_apis()


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
        attack: dict[str, Any] = {"token": token, "interview_id": interview_id, "writers": WRITERS}
        checks = await _attack(load, "one interview", "flood_interview", allowed=("OK", "RATE_LIMITED"), **attack)
        return [*await load.baseline_checks(before), *checks, *await load.stop_and_verify()]


async def costly_operations(deployment: Deployment, scale: Scale) -> list[Check]:
    """Four connections with a viewer's key send an operation that costs nearly as much as one may."""
    async with _run_at_usual_rates(deployment, scale) as load:
        # pages are full, and have something to read
        await deployment.start_interviews(max(0, COSTLY_INTERVIEWS - scale.interviews))
        before = await load.run_undisturbed()
        attack: dict[str, Any] = {"query": COSTLY_OPERATION, "token": deployment.keys[Role.VIEWER], "connections": CONNECTIONS}
        checks = await _attack(load, "costly operations", "repeat_operation", allowed=("OK", "TIMEOUT", "RATE_LIMITED"), **attack)
        return [*await load.baseline_checks(before), *checks, *await load.stop_and_verify()]


async def flooding_candidate(deployment: Deployment, scale: Scale) -> list[Check]:
    """A candidate uses up the budget of the own interview and continues, then reads all of it as often as one document can."""
    ((interview_id, token),) = await deployment.start_interviews(1)
    async with _run_at_usual_rates(deployment, scale) as load:
        before = await load.run_undisturbed()
        attack: dict[str, Any] = {
            "token": token,
            "interview_id": interview_id,
            "writers": CONNECTIONS,
            "characters": DOCUMENT_LIMIT,
        }
        flood = await _attack(load, "budget", "flood_interview", allowed=("CONFLICT by budget", "OK", "RATE_LIMITED"), **attack)
        stored = await deployment.writers.call("candidate_texts", interview_id=interview_id)
        attack = {"token": token, "query": WHOLE_INTERVIEW, "variables": {"id": interview_id}, "connections": CONNECTIONS}
        reading = await _attack(
            load, "document", "repeat_operation", allowed=("RESPONSE_TOO_LARGE", "TIMEOUT", "RATE_LIMITED"), **attack
        )
        return [
            *await load.baseline_checks(before),
            *flood,
            count("budget: stored characters", sum(map(len, stored)), read_settings().budget.interview_characters),
            *reading,
            *await load.stop_and_verify(),
        ]


async def requests_above_the_rate(deployment: Deployment, scale: Scale) -> list[Check]:
    """Four connections of one address send requests without a pause, above the rate that an address has."""
    async with _run_at_usual_rates(deployment, scale) as load:
        before = await load.run_undisturbed()
        attack: dict[str, Any] = {"query": "{ __typename }", "connections": CONNECTIONS}
        checks = await _attack(load, "requests", "repeat_operation", allowed=("RATE_LIMITED", "OK"), **attack)
        return [*await load.baseline_checks(before), *checks, *await load.stop_and_verify()]


async def forged_messages(deployment: Deployment, scale: Scale) -> list[Check]:
    """Somebody who can write to Redis floods the followed interviews' channels and the stream of jobs with forged messages."""
    async with run_load(deployment, scale) as load:
        before = await load.run_undisturbed()
        prefix, interview_ids = read_settings().redis.prefix, [decode_id(IdKind.INTERVIEW, each) for each in load.interview_ids]
        forged = {"Turn": {"id": str(ObjectId()), "interview_id": str(interview_ids[0]), "seq": 1_000_000, "text": "Forged."}}
        checks = await _attack(
            load,
            f"{FORGED_RATE} commands/s",
            "publish_forged",
            port=deployment.valkey.port,
            channels=[f"{prefix}:interview:{each}" for each in interview_ids],
            message="0" * SIGNATURE_CHARACTERS + orjson.dumps(forged).decode(),
            stream=f"{prefix}:jobs",
            rate=FORGED_RATE,
        )
        return [*await load.baseline_checks(before), *checks, *await load.stop_and_verify()]


async def slow_requests(deployment: Deployment, scale: Scale) -> list[Check]:
    """Connections send heads and bodies byte by byte, more than the API processes serve."""
    async with run_load(deployment, scale) as load:
        before = await load.run_undisturbed()
        checks = await _attack(load, "slow requests", "open_slowly", connections=scale.slow_connections)
        return [*await load.baseline_checks(before), *checks, *await load.stop_and_verify()]


async def _attack(
    load: Load, name: str, attack: str, *, port: int | None = None, allowed: Sequence[str] = (), **arguments: Any
) -> list[Check]:
    """Run an attack and return what the well-behaved tenant and the orchestrator have noticed of it.

    `allowed` has the outcomes that the attackers may have, and begins with one that they must have.
    """
    attackers, health = load.deployment.attackers, HealthChecks(load.deployment)
    codes_before = (await load.deployment.subscribers.call("report"))["close_codes"]
    await attackers.call(attack, port=port or load.deployment.port, **arguments)
    try:
        async with health.running():
            window = await load.run_for(load.scale.attack)
    finally:
        outcomes = await attackers.call("stop")
    found = await load.latencies(window)
    stored = await load.append_times(window)
    calls = load.candidate.calls_within(window)
    codes = (await load.deployment.subscribers.call("report"))["close_codes"]
    expected = {"/healthz 200", "/readyz 200"}
    checks = [
        effect(f"{name}: the attackers were busy ({_format(outcomes)})", bool(outcomes)),
        duration(f"{name}: written to received, p50 of {found['count']}", found["p50"]),
        duration(f"{name}: written to received, p95", found["p95"], TURN_SECONDS),
        duration(f"{name}: written to stored, p50", stored["p50"]),
        duration(f"{name}: scheduling lag of the subscribers' process, p99", found["lag"]),
        duration(f"{name}: /healthz, p99 of {len(health.healthz_seconds)}", health.p99, HEALTH_SECONDS),
        count(
            f"{name}: health checks without 200 ({_format(health.statuses)})",
            health.statuses.total() - sum(health.statuses[one] for one in expected),
        ),
        count(f"{name}: errors of other callers ({count_outcomes(calls)})", sum(call.outcome != "OK" for call in calls)),
        count(f"{name}: subscribers that were disconnected", sum(codes.values()) - sum(codes_before.values())),
    ]
    if allowed:
        others = sum(number for outcome, number in outcomes.items() if outcome not in allowed)
        checks.append(effect(f"{name}: attackers were answered {allowed[0]}", allowed[0] in outcomes))
        checks.append(count(f"{name}: answers other than {', '.join(allowed)}", others))
    return checks


def _format(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "none"
