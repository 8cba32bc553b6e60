"""Organizations (tenants) and their API keys."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from beanie import PydanticObjectId
from beanie.odm.queries.find import FindMany
from bson import ObjectId
from pydantic import BaseModel, Field
from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from errors import Conflict
from models.documents.budget import OrganizationBudgets
from models.storage.clock import now
from models.storage.stored_document import StoredDocument
from models.storage.transactions import run_in_transaction


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


class Contact(BaseModel):
    """A person or team that candidates can write to."""

    name: str
    email: str


class IdentityProvider(BaseModel):
    """Where the organization's people sign in (OpenID Connect); the operator sets it (`main.py sign-in`)."""

    issuer: str
    client_id: str
    client_secret: str | None = None
    """Encrypted (auth.encrypt_secret); None for a client that has no secret and uses PKCE alone."""
    audience: str | None = None
    """Audience of the tokens with which the organization's programs call the API; None if they may not."""
    email_domains: list[str] = Field(default_factory=list)
    """The only domains, in lower case, of the emails with which people sign in; empty for any."""
    verified_claim: str = "email_verified"
    """The claim that says whether the provider has verified the email."""


class Organization(StoredDocument):
    """A tenant: every document belongs to exactly one."""

    name: str
    contact: Contact | None = None
    logo_digest: str | None = None
    """Digest of the logo (models.documents.logo)."""
    updates: list[PydanticObjectId] = Field(default_factory=list)
    """Ids of the newest updates of name, contact and logo, so that a retried update changes nothing."""
    created_at: datetime = Field(default_factory=now)
    test_of: PydanticObjectId | None = None
    """The organization whose test environment this one is: a tenant of its own, so that nothing of it mixes with real data."""
    retention: RetentionPolicy = RetentionPolicy()
    retention_updates: list[PydanticObjectId] = Field(default_factory=list)
    """Ids of the updates of the policy applied so far, so that a retried update changes nothing."""
    closed_at: datetime | None = None
    """Since when no credential of the organization works (models.writes.organization_closing)."""
    deletion_requested_at: datetime | None = None
    """Since when jobs delete the closed organization with everything that belongs to it."""
    budgets: OrganizationBudgets = OrganizationBudgets()
    """Daily budgets that differ from the settings; the operator sets them (`main.py budgets`)."""
    member_changes: int = 0
    """Changes of the organization's members, which are counted so that they conflict with each other (models.writes.members)."""
    identity_provider: IdentityProvider | None = None
    """Where its people sign in; None for an organization that uses API keys only."""
    retention_due_at: datetime | None = None
    """When interviews are next checked against the policy; None if the policy keeps everything."""

    class Settings:
        name = "organizations"
        indexes: ClassVar = [
            IndexModel([("name", ASCENDING)], unique=True),
            IndexModel(
                [("test_of", ASCENDING)], unique=True, partialFilterExpression={"test_of": {"$type": "objectId"}}, name="test_of"
            ),
            IndexModel(
                [("retention_due_at", ASCENDING)],
                partialFilterExpression={"retention_due_at": {"$type": "date"}},
                name="retention_due",
            ),
            *(
                IndexModel([(field, ASCENDING)], partialFilterExpression={field: {"$type": "date"}}, name=field)
                for field in ("closed_at", "deletion_requested_at")
            ),
            IndexModel(
                [("identity_provider.issuer", ASCENDING)],
                partialFilterExpression={"identity_provider.issuer": {"$type": "string"}},
                name="issuer",
            ),
            # a token of a program is for one organization
            IndexModel(
                [("identity_provider.issuer", ASCENDING), ("identity_provider.audience", ASCENDING)],
                unique=True,
                partialFilterExpression={"identity_provider.audience": {"$type": "string"}},
                name="program_audience",
            ),
        ]


class ApiKey(StoredDocument):
    """A credential for one role in one organization. Only a digest of the secret is stored."""

    organization_id: PydanticObjectId
    role: Role
    name: str
    digest: str
    permissions: list[str] | None = None
    """Names of the only actions (auth.Action) that the key may be used for; None for all of its role."""
    caller_id: PydanticObjectId | None = None
    """Id of the first key of the rotations that led to this one, which is the same caller; None for a first key."""
    replaced_by: PydanticObjectId | None = None
    """Id of the key that a rotation made."""
    is_test: bool = False
    """Whether its organization is a test environment."""
    created_by: str | None = None
    """Name of the API key with which it was made; None for the command line."""
    created_at: datetime = Field(default_factory=now)
    last_used_at: datetime | None = None
    """When it was last used, to the minute."""
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now())

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


async def find_first_organization() -> Organization | None:
    """Return the organization that was created first, and is no test environment."""
    return await Organization.find({"test_of": None}).sort("+created_at").first_or_none()


async def list_organizations() -> list[Organization]:
    """Return every organization, by name."""
    return await Organization.find_all().sort("+name").to_list()


async def rename_organization(name: str, new_name: str) -> Organization | None:
    """Rename an organization and return it; None if there is none with this name. Raises Conflict if the new name is taken."""
    organization = await find_organization(name)
    try:
        return await organization.set({Organization.name: new_name}) if organization else None
    except DuplicateKeyError:
        raise Conflict(f"Another organization has the name {new_name}: choose another.") from None


async def get_organization(organization_id: ObjectId) -> Organization | None:
    """Return the organization with this id."""
    return await Organization.get(PydanticObjectId(organization_id))


def find_organizations(organization_ids: list[ObjectId]) -> FindMany[Organization]:
    """Return the query of the organizations with these ids that exist, in no particular order."""
    return Organization.find({"_id": {"$in": organization_ids}})


