"""Members of an organization, and invitations of members."""

from datetime import datetime

import strawberry

from models.documents import member as member_documents
from models.documents import member_invitation as invitation_documents
from resolvers.ids import IdKind, encode_id
from resolvers.members import LinkDetails
from schema.decorators import document_field, object_type, resolved_field
from schema.types.enums import Role
from schema.types.node import Node


@object_type
class Member(Node):
    """A person who works in the organization."""

    document: strawberry.Private[member_documents.Member]
    name: str = document_field("The member's name, which reviews and the audit log state.")
    email: str = document_field("The address at which the member was invited, in lower case.")
    role: Role = document_field("The member's role.")
    invited_by: str | None = document_field(
        "The name of the member or API key that invited the member. Null: it was done on the command line."
    )
    created_at: datetime = document_field("When the member joined.")
    last_signed_in_at: datetime | None = document_field("When the member last signed in, to the minute. Null: never.")
    removed_at: datetime | None = document_field("When the member was removed. Null: the person is a member.")

    @resolved_field()
    def has_identity(self) -> bool:
        """Whether the member has signed in at the organization's identity provider."""
        return self.document.subject is not None

    @classmethod
    def of(cls, document: member_documents.Member) -> "Member":
        """Build the member from its document."""
        return cls(document=document, id=strawberry.ID(encode_id(IdKind.MEMBER, document.id)))


@object_type
class MemberInvitation(Node):
    """A link with which a person becomes a member, or a member signs in again. It works once."""

    document: strawberry.Private[invitation_documents.MemberInvitation]
    name: str = document_field("The name of the person.")
    email: str = document_field("The address of the person, in lower case. Viva sends no mail.")
    role: Role = document_field("The role of the person as a member.")
    invited_by: str | None = document_field(
        "The name of the member or API key that made the link. Null: it was made on the command line."
    )
    created_at: datetime = document_field("When the link was made.")
    expires_at: datetime = document_field("When the link expires, after 7 days.")
    accepted_at: datetime | None = document_field("When the link was used. Null: it was not.")
    revoked_at: datetime | None = document_field("When the link was revoked or replaced. Null: it was not.")
    is_open: bool = document_field("Whether the link works.")

    @resolved_field()
    def is_renewal(self) -> bool:
        """Whether the link is for a member who signs in again (renewMemberLink)."""
        return self.document.member_id is not None

    @classmethod
    def of(cls, document: invitation_documents.MemberInvitation) -> "MemberInvitation":
        """Build the invitation from its document."""
        return cls(document=document, id=strawberry.ID(encode_id(IdKind.MEMBER_INVITATION, document.id)))


@object_type
class MemberLink:
    """What the holder of a member's link reads before using it."""

    details: strawberry.Private[LinkDetails]
    organization: str = document_field("The name of the organization.", source="details")
    name: str = document_field("The name of the person for whom the link is.", source="details.document")
    email: str = document_field("The address of the person.", source="details.document")
    role: Role = document_field("The role of the person as a member.", source="details.document")
    expires_at: datetime = document_field("When the link expires.", source="details.document")
    has_identity_provider: bool = document_field(
        "Whether the person has to sign in at the organization's identity provider, instead of acceptMemberInvitation.",
        source="details",
    )
