"""API processes asked to end, and killed, all and one of two; and a process that dies between commit and publish."""

import asyncio
import signal
import time

from tests.faults.checks import Check, count, effect, figure, seconds
from tests.faults.deployment import Deployment
from tests.faults.load import Load, Scale, loaded, outcomes
from tests.faults.subscriber import TURNS
from models.organization import Role

DRAIN_SECONDS = 10.0
STREAMS = 4
"""by server-sent events, which a server has to end by itself"""
TOLD_TO_COME_BACK = frozenset({"1001", "1012", "1013"})
"""close codes that clients of graphql-transport-ws retry on"""
SPREAD = 0.1
"""of all connections, that each of two processes has at least"""
LOST_MESSAGE_SECONDS = 3.0
"""from written to received of a turn that nobody published"""


async def api_terminated(deployment: Deployment, scale: Scale) -> list[Check]:
    """SIGTERM to one process after the other, as when a new version is rolled out."""
    async with loaded(deployment, scale) as load:
        quiet = await load.quiet()
        drains, exits = [], []
        began = time.time()
        async with asyncio.TaskGroup() as streams:
            # whichever process takes them
            over_http = [streams.create_task(_follow_over_http(load)) for _ in range(STREAMS)]
            await asyncio.sleep(1)
            for place, api in enumerate(deployment.apis):
                asked = time.monotonic()
                api.send(signal.SIGTERM)
                exits.append(await api.wait())
                drains.append(time.monotonic() - asked)
                await asyncio.sleep(scale.api_away)
                await deployment.start_api(place)
                await asyncio.sleep(scale.api_away)
        rolled = began, time.time()
        codes = (await deployment.readers.call("state"))["codes"]
        ends = [stream.result() for stream in over_http]
        return [
            *await load.told("before", quiet, None),
            seconds("SIGTERM until it has ended, the longer of two", max(drains), DRAIN_SECONDS),
            effect("nothing had to be cut short at the end of the drain", max(drains) < DRAIN_SECONDS),
            effect(f"{STREAMS} streams over HTTP had turns, and broke off without `complete`", all(ends)),
            count("exit codes that are not 0", sum(map(bool, exits))),
            effect("readers were cut off", bool(codes)),
            count(f"connections that were not told to come back (codes: {codes})", _untold(codes)),
            *await load.told("meanwhile", rolled, None),
            effect(f"messages went on by the other process ({outcomes(load.probe.within(rolled))})", _went_on(load, rolled)),
            *await load.clean(),
        ]


async def api_killed(deployment: Deployment, scale: Scale) -> list[Check]:
    """kill -9 of all API processes at once."""
    async with loaded(deployment, scale) as load:
        await load.quiet()
        await asyncio.gather(*(api.kill() for api in deployment.apis))
        await asyncio.sleep(scale.api_away)
        await deployment.mend()
        await asyncio.sleep(scale.settle)
        back = await load.pass_time(scale.after)
        state = await deployment.readers.call("state")
        return [
            effect("every reader came back", state["connections"] >= 2 * state["readers"]),
            *await load.told("back", back, None),
            *await load.clean(),
        ]


async def two_api_processes(deployment: Deployment, scale: Scale) -> list[Check]:
    """Two behind one port, nothing sticky: both serve, one is killed in mid-load and started again."""
    async with loaded(deployment, scale) as load:
        quiet = await load.quiet()
        spread = deployment.connections()
        await deployment.apis[0].kill()
        away = await load.pass_time(scale.api_away)
        await deployment.start_api(0)
        # who is connected stays where it is: only who comes anew finds the new process
        await deployment.readers.call("start_churn", share=0.2)
        await asyncio.sleep(scale.settle + scale.after)
        await deployment.readers.call("stop_churn")
        after = deployment.connections()
        back = await load.pass_time(scale.after)
        return [
            figure(f"connections of the two before: {spread}, share of the fuller", max(spread) / sum(spread), 1 - SPREAD, ""),
            *await load.told("before", quiet, None),
            *await load.told("one away", away, None),
            effect(f"messages went on by the other ({outcomes(load.probe.within(away))})", _went_on(load, away)),
            figure(f"connections of the two after: {after}, share of the fuller", max(after) / sum(after), 1 - SPREAD, ""),
            *await load.told("back", back, None),
            *await load.clean(),
        ]


async def unpublished(deployment: Deployment, scale: Scale) -> list[Check]:
    """A process is killed between commit and publish, a few times: the turn arrives by the poll."""
    waits, exits, acknowledged, caught_up = [], [], dict[str, int](), None
    async with loaded(deployment, scale) as load:
        for _ in range(scale.deaths):
            await load.pass_time(scale.warm)
            began = time.time()
            await deployment.writers.call("die_between_commit_and_publish")
            exits.append(await deployment.writers.child.wait())
            died = time.time()
            await deployment.writers.start()
            stored = await deployment.writers.call("stored", interview_ids=load.interview_ids)
            acknowledged = stored["last"]
            caught_up = await deployment.readers.call("caught_up", stored=acknowledged)
            waits.append((await load.received((began - 1.0, died + 1.0)))["max"])
            await deployment.writers.call("begin", interview_ids=load.interview_ids, period=scale.period)
        return [
            effect(f"{scale.deaths} processes died of SIGKILL", exits == [-signal.SIGKILL] * scale.deaths),
            effect("the turns arrived", caught_up is not None),
            seconds("the longest that one took", max(waits), LOST_MESSAGE_SECONDS),
            *await load.clean(),
        ]


async def _follow_over_http(load: Load) -> bool:
    """Whether turns came over server-sent events, and the stream then broke off without a `complete`: clients come back."""
    body = {"query": TURNS, "variables": {"id": load.interview_ids[0], "after": 0}}
    async with load.deployment.client(load.deployment.keys[Role.VIEWER], seconds=60.0) as client:
        headers = {"Accept": "text/event-stream"}
        async with client.stream("POST", "/graphql", json=body, headers=headers) as response:
            lines = [line async for line in response.aiter_lines() if line.startswith("event: ")]
    return "event: next" in lines and "event: complete" not in lines


def _untold(codes: dict[str, int]) -> int:
    return sum(number for code, number in codes.items() if code not in TOLD_TO_COME_BACK)


def _went_on(load: Load, window: tuple[float, float]) -> bool:
    return any(call.outcome == "OK" for call in load.probe.within(window))
