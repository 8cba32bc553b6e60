"""Organizations (tenants) and their API keys."""

import hashlib
import secrets
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from beanie import PydanticObjectId
from bson import ObjectId
from pydantic import BaseModel, Field
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.storage.clock import now
from models.storage.stored_document import StoredDocument


class Role(StrEnum):
    """Role of a caller; auth.PERMISSIONS says what each role may do."""

    ADMIN = "ADMIN"
    RECRUITER = "RECRUITER"
    VIEWER = "VIEWER"
    INTEGRATION = "INTEGRATION"
    CANDIDATE = "CANDIDATE"


class RetentionPolicy(BaseModel):
    """How many days after an interview each class of its data is erased; None keeps it until somebody erases the interview.

    A class includes those before it: a transcript is not retained in a recording, nor a candidate in a transcript.
    """

    recording_days: int | None = None
    transcript_days: int | None = None
    """Days for transcripts and evaluations."""
    candidate_days: int | None = None
    """Days for everything else: the whole interview is erased."""
    keep_decision_record: bool = False
    """Whether an erasure leaves a record of the decision without personal data (models.documents.decision_record)."""
    updated_by: str | None = None
    """Name of the API key that set the policy; None for the default."""
    updated_at: datetime | None = None


class Organization(StoredDocument):
    """A tenant: every document belongs to exactly one."""

    name: str
    created_at: datetime = Field(default_factory=now)
    retention: RetentionPolicy = RetentionPolicy()
    retention_updates: list[PydanticObjectId] = Field(default_factory=list)
    """Ids of the updates of the policy applied so far, so that a retried update changes nothing."""
    retention_due_at: datetime | None = None
    """When interviews are next checked against the policy; None if the policy keeps everything."""

    class Settings:
        name = "organizations"
        indexes: ClassVar = [
            IndexModel([("name", ASCENDING)], unique=True),
            IndexModel(
                [("retention_due_at", ASCENDING)],
                partialFilterExpression={"retention_due_at": {"$type": "date"}},
                name="retention_due",
            ),
        ]


class ApiKey(StoredDocument):
    """A credential for one role in one organization. Only a digest of the secret is stored."""

    organization_id: PydanticObjectId
    role: Role
    name: str
    digest: str
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    class Settings:
        name = "api_keys"
        indexes: ClassVar = [
            IndexModel([("digest", ASCENDING)], unique=True),
            IndexModel([("organization_id", ASCENDING), ("created_at", ASCENDING)]),
        ]


KEY_PREFIX = "viva_"


def digest_secret(secret: str) -> str:
    """Return the digest under which a key's secret is stored."""
    # 256 random bits cannot be enumerated, so no slow hash is needed
    return hashlib.sha256(secret.encode()).hexdigest()


async def find_organization(name: str) -> Organization | None:
    """Return the organization with this name."""
    return await Organization.find_one(Organization.name == name)


async def ensure_organization(name: str) -> tuple[Organization, bool]:
    """Return the organization with this name and whether this call created it."""
    found = await find_organization(name)
    if found:
        return found, False
    try:
        return await Organization(name=name).insert(), True
    except DuplicateKeyError:  # another process created it first
        return await ensure_organization(name)


async def get_organization(organization_id: ObjectId) -> Organization | None:
    """Return the organization with this id."""
    return await Organization.get(PydanticObjectId(organization_id))


async def create_key(organization_id: ObjectId, role: Role, name: str, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
    """Create a key; return it with its secret, which is not stored."""
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        organization_id=PydanticObjectId(organization_id),
        role=role,
        name=name,
        digest=digest_secret(secret),
        expires_at=expires_at,
    )
    return await key.insert(), secret


async def list_keys(organization_id: ObjectId) -> list[ApiKey]:
    """Return every key of the organization, oldest first, including revoked ones."""
    return await ApiKey.find(ApiKey.organization_id == organization_id).sort("+created_at").to_list()


async def revoke_key(key_id: ObjectId) -> ApiKey | None:
    """Revoke the key and return it; None if there is no key with this id."""
    key = await ApiKey.get(key_id)
    if key and key.revoked_at is None:
        key.revoked_at = now()
        await key.save()
    return key
