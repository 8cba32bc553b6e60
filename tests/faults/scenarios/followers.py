"""Subscribers stall, or come and go; streams end with the interview, or with the caller's access."""

import asyncio
import time

from models.documents.organization import Role
from tests.faults.checks import Check, count, duration, effect, figure, ratio
from tests.faults.deployment import Deployment
from tests.faults.load import Scale, run_load

MEGABYTE = 1_000_000
STALLED_SUBSCRIBERS = 4
SUBSCRIPTIONS = 100
"""Of one stalled subscriber: in a minute they carry far more than all buffers on the way hold."""
STALL_MEGABYTES = 5.0
UNAFFECTED_RATIO = 2.0
"""Others' usual p99 during a stall to that before, up to which they count as unaffected."""
CHURN = 0.1
"""Share of all subscribers per second."""
CHURN_MEGABYTES = 10.0
SAMPLES = 10
COMPLETION_RATIO = 10.0
"""From the last interview's end to the last `complete`, to the usual p99 of a turn: all streams complete together."""
REVOKED_SECONDS = 5.0
"""Ceiling until a revoked key's stream is closed: keys are checked every two seconds (lifecycle.access_monitor)."""
EXPIRED_SECONDS = 3.0
UNAUTHENTICATED = "4401"


async def stalled_subscribers(deployment: Deployment, scale: Scale) -> list[Check]:
    """Subscribers of everything stop reading, with their connections open, and read again after a minute."""
    async with run_load(deployment, scale) as load:
        await load.run_for(scale.filled)
        everything = (load.interview_ids * SUBSCRIPTIONS)[:SUBSCRIPTIONS]
        await deployment.subscribers.call(
            "open",
            group="stalled",
            url=deployment.websocket_url,
            token=deployment.keys[Role.VIEWER],
            followed=[everything] * STALLED_SUBSCRIBERS,
            small_buffers=True,
        )
        await deployment.subscribers.call("wait_until_connected", group="stalled")
        before = await load.run_undisturbed()
        memory_before = deployment.memory()
        await deployment.subscribers.call("stall", group="stalled")
        peaks = memory_before
        since = time.time()
        while time.time() < since + scale.stalled:
            await asyncio.sleep(1.0)
            peaks = [max(pair) for pair in zip(peaks, deployment.memory(), strict=True)]
        stalled = since, time.time()
        await deployment.subscribers.call("resume", group="stalled")
        growth = max(peak - held for peak, held in zip(peaks, memory_before, strict=True)) / MEGABYTE
        checks = [
            figure(f"memory growth of an API process, {STALLED_SUBSCRIBERS} stalled", growth, STALL_MEGABYTES, "MB"),
            *await load.baseline_checks(before),
            *await load.latency_checks("others during the stall", stalled),
            await load.latency_ratio("others during the stall", stalled, before, UNAFFECTED_RATIO),
            *await load.stop_and_verify(),
        ]
        stored = (await deployment.writers.call("stored", interview_ids=load.interview_ids))["last"]
        caught_up = await deployment.subscribers.call("wait_until_caught_up", stored=stored, group="stalled", seconds=30.0)
        report = await deployment.subscribers.call("report", group="stalled")
        return [
            *checks,
            duration("the stalled subscribers have everything after", caught_up),
            effect("the stalled subscribers have everything", caught_up is not None),
            count(f"violations at them (close codes: {report['close_codes']})", sum(report["violations"].values())),
        ]


async def churn(deployment: Deployment, scale: Scale) -> list[Check]:
    """A tenth of the subscribers disconnects and reconnects each second."""
    idle_tasks, idle_descriptors, _ = await _resources(deployment)
    async with run_load(deployment, scale) as load:
        before = await load.run_undisturbed()
        tasks_before, _, memory_before = await _resources(deployment)
        await deployment.subscribers.call("start_churn", share=CHURN)
        churning = await load.run_for(scale.churn)
        await deployment.subscribers.call("stop_churn")
        report = await deployment.subscribers.call("report")
        await load.run_for(scale.settle)
        tasks_after, _, memory_after = await _resources(deployment)
        checks = [
            *await load.baseline_checks(before),
            *await load.latency_checks("during churn", churning),
            count("reconnects", report["connections"] - report["subscribers"], None),
            figure("tasks after to before", tasks_after / tasks_before, 1.1, "times"),
            figure("memory growth", (memory_after - memory_before) / MEGABYTE, CHURN_MEGABYTES, "MB"),
            *await load.stop_and_verify(),
        ]
    tasks, descriptors = await _wait_until_released(deployment, idle_tasks, idle_descriptors)
    return [
        *checks,
        count(f"tasks more than before the first subscriber ({idle_tasks:.0f})", max(0, int(tasks - idle_tasks))),
        count(f"descriptors more than then ({idle_descriptors:.0f})", max(0, int(descriptors - idle_descriptors)), 2),
    ]


