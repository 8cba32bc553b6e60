"""Workers of jobs, in this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bson import ObjectId

import settings
from lifecycle.jobs import Jobs
from sandbox.valkey import Valkey
from tests.live.reading import eventually

BOUND_SECONDS = 0.3
NAME = "job"


class Log:
    """A job that notes for what it was called; while `gate` is closed it does not end."""

    def __init__(self) -> None:
        self.ids: list[ObjectId] = []
        self.ended: list[ObjectId] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, document_id: ObjectId) -> None:
        self.ids.append(document_id)
        await self.gate.wait()
        self.ended.append(document_id)

    async def until(self, count: int) -> list[ObjectId]:
        """What it was called for, once that is so many."""

        async def is_so() -> bool:
            return len(self.ids) >= count

        await eventually(is_so)
        return self.ids


def jobs_on(valkey: Valkey, concurrency: int = 10) -> Jobs:
    return Jobs(settings.Redis(url=valkey.url, publish_seconds=BOUND_SECONDS), concurrency)


@asynccontextmanager
async def working(jobs: Jobs, drain_seconds: float = 5.0) -> AsyncIterator[asyncio.Task[None]]:
    """Take wake-ups for the length of the block, then drain."""
    stop = asyncio.Event()
    work = asyncio.create_task(jobs.work(stop, drain_seconds))
    try:
        yield work
    finally:
        stop.set()
        async with asyncio.timeout(20):
            await work
