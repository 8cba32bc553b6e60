"""Members: inviting people to an organization, changing their roles and removing them."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from beanie import PydanticObjectId
from bson import ObjectId

from auth import (
    PERMISSIONS,
    Action,
    Principal,
    decode_member_link_token,
    has_permission,
    issue_member_link_token,
    require_permission,
)
from errors import BadInput, Conflict, Forbidden, NotFound
from lifecycle.services import Services
from models.documents.member import MEMBER_ROLES, Member, get_member, normalize_email
from models.documents.member_invitation import MemberInvitation, get_invitation
from models.documents.organization import Role, get_organization
from models.reads.pagination import Page, PageRequest, SortOrder, find_page
from models.storage.clock import now
from models.writes import members as writes
from resolvers.idempotency import idempotent
from resolvers.ids import IdKind, build_not_found, decode_id
from resolvers.input_text import clean_email, clean_line
from resolvers.organizations import require_open_organization
from resolvers.sign_in import SignedIn, open_session
from settings import Settings

OLDEST_FIRST = SortOrder("created_at")
NEWEST_FIRST = SortOrder("created_at", descending=True)
LINK_LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteRequest:
    """The input of Mutation.inviteMember."""

    email: str
    name: str
    role: Role
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRequest:
    """The input of Mutation.updateMember. None leaves a field as it is."""

    member_id: str
    name: str | None = None
    role: Role | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class MemberLink:
    """An invitation with its link."""

    invitation: MemberInvitation
    url: str


@dataclass(frozen=True, slots=True)
class LinkDetails:
    """What the holder of a link may know before using it."""

    document: MemberInvitation
    organization: str
    has_identity_provider: bool


def build_invitation(
    organization_id: ObjectId, email: str, name: str, role: Role, invited_by: str | None, **values: Any
) -> MemberInvitation:
    """Return an invitation that is not stored yet. Raises BadInput for an address, name or role that no member can have."""
    if role not in MEMBER_ROLES:
        raise BadInput(f"role: people have one of the roles {', '.join(MEMBER_ROLES)}.", field="role")
    return MemberInvitation(
        organization_id=PydanticObjectId(organization_id),
        email=normalize_email(clean_email(email, "email")),
        name=clean_line(name, "name"),
        role=role,
        invited_by=invited_by,
        expires_at=now() + LINK_LIFETIME,
        **values,
    )


def build_link(settings: Settings, invitation: MemberInvitation) -> MemberLink:
    """Return the invitation with its link, which is the same each time."""
    # browsers do not send the fragment of a URL, so the token is in no server's log
    url = f"{settings.api.public_url}/sign-in#invitation={issue_member_link_token(invitation, settings.auth)}"
    return MemberLink(invitation, url)


async def invite_member(services: Services, principal: Principal, request: InviteRequest) -> MemberLink:
    """Invite a person. Raises BadInput, Conflict for a member, and Forbidden for a role that may do more than the caller."""
    require_permission(principal, Action.MANAGE_MEMBERS)
    call = idempotent(services, principal, "inviteMember", request.idempotency_key, request)
    draft = build_invitation(principal.organization_id, request.email, request.name, request.role, principal.name)
    _require_permissions_of(principal, request.role)
    draft.id = PydanticObjectId(await call.claim(draft.id))
    return build_link(services.settings, await writes.store_invitation(draft))


async def renew_member_link(services: Services, principal: Principal, member_id: str, key: str | None) -> MemberLink:
    """Make a link with which a member signs in again. Raises NotFound, Conflict and Forbidden as `invite_member` does."""
    require_permission(principal, Action.MANAGE_MEMBERS)
    call = idempotent(services, principal, "renewMemberLink", key, member_id)
    link_id = PydanticObjectId(await call.claim(ObjectId()))
    member = await _load_member(principal, member_id)
    if member.removed_at is not None:
        raise Conflict("This person is no longer a member: invite the person again (inviteMember).")
    _require_permissions_of(principal, member.role)
    await _require_no_identity_provider(member.organization_id)
    draft = build_renewal(member, principal.name)
    draft.id = link_id
    return build_link(services.settings, await writes.store_invitation(draft))


def build_renewal(member: Member, invited_by: str | None) -> MemberInvitation:
    """Return an invitation, which is not stored yet, with which a member signs in again."""
    return build_invitation(member.organization_id, member.email, member.name, member.role, invited_by, member_id=member.id)


async def revoke_member_invitation(
    services: Services, principal: Principal, invitation_id: str, key: str | None
) -> MemberInvitation:
    """Revoke an invitation; one that was accepted or revoked is returned unchanged. Raises NotFound."""
    require_permission(principal, Action.MANAGE_MEMBERS)
    call = idempotent(services, principal, "revokeMemberInvitation", key, invitation_id)
    object_id = decode_id(IdKind.MEMBER_INVITATION, invitation_id)
    await call.claim(object_id)
    invitation = await find_member_invitation(principal, object_id)
    if invitation is None:
        raise build_not_found(IdKind.MEMBER_INVITATION)
    return await writes.revoke_invitation(invitation.id) or invitation


async def get_link(services: Services, token: str) -> MemberInvitation:
    """Return the invitation of a link.

    Raises NotFound if the link is invalid or does not work any more, and Forbidden if the organization is closed.
    """
    invitation_id = decode_member_link_token(token, services.settings.auth)
    invitation = await get_invitation(invitation_id) if invitation_id else None
    if invitation is None or not invitation.is_open:
        raise unknown_link_error()
    # before the link is used, which works only once
    await require_open_organization(invitation.organization_id)
    return invitation


async def describe_link(services: Services, token: str) -> LinkDetails:
    """Return what the holder of a link may know before using it. Raises NotFound as `get_link` does."""
    invitation = await get_link(services, token)
    organization = await get_organization(invitation.organization_id)
    if organization is None:
        raise unknown_link_error()
    return LinkDetails(invitation, organization.name, organization.identity_provider is not None)


async def accept_member_invitation(invitation: MemberInvitation) -> SignedIn:
    """Let the holder of a link sign in, as a new member if the link is an invitation.

    Raises NotFound if the link has been used meanwhile, Conflict if the organization has an identity provider, and Forbidden if
    it is closed.
    """
    await require_open_organization(invitation.organization_id)
    await _require_no_identity_provider(invitation.organization_id)
    member = await writes.accept_invitation(invitation)
    if member is None:
        raise unknown_link_error()
    return await open_session(member)


def unknown_link_error() -> NotFound:
    """Return the error for every link that is invalid, used, revoked or expired."""
    return NotFound("This link is not valid or was used already: ask an administrator of your organization for a new one.")


async def update_member(services: Services, principal: Principal, request: UpdateRequest) -> Member:
    """Change a member's name or role. Raises BadInput, NotFound, Conflict for the last administrator, and Forbidden."""
    require_permission(principal, Action.MANAGE_MEMBERS)
    request = replace(request, name=None if request.name is None else clean_line(request.name, "name"))
    call = idempotent(services, principal, "updateMember", request.idempotency_key, request)
    if request.role is not None and request.role not in MEMBER_ROLES:
        raise BadInput(f"role: people have one of the roles {', '.join(MEMBER_ROLES)}.", field="role")
    if request.name is None and request.role is None:
        raise BadInput("Send a name or a role.")
    member = await _load_member(principal, request.member_id)
    for role in {member.role, request.role or member.role}:
        _require_permissions_of(principal, role)
    values = {"name": request.name, "role": request.role}
    update_id = await call.claim(ObjectId())
    updated = await writes.update_member(member, update_id, {name: value for name, value in values.items() if value is not None})
    if updated is None:
        raise Conflict("This person is no longer a member: invite the person again (inviteMember).")
    return updated


