"""Reads the messages and jobs in Redis."""

import json
from typing import Any, cast

from bson import ObjectId
from redis.asyncio import Redis

from live.signing import SIGNATURE_CHARACTERS
from models.documents.interview import Interview

StreamRows = list[tuple[str, dict[str, str]]]


class RedisProbe:
    """Each method returns what is new since its previous call."""

    def __init__(self, redis: Redis, pubsub: Any, prefix: str) -> None:
        self._redis = redis
        self._pubsub = pubsub
        self._prefix = prefix
        self._range_start = "-"

    async def read_published_channels(self) -> set[str]:
        """Return the channels of the published messages, without the prefix."""
        end_channel = f"{self._prefix}:end"
        # Redis preserves the order, so all earlier messages arrive before this one
        await self._redis.publish(end_channel, "")
        channels = set()
        while (channel := (await self._pubsub.get_message(ignore_subscribe_messages=True, timeout=10))["channel"]) != end_channel:
            channels.add(channel.removeprefix(f"{self._prefix}:"))
        return channels

    async def read_enqueued_jobs(self) -> list[tuple[str, ObjectId]]:
        """Return the jobs, each with the id of its document."""
        # redis-py's type is the union of the replies of all protocol versions
        rows = cast(StreamRows, await self._redis.xrange(f"{self._prefix}:jobs", self._range_start))
        if rows:
            self._range_start = f"({rows[-1][0]}"
        messages = [json.loads(fields["data"][SIGNATURE_CHARACTERS:]) for _, fields in rows]
        return [(message["task_name"], ObjectId(message["args"][0])) for message in messages]


def change_channels_of(interview: Interview) -> set[str]:
    """Return the channels on which subscribers of the interview and of its organization are notified."""
    return {f"interview:{interview.id}", f"organization:{interview.organization_id}"}
