"""Batched reads of what authenticates callers: API keys, sessions, members, and the access states of interviews."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo.errors import PyMongoError

from models.documents.interview import Interview
from models.documents.member import Member
from models.documents.organization import ApiKey, digest_secret
from models.documents.session import Session
from models.reads.closed_organizations import ClosedOrganizations
from models.storage.batch_loader import BatchLoader
from models.storage.clock import now

USE_INTERVAL = timedelta(minutes=1)
"""Time between two records of a key's use."""
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AccessState:
    """The fields of an interview that decide who may follow it, named as in Interview."""

    owner_id: ObjectId
    invite_generation: int
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionAccess:
    """A session that grants access, with the member or the API key that it acts for."""

    session_id: ObjectId
    expires_at: datetime
    member: Member | None
    key: ApiKey | None


class CredentialReader:
    """Reads the credentials of concurrent callers together: many dashboards connect, and reconnect, at the same moment.

    Each application has its own. Concurrent callers may get the same object: do not modify it.
    """

    def __init__(self) -> None:
        self._keys_by_digest = BatchLoader(_read_keys_by_digest)
        self._keys_by_id = BatchLoader(_read_keys_by_id)
        self._access_states = BatchLoader(_read_access_states)
        self._sessions_by_digest = BatchLoader(_read_sessions_by_digest)
        self._sessions_by_id = BatchLoader(_read_sessions_by_id)
        self._members = BatchLoader(_read_members)
        self.closed_organizations = ClosedOrganizations()
        self._used_at: dict[ObjectId, datetime] = {}

    async def find_key_by_secret(self, secret: str) -> ApiKey | None:
        """Return the key with this secret, or None if it is unknown, revoked or expired."""
        return await self._use(await self._keys_by_digest.get(digest_secret(secret)))

    async def find_key_by_id(self, key_id: ObjectId) -> ApiKey | None:
        """Return the key with this id, or None if it is unknown, revoked or expired."""
        return await self._use(await self._keys_by_id.get(key_id))

    async def find_session_by_secret(self, secret: str) -> SessionAccess | None:
        """Return the session with this secret; None if it is unknown, ended or expired, or its member or key has no access."""
        return await self._check_session(await self._sessions_by_digest.get(digest_secret(secret)))

    async def find_session_by_id(self, session_id: ObjectId) -> SessionAccess | None:
        """Return the session with this id, or None as `find_session_by_secret` does."""
        return await self._check_session(await self._sessions_by_id.get(session_id))

    async def find_member(self, member_id: ObjectId) -> Member | None:
        """Return the member with this id, or None if there is none or the member has been removed."""
        return _exclude_removed(await self._members.get(member_id))

    async def read_access_state(self, interview_id: ObjectId) -> AccessState | None:
        """Return the access state of the interview, in any organization; None if it does not exist."""
        return await self._access_states.get(interview_id)

    async def _check_session(self, row: Mapping[str, Any] | None) -> SessionAccess | None:
        if row is None:
            return None
        member = _exclude_removed(next((Member.model_validate(each) for each in row["members"]), None))
        key = await self._use(next((ApiKey.model_validate(each) for each in row["keys"]), None))
        is_open = row["ended_at"] is None and row["expires_at"] > now()
        return SessionAccess(row["_id"], row["expires_at"], member, key) if is_open and (member or key) else None

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


async def _read_sessions_by_digest(digests: list[str]) -> dict[str, Mapping[str, Any]]:
    return {row["digest"]: row async for row in _read_sessions("digest", digests)}


async def _read_sessions_by_id(session_ids: list[ObjectId]) -> dict[ObjectId, Mapping[str, Any]]:
    return {row["_id"]: row async for row in _read_sessions("_id", session_ids)}


async def _read_sessions(field: str, values: Sequence[object]) -> AsyncIterator[dict[str, Any]]:
    """Yield the sessions with their member or API key, in one read."""
    owners = {"members": (Member, "member_id"), "keys": (ApiKey, "key_id")}
    pipeline: list[dict[str, Any]] = [{"$match": {field: {"$in": values}}}]
    for name, (model, reference) in owners.items():
        collection = model.get_pymongo_collection().name
        pipeline.append({"$lookup": {"from": collection, "localField": reference, "foreignField": "_id", "as": name}})
    async for row in await Session.get_pymongo_collection().aggregate(pipeline):
        yield row


async def _read_members(member_ids: list[ObjectId]) -> dict[ObjectId, Member]:
    rows = Member.get_pymongo_collection().find({"_id": {"$in": member_ids}})
    return {row["_id"]: Member.model_validate(row) async for row in rows}


def _exclude_removed(member: Member | None) -> Member | None:
    return member if member and member.removed_at is None else None


ACCESS_FIELDS = {"organization_id": 1, "try_out_of": 1, "invite_generation": 1, "erased_at": 1}
"""Projection of the fields of an AccessState."""


def to_access_state(row: Mapping[str, Any]) -> AccessState:
    """Return the access state in a row of an interview."""
    return AccessState(row.get("try_out_of") or row["organization_id"], row["invite_generation"], row["erased_at"])


async def _read_access_states(interview_ids: list[ObjectId]) -> dict[ObjectId, AccessState]:
    rows = Interview.get_pymongo_collection().find({"_id": {"$in": interview_ids}}, ACCESS_FIELDS)
    return {row["_id"]: to_access_state(row) async for row in rows}
