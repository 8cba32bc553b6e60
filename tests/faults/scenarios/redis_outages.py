"""Redis is killed, or stops responding without closing a connection."""

import asyncio

from tests.faults.checks import Check, duration, ratio
from tests.faults.deployment import Deployment
from tests.faults.load import RECOVERED_RATIO, Load, Scale, Window, run_load
from tests.helpers import Outage, outage

AWAY_SECONDS = 2.5
"""Ceiling of p99 from written to received while Redis is away: the poll's two seconds, and the read."""
APPENDS_RATIO = 2.0
"""Usual p99 of appends in the outage to that before, up to which appends count as unaffected."""


async def redis_killed(deployment: Deployment, scale: Scale) -> list[Check]:
    """Kill valkey with SIGKILL."""
    async with run_load(deployment, scale) as load:
        before = await load.run_undisturbed()
        await deployment.valkey.kill()
        away = await load.run_for(scale.redis_killed)
        await deployment.valkey.start()
        return await _verify(load, before, away)


async def redis_black_hole(deployment: Deployment, scale: Scale) -> list[Check]:
    """Make the proxy in front of valkey accept everything and forward nothing."""
    async with run_load(deployment, scale) as load:
        before = await load.run_undisturbed()
        async with deployment.proxy.black_hole():
            away = await load.run_for(scale.redis_black_hole)
        return await _verify(load, before, away)


async def redis_frozen(deployment: Deployment, scale: Scale) -> list[Check]:
    """Suspend valkey with SIGSTOP: it holds its connections and answers nothing."""
    async with run_load(deployment, scale) as load:
        before = await load.run_undisturbed()
        async with outage(deployment.valkey, Outage.FROZEN):
            away = await load.run_for(scale.redis_frozen)
        return await _verify(load, before, away)


async def _verify(load: Load, before: Window, away: Window) -> list[Check]:
    await asyncio.sleep(load.scale.settle)
    after = await load.run_for(load.scale.after)
    appends_before, appends_away = await load.append_times(before), await load.append_times(away)
    usual_before, usual_away = [await load.usual_p99(window, of_appends=True) for window in (before, away)]
    calls = load.candidate.calls_within(away)
    return [
        *await load.baseline_checks(before),
        *await load.latency_checks("while away", away, AWAY_SECONDS),
        *await load.latency_checks("after", after),
        await load.latency_ratio("after", after, before, RECOVERED_RATIO),
        duration(f"append before, p99 of {appends_before['count']}", appends_before["p99"]),
        duration(f"append while away, p99 of {appends_away['count']}", appends_away["p99"]),
        ratio("append while away to before, usual p99", usual_away, usual_before, APPENDS_RATIO, floor=0.0),
        duration("longest sendMessage while away", max((call.seconds for call in calls), default=0.0)),
        *await load.stop_and_verify(),
    ]
