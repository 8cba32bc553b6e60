"""Job workers in the test's process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bson import ObjectId

import settings
from lifecycle.jobs import Jobs
from sandbox.valkey import Valkey
from tests.helpers import AUTH, wait_until

PUBLISH_TIMEOUT_SECONDS = 0.3
JOB_NAME = "job"


class JobSpy:
    """A job that records the ids it was called with; it does not end while `gate` is cleared."""

    def __init__(self) -> None:
        self.started_ids: list[ObjectId] = []
        self.ended_ids: list[ObjectId] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, document_id: ObjectId) -> None:
        self.started_ids.append(document_id)
        await self.gate.wait()
        self.ended_ids.append(document_id)

    async def wait_until_called(self, count: int) -> list[ObjectId]:
        """Wait until it has been called `count` times, and return the ids."""

        async def is_reached() -> bool:
            return len(self.started_ids) >= count

        await wait_until(is_reached)
        return self.started_ids


def make_jobs(valkey: Valkey, concurrency: int = 10) -> Jobs:
    return Jobs(settings.RedisSettings(url=valkey.url, publish_seconds=PUBLISH_TIMEOUT_SECONDS), AUTH, concurrency)


@asynccontextmanager
async def run_worker(jobs: Jobs, drain_seconds: float = 5.0) -> AsyncIterator[asyncio.Task[None]]:
    """Handle wake-ups while the block runs, then drain."""
    stop = asyncio.Event()
    work = asyncio.create_task(jobs.run(stop, drain_seconds))
    try:
        yield work
    finally:
        stop.set()
        async with asyncio.timeout(20):
            await work
