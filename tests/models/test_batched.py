"""Reads that are made as one: nobody is told what was true before the question, or suffers from another's."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from pymongo.errors import AutoReconnect

from models.storage.batch_loader import BatchLoader

Read = Callable[[list[int]], Awaitable[dict[int, str]]]


class ReadSpy:
    """What is read, and what was asked of it."""

    def __init__(self) -> None:
        self.values = {1: "one", 2: "two"}
        self.requested_keys: list[list[int]] = []
        self.released = asyncio.Event()
        self.released.set()
        self.started = asyncio.Event()
        self.is_away = False

    async def read(self, keys: list[int]) -> dict[int, str]:
        self.requested_keys.append(sorted(keys))
        found = {key: value for key, value in self.values.items() if key in keys}
        self.started.set()
        await self.released.wait()
        if self.is_away:
            raise AutoReconnect("away")
        return found


@pytest.fixture
def read_spy() -> ReadSpy:
    return ReadSpy()


async def test_what_is_asked_at_once_is_read_together_and_each_key_once(read_spy: ReadSpy) -> None:
    batched = BatchLoader(read_spy.read)
    assert await asyncio.gather(*(batched.get(key) for key in (1, 2, 1, 3))) == ["one", "two", "one", None]
    assert read_spy.requested_keys == [[1, 2, 3]]


async def test_what_is_asked_while_a_read_is_under_way_is_read_anew(read_spy: ReadSpy) -> None:
    batched = BatchLoader(read_spy.read)
    read_spy.released.clear()
    before = asyncio.ensure_future(batched.get(1))
    await read_spy.started.wait()
    read_spy.values[1] = "changed"
    after = asyncio.ensure_future(batched.get(1))
    await asyncio.sleep(0)
    read_spy.released.set()
    assert [await before, await after] == ["one", "changed"]
    assert await batched.get(1) == "changed"


async def test_who_gives_up_takes_nobody_along(read_spy: ReadSpy) -> None:
    batched = BatchLoader(read_spy.read)
    read_spy.released.clear()
    one, other = asyncio.ensure_future(batched.get(1)), asyncio.ensure_future(batched.get(1))
    await read_spy.started.wait()
    one.cancel()
    read_spy.released.set()
    assert await other == "one"
    assert one.cancelled()


async def test_a_read_that_fails_fails_for_all_who_asked_and_for_nobody_else(read_spy: ReadSpy) -> None:
    batched = BatchLoader(read_spy.read)
    read_spy.is_away = True
    failed = await asyncio.gather(batched.get(1), batched.get(2), return_exceptions=True)
    assert [type(error) for error in failed] == [AutoReconnect, AutoReconnect]
    read_spy.is_away = False
    assert await batched.get(1) == "one"


def test_a_loop_that_ended_leaves_nobody_waiting(read_spy: ReadSpy) -> None:
    batched = BatchLoader(read_spy.read)

    async def ask_and_abandon() -> None:
        asking = batched.get(1)
        asking.send(None)
        asking.close()

    asyncio.run(ask_and_abandon())

    async def ask() -> str | None:
        async with asyncio.timeout(5):
            return await batched.get(2)

    read_spy.released = asyncio.Event()
    read_spy.released.set()
    assert asyncio.run(ask()) == "two"
