"""Reading a stream in a task of its own, so that a test can await what has come."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Generic, TypeVar

from redis.asyncio import Redis

from models.documents.interview import Interview
from sandbox.valkey import Valkey
from tests.helpers import wait_until

T = TypeVar("T")

TIMEOUT_SECONDS = 30.0
"""far more than anything here takes: what is not there by then never comes"""


class StreamCollector(Generic[T]):
    """What a stream has given so far, in order."""

    def __init__(self) -> None:
        self.items: list[T] = []
        self.ended = False
        self._changed = asyncio.Event()

    async def collect(self, stream: AsyncGenerator[T, None]) -> None:
        """Take all that comes."""
        async with aclosing(stream):
            async for item in stream:
                self.items.append(item)
                self._changed.set()
        self.ended = True
        self._changed.set()

    async def wait_until(self, condition: Callable[[list[T]], bool]) -> list[T]:
        """What has come, once the condition holds for it. Raises AssertionError when it never does."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while not condition(self.items):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"still waiting after {len(self.items)} items: {self.items[-3:]}") from None
        return self.items

    async def wait_for_first(self, count: int) -> list[T]:
        """The first `count` items."""
        return (await self.wait_until(lambda items: len(items) >= count))[:count]

    async def wait_for_end(self) -> list[T]:
        """Everything, once the stream has ended."""
        return await self.wait_until(lambda _: self.ended)


@asynccontextmanager
async def collect_stream(stream: AsyncGenerator[T, None]) -> AsyncIterator[StreamCollector[T]]:
    """Read the stream for the length of the block. An error of the stream fails the block."""
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
    """Who has subscribed in Redis. Only what is told after that is sure to be carried."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix

    async def wait_for_interview(self, interview: Interview) -> None:
        """Wait until somebody listens to the interview's channel."""
        await self._wait_for_subscriber(f"{self._prefix}:interview:{interview.id}")

    async def wait_for_organization(self, interview: Interview) -> None:
        """Wait until somebody listens to the channel of the interview's organization."""
        await self._wait_for_subscriber(f"{self._prefix}:organization:{interview.organization_id}")

    async def _wait_for_subscriber(self, channel: str) -> None:
        async def is_subscribed() -> bool:
            return bool((await self._redis.pubsub_numsub(channel))[0][1])

        await wait_until(is_subscribed)


async def list_subscribed_channels(server: Valkey) -> set[str]:
    """The channels that somebody listens to on that server."""
    async with Redis.from_url(server.url, decode_responses=True) as redis:
        return {str(channel) for channel in await redis.pubsub_channels()}
