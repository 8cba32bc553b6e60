"""Members: the people of an organization."""

from datetime import datetime
from typing import ClassVar

from beanie import PydanticObjectId
from bson import ObjectId
from pydantic import Field
from pymongo import ASCENDING, IndexModel

from models.documents.organization import Role
from models.storage.clock import now
from models.storage.stored_document import StoredDocument

MEMBER_ROLES = (Role.ADMIN, Role.RECRUITER, Role.VIEWER)
"""Roles of people. INTEGRATION is for programs, and CANDIDATE for interviews."""
_NOT_REMOVED = {"removed_at": {"$type": "null"}}


class Member(StoredDocument):
    """A person who works in an organization. A person who works in two is a member of each."""

    organization_id: PydanticObjectId
    role: Role
    name: str
    email: str
    """Normalized by `normalize_email`."""
    issuer: str | None = None
    """The identity provider at which the member has signed in; None before, and without one."""
    subject: str | None = None
    """Id of the member there."""
    invited_by: str | None = None
    """Name of who invited the member; None for the command line."""
    created_at: datetime = Field(default_factory=now)
    last_signed_in_at: datetime | None = None
    """When the last session began, to the minute."""
    removed_at: datetime | None = None
    updates: list[PydanticObjectId] = Field(default_factory=list)
    """Ids of the last updates, so that a retried one changes nothing."""

    class Settings:
        name = "members"
        indexes: ClassVar = [
            IndexModel(
                [("organization_id", ASCENDING), ("email", ASCENDING)],
                unique=True,
                partialFilterExpression=_NOT_REMOVED,
                name="email",
            ),
            IndexModel(
                [("organization_id", ASCENDING), ("issuer", ASCENDING), ("subject", ASCENDING)],
                unique=True,
                partialFilterExpression={**_NOT_REMOVED, "subject": {"$type": "string"}},
                name="identity",
            ),
            IndexModel([("organization_id", ASCENDING), ("created_at", ASCENDING)]),
        ]


def normalize_email(email: str) -> str:
    """Return the address as it is stored and compared: without surrounding whitespace and regardless of case."""
    return email.strip().casefold()


async def find_member_by_email(organization_id: ObjectId, email: str) -> Member | None:
    """Return the organization's member with this address, who has not been removed."""
    return await Member.find_one({"organization_id": organization_id, "email": normalize_email(email), "removed_at": None})


async def find_member_by_identity(organization_id: ObjectId, issuer: str, subject: str) -> Member | None:
    """Return the organization's member with this identity, who has not been removed."""
    return await Member.find_one({"organization_id": organization_id, "issuer": issuer, "subject": subject, "removed_at": None})


async def get_member(member_id: ObjectId) -> Member | None:
    """Return the member with this id, also if removed."""
    return await Member.get(PydanticObjectId(member_id))