async def interviews_end(deployment: Deployment, scale: Scale) -> list[Check]:
    """Every interview ends: each subscriber gets the last turn, and then `complete`."""
    async with run_load(deployment, scale) as load:
        before = await load.run_undisturbed()
        began = time.time()
        last = await deployment.writers.call("finish")
        finished = time.time()
        completed = await deployment.subscribers.call("wait_until_ended")
        report = await deployment.subscribers.call("report")
        delay = completed and max(0.0, completed - finished)
        usual = await load.usual_p99(before)
        all_completed = report["completed"] == report["subscribers"]
        return [
            *await load.baseline_checks(before),
            effect(f"{report['completed']} of {report['subscribers']} subscriptions completed", all_completed),
            duration(f"{len(last)} interviews end together: all are over after", finished - began),
            duration("from the last end to the last `complete`", delay),
            ratio("the same, to the usual p99 of a turn before", delay, usual, COMPLETION_RATIO),
            count("connections that were cut off", sum(report["close_codes"].values())),
            *await load.verify(last, await deployment.subscribers.call("wait_until_caught_up", stored=last)),
        ]


async def access_ends(deployment: Deployment, scale: Scale) -> list[Check]:
    """A candidate's token expires and a key is revoked: their streams are closed with a code, the others go on."""
    key_id, secret = await deployment.writers.call("create_api_key", role=Role.VIEWER)
    async with run_load(deployment, scale) as load:
        one = load.interview_ids[0]
        token = await deployment.writers.call("create_candidate_token", interview_id=one, seconds=scale.access)
        expires_at = time.time() + scale.access
        subscribers = deployment.subscribers
        for group, credential in (("expiring", token), ("revoked", secret)):
            await subscribers.call("open", group=group, url=deployment.websocket_url, token=credential, followed=[[one]])
            await subscribers.call("wait_until_connected", group=group)
        await load.run_for(scale.warm_up)
        await deployment.writers.call("revoke_api_key", key_id=key_id)
        revoked_at = time.time()
        expired = await subscribers.call("wait_until_ended", group="expiring", seconds=EXPIRED_SECONDS + scale.access)
        revoked = await subscribers.call("wait_until_ended", group="revoked", seconds=REVOKED_SECONDS)
        codes = [(await subscribers.call("report", group=group))["close_codes"] for group in ("expiring", "revoked")]
        expired_after = expired and max(0.0, expired - expires_at)
        return [
            duration("from the token's expiry to the end of its stream", expired_after, EXPIRED_SECONDS),
            duration("from the key's revocation to the end of its stream", revoked and revoked - revoked_at, REVOKED_SECONDS),
            effect(f"both are closed with {UNAUTHENTICATED} ({codes})", all(each == {UNAUTHENTICATED: 1} for each in codes)),
            *await load.stop_and_verify(),
        ]


async def _resources(deployment: Deployment) -> tuple[float, float, float]:
    """Return tasks, descriptors and bytes of all API processes. Of tasks, the fewest of some samples: those that last."""
    samples = []
    for _ in range(SAMPLES):
        samples.append(sum(await deployment.gauges("viva_tasks")))
        await asyncio.sleep(0.1)
    return min(samples), deployment.descriptors(), float(sum(deployment.memory()))


async def _wait_until_released(deployment: Deployment, idle_tasks: float, idle_descriptors: float) -> tuple[float, float]:
    """Return tasks and descriptors once they are back to idle, or as they are after a timeout."""
    for _ in range(20):
        tasks, descriptors, _ = await _resources(deployment)
        if tasks <= idle_tasks and descriptors <= idle_descriptors:
            break
        await asyncio.sleep(0.5)
    return tasks, descriptors
