"""Batching of concurrent reads by key."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextvars import Context
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


BATCH_WINDOW_SECONDS = 0.01
"""Longest time that a batch waits for the running read to end, so that one slow read does not delay the next."""


class BatchLoader(Generic[K, V]):
    """Collects the keys requested in one loop iteration, or while a read is running, and reads them together.

    Nothing is cached: a key requested after a read has begun goes into the next read, so no caller gets a stale value.
    Strawberry's DataLoader does not serve here: it runs a batch in its first caller's context, with that caller's
    time limit, and does not collect keys while a read is running.
    """

    def __init__(self, read: Callable[[list[K]], Awaitable[Mapping[K, V]]]) -> None:
        """`read` returns the values of the keys that exist."""
        self._read = read
        self._open_batch: _Batch[K, V] | None = None
        self._reads: set[asyncio.Task[None]] = set()

    async def get(self, key: K) -> V | None:
        """Return the value of the key, or None if it does not exist. Raises what `read` raises."""
        loop = asyncio.get_running_loop()
        batch = self._open_batch
        # a batch left behind by a closed loop is never read
        if batch is None or batch.loop is not loop:
            batch = self._open_batch = _Batch(loop)
            if self._reads:
                loop.call_later(BATCH_WINDOW_SECONDS, self._start_read, batch)
            else:
                loop.call_soon(self._start_read, batch)
        # one future per caller: cancelling one must not cancel the others
        future: asyncio.Future[V | None] = loop.create_future()
        batch.waiters[key].append(future)
        return await future

    def _start_read(self, batch: "_Batch[K, V]") -> None:
        if self._open_batch is not batch:
            return
        self._open_batch = None
        # an empty context: no caller's time limit or session applies to the other callers
        task = batch.loop.create_task(self._resolve_waiters(batch.waiters), name="batched read", context=Context())
        self._reads.add(task)
        task.add_done_callback(self._on_read_done)

    def _on_read_done(self, task: asyncio.Task[None]) -> None:
        self._reads.discard(task)
        if self._open_batch is not None:
            self._start_read(self._open_batch)

    async def _resolve_waiters(self, waiters: "Mapping[K, list[asyncio.Future[V | None]]]") -> None:
        pending = [(key, future) for key, futures in waiters.items() for future in futures]
        try:
            values = await self._read(list(waiters))
        except Exception as error:
            for _, future in pending:
                if not future.done():
                    future.set_exception(error)
        else:
            for key, future in pending:
                if not future.done():
                    future.set_result(values.get(key))
        finally:
            # if this task was cancelled because the loop is closing, the callers must not wait for a result
            for _, future in pending:
                future.cancel()


class _Batch(Generic[K, V]):
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.waiters: defaultdict[K, list[asyncio.Future[V | None]]] = defaultdict(list)
