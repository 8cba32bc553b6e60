"""Turns of interviews for the Python peers: the stored one, then those that are published on Redis.

REDIS_URL and TURNS come from the environment. TURNS names a JSON file with the `channel` of each interview, by its id, and the
`message` of its stored turn.
"""

import json
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from broadcaster import Broadcast

from live.redis_backend import RedisBackend
from settings import RedisSettings


class Turns:
    """The turns of all interviews."""

    def __init__(self) -> None:
        self._interviews = json.loads(Path(os.environ["TURNS"]).read_text(encoding="utf-8"))
        # broadcaster's own backend delivers nothing with redis-py 8
        self._broadcast = Broadcast(backend=RedisBackend(RedisSettings(url=os.environ["REDIS_URL"])))

    @asynccontextmanager
    async def lifespan(self, _: object) -> AsyncIterator[None]:
        """Connect to Redis for the lifetime of a Starlette application."""
        await self._broadcast.connect()
        yield
        await self._broadcast.disconnect()

    async def follow(self, interview_id: str) -> AsyncGenerator[str, None]:
        """Yield the message of the stored turn, then every published one. Raises KeyError for an unknown interview."""
        interview = self._interviews[interview_id]
        async with self._broadcast.subscribe(interview["channel"]) as subscriber:
            yield interview["message"]
            while True:
                # an empty message only says that the subscription is active
                if message := (await subscriber.get()).message:
                    yield message
