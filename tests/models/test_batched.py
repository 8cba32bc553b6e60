"""Reads that are made as one: nobody is told what was true before the question, or suffers from another's."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from pymongo.errors import AutoReconnect

from models.batched import Batched

Read = Callable[[list[int]], Awaitable[dict[int, str]]]


class Store:
    """What is read, and what was asked of it."""

    def __init__(self) -> None:
        self.values = {1: "one", 2: "two"}
        self.asked: list[list[int]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.begun = asyncio.Event()
        self.away = False

    async def read(self, keys: list[int]) -> dict[int, str]:
        self.asked.append(sorted(keys))
        found = {key: value for key, value in self.values.items() if key in keys}
        self.begun.set()
        await self.open.wait()
        if self.away:
            raise AutoReconnect("away")
        return found


@pytest.fixture
def store() -> Store:
    return Store()


async def test_what_is_asked_at_once_is_read_together_and_each_key_once(store: Store) -> None:
    batched = Batched(store.read)
    assert await asyncio.gather(*(batched.get(key) for key in (1, 2, 1, 3))) == ["one", "two", "one", None]
    assert store.asked == [[1, 2, 3]]


async def test_what_is_asked_while_a_read_is_under_way_is_read_anew(store: Store) -> None:
    batched = Batched(store.read)
    store.open.clear()
    before = asyncio.ensure_future(batched.get(1))
    await store.begun.wait()
    store.values[1] = "changed"
    after = asyncio.ensure_future(batched.get(1))
    await asyncio.sleep(0)
    store.open.set()
    assert [await before, await after] == ["one", "changed"]
    assert await batched.get(1) == "changed"


async def test_who_gives_up_takes_nobody_along(store: Store) -> None:
    batched = Batched(store.read)
    store.open.clear()
    one, other = asyncio.ensure_future(batched.get(1)), asyncio.ensure_future(batched.get(1))
    await store.begun.wait()
    one.cancel()
    store.open.set()
    assert await other == "one"
    assert one.cancelled()


async def test_a_read_that_fails_fails_for_all_who_asked_and_for_nobody_else(store: Store) -> None:
    batched = Batched(store.read)
    store.away = True
    failed = await asyncio.gather(batched.get(1), batched.get(2), return_exceptions=True)
    assert [type(error) for error in failed] == [AutoReconnect, AutoReconnect]
    store.away = False
    assert await batched.get(1) == "one"


def test_a_loop_that_ended_leaves_nobody_waiting(store: Store) -> None:
    batched = Batched(store.read)

    async def ask_and_leave() -> None:
        asking = batched.get(1)
        asking.send(None)
        asking.close()

    asyncio.run(ask_and_leave())

    async def ask() -> str | None:
        async with asyncio.timeout(5):
            return await batched.get(2)

    store.open = asyncio.Event()
    store.open.set()
    assert asyncio.run(ask()) == "two"
