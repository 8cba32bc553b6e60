"""Recognizing members by their identity at the organization's identity provider."""

from bson import ObjectId
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from models.documents.member import Member, find_member_by_identity


async def recognize_member(organization_id: ObjectId, issuer: str, subject: str, email: str | None) -> Member | None:
    """Return the member with this identity. The first time it is the one with this verified email, who then gets the identity.

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
    except DuplicateKeyError:  # the same person has signed in at the same moment, as another member
        return await find_member_by_identity(organization_id, issuer, subject)
    return Member.model_validate(row) if row else None
