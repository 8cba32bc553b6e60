"""API keys: creating, rotating, revoking and listing the keys of an organization and of its test environment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from beanie import PydanticObjectId
from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from auth import PERMISSIONS, Action, Principal, has_permission, require_permission
from errors import BadInput, Conflict, Forbidden
from lifecycle.services import Services
from models.documents import organization as documents
from models.documents.organization import ApiKey, Organization, Role
from models.documents.position import PositionContent
from models.reads.pagination import MAX_PAGE_SIZE, Page, PageRequest, SortOrder, find_page
from models.reads.position_list import BY_TITLE, list_positions
from models.storage.clock import now
from resolvers.idempotency import idempotent
from resolvers.ids import IdKind, build_not_found, decode_id
from resolvers.input_text import clean_line
from resolvers.positions import seed_positions
from resolvers.viewer import get_viewer_organization

NEWEST_FIRST = SortOrder("created_at", descending=True)
DEFAULT_OVERLAP_MINUTES = 24 * 60
MAX_OVERLAP_MINUTES = 30 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyRequest:
    """The input of Mutation.createApiKey."""

    name: str
    role: Role
    permissions: Sequence[Action] | None = None
    is_test: bool = False
    expires_at: datetime | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationRequest:
    """The input of Mutation.rotateApiKey. Without `expires_at` the successor lives as long as the key was made for."""

    api_key_id: str
    overlap_minutes: int = DEFAULT_OVERLAP_MINUTES
    expires_at: datetime | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key with its secret, which is None for the repetition of a call: it is not stored."""

    document: ApiKey
    secret: str | None


def list_permissions(key: ApiKey) -> list[Action]:
    """Return the actions that the key may be used for."""
    return [
        action
        for action in Action
        if action in PERMISSIONS[key.role] and (key.permissions is None or action.name in key.permissions)
    ]


async def create_api_key(services: Services, principal: Principal, request: ApiKeyRequest) -> NewApiKey:
    """Create a key. Raises BadInput, Conflict, and Forbidden for a key that may do more than the caller."""
    require_permission(principal, Action.MANAGE_KEYS)
    request = replace(request, name=clean_line(request.name, "name"))
    call = idempotent(services, principal, "createApiKey", request.idempotency_key, request)
    if request.role is Role.CANDIDATE:
        raise BadInput("role: candidates use no API keys; startInterview and scheduleInterview return a link.", field="role")
    _check_permissions(principal, PERMISSIONS[request.role], request.permissions)
    _check_expiry(request.expires_at)
    owner = await get_viewer_organization(principal)
    if request.is_test:
        owner = await _ensure_test_environment(owner)
    key_id = PydanticObjectId(await call.claim(ObjectId()))
    try:
        return NewApiKey(
            *await documents.create_key(
                owner.id,
                request.role,
                request.name,
                request.expires_at,
                id=key_id,
                permissions=None if request.permissions is None else sorted({action.name for action in request.permissions}),
                is_test=owner.test_of is not None,
                created_by=principal.name,
            )
        )
    except DuplicateKeyError:
        return NewApiKey(await _load_key(principal, key_id), None)


async def rotate_api_key(services: Services, principal: Principal, request: RotationRequest) -> NewApiKey:
    """Replace a key by a successor, which is the same caller. Raises BadInput, NotFound, Conflict and Forbidden."""
    require_permission(principal, Action.MANAGE_KEYS)
    call = idempotent(services, principal, "rotateApiKey", request.idempotency_key, request)
    if not 0 <= request.overlap_minutes <= MAX_OVERLAP_MINUTES:
        raise BadInput(f"overlapMinutes is {request.overlap_minutes}: send 0 to {MAX_OVERLAP_MINUTES}.", field="overlapMinutes")
    _check_expiry(request.expires_at)
    key = await _load_key(principal, decode_id(IdKind.API_KEY, request.api_key_id))
    _check_permissions(principal, list_permissions(key), None)
    successor_id = await call.claim(ObjectId())
    overlap = timedelta(minutes=request.overlap_minutes)
    try:
        return NewApiKey(*await documents.rotate_key(key, overlap, request.expires_at, successor_id, principal.name))
    except Conflict:
        successor = await documents.get_key(successor_id)
        if successor is None:
            raise
        return NewApiKey(successor, None)


