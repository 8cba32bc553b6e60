"""Batched reads of what authenticates callers: API keys, and the access states of interviews."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo.errors import PyMongoError

from models.documents.interview import Interview
from models.documents.organization import ApiKey, digest_secret
from models.storage.batch_loader import BatchLoader
from models.storage.clock import now

USE_INTERVAL = timedelta(minutes=1)
"""Time between two records of a key's use."""
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AccessState:
    """The fields of an interview that decide who may follow it, named as in Interview."""

    organization_id: ObjectId
    invite_generation: int
    erased_at: datetime | None


class CredentialReader:
    """Reads the credentials of concurrent callers together: many dashboards connect, and reconnect, at the same moment.

    Each application has its own. Concurrent callers may get the same object: do not modify it.
    """

    def __init__(self) -> None:
        self._keys_by_digest = BatchLoader(_read_keys_by_digest)
        self._keys_by_id = BatchLoader(_read_keys_by_id)
        self._access_states = BatchLoader(_read_access_states)
        self._used_at: dict[ObjectId, datetime] = {}

    async def find_key_by_secret(self, secret: str) -> ApiKey | None:
        """Return the key with this secret, or None if it is unknown, revoked or expired."""
        return await self._use(await self._keys_by_digest.get(digest_secret(secret)))

    async def find_key_by_id(self, key_id: ObjectId) -> ApiKey | None:
        """Return the key with this id, or None if it is unknown, revoked or expired."""
        return await self._use(await self._keys_by_id.get(key_id))

    async def read_access_state(self, interview_id: ObjectId) -> AccessState | None:
        """Return the access state of the interview, in any organization; None if it does not exist."""
        return await self._access_states.get(interview_id)

    async def _use(self, key: ApiKey | None) -> ApiKey | None:
        """Return the key if it is active, and record its use."""
        if key is None or not key.is_active:
            return None
        used_at = now()
        noted_at = max(key.last_used_at or _NEVER, self._used_at.get(key.id, _NEVER))
        if used_at - noted_at > USE_INTERVAL:
            self._used_at[key.id] = used_at
            # a write that fails, as during an election, must not refuse the caller
            with suppress(PyMongoError):
                await ApiKey.get_pymongo_collection().update_one({"_id": key.id}, {"$max": {"last_used_at": used_at}})
        return key


async def _read_keys_by_digest(digests: list[str]) -> dict[str, ApiKey]:
    # read through PyMongo because every API operation does this, and Beanie doubles the time
    rows = ApiKey.get_pymongo_collection().find({"digest": {"$in": digests}})
    return {row["digest"]: ApiKey.model_validate(row) async for row in rows}


async def _read_keys_by_id(key_ids: list[ObjectId]) -> dict[ObjectId, ApiKey]:
    rows = ApiKey.get_pymongo_collection().find({"_id": {"$in": key_ids}})
    return {row["_id"]: ApiKey.model_validate(row) async for row in rows}


ACCESS_FIELDS = {"organization_id": 1, "invite_generation": 1, "erased_at": 1}
"""Projection of the fields of an AccessState."""


def to_access_state(row: Mapping[str, Any]) -> AccessState:
    """Return the access state in a row of an interview."""
    return AccessState(row["organization_id"], row["invite_generation"], row["erased_at"])


async def _read_access_states(interview_ids: list[ObjectId]) -> dict[ObjectId, AccessState]:
    rows = Interview.get_pymongo_collection().find({"_id": {"$in": interview_ids}}, ACCESS_FIELDS)
    return {row["_id"]: to_access_state(row) async for row in rows}
