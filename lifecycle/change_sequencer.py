"""The sequencer of the change feed: a loop in every jobs process, of which one at a time holds the lease (ADR 20).

It reads MongoDB's change stream, which has every committed write once and in the order of the commits, and numbers the changes
for each organization. While no process runs it, changes are only delayed: the stream continues where the last one stopped.
"""

import asyncio
from typing import Any

import structlog
from pymongo.asynchronous.change_stream import AsyncChangeStream
from pymongo.errors import OperationFailure, PyMongoError

from lifecycle.jobs import create_holder_name
from lifecycle.repairs import run_periodically
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from models.documents.change_sequencer import (
    ChangeSequencer,
    ResumeToken,
    StreamedChange,
    is_history_lost,
    open_change_stream,
    parse_event,
)
from models.storage.lease import LeaseLost
from models.writes.change_sequence import claim_sequencer, record_changes, record_gap, release_sequencer

log = structlog.get_logger(__name__)

MAX_BATCH_SIZE = 200
"""Changes that are stored in one transaction."""

StreamItem = tuple[StreamedChange | None, ResumeToken]
"""A change, or None if there was none for a second, and the position in the stream after it."""


async def run_change_sequencer(services: Services, stop: asyncio.Event) -> None:
    """Number changes until `stop` is set, whenever this process has the lease."""
    await run_periodically(lambda: sequence_changes(services, stop), services, stop)


async def sequence_changes(services: Services, stop: asyncio.Event) -> None:
    """Claim the lease, and number changes until `stop` is set or another process has the lease.

    Returns immediately while another process has it. Raises pymongo.errors.PyMongoError while MongoDB is unavailable.
    """
    lease_seconds = services.settings.jobs.lease_seconds
    sequencer = await claim_sequencer(create_holder_name(), lease_seconds)
    if sequencer is None:
        return
    try:
        await _record_stream(services, sequencer, stop)
        await release_sequencer(sequencer)
    except LeaseLost:
        log.warning("another process numbers the changes")
    except OperationFailure as error:
        if not is_history_lost(error):
            raise
        log.error("changes are missing from the change feed: MongoDB's oplog no longer has them", code=error.code)
        await record_gap(sequencer, lease_seconds)
        await release_sequencer(sequencer)


async def _record_stream(services: Services, sequencer: ChangeSequencer, stop: asyncio.Event) -> None:
    items: asyncio.Queue[StreamItem | PyMongoError] = asyncio.Queue(MAX_BATCH_SIZE)
    async with open_change_stream(sequencer.resume_token) as stream:
        reader = asyncio.create_task(_read_stream(stream, items), name="change stream")
        try:
            while not stop.is_set():
                batch = await _take_batch(items)
                changes = [change for change, _ in batch if change is not None]
                lease_seconds = services.settings.jobs.lease_seconds
                organization_ids = await record_changes(sequencer, changes, batch[-1][1], lease_seconds)
                await services.live.publish_recorded_changes(organization_ids)
        finally:
            await cancel_and_wait(reader)


async def _read_stream(stream: AsyncChangeStream[dict[str, Any]], items: asyncio.Queue[StreamItem | PyMongoError]) -> None:
    """Read ahead while the last batch is stored, until the stream fails."""
    try:
        while True:
            event = await stream.try_next()
            await items.put((parse_event(event) if event else None, stream.resume_token or {}))
    except PyMongoError as error:
        await items.put(error)


async def _take_batch(items: asyncio.Queue[StreamItem | PyMongoError]) -> list[StreamItem]:
    """Wait for an item and return all that have arrived, at most MAX_BATCH_SIZE. Raises the error of the stream."""
    batch: list[StreamItem] = []
    while not batch or not items.empty():
        item = await items.get()
        if isinstance(item, PyMongoError):
            raise item
        batch.append(item)
    return batch
