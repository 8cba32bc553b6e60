from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from settings import Settings
from tests.live.reading import Listeners


@pytest.fixture
async def listeners(settings: Settings) -> AsyncIterator[Listeners]:
    """Tells when somebody listens to a channel."""
    async with Redis.from_url(settings.redis.url) as redis:
        yield Listeners(redis, settings.redis.prefix)