async def revoke_api_key(services: Services, principal: Principal, api_key_id: str, idempotency_key: str | None) -> ApiKey:
    """Revoke a key; a revoked one is returned unchanged. Raises NotFound."""
    require_permission(principal, Action.MANAGE_KEYS)
    call = idempotent(services, principal, "revokeApiKey", idempotency_key, api_key_id)
    key_id = decode_id(IdKind.API_KEY, api_key_id)
    await call.claim(key_id)
    key = await _load_key(principal, key_id)
    return await documents.revoke_key(key.id) or key


async def list_api_keys(
    principal: Principal, first: int | None, after: str | None, last: int | None, before: str | None
) -> Page[ApiKey]:
    """Return a page of the keys, newest first, with those of the test environment. Raises BadInput for page arguments."""
    require_permission(principal, Action.MANAGE_KEYS)
    request = PageRequest.from_relay_arguments(NEWEST_FIRST, first, after, last, before)
    return await find_page(ApiKey, {"organization_id": {"$in": await _list_own_organizations(principal)}}, request)


async def count_api_keys(principal: Principal) -> int:
    """Return the number of the keys that `list_api_keys` lists."""
    require_permission(principal, Action.MANAGE_KEYS)
    return await ApiKey.find({"organization_id": {"$in": await _list_own_organizations(principal)}}).count()


async def find_api_key(principal: Principal, key_id: ObjectId) -> ApiKey | None:
    """Return the key, or None if it does not exist or is another organization's."""
    key = await documents.get_key(key_id)
    return key if key and key.organization_id in await _list_own_organizations(principal) else None


async def _load_key(principal: Principal, key_id: ObjectId) -> ApiKey:
    key = await find_api_key(principal, key_id)
    if key is None:
        raise build_not_found(IdKind.API_KEY)
    return key


async def _list_own_organizations(principal: Principal) -> list[ObjectId]:
    test = await documents.find_test_organization(principal.organization_id)
    return [principal.organization_id, *([test.id] if test else [])]


def _check_permissions(principal: Principal, permitted: Collection[Action], requested: Sequence[Action] | None) -> None:
    """Refuse a key that grants nothing, more than its role, or more than the caller's own key."""
    if requested is not None:
        if not requested:
            raise BadInput("permissions is empty: name at least one action, or leave it out.", field="permissions")
        for index, action in enumerate(requested):
            if action not in permitted:
                field = f"permissions[{index}]"
                raise BadInput(
                    f"{field}: the role may not {action}. Leave {action.name} out, or choose another role.", field=field
                )
    if missing := [action for action in requested or permitted if not has_permission(principal, action)]:
        raise Forbidden(
            f"A key cannot grant more than the one that makes it, which may not {missing[0]}: use an unrestricted key."
        )


def _check_expiry(expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= now():
        raise BadInput("expiresAt is in the past: send a later time, or leave it out.", field="expiresAt")


async def _ensure_test_environment(owner: Organization) -> Organization:
    """Return the test environment, which begins with the newest positions of its organization, up to 100."""
    found = owner if owner.test_of else await documents.find_test_organization(owner.id)
    if found is not None:
        return found
    page = await list_positions(owner.id, PageRequest(BY_TITLE, MAX_PAGE_SIZE), include_archived=False)
    environment = await documents.ensure_test_organization(owner)
    await seed_positions(
        environment.id, [position.model_dump(include=set(PositionContent.model_fields)) for position in page.items]
    )
    return environment
