"""State changes of members: inviting, accepting, changing and removing.

Changes of one organization's members conflict with each other in MongoDB, because each writes to the organization. Otherwise two
administrators who remove each other at the same moment would leave none.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from beanie import PydanticObjectId
from bson import ObjectId
from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from errors import Conflict
from models.documents.member import Member
from models.documents.member_invitation import MemberInvitation
from models.documents.organization import Organization, Role
from models.documents.session import Session
from models.storage.clock import now
from models.storage.transactions import run_in_transaction

T = TypeVar("T")

MAX_UPDATES = 20
"""Updates of a member whose ids are stored, so that a retried one changes nothing."""
_OPEN = {"accepted_at": None, "revoked_at": None}


async def store_invitation(invitation: MemberInvitation) -> MemberInvitation:
    """Store an invitation in place of the person's earlier one; if it is stored already, return it unchanged.

    Raises Conflict if the person is a member already, except for a link that lets this member sign in again.
    """

    async def store(session: AsyncClientSession) -> MemberInvitation:
        stored = await MemberInvitation.get(invitation.id, session=session)
        if stored is not None:
            return stored
        person = {"organization_id": invitation.organization_id, "email": invitation.email}
        member = await Member.find_one({**person, "removed_at": None}, session=session)
        if (member.id if member else None) != invitation.member_id:
            raise Conflict("This person is a member already: renew the link (renewMemberLink), or update the member.")
        await _revoke_invitations(person, session)
        return await invitation.insert(session=session)

    return await _change_members(invitation.organization_id, store)


async def revoke_invitation(invitation_id: ObjectId) -> MemberInvitation | None:
    """Revoke an invitation and return it; one that was accepted or revoked is returned unchanged."""
    await MemberInvitation.get_pymongo_collection().update_one({"_id": invitation_id, **_OPEN}, {"$set": {"revoked_at": now()}})
    return await MemberInvitation.get(PydanticObjectId(invitation_id))


async def accept_invitation(invitation: MemberInvitation, issuer: str | None = None, subject: str | None = None) -> Member | None:
    """Use an invitation, once, and return the member that it is for; None if it does not work any more.

    `issuer` and `subject` are the person's identity at an identity provider. Raises Conflict if it is another member's.
    """

    async def accept(session: AsyncClientSession) -> Member | None:
        at = now()
        used = await MemberInvitation.get_pymongo_collection().update_one(
            {"_id": invitation.id, **_OPEN, "expires_at": {"$gt": at}}, {"$set": {"accepted_at": at}}, session=session
        )
        if not used.modified_count:
            return None
        if invitation.member_id is not None:
            return await Member.find_one({"_id": invitation.member_id, "removed_at": None}, session=session)
        member = Member(
            organization_id=invitation.organization_id,
            role=invitation.role,
            name=invitation.name,
            email=invitation.email,
            issuer=issuer,
            subject=subject,
            invited_by=invitation.invited_by,
        )
        return await member.insert(session=session)

    try:
        return await _change_members(invitation.organization_id, accept)
    except DuplicateKeyError:
        raise Conflict("This identity belongs to another member of the organization: ask an administrator.") from None


async def update_member(member: Member, update_id: ObjectId, values: dict[str, Any]) -> Member | None:
    """Set fields of a member, once for each `update_id`, and return the member; None if the member has been removed.

    Raises Conflict if the organization would have no administrator.
    """

    async def update(session: AsyncClientSession) -> Member | None:
        changes = {"$set": values, "$push": {"updates": {"$each": [update_id], "$slice": -MAX_UPDATES}}}
        before = await Member.get_pymongo_collection().find_one_and_update(
            {"_id": member.id, "removed_at": None, "updates": {"$ne": update_id}}, changes, session=session
        )
        if before and before["role"] == Role.ADMIN and values.get("role", Role.ADMIN) is not Role.ADMIN:
            await _require_admin(member.organization_id, session)
        return await Member.find_one({"_id": member.id, "removed_at": None}, session=session)

    return await _change_members(member.organization_id, update)


async def remove_member(member: Member) -> Member:
    """Remove a member, whose sessions and links end; one who has been removed is returned unchanged.

    Raises Conflict if the organization would have no administrator.
    """

    async def remove(session: AsyncClientSession) -> Member:
        at = now()
        row = await Member.get_pymongo_collection().find_one_and_update(
            {"_id": member.id, "removed_at": None},
            {"$set": {"removed_at": at}},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        if row is None:
            return await Member.get(member.id, session=session) or member
        if row["role"] == Role.ADMIN:
            await _require_admin(member.organization_id, session)
        await Session.get_pymongo_collection().update_many(
            {"member_id": member.id, "ended_at": None}, {"$set": {"ended_at": at}}, session=session
        )
        await _revoke_invitations({"organization_id": member.organization_id, "email": member.email}, session)
        removed: Member = Member.model_validate(row)
        return removed

    return await _change_members(member.organization_id, remove)


async def _change_members(organization_id: ObjectId, change: Callable[[AsyncClientSession], Awaitable[T]]) -> T:
    async def run(session: AsyncClientSession) -> T:
        await Organization.get_pymongo_collection().update_one(
            {"_id": organization_id}, {"$inc": {"member_changes": 1}}, session=session
        )
        return await change(session)

    return await run_in_transaction(Organization, organization_id, run)


async def _revoke_invitations(person: dict[str, Any], session: AsyncClientSession) -> None:
    await MemberInvitation.get_pymongo_collection().update_many(
        {**person, **_OPEN}, {"$set": {"revoked_at": now()}}, session=session
    )


async def _require_admin(organization_id: ObjectId, session: AsyncClientSession) -> None:
    admin = await Member.find_one({"organization_id": organization_id, "role": Role.ADMIN, "removed_at": None}, session=session)
    if admin is None:
        raise Conflict("This is the organization's last administrator: make another member ADMIN first.")
