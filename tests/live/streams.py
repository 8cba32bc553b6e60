"""Collect a stream in a background task, so that a test can wait for its items."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Generic, TypeVar

from redis.asyncio import Redis

from models.documents.interview import Interview
from sandbox.valkey import Valkey
from tests.helpers import TIMEOUT_SECONDS, wait_until

T = TypeVar("T")


class StreamCollector(Generic[T]):
    """The items of a stream so far, in order."""

    def __init__(self) -> None:
        self.items: list[T] = []
        self.ended = False
        self._changed = asyncio.Event()

    async def collect(self, stream: AsyncGenerator[T, None]) -> None:
        """Collect all items until the stream ends."""
        async with aclosing(stream):
            async for item in stream:
                self.items.append(item)
                self._changed.set()
        self.ended = True
        self._changed.set()

    async def wait_until(self, condition: Callable[[list[T]], bool]) -> list[T]:
        """Wait until the condition holds for the items, and return them. Raises AssertionError on timeout."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while not condition(self.items):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"still waiting after {len(self.items)} items: {self.items[-3:]}") from None
        return self.items

    async def wait_for_first(self, count: int) -> list[T]:
        """Wait for the first `count` items, and return them."""
        return (await self.wait_until(lambda items: len(items) >= count))[:count]

    async def wait_for_end(self) -> list[T]:
        """Wait until the stream ends, and return all items."""
        return await self.wait_until(lambda _: self.ended)


@asynccontextmanager
async def collect_stream(stream: AsyncGenerator[T, None]) -> AsyncIterator[StreamCollector[T]]:
    """Collect the stream during the block. An error of the stream fails the block."""
    read = StreamCollector[T]()
    task = asyncio.create_task(read.collect(stream))
    try:
        yield read
    finally:
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled():
        task.result()


class RedisSubscriptions:
    """Waits for subscriptions in Redis: only messages published after them are sure to be delivered."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix

    async def wait_for_interview(self, interview: Interview) -> None:
        """Wait for a subscription to the interview's channel."""
        await self._wait_for_subscriber(f"{self._prefix}:interview:{interview.id}")

    async def wait_for_organization(self, interview: Interview) -> None:
        """Wait for a subscription to the channel of the interview's organization."""
        await self._wait_for_subscriber(f"{self._prefix}:organization:{interview.organization_id}")

    async def _wait_for_subscriber(self, channel: str) -> None:
        async def is_subscribed() -> bool:
            return bool((await self._redis.pubsub_numsub(channel))[0][1])

        await wait_until(is_subscribed)


async def list_subscribed_channels(server: Valkey) -> set[str]:
    """Return the channels with subscribers on this server."""
    async with Redis.from_url(server.url, decode_responses=True) as redis:
        return {str(channel) for channel in await redis.pubsub_channels()}
