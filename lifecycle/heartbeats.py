"""Heartbeats of this worker process, by which health checks and `main.py doctor` know that it runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pymongo
import structlog
from bson import ObjectId
from pymongo.errors import PyMongoError

from lifecycle.jobs import create_holder_name
from live.cancellation import cancel_and_wait
from models.documents.worker_heartbeat import WorkerKind
from models.writes.worker_heartbeats import delete_heartbeat, record_heartbeat
from version import read_version

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 5.0
"""Seconds between two heartbeats; models.reads.backlog.ALIVE_SECONDS covers several."""
STOP_SECONDS = 1.0
"""Timeout of the deletion of the heartbeat, so that it hardly delays the end of the process."""


@asynccontextmanager
async def send_heartbeats(kind: WorkerKind) -> AsyncIterator[None]:
    """Store a heartbeat of this process every few seconds while the block runs, and delete it afterwards.

    While MongoDB is unavailable, heartbeats are missing.
    """
    worker_id, holder, version = ObjectId(), create_holder_name(), read_version()

    async def run() -> None:
        while True:
            try:
                await record_heartbeat(worker_id, kind, holder, version)
            except PyMongoError as error:
                log.warning("heartbeat not stored", reason=type(error).__name__)
            await asyncio.sleep(HEARTBEAT_SECONDS)

    sending = asyncio.create_task(run(), name="heartbeats")
    try:
        yield
    finally:
        await cancel_and_wait(sending)
        with suppress(PyMongoError), pymongo.timeout(STOP_SECONDS):
            await delete_heartbeat(worker_id)
