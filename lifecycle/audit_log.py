"""The audit log's writer: entries are queued and stored in batches, so that reads do not wait for them."""

import asyncio
from collections import deque
from contextlib import suppress
from contextvars import Context
from datetime import timedelta
from itertools import islice
from types import TracebackType
from typing import Any, Self

import structlog
from pymongo.errors import PyMongoError

import settings
from errors import Unavailable
from models.documents.audit_entry import AuditEntry, insert_entries
from models.storage.clock import now

log = structlog.get_logger(__name__)

FLUSH_SECONDS = 0.5
"""Seconds between two batches: a process that is killed loses the entries of this time, which are of reads only."""
MAX_QUEUED = 10_000
"""Entries that wait to be stored. Above it, operations fail instead of leaving no trace."""
MAX_BATCH = 1_000
RETRY_AFTER_SECONDS = 5


class AuditLog:
    """Writes entries of one process. Use as `async with`, or call `flush` before the process ends."""

    def __init__(self, audit: settings.AuditSettings) -> None:
        self._retention = timedelta(days=audit.days)
        self._queue: deque[AuditEntry] = deque()
        self._lock = asyncio.Lock()
        self._added = 0
        self._stored = 0
        self._flusher: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            await self.flush()
        except PyMongoError as failure:
            log.error("audit entries lost", count=len(self._queue), reason=type(failure).__name__)
        finally:
            if self._flusher:
                self._flusher.cancel()
                with suppress(asyncio.CancelledError):
                    await self._flusher

    def add(self, **values: Any) -> None:
        """Queue an entry, whose fields are `values`. Raises Unavailable if too many wait, because MongoDB does not respond."""
        if len(self._queue) >= MAX_QUEUED:
            raise Unavailable(
                f"The audit log cannot be written: repeat the request in {RETRY_AFTER_SECONDS} seconds.",
                retry_after_seconds=RETRY_AFTER_SECONDS,
            )
        at = now()
        self._queue.append(AuditEntry(at=at, expires_at=at + self._retention, **values))
        self._added += 1
        if self._flusher is None or self._flusher.done():
            # in a context of its own, because its log events are not those of the request
            self._flusher = asyncio.create_task(self._flush_later(), name="audit log", context=Context())

    async def flush(self) -> None:
        """Store every entry that has been added so far. Concurrent calls share their batches. Raises PyMongoError."""
        target = self._added
        async with self._lock:
            while self._stored < target:
                batch = list(islice(self._queue, MAX_BATCH))
                # an entry stays in the queue until it is stored: its id makes a repetition harmless
                await insert_entries(batch)
                for _ in batch:
                    self._queue.popleft()
                self._stored += len(batch)

    async def _flush_later(self) -> None:
        """Store what is queued, and retry while MongoDB does not respond."""
        while self._queue:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await self.flush()
            except PyMongoError as error:
                log.warning("audit log not written", queued=len(self._queue), reason=type(error).__name__)
