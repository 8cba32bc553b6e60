"""Reads for followers: retried while MongoDB is unavailable, and shared by concurrent callers."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, ParamSpec, TypeVar, cast

import structlog
from pymongo.errors import PyMongoError

from models.storage.backoff import Backoff

log = structlog.get_logger(__name__)

T = TypeVar("T")
P = ParamSpec("P")

_BACKOFF = Backoff(base_seconds=0.1, max_seconds=2.0)


async def retry_until_available(read: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return the result of `read`, retried with backoff for as long as MongoDB is unavailable."""
    failures = 0
    while True:
        try:
            return await read(*args, **kwargs)
        except PyMongoError as error:
            if failures == 0:
                log.warning("MongoDB unavailable: followers wait", reason=type(error).__name__)
            failures += 1
        await asyncio.sleep(_BACKOFF.jittered_seconds(failures))


class SingleFlight:
    """Concurrent reads with the same key share one execution and its result."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}

    async def get(self, key: Hashable, read: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the result of `read`, or of the running read with this key. Cancelling one caller does not affect the others."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(retry_until_available(read, *args, **kwargs))
            task.add_done_callback(lambda _: self._tasks.pop(key, None))
        return cast(T, await asyncio.shield(task))

    def cancel(self) -> None:
        """Cancel all running reads."""
        for task in self._tasks.values():
            task.cancel()
