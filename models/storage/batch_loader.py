"""Reads that many ask for at the same moment, made as one."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextvars import Context
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


BATCH_WINDOW_SECONDS = 0.01
"""that a read under way makes the next one wait, to gather more; one that hangs holds up nobody for longer"""


class BatchLoader(Generic[K, V]):
    """Gathers the keys that are asked for at once, or while a read is under way, and reads them together.

    Nothing is kept: what is asked for after a read has begun is in the next one, so nobody is told what was true before.
    """

    def __init__(self, read: Callable[[list[K]], Awaitable[Mapping[K, V]]]) -> None:
        """`read` gives the values of those keys that there are."""
        self._read = read
        self._open_batch: _Batch[K, V] | None = None
        self._reads: set[asyncio.Task[None]] = set()

    async def get(self, key: K) -> V | None:
        """The value of that key; None when there is none. Raises what `read` raises."""
        loop = asyncio.get_running_loop()
        batch = self._open_batch
        # a batch that was left behind by a loop that has ended is never read
        if batch is None or batch.loop is not loop:
            batch = self._open_batch = _Batch(loop)
            if self._reads:
                loop.call_later(BATCH_WINDOW_SECONDS, self._start_read, batch)
            else:
                loop.call_soon(self._start_read, batch)
        # one for each who asks: to give up waiting must not take the others along
        future: asyncio.Future[V | None] = loop.create_future()
        batch.waiters[key].append(future)
        return await future

    def _start_read(self, batch: "_Batch[K, V]") -> None:
        if self._open_batch is not batch:
            return
        self._open_batch = None
        # no context of one of those who asked: neither a time limit nor a session of theirs is the others'
        task = batch.loop.create_task(self._resolve_waiters(batch.waiters), name="batched read", context=Context())
        self._reads.add(task)
        task.add_done_callback(self._on_read_done)

    def _on_read_done(self, task: asyncio.Task[None]) -> None:
        self._reads.discard(task)
        if self._open_batch is not None:
            self._start_read(self._open_batch)

    async def _resolve_waiters(self, waiters: "Mapping[K, list[asyncio.Future[V | None]]]") -> None:
        pending = [(key, future) for key, answers in waiters.items() for future in answers]
        try:
            values = await self._read(list(waiters))
        except Exception as error:
            for _, answer in pending:
                if not answer.done():
                    answer.set_exception(error)
        else:
            for key, answer in pending:
                if not answer.done():
                    answer.set_result(values.get(key))
        finally:
            # the loop ends: nobody waits for what never comes
            for _, answer in pending:
                answer.cancel()


class _Batch(Generic[K, V]):
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.waiters: defaultdict[K, list[asyncio.Future[V | None]]] = defaultdict(list)
