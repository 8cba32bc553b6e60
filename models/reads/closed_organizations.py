"""Which organizations are closed: their credentials do not work, and nothing that costs money begins for them."""

import asyncio
from typing import Any

from bson import ObjectId

from models.documents.organization import Organization
from models.documents.try_out import get_try_out_partition
from models.storage.batch_loader import BatchLoader

MAX_AGE_SECONDS = 1.0
"""Age up to which a read of the closed organizations serves further operations and jobs."""
RECHECK_AGE_SECONDS = 0.2
"""The same for the repeated checks of open streams, which come from many callers at about the same time."""

_IS_CLOSED: dict[str, Any] = {"closed_at": {"$type": "date"}}


class ClosedOrganizations:
    """The closed organizations, which are few: one read a second serves all callers of a process."""

    def __init__(self) -> None:
        self._reads: BatchLoader[None, frozenset[ObjectId]] = BatchLoader(_read_closed)
        self._ids: frozenset[ObjectId] = frozenset()
        self._read_at = float("-inf")

    async def read_ids(self, max_age_seconds: float | None = None) -> frozenset[ObjectId]:
        """Return the ids of all closed organizations, and of the partitions of their try-outs, by default as of the last second.

        Raises pymongo.errors.PyMongoError.
        """
        max_age_seconds = MAX_AGE_SECONDS if max_age_seconds is None else max_age_seconds
        began_at = asyncio.get_running_loop().time()
        if began_at - self._read_at >= max_age_seconds:
            self._ids = await self._reads.get(None) or frozenset()
            self._read_at = began_at
        return self._ids


async def _read_closed(_: list[None]) -> dict[None, frozenset[ObjectId]]:
    rows = Organization.get_pymongo_collection().find(_IS_CLOSED, {"_id": 1})
    ids = [row["_id"] async for row in rows]
    return {None: frozenset([*ids, *map(get_try_out_partition, ids)])}
