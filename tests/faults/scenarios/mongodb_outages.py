"""mongod killed, for a moment and for a minute."""

import asyncio
import time

from tests.faults.checks import Check, count, effect, seconds
from tests.faults.deployment import Deployment
from tests.faults.load import Load, Scale, loaded, outcomes

ANSWER_SECONDS = 5.0
"""until a caller is told"""
UNAVAILABLE = 503
MOMENT_SECONDS = 0.2
"""after the kill, and nothing more is being stored"""


async def mongod_killed(deployment: Deployment, scale: Scale) -> list[Check]:
    """kill -9 for a moment."""
    async with loaded(deployment, scale) as load:
        return await _without(load, scale.mongod_killed)


async def mongod_down(deployment: Deployment, scale: Scale) -> list[Check]:
    """kill -9 for a minute."""
    async with loaded(deployment, scale) as load:
        return await _without(load, scale.mongod_down)


async def _without(load: Load, length: float) -> list[Check]:
    deployment, scale = load.deployment, load.scale
    quiet = await load.quiet()
    await deployment.mongod.kill()
    began = time.time()
    unready, healthy = await _readiness(deployment, length)
    await asyncio.sleep(began + length - time.time())
    called = began, time.time() - ANSWER_SECONDS
    await deployment.mongod.start()
    up = time.time()
    # writers and clients find it again by themselves
    async with asyncio.timeout(60):
        # the candidate tries again by itself: there is no event to await
        while not [call for call in load.probe.within((up, time.time())) if call.outcome == "OK"]:  # noqa: ASYNC110  # a call is what is awaited
            await asyncio.sleep(0.05)
    answered = time.time()
    await asyncio.sleep(scale.settle)
    back = await load.pass_time(scale.after)
    # those of the outage, and those that its end found under way
    calls = load.probe.within((began, up))
    kept = await load.received((began + MOMENT_SECONDS, up))
    checks = [
        *await load.told("before", quiet, None),
        seconds("/readyz says 503 after", unready, ANSWER_SECONDS),
        effect("/healthz says that the process is alive", healthy),
        seconds(
            f"longest call of the API ({outcomes(calls)})", max((call.seconds for call in calls), default=0.0), ANSWER_SECONDS
        ),
        count("errors without the code UNAVAILABLE", sum(call.outcome not in ("OK", "UNAVAILABLE") for call in calls)),
        seconds("mongod takes writes until a message is taken", answered - up, None),
        effect(f"what was said meanwhile arrived ({kept['count']:.0f} turns, by all readers)", bool(kept["count"])),
        seconds("the longest that one of these turns took", kept["max"], None),
        *await load.told("back", back, None),
        *await load.clean(),
    ]
    if length > ANSWER_SECONDS:
        checks.append(effect("callers were told, in the outage", any(call.at < called[1] for call in calls)))
        checks.append(effect("/readyz is 200 again", await deployment.readiness() == 200))
    return checks


async def _readiness(deployment: Deployment, length: float) -> tuple[float | None, bool]:
    """Seconds until /readyz was 503, None if that did not come in that time; and whether /healthz was 200 then."""
    began = time.monotonic()
    unready = None
    while unready is None and time.monotonic() < began + length:
        if await deployment.readiness() == UNAVAILABLE:
            unready = time.monotonic() - began
        await asyncio.sleep(0.05)
    async with deployment.client() as client:
        return unready, (await client.get("/healthz")).is_success
