"""Reading MongoDB for followers: patiently, and once for all who ask the same."""

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
    """The answer of `read`, which is asked again, after growing pauses, for as long as MongoDB is away."""
    failures = 0
    while True:
        try:
            return await read(*args, **kwargs)
        except PyMongoError as error:
            if failures == 0:
                log.warning("followers wait for MongoDB", reason=type(error).__name__)
            failures += 1
        await asyncio.sleep(_BACKOFF.jittered_seconds(failures))


class SingleFlight:
    """Reads that are under way: who asks the same meanwhile shares the answer."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}

    async def get(self, key: Hashable, read: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """The answer of `read`, or of the one that is under way for that key. Who is cancelled takes nobody else along."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(retry_until_available(read, *args, **kwargs))
            task.add_done_callback(lambda _: self._tasks.pop(key, None))
        return cast(T, await asyncio.shield(task))

    def cancel(self) -> None:
        """Nobody asks any more."""
        for task in self._tasks.values():
            task.cancel()
