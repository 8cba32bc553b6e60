"""Sharing between followers: reference-counted resources, and notifiers that wake all waiters."""

import asyncio
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


@dataclass(slots=True)
class _RefCountedEntry(Generic[T]):
    resource: T
    stack: ExitStack
    ref_count: int = 0


class RefCounted(Generic[K, T]):
    """One resource per key, opened for its first user and closed after the last."""

    def __init__(self, open_resource: Callable[[K], AbstractContextManager[T]]) -> None:
        self._open_resource = open_resource
        self._entries: dict[K, _RefCountedEntry[T]] = {}

    @contextmanager
    def use(self, key: K) -> Iterator[T]:
        """Hold the resource of this key for the block. Opening does not suspend, so first users cannot race."""
        entry = self._entries.get(key)
        if entry is None:
            stack = ExitStack()
            entry = self._entries[key] = _RefCountedEntry(stack.enter_context(self._open_resource(key)), stack)
        entry.ref_count += 1
        try:
            yield entry.resource
        finally:
            entry.ref_count -= 1
            if not entry.ref_count:
                del self._entries[key]
                entry.stack.close()

    def get(self, key: K) -> T | None:
        """Return the resource of this key if it is open."""
        entry = self._entries.get(key)
        return entry.resource if entry else None

    def keys(self) -> list[K]:
        """Return the keys of the open resources."""
        return list(self._entries)


class Notifier:
    """Wakes all waiters. A waiter names the last wake-up that it has seen, so it misses none while it is busy."""

    __slots__ = ("_waiting", "number")

    def __init__(self) -> None:
        self.number = 0
        """Number of wake-ups so far."""
        self._waiting: list[asyncio.Future[None]] = []

    def wait_after(self, seen: int) -> asyncio.Future[None]:
        """Return a future that is done after a wake-up with a number above `seen`. Only one caller may await it."""
        future = asyncio.get_running_loop().create_future()
        if self.number != seen:
            future.set_result(None)
        else:
            self._waiting.append(future)
        return future

    def wake(self) -> None:
        """Wake all waiters."""
        self.number += 1
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
