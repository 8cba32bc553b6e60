"""Invitations of members: links that work once."""

from datetime import datetime
from typing import ClassVar

from beanie import PydanticObjectId
from bson import ObjectId
from pydantic import Field
from pymongo import ASCENDING, DESCENDING, IndexModel

from models.documents.member import normalize_email
from models.documents.organization import Role
from models.storage.clock import now
from models.storage.stored_document import StoredDocument

_OPEN = {"accepted_at": {"$type": "null"}, "revoked_at": {"$type": "null"}}


class MemberInvitation(StoredDocument):
    """A link with which a person becomes a member, or a member signs in again. It works once, until it expires."""

    organization_id: PydanticObjectId
    member_id: PydanticObjectId | None = None
    """The member who signs in again; None for a person who becomes a member."""
    email: str
    """Normalized by models.documents.member.normalize_email."""
    name: str
    role: Role
    invited_by: str | None = None
    """Name of who made the link; None for the command line."""
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime
    accepted_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the link works."""
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > now()

    class Settings:
        name = "member_invitations"
        indexes: ClassVar = [
            IndexModel(
                [("organization_id", ASCENDING), ("email", ASCENDING)],
                unique=True,
                partialFilterExpression=_OPEN,
                name="open_by_email",
            ),
            IndexModel([("organization_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
        ]


async def get_invitation(invitation_id: ObjectId) -> MemberInvitation | None:
    """Return the invitation with this id, in any organization and any state."""
    return await MemberInvitation.get(PydanticObjectId(invitation_id))


async def find_open_invitation(organization_id: ObjectId, email: str) -> MemberInvitation | None:
    """Return the invitation by which the person with this address can become a member now."""
    return await MemberInvitation.find_one(
        {
            "organization_id": organization_id,
            "email": normalize_email(email),
            "member_id": None,
            "accepted_at": None,
            "revoked_at": None,
            "expires_at": {"$gt": now()},
        }
    )
