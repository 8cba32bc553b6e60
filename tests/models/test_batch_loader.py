"""Batched reads: no caller gets a stale value, or fails because of another caller."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from pymongo.errors import AutoReconnect

from models.storage.batch_loader import BatchLoader

Read = Callable[[list[int]], Awaitable[dict[int, str]]]


class ReadSpy:
    """A read function that records the keys requested of it."""

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


async def test_concurrent_keys_are_read_together_and_once(read_spy: ReadSpy) -> None:
    loader = BatchLoader(read_spy.read)
    assert await asyncio.gather(*(loader.get(key) for key in (1, 2, 1, 3))) == ["one", "two", "one", None]
    assert read_spy.requested_keys == [[1, 2, 3]]


async def test_key_requested_during_a_read_is_read_again(read_spy: ReadSpy) -> None:
    loader = BatchLoader(read_spy.read)
    read_spy.released.clear()
    before = asyncio.ensure_future(loader.get(1))
    await read_spy.started.wait()
    read_spy.values[1] = "changed"
    after = asyncio.ensure_future(loader.get(1))
    await asyncio.sleep(0)
    read_spy.released.set()
    assert [await before, await after] == ["one", "changed"]
    assert await loader.get(1) == "changed"


async def test_cancelling_one_caller_does_not_cancel_the_others(read_spy: ReadSpy) -> None:
    loader = BatchLoader(read_spy.read)
    read_spy.released.clear()
    one, other = asyncio.ensure_future(loader.get(1)), asyncio.ensure_future(loader.get(1))
    await read_spy.started.wait()
    one.cancel()
    read_spy.released.set()
    assert await other == "one"
    assert one.cancelled()


async def test_failed_read_fails_only_for_its_callers(read_spy: ReadSpy) -> None:
    loader = BatchLoader(read_spy.read)
    read_spy.is_away = True
    failed = await asyncio.gather(loader.get(1), loader.get(2), return_exceptions=True)
    assert [type(error) for error in failed] == [AutoReconnect, AutoReconnect]
    read_spy.is_away = False
    assert await loader.get(1) == "one"


def test_loader_works_in_a_new_event_loop(read_spy: ReadSpy) -> None:
    loader = BatchLoader(read_spy.read)

    async def ask_and_abandon() -> None:
        asking = loader.get(1)
        asking.send(None)
        asking.close()

    asyncio.run(ask_and_abandon())

    async def ask() -> str | None:
        async with asyncio.timeout(5):
            return await loader.get(2)

    read_spy.released = asyncio.Event()
    read_spy.released.set()
    assert asyncio.run(ask()) == "two"
