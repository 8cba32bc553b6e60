"""Sessions: starting one for a member or with an API key, and ending it."""

import secrets
from datetime import timedelta

from beanie import PydanticObjectId
from bson import ObjectId

from models.documents.member import Member
from models.documents.organization import ApiKey, digest_secret
from models.documents.session import Session
from models.storage.clock import now

SESSION_LIFETIME = timedelta(hours=12)


async def start_session(owner: Member | ApiKey) -> tuple[Session, str]:
    """Start a session of a member, or of an API key's caller; return it with its secret, which is not stored.

    It grants access for as long as the member has not been removed, or the key is active.
    """
    started_at, secret = now(), secrets.token_urlsafe(32)
    session = Session(
        organization_id=owner.organization_id,
        digest=digest_secret(secret),
        created_at=started_at,
        expires_at=started_at + SESSION_LIFETIME,
    )
    if isinstance(owner, Member):
        session.member_id = owner.id
        minute = started_at.replace(second=0, microsecond=0)
        await Member.get_pymongo_collection().update_one({"_id": owner.id}, {"$max": {"last_signed_in_at": minute}})
    else:
        session.key_id = owner.id
        session.expires_at = min(session.expires_at, owner.expires_at or session.expires_at)
    return await session.insert(), secret


async def end_session(session_id: ObjectId) -> None:
    """End a session. Its streams and sockets are closed within seconds (lifecycle.access_monitor)."""
    await _end_sessions({"_id": session_id})


async def end_sessions_of_member(member_id: ObjectId) -> None:
    """End all sessions of a member."""
    await _end_sessions({"member_id": PydanticObjectId(member_id)})


async def _end_sessions(query: dict[str, ObjectId]) -> None:
    await Session.get_pymongo_collection().update_many({**query, "ended_at": None}, {"$set": {"ended_at": now()}})
