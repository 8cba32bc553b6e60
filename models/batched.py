"""Reads that many ask for at the same moment, made as one."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextvars import Context
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


HOLD_SECONDS = 0.01
"""that a read under way makes the next one wait, to gather more; one that hangs holds up nobody for longer"""


class Batched(Generic[K, V]):
    """Gathers the keys that are asked for at once, or while a read is under way, and reads them together.

    Nothing is kept: what is asked for after a read has begun is in the next one, so nobody is told what was true before.
    """

    def __init__(self, read: Callable[[list[K]], Awaitable[Mapping[K, V]]]) -> None:
        """`read` gives the values of those keys that there are."""
        self._read = read
        self._gathering: _Batch[K, V] | None = None
        self._reads: set[asyncio.Task[None]] = set()

    async def get(self, key: K) -> V | None:
        """The value of that key; None when there is none. Raises what `read` raises."""
        loop = asyncio.get_running_loop()
        batch = self._gathering
        # a batch that was left behind by a loop that has ended is never read
        if batch is None or batch.loop is not loop:
            batch = self._gathering = _Batch(loop)
            if self._reads:
                loop.call_later(HOLD_SECONDS, self._begin, batch)
            else:
                loop.call_soon(self._begin, batch)
        # one for each who asks: to give up waiting must not take the others along
        answer: asyncio.Future[V | None] = loop.create_future()
        batch.asked[key].append(answer)
        return await answer

    def _begin(self, batch: "_Batch[K, V]") -> None:
        if self._gathering is not batch:
            return
        self._gathering = None
        # no context of one of those who asked: neither a time limit nor a session of theirs is the others'
        task = batch.loop.create_task(self._answer(batch.asked), name="batched read", context=Context())
        self._reads.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._reads.discard(task)
        if self._gathering is not None:
            self._begin(self._gathering)

    async def _answer(self, asked: "Mapping[K, list[asyncio.Future[V | None]]]") -> None:
        waiting = [(key, answer) for key, answers in asked.items() for answer in answers]
        try:
            found = await self._read(list(asked))
        except Exception as error:
            for _, answer in waiting:
                if not answer.done():
                    answer.set_exception(error)
        else:
            for key, answer in waiting:
                if not answer.done():
                    answer.set_result(found.get(key))
        finally:
            # the loop ends: nobody waits for what never comes
            for _, answer in waiting:
                answer.cancel()


class _Batch(Generic[K, V]):
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.asked: defaultdict[K, list[asyncio.Future[V | None]]] = defaultdict(list)
