"""API processes are terminated or killed, and a writer dies between commit and publish."""

import asyncio
import signal
import time

from models.documents.organization import Role
from tests.faults.checks import Check, count, duration, effect, figure
from tests.faults.deployment import Deployment
from tests.faults.load import Load, Scale, count_outcomes, run_load
from tests.faults.subscriber import TURNS

DRAIN_SECONDS = 10.0
"""The product's own bound, after which an orchestrator kills the process."""
STREAMS = 4
"""Followers by server-sent events, which the server has to end itself."""
RETRYABLE_CODES = frozenset({"1001", "1012", "1013"})
"""Close codes after which clients of graphql-transport-ws reconnect."""
MIN_SHARE = 0.1
"""Of all connections, that each of two processes holds at least."""
UNPUBLISHED_SECONDS = 3.0
"""Ceiling from written to received of a turn that was never published: the poll's two seconds, and the read."""


async def api_terminated(deployment: Deployment, scale: Scale) -> list[Check]:
    """Send SIGTERM to one process after the other, as a rolling update does."""
    async with run_load(deployment, scale) as load:
        before = await load.run_undisturbed()
        drains, exit_codes = [], []
        began = time.time()
        async with asyncio.TaskGroup() as streams:
            followers = [streams.create_task(_follow_over_http(load)) for _ in range(STREAMS)]
            await asyncio.sleep(1)
            for index, api in enumerate(deployment.apis):
                terminated_at = time.monotonic()
                api.send_signal(signal.SIGTERM)
                exit_codes.append(await api.wait())
                drains.append(time.monotonic() - terminated_at)
                await asyncio.sleep(scale.api_away)
                await deployment.start_api(index)
                await asyncio.sleep(scale.api_away)
        update = began, time.time()
        codes = (await deployment.subscribers.call("report"))["close_codes"]
        final = sum(number for code, number in codes.items() if code not in RETRYABLE_CODES)
        outcomes = count_outcomes(load.candidate.calls_within(update))
        return [
            *await load.baseline_checks(before),
            duration("from SIGTERM to exit, the longer of two", max(drains), DRAIN_SECONDS),
            effect("no drain was cut short", max(drains) < DRAIN_SECONDS),
            effect(f"{STREAMS} SSE streams had turns and ended without `complete`", all(one.result() for one in followers)),
            count("exit codes other than 0", sum(map(bool, exit_codes))),
            effect("subscribers were disconnected", bool(codes)),
            count(f"connections closed with a code that is not retryable ({codes})", final),
            *await load.latency_checks("during the update", update),
            effect(f"the other process accepted messages ({outcomes})", load.candidate.succeeded_within(update)),
            *await load.stop_and_verify(),
        ]


async def api_killed(deployment: Deployment, scale: Scale) -> list[Check]:
    """Kill all API processes with SIGKILL."""
    async with run_load(deployment, scale) as load:
        before = await load.run_undisturbed()
        await asyncio.gather(*(api.kill() for api in deployment.apis))
        await asyncio.sleep(scale.api_away)
        await deployment.restart_missing()
        await asyncio.sleep(scale.settle)
        after = await load.run_for(scale.after)
        report = await deployment.subscribers.call("report")
        return [
            effect("every subscriber reconnected", report["connections"] >= 2 * report["subscribers"]),
            *await load.baseline_checks(before),
            *await load.latency_checks("after", after),
            *await load.stop_and_verify(),
        ]


async def one_of_two_killed(deployment: Deployment, scale: Scale) -> list[Check]:
    """Kill one of two processes behind one port, without sticky sessions, and start it again."""
    async with run_load(deployment, scale) as load:
        before = await load.run_undisturbed()
        spread_before = deployment.connections()
        await deployment.apis[0].kill()
        away = await load.run_for(scale.api_away)
        await deployment.start_api(0)
        # existing connections stay where they are: only new ones reach the restarted process
        await deployment.subscribers.call("start_churn", share=0.2)
        await asyncio.sleep(scale.settle + scale.after)
        await deployment.subscribers.call("stop_churn")
        spread_after = deployment.connections()
        after = await load.run_for(scale.after)
        outcomes = count_outcomes(load.candidate.calls_within(away))
        return [
            _spread_check("before", spread_before),
            *await load.baseline_checks(before),
            *await load.latency_checks("one away", away),
            effect(f"the other process accepted messages ({outcomes})", load.candidate.succeeded_within(away)),
            _spread_check("after", spread_after),
            *await load.latency_checks("after", after),
            *await load.stop_and_verify(),
        ]


async def died_before_publish(deployment: Deployment, scale: Scale) -> list[Check]:
    """Kill the writers' process between commit and publish: the turn arrives by polling."""
    delays, exit_codes, caught_up = [], [], None
    async with run_load(deployment, scale) as load:
        for _ in range(scale.deaths):
            await load.run_for(scale.warm_up)
            began = time.time()
            await deployment.writers.call("die_between_commit_and_publish")
            exit_codes.append(await deployment.writers.child.wait())
            died_at = time.time()
            await deployment.writers.start()
            stored = await deployment.writers.call("stored", interview_ids=load.interview_ids)
            caught_up = await deployment.subscribers.call("wait_until_caught_up", stored=stored["last"])
            delays.append((await load.latencies((began - 1.0, died_at + 1.0)))["max"])
            await deployment.writers.call("begin", interview_ids=load.interview_ids, period=scale.period)
        return [
            effect(f"{scale.deaths} processes died of SIGKILL", exit_codes == [-signal.SIGKILL] * scale.deaths),
            effect("the turns arrived", caught_up is not None),
            duration("longest delay of one of them", max(delays), UNPUBLISHED_SECONDS),
            *await load.stop_and_verify(),
        ]


def _spread_check(name: str, connections: list[int]) -> Check:
    share = max(connections) / sum(connections)
    return figure(f"connections of the two processes {name} ({connections}): larger share", share, 1 - MIN_SHARE, "")


async def _follow_over_http(load: Load) -> bool:
    """Return whether turns arrived over SSE and the stream then ended without `complete`, so that clients retry."""
    body = {"query": TURNS, "variables": {"id": load.interview_ids[0], "after": 0}}
    async with load.deployment.client(load.deployment.keys[Role.VIEWER], seconds=60.0) as client:
        headers = {"Accept": "text/event-stream"}
        async with client.stream("POST", "/graphql", json=body, headers=headers) as response:
            lines = [line async for line in response.aiter_lines() if line.startswith("event: ")]
    return "event: next" in lines and "event: complete" not in lines
