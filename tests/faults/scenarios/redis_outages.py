"""Redis killed, and gone without a word."""

import asyncio

from tests.faults.checks import Check, figure, seconds
from tests.faults.deployment import Deployment
from tests.faults.load import Load, Scale, Window, loaded

AWAY_SECONDS = 2.5
"""at p99, from written to received while Redis is away: the poll's 2 s, and reading"""
BACK_SECONDS = 0.1
"""the same once it is back"""
APPENDS_RATIO = 2.0
"""of the append's usual p99 in the outage to that before, up to which it counts as unaffected"""


async def redis_killed(deployment: Deployment, scale: Scale) -> list[Check]:
    """kill -9 of valkey."""
    async with loaded(deployment, scale) as load:
        quiet = await load.quiet()
        await deployment.valkey.kill()
        away = await load.pass_time(scale.redis_killed)
        await deployment.valkey.start()
        return await _judged(load, quiet, away)


async def redis_black_hole(deployment: Deployment, scale: Scale) -> list[Check]:
    """The line to valkey takes everything and carries nothing."""
    async with loaded(deployment, scale) as load:
        quiet = await load.quiet()
        async with deployment.proxy.black_hole():
            away = await load.pass_time(scale.redis_black_hole)
        return await _judged(load, quiet, away)


async def _judged(load: Load, quiet: Window, away: Window) -> list[Check]:
    await asyncio.sleep(load.scale.settle)
    back = await load.pass_time(load.scale.after)
    before, meanwhile = await load.appended(quiet), await load.appended(away)
    usual = [await load.usual_p99("appended", window) for window in (quiet, away)]
    typed = max((call.seconds for call in load.probe.within(away)), default=0.0)
    return [
        *await load.told("before", quiet, None),
        *await load.told("away", away, AWAY_SECONDS),
        *await load.told("back", back, BACK_SECONDS),
        seconds(f"append before, p99 of {before['count']}", before["p99"], None),
        seconds(f"append while away, p99 of {meanwhile['count']}", meanwhile["p99"], None),
        figure("append while away to before, p50", meanwhile["p50"] / before["p50"], None, "times"),
        figure("append while away to before, median p99 of 2 s", usual[1] / usual[0], APPENDS_RATIO, "times"),
        seconds("sendMessage while away, longest", typed, None),
        *await load.clean(),
    ]
