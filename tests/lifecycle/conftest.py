from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

import settings as configuration
from tests.lifecycle.redis_probe import RedisProbe


@pytest.fixture
async def redis_probe(settings: configuration.Settings) -> AsyncIterator[RedisProbe]:
    """A probe of what the test publishes and which jobs it kicks."""
    async with Redis.from_url(settings.redis.url, decode_responses=True) as redis, redis.pubsub() as pubsub:
        await pubsub.psubscribe(f"{settings.redis.prefix}:*")
        await pubsub.get_message(timeout=10)
        yield RedisProbe(redis, pubsub, settings.redis.prefix)