async def set_identity_provider(organization_id: ObjectId, provider: IdentityProvider | None) -> None:
    """Set or remove where the organization's people sign in. Raises Conflict if another one's programs use the audience."""
    value = provider.model_dump() if provider else None
    try:
        await Organization.get_pymongo_collection().update_one({"_id": organization_id}, {"$set": {"identity_provider": value}})
    except DuplicateKeyError:
        raise Conflict("Another organization has this issuer and audience: use an audience of its own.") from None


async def find_organization_of_program(issuer: str, audiences: list[str]) -> Organization | None:
    """Return the organization whose programs present tokens of this issuer for one of these audiences."""
    return await Organization.find_one(
        # the type makes the condition imply that of the partial index
        {"identity_provider.issuer": issuer, "identity_provider.audience": {"$in": audiences, "$type": "string"}}
    )


async def has_identity_providers() -> bool:
    """Return whether the people of any organization sign in with an identity provider."""
    return await Organization.find_one({"identity_provider.issuer": {"$type": "string"}}) is not None


async def replace_client_secret(organization_id: ObjectId, current: str, encrypted: str) -> None:
    """Replace the encrypted client secret by the same secret, encrypted with a newer key."""
    await Organization.get_pymongo_collection().update_one(
        {"_id": organization_id, "identity_provider.client_secret": current},
        {"$set": {"identity_provider.client_secret": encrypted}},
    )


async def ensure_test_organization(owner: Organization) -> Organization:
    """Return the organization's test environment; the first call creates it."""
    if owner.test_of:
        return owner
    if found := await find_test_organization(owner.id):
        return found
    try:
        return await Organization(name=f"{owner.name} (test)", test_of=owner.id).insert()
    except DuplicateKeyError:
        found = await find_test_organization(owner.id)
        if found is None:
            raise Conflict(f"Another organization has the name {owner.name} (test): rename it first.") from None
        return found


async def find_test_organization(organization_id: ObjectId) -> Organization | None:
    """Return the organization's test environment, or None if it has none."""
    return await Organization.find_one({"test_of": organization_id})


def generate_secret() -> str:
    """Return the secret of a new key."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


async def set_organization_budget(organization_id: ObjectId, field: str, value: float | None) -> None:
    """Set a field of the organization's budgets; None removes it, so that the deployment's setting applies."""
    await Organization.get_pymongo_collection().update_one({"_id": organization_id}, {"$set": {f"budgets.{field}": value}})


async def create_key(
    organization_id: ObjectId, role: Role, name: str, expires_at: datetime | None = None, **values: Any
) -> tuple[ApiKey, str]:
    """Create a key; return it with its secret, which is not stored. `values` are further fields of ApiKey.

    Raises DuplicateKeyError if `values` has the id of a stored key.
    """
    secret = generate_secret()
    key = ApiKey(
        organization_id=PydanticObjectId(organization_id),
        role=role,
        name=name,
        digest=digest_secret(secret),
        expires_at=expires_at,
        **values,
    )
    return await key.insert(), secret


async def rotate_key(
    key: ApiKey,
    overlap: timedelta,
    expires_at: datetime | None = None,
    successor_id: ObjectId | None = None,
    created_by: str | None = None,
) -> tuple[ApiKey, str]:
    """Replace an active key: create its successor, the same caller, and let the key expire after `overlap` at the latest.

    Without `expires_at` the successor lives as long as the key was made for. Returns the successor with its secret.
    Raises Conflict, and stores nothing, if the key is not active or has a successor.
    """
    secret = generate_secret()
    successor = ApiKey(
        id=PydanticObjectId(successor_id or ObjectId()),
        organization_id=key.organization_id,
        role=key.role,
        name=key.name,
        digest=digest_secret(secret),
        permissions=key.permissions,
        caller_id=key.caller_id or key.id,
        is_test=key.is_test,
        created_by=created_by,
        expires_at=expires_at or (key.expires_at and now() + (key.expires_at - key.created_at)),
    )
    ends_at = min(now() + overlap, key.expires_at or datetime.max.replace(tzinfo=UTC))
    replaceable = {
        "_id": key.id,
        "replaced_by": None,
        "revoked_at": None,
        "$or": [{"expires_at": None}, {"expires_at": {"$gt": now()}}],
    }

    async def replace(session: AsyncClientSession) -> ApiKey | None:
        changes = {"$set": {"replaced_by": successor.id, "expires_at": ends_at}}
        updated = await ApiKey.get_pymongo_collection().update_one(replaceable, changes, session=session)
        return await successor.insert(session=session) if updated.modified_count else None

    if await run_in_transaction(ApiKey, key.id, replace) is None:
        raise Conflict("The key is revoked, expired or has been rotated already: rotate its successor, or create a key.")
    return successor, secret


async def get_key(key_id: ObjectId) -> ApiKey | None:
    """Return the key with this id, also if it is revoked or expired."""
    return await ApiKey.get(PydanticObjectId(key_id))


async def list_keys(organization_id: ObjectId) -> list[ApiKey]:
    """Return every key of the organization, oldest first, including revoked ones."""
    return await ApiKey.find(ApiKey.organization_id == organization_id).sort("+created_at").to_list()


async def revoke_key(key_id: ObjectId) -> ApiKey | None:
    """Revoke the key and return it; None if there is no key with this id."""
    await ApiKey.get_pymongo_collection().update_one({"_id": key_id, "revoked_at": None}, {"$set": {"revoked_at": now()}})
    return await get_key(key_id)


def exclude_organizations(organization_ids: Collection[ObjectId]) -> dict[str, Any]:
    """Return the condition that a document belongs to none of these organizations."""
    return {"organization_id": {"$nin": list(organization_ids)}} if organization_ids else {}
