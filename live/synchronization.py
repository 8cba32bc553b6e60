"""What several followers use together: things that are open while somebody uses them, and signals that wake all who wait."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from bson import ObjectId

T = TypeVar("T")


@dataclass(slots=True)
class _RefCountedEntry(Generic[T]):
    resource: T
    stack: ExitStack
    ref_count: int = 0


class RefCounted(Generic[T]):
    """One open thing an id: opened for its first user, closed after the last one."""

    def __init__(self, open_resource: Callable[[ObjectId], AbstractContextManager[T]]) -> None:
        self._open_resource = open_resource
        self._entries: dict[ObjectId, _RefCountedEntry[T]] = {}

    @contextmanager
    def use(self, key: ObjectId) -> Iterator[T]:
        """The thing of that id, for the length of the block. Opening does not suspend, so first users cannot race."""
        resource = self.acquire(key)
        try:
            yield resource
        finally:
            self.release(key)

    def acquire(self, key: ObjectId) -> T:
        """The thing of that id, until it is given back: as `use`, for users so many that each context manager would count."""
        entry = self._entries.get(key)
        if entry is None:
            stack = ExitStack()
            entry = self._entries[key] = _RefCountedEntry(stack.enter_context(self._open_resource(key)), stack)
        entry.ref_count += 1
        return entry.resource

    def release(self, key: ObjectId) -> None:
        """The user of that thing, who took it, is done with it."""
        entry = self._entries[key]
        entry.ref_count -= 1
        if not entry.ref_count:
            del self._entries[key]
            entry.stack.close()

    def get(self, key: ObjectId) -> T | None:
        """The thing of that id, if it is open."""
        entry = self._entries.get(key)
        return entry.resource if entry else None

    def keys(self) -> list[ObjectId]:
        """The ids of what is open."""
        return list(self._entries)


class Notifier:
    """Wakes everybody who waits. What moves while one is busy is not lost: who waits says which number was seen."""

    __slots__ = ("_waiting", "number")

    def __init__(self) -> None:
        self.number = 0
        """of wake-ups so far"""
        self._waiting: list[asyncio.Future[None]] = []

    def wait_after(self, seen: int) -> asyncio.Future[None]:
        """Done as soon as there was a wake-up after number `seen`. Its one reader may cancel it."""
        future = asyncio.get_running_loop().create_future()
        if self.number != seen:
            future.set_result(None)
        else:
            self._waiting.append(future)
        return future

    def wake(self) -> None:
        """Wake all who wait."""
        self.number += 1
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
