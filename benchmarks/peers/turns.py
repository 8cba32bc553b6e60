"""What every peer in Python follows: the turns of an interview, as the product publishes them, the stored one first.

REDIS_URL and TURNS come from the environment; TURNS names a JSON file: for each interview, as callers name it, the `channel` on
which its turns go, and the `send_message` of the turn that is stored.
"""

import json
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from broadcaster import Broadcast

from live.redis_backend import RedisBackend
from settings import RedisSettings


@dataclass(frozen=True, slots=True)
class Interview:
    """One that may be followed."""

    channel: str
    message: str


class Turns:
    """The turns of all interviews."""

    def __init__(self) -> None:
        rows = json.loads(Path(os.environ["TURNS"]).read_text(encoding="utf-8"))
        self._interviews = {name: Interview(**row) for name, row in rows.items()}
        # broadcaster's own backend delivers nothing with redis-py 8
        self._broadcast = Broadcast(backend=RedisBackend(RedisSettings(url=os.environ["REDIS_URL"])))

    @asynccontextmanager
    async def connected(self, _: object) -> AsyncIterator[None]:
        """Connected to Redis, for the length of the block: a lifespan of Starlette's."""
        await self._broadcast.connect()
        yield
        await self._broadcast.disconnect()

    async def follow(self, name: str) -> AsyncGenerator[str, None]:
        """The message of the stored turn, then of each that is published. Raises KeyError for an interview that is none."""
        interview = self._interviews[name]
        async with self._broadcast.subscribe(interview.channel) as subscriber:
            yield interview.message
            while True:
                # an empty one only says that Redis delivers
                if message := (await subscriber.get()).message:
                    yield message
