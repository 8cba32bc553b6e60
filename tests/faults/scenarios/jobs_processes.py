"""Jobs workers are killed while a program follows the change feed, and while one interview can never be repaired."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import httpx2

from live.cancellation import cancel_and_wait
from models.documents.organization import Role
from models.writes.repair_attempts import BACKOFF
from sandbox.processes import ChildProcess
from sandbox.stack import create_jobs_process
from tests.faults.checks import Check, count, duration, effect
from tests.faults.deployment import Deployment
from tests.faults.load import Scale
from tests.faults.rpc import ROOT
from tests.faults.scenarios.attacks import HEALTH_SECONDS, HealthChecks

WORKERS = 2
STARTED = "Redis connected"
ABANDONED = 20
"""Interviews whose process died after it had ended them and before it completed them."""
REPAIRED_SECONDS = 30.0
"""Within which they are completed: the grace period, a round of repairs, and the lease of a worker that was killed."""
GIVE_UP_SECONDS = 300.0
CHANGES = "query($after: String) { changes(after: $after, first: 100) { nodes { cursor interviewId } nextCursor latestCursor } }"
START_SECONDS = 0.25
"""Between the starts of two interviews."""
PAUSE_SECONDS = 0.1
"""Between two requests of a follower that has read everything."""


class FeedFollower:
    """A program that follows Query.changes from a cursor."""

    def __init__(self, client: httpx2.AsyncClient, cursor: str) -> None:
        self.found: list[tuple[str, str]] = []
        """Cursor and interview of each change."""
        self._client = client
        self._cursor = cursor

    async def keep_reading(self) -> None:
        """Read changes until cancelled. Raises KeyError if the API answers with an error."""
        while True:
            if not await self.read_page():
                await asyncio.sleep(PAUSE_SECONDS)

    async def read_page(self) -> bool:
        """Read a page and return whether it had changes."""
        page = await read_changes(self._client, self._cursor)
        self._cursor = page["nextCursor"]
        self.found += [(change["cursor"], change["interviewId"]) for change in page["nodes"]]
        return bool(page["nodes"])


async def read_changes(client: httpx2.AsyncClient, after: str | None) -> dict[str, Any]:
    """Read a page of the feed."""
    response = await client.post("/graphql", json={"query": CHANGES, "variables": {"after": after}})
    page: dict[str, Any] = response.json()["data"]["changes"]
    return page


async def workers_killed(deployment: Deployment, scale: Scale) -> list[Check]:
    """Kill one of two jobs workers after the other, and start it again. Runs without the load, which they would join."""
    await deployment.restart_missing()
    poisoned, *abandoned = [interview_id for interview_id, _ in await deployment.start_interviews(ABANDONED + 1)]
    health = HealthChecks(deployment)
    async with deployment.client(deployment.keys[Role.RECRUITER]) as client:
        cursor = (await read_changes(client, None))["latestCursor"]
        follower = FeedFollower(client, cursor)
        await deployment.writers.call("abandon", interview_ids=[poisoned, *abandoned])
        await deployment.writers.call("poison", interview_id=poisoned)
        started: list[str] = []
        began = time.monotonic()
        following = asyncio.create_task(follower.keep_reading())
        starting = asyncio.create_task(_keep_starting(deployment, started))
        completing = asyncio.create_task(_wait_until_completed(deployment, abandoned))
        try:
            async with health.running(), _run_workers(deployment) as workers:
                for number in range(scale.worker_deaths):
                    worker = workers[number % WORKERS]
                    await worker.kill()
                    await worker.start()
                    await worker.wait_until_logged(STARTED)
                    await asyncio.sleep(scale.between_worker_deaths)
                await cancel_and_wait(starting)
                completed = await completing - began
                missing = await _wait_until_found(follower, {*abandoned, *started})
                whole = FeedFollower(client, cursor)
                while await whole.read_page():
                    pass
                await _wait_until_found(follower, {whole.found[-1][0]})
        finally:
            await cancel_and_wait(following, starting, completing)
            attempts = await deployment.writers.call("heal", interview_id=poisoned)
            # the pauses between attempts double
            max_attempts = 2 + round(math.log2((time.monotonic() - began) / BACKOFF.seconds(1)))
    is_undisturbed = following.cancelled() and starting.cancelled()
    statuses = health.statuses
    return [
        effect(f"{len(started)} interviews were started, and each reader of the feed got answers", is_undisturbed),
        effect(
            f"{scale.worker_deaths} kills: each of {len(whole.found)} changes came once, in order",
            follower.found[: len(whole.found)] == whole.found,
        ),
        count("interviews without a change in the feed", len(missing)),
        count("gaps of the feed", round(sum(await deployment.gauges("viva_change_feed_gaps")))),
        duration(f"{len(abandoned)} interviews are completed after", completed, REPAIRED_SECONDS),
        effect("a worker has tried to complete the poisoned interview", attempts > 0),
        count("attempts at the poisoned interview", attempts, max_attempts),
        duration(f"/healthz, p99 of {len(health.healthz_seconds)}", health.p99, HEALTH_SECONDS),
        count("health checks without 200", statuses.total() - sum(statuses[f"{path} 200"] for path in ("/healthz", "/readyz"))),
    ]


@asynccontextmanager
async def _run_workers(deployment: Deployment) -> AsyncIterator[list[ChildProcess]]:
    async with AsyncExitStack() as stack:
        workers = []
        for index in range(WORKERS):
            worker = create_jobs_process(deployment.environment, deployment.folder / f"jobs-{index}.log", ROOT)
            stack.push_async_callback(worker.kill)
            await worker.start()
            await worker.wait_until_logged(STARTED)
            workers.append(worker)
        yield workers


async def _keep_starting(deployment: Deployment, started: list[str]) -> None:
    """Start one interview after the other until cancelled. Raises SandboxFailed if the API refuses one."""
    while True:
        ((interview_id, _),) = await deployment.start_interviews(1)
        started.append(interview_id)
        await asyncio.sleep(START_SECONDS)


async def _wait_until_found(follower: FeedFollower, expected: set[str]) -> set[str]:
    """Wait until the follower has these cursors or interviews, and return those that are missing after a timeout."""
    with suppress(TimeoutError):
        async with asyncio.timeout(REPAIRED_SECONDS):
            while missing := expected.difference(*follower.found):
                await asyncio.sleep(PAUSE_SECONDS)
    return missing


async def _wait_until_completed(deployment: Deployment, interview_ids: list[str]) -> float:
    """Wait until the interviews are completed, and return when they were. Raises TimeoutError."""
    async with asyncio.timeout(GIVE_UP_SECONDS):
        while await deployment.writers.call("count_ending", interview_ids=interview_ids):
            await asyncio.sleep(PAUSE_SECONDS)
    return time.monotonic()
