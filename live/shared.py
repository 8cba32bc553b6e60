"""What several followers use together: things that are open while somebody uses them, and signals that wake all who wait."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from bson import ObjectId

T = TypeVar("T")


@dataclass(slots=True)
class _Open(Generic[T]):
    thing: T
    stack: ExitStack
    users: int = 0


class Shared(Generic[T]):
    """One open thing an id: opened for its first user, closed after the last one."""

    def __init__(self, open_thing: Callable[[ObjectId], AbstractContextManager[T]]) -> None:
        self._open_thing = open_thing
        self._open: dict[ObjectId, _Open[T]] = {}

    @contextmanager
    def use(self, key: ObjectId) -> Iterator[T]:
        """The thing of that id, for the length of the block. Opening does not suspend, so first users cannot race."""
        entry = self._open.get(key)
        if entry is None:
            stack = ExitStack()
            entry = self._open[key] = _Open(stack.enter_context(self._open_thing(key)), stack)
        entry.users += 1
        try:
            yield entry.thing
        finally:
            entry.users -= 1
            if not entry.users:
                del self._open[key]
                entry.stack.close()

    def get(self, key: ObjectId) -> T | None:
        """The thing of that id, if it is open."""
        entry = self._open.get(key)
        return entry.thing if entry else None

    def keys(self) -> list[ObjectId]:
        """The ids of what is open."""
        return list(self._open)


class Signal:
    """Wakes everybody who listens. What comes while a listener is busy is not lost: the event stays set."""

    def __init__(self) -> None:
        self._events: set[asyncio.Event] = set()

    @contextmanager
    def listen(self) -> Iterator[asyncio.Event]:
        """An event that each wake-up sets, for the length of the block; the listener clears it before it looks."""
        event = asyncio.Event()
        self._events.add(event)
        try:
            yield event
        finally:
            self._events.discard(event)

    def wake(self) -> None:
        """Set the event of each listener."""
        for event in self._events:
            event.set()
