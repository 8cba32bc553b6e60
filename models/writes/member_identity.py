"""Members and their identity at the organization's identity provider."""

from beanie import PydanticObjectId
from bson import ObjectId
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from errors import Conflict
from models.documents.member import Member, find_member_by_identity
from models.documents.member_invitation import find_open_invitation
from models.documents.organization import Role
from models.writes.members import accept_invitation

PROGRAM_EMAIL = "{id}@programs.invalid"
"""Address of a program that has none, so that no person is recognized as the program."""


async def recognize_member(organization_id: ObjectId, issuer: str, subject: str, email: str | None) -> Member | None:
    """Return the member with this identity. The first time it is the one with this verified email, or who was invited with it.

    A member who has an identity at this provider is not recognized by email: the address may belong to another person now.
    """
    member = await find_member_by_identity(organization_id, issuer, subject)
    if member is not None or email is None:
        return member
    new_here = {
        "organization_id": organization_id,
        "email": email,
        "removed_at": None,
        "$or": [{"subject": None}, {"issuer": {"$ne": issuer}}],
    }
    try:
        row = await Member.get_pymongo_collection().find_one_and_update(
            new_here, {"$set": {"issuer": issuer, "subject": subject}}, return_document=ReturnDocument.AFTER
        )
        if row is not None:
            recognized: Member = Member.model_validate(row)
            return recognized
        invitation = await find_open_invitation(organization_id, email)
        member = await accept_invitation(invitation, issuer, subject) if invitation else None
    except (DuplicateKeyError, Conflict):
        member = None
    # the same person may have signed in twice at the same moment
    return member or await find_member_by_identity(organization_id, issuer, subject)


async def add_program(organization_id: ObjectId, issuer: str, subject: str, name: str, role: Role) -> Member:
    """Add a member for a program whose tokens have no email. Raises Conflict if a member has this identity."""
    member_id = PydanticObjectId()
    member = Member(
        id=member_id,
        organization_id=PydanticObjectId(organization_id),
        role=role,
        name=name,
        email=PROGRAM_EMAIL.format(id=member_id),
        issuer=issuer,
        subject=subject,
    )
    try:
        return await member.insert()
    except DuplicateKeyError:
        raise Conflict("A member of the organization has this subject already: remove that member first.") from None
