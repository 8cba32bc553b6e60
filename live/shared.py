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
        thing = self.take(key)
        try:
            yield thing
        finally:
            self.give_back(key)

    def take(self, key: ObjectId) -> T:
        """The thing of that id, until it is given back: as `use`, for users so many that each context manager would count."""
        entry = self._open.get(key)
        if entry is None:
            stack = ExitStack()
            entry = self._open[key] = _Open(stack.enter_context(self._open_thing(key)), stack)
        entry.users += 1
        return entry.thing

    def give_back(self, key: ObjectId) -> None:
        """The user of that thing, who took it, is done with it."""
        entry = self._open[key]
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
    """Wakes everybody who waits. What moves while one is busy is not lost: who waits says which number was seen."""

    __slots__ = ("_waiting", "number")

    def __init__(self) -> None:
        self.number = 0
        """of wake-ups so far"""
        self._waiting: list[asyncio.Future[None]] = []

    def moved(self, seen: int) -> asyncio.Future[None]:
        """Done as soon as there was a wake-up after number `seen`. Its one reader may cancel it."""
        moved = asyncio.get_running_loop().create_future()
        if self.number != seen:
            moved.set_result(None)
        else:
            self._waiting.append(moved)
        return moved

    def wake(self) -> None:
        """Wake all who wait."""
        self.number += 1
        waiting, self._waiting = self._waiting, []
        for moved in waiting:
            if not moved.done():
                moved.set_result(None)
