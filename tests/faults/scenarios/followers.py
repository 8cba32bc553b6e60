"""Readers that stall, come and go; streams that end, with the interview or with the caller's access."""

import asyncio
import time

from tests.faults.checks import Check, count, effect, figure, seconds
from tests.faults.deployment import Deployment
from tests.faults.load import Scale, loaded
from models.organization import Role

MEGABYTE = 1_000_000
STALLED_READERS = 4
SUBSCRIPTIONS = 100
"""of one stalled reader: what its interviews say in a minute is far more than any buffer between takes"""
STALL_MEGABYTES = 5.0
UNAFFECTED_RATIO = 2.0
"""of others' p99 while a reader stalls to that before"""
CHURN = 0.1
"""of all readers, each second"""
CHURN_MEGABYTES = 10.0
LOOKS = 10
ENDED_SECONDS = 1.0
REVOKED_SECONDS = 5.0
"""until a revoked key's stream is closed: it is looked at each 2 s (resolvers.rechecks)"""
EXPIRED_SECONDS = 3.0
UNAUTHENTICATED = "4401"


async def stalled_reader(deployment: Deployment, scale: Scale) -> list[Check]:
    """Readers of everything stop reading, with their connections open, and go on a minute later."""
    async with loaded(deployment, scale) as load:
        await load.pass_time(scale.filled)
        everything = (load.interview_ids * SUBSCRIPTIONS)[:SUBSCRIPTIONS]
        viewer = deployment.keys[Role.VIEWER]
        await deployment.readers.call(
            "open",
            group="stalled",
            url=deployment.websocket,
            token=viewer,
            followed=[everything] * STALLED_READERS,
            small=True,
        )
        await deployment.readers.call("connected", group="stalled")
        quiet = await load.quiet()
        before = deployment.memory()
        await deployment.readers.call("stall", group="stalled")
        peaks = before
        since = time.time()
        while time.time() < since + scale.stalled:
            await asyncio.sleep(1.0)
            peaks = [max(pair) for pair in zip(peaks, deployment.memory(), strict=True)]
        stalled = since, time.time()
        await deployment.readers.call("go_on", group="stalled")
        own, others = [await load.usual_p99("received", window) for window in (quiet, stalled)]
        growth = [(peak - held) / MEGABYTE for peak, held in zip(peaks, before, strict=True)]
        checks = [
            figure(f"growth of the API processes' memory, {STALLED_READERS} stalled readers", max(growth), STALL_MEGABYTES, "MB"),
            *await load.told("others before", quiet, None),
            *await load.told("others meanwhile", stalled, None),
            figure("others meanwhile to before, median p99 of 2 s", others / own, UNAFFECTED_RATIO, "times"),
            *await load.clean(),
        ]
        stored = (await deployment.writers.call("stored", interview_ids=load.interview_ids))["last"]
        caught_up = await deployment.readers.call("caught_up", stored=stored, group="stalled", seconds=30.0)
        state = await deployment.readers.call("state", group="stalled")
        return [
            *checks,
            seconds("the stalled ones have everything, after", caught_up, None),
            effect("they have everything", caught_up is not None),
            count(
                f"of it missing, repeated, reordered, wrong (connections ended: {state['codes']})", sum(state["faults"].values())
            ),
        ]