async def remove_member(services: Services, principal: Principal, member_id: str, key: str | None) -> Member:
    """Remove a member; one who has been removed is returned unchanged.

    Raises NotFound, Forbidden, and Conflict for the last administrator.
    """
    require_permission(principal, Action.MANAGE_MEMBERS)
    call = idempotent(services, principal, "removeMember", key, member_id)
    await call.claim(decode_id(IdKind.MEMBER, member_id))
    member = await _load_member(principal, member_id)
    _require_permissions_of(principal, member.role)
    return await writes.remove_member(member)


async def list_members(
    principal: Principal, first: int | None, after: str | None, last: int | None, before: str | None
) -> Page[Member]:
    """Return a page of the members who have not been removed, oldest first. Raises BadInput for page arguments."""
    request = PageRequest.from_relay_arguments(OLDEST_FIRST, first, after, last, before)
    return await find_page(Member, _select_members(principal), request)


async def count_members(principal: Principal) -> int:
    """Return the number of the members that `list_members` lists."""
    return await Member.find(_select_members(principal)).count()


async def list_member_invitations(
    principal: Principal, first: int | None, after: str | None, last: int | None, before: str | None
) -> Page[MemberInvitation]:
    """Return a page of the invitations that can be accepted, newest first. Raises BadInput for page arguments."""
    request = PageRequest.from_relay_arguments(NEWEST_FIRST, first, after, last, before)
    return await find_page(MemberInvitation, _select_open_invitations(principal), request)


async def count_member_invitations(principal: Principal) -> int:
    """Return the number of the invitations that `list_member_invitations` lists."""
    return await MemberInvitation.find(_select_open_invitations(principal)).count()


async def find_member(principal: Principal, member_id: ObjectId) -> Member | None:
    """Return the member, also if removed; None if there is none or it is another organization's."""
    member = await get_member(member_id)
    return member if member and member.organization_id == principal.organization_id else None


async def find_member_invitation(principal: Principal, invitation_id: ObjectId) -> MemberInvitation | None:
    """Return the invitation, or None if there is none or it is another organization's."""
    invitation = await get_invitation(invitation_id)
    return invitation if invitation and invitation.organization_id == principal.organization_id else None


def _select_members(principal: Principal) -> dict[str, Any]:
    require_permission(principal, Action.MANAGE_MEMBERS)
    return {"organization_id": principal.organization_id, "removed_at": None}


def _select_open_invitations(principal: Principal) -> dict[str, Any]:
    require_permission(principal, Action.MANAGE_MEMBERS)
    return {
        "organization_id": principal.organization_id,
        "accepted_at": None,
        "revoked_at": None,
        "expires_at": {"$gt": now()},
    }


async def _load_member(principal: Principal, member_id: str) -> Member:
    member = await find_member(principal, decode_id(IdKind.MEMBER, member_id))
    if member is None:
        raise build_not_found(IdKind.MEMBER)
    return member


def _require_permissions_of(principal: Principal, role: Role) -> None:
    """Refuse a narrowed key that would let somebody do more than itself."""
    missing = [action for action in Action if action in PERMISSIONS[role] and not has_permission(principal, action)]
    if missing:
        raise Forbidden(f"A key cannot manage a member who may do more than itself, which may not {missing[0]}.")


async def _require_no_identity_provider(organization_id: ObjectId) -> None:
    organization = await get_organization(organization_id)
    if organization is not None and organization.identity_provider is not None:
        raise Conflict("The organization has an identity provider: sign in there, with the address that was invited.")