async def churn(deployment: Deployment, scale: Scale) -> list[Check]:
    """A tenth of the readers leaves and comes back, each second."""
    idle = await _held(deployment)
    async with loaded(deployment, scale) as load:
        quiet = await load.quiet()
        before = await _held(deployment)
        await deployment.readers.call("start_churn", share=CHURN)
        meanwhile = await load.pass_time(scale.churn)
        await deployment.readers.call("stop_churn")
        state = await deployment.readers.call("state")
        await load.pass_time(scale.settle)
        after = await _held(deployment)
        checks = [
            *await load.told("before", quiet, None),
            *await load.told("meanwhile", meanwhile, None),
            count("reconnects", state["connections"] - state["readers"], None),
            figure("tasks after to before", after[0] / before[0], 1.1, "times"),
            figure("memory that grew", (after[2] - before[2]) / MEGABYTE, CHURN_MEGABYTES, "MB"),
            *await load.clean(),
        ]
    left = await _settled(deployment, idle)
    return [
        *checks,
        count(f"tasks more than before the first reader ({idle[0]:.0f})", max(0, int(left[0] - idle[0]))),
        count(f"descriptors more than then ({idle[1]:.0f}), besides pools", max(0, int(left[1] - idle[1])), 2),
    ]


async def ended(deployment: Deployment, scale: Scale) -> list[Check]:
    """Every interview ends: each reader gets the last turn, and then is told that nothing more comes."""
    async with loaded(deployment, scale) as load:
        await load.quiet()
        began = time.time()
        last = await deployment.writers.call("finish")
        finished = time.time()
        completed = await deployment.readers.call("completed")
        state = await deployment.readers.call("state")
        return [
            effect(f"{state['completed']} of {state['readers']} readers completed", state["completed"] == state["readers"]),
            seconds(f"{len(last)} interviews end at once: all are over after", finished - began, None),
            seconds(
                "the last is over until the last reader is told", completed and max(0.0, completed - finished), ENDED_SECONDS
            ),
            count("connections that were cut off", sum(state["codes"].values())),
            *await load.compare(last, await deployment.readers.call("caught_up", stored=last)),
        ]


async def access_ends(deployment: Deployment, scale: Scale) -> list[Check]:
    """A candidate's token expires, a key is revoked: their streams are closed by name, the others go on."""
    key_id, secret = await deployment.writers.call("provide_key", role=Role.VIEWER)
    async with loaded(deployment, scale) as load:
        one = load.interview_ids[0]
        token = await deployment.writers.call("provide_access", interview_id=one, seconds=scale.access)
        expires_at = time.time() + scale.access
        for group, credential in (("expiring", token), ("revoked", secret)):
            await deployment.readers.call("open", group=group, url=deployment.websocket, token=credential, followed=[[one]])
            await deployment.readers.call("connected", group=group)
        await load.pass_time(scale.warm)
        await deployment.writers.call("revoke", key_id=key_id)
        revoked_at = time.time()
        expired = await deployment.readers.call("completed", group="expiring", seconds=EXPIRED_SECONDS + scale.access)
        revoked = await deployment.readers.call("completed", group="revoked", seconds=REVOKED_SECONDS)
        codes = {group: (await deployment.readers.call("state", group=group))["codes"] for group in ("expiring", "revoked")}
        return [
            seconds(
                "after the token has expired its stream is closed", expired and max(0.0, expired - expires_at), EXPIRED_SECONDS
            ),
            seconds("after the key was revoked its stream is closed", revoked and revoked - revoked_at, REVOKED_SECONDS),
            effect(f"both by {UNAUTHENTICATED} ({codes})", all(one == {UNAUTHENTICATED: 1} for one in codes.values())),
            *await load.clean(),
        ]


async def _held(deployment: Deployment) -> tuple[float, float, float]:
    """Tasks, descriptors and bytes of all API processes. Of tasks the fewest of some looks: those that last."""
    looks = []
    for _ in range(LOOKS):
        looks.append(sum(await deployment.gauges("viva_tasks")))
        await asyncio.sleep(0.1)
    return min(looks), deployment.descriptors(), float(sum(deployment.memory()))


async def _settled(deployment: Deployment, idle: tuple[float, float, float]) -> tuple[float, float, float]:
    """What is held once it is no more than `idle`, or after a while all the same: nobody waits for what ends by itself."""
    for _ in range(20):
        held = await _held(deployment)
        if held[0] <= idle[0] and held[1] <= idle[1]:
            break
        await asyncio.sleep(0.5)
    return held
