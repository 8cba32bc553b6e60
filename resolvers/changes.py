"""The change feed for callers: cursors, and the changes that each role may see."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from bson import ObjectId

from auth import Action, Principal, has_permission, require_permission
from errors import BadInput
from lifecycle.access_monitor import RECHECK_SECONDS
from lifecycle.services import Services
from models.documents.change import Change, ChangeKind
from models.reads.change_list import ChangePage, read_changes
from models.reads.pagination import PageRequest, SortOrder, decode_cursor, encode_cursor

CHANGE_ORDER = SortOrder("change")
"""Distinguishes the cursors of this list from those of others."""
ACTION_BY_KIND = {
    ChangeKind.INTERVIEW: Action.LIST_INTERVIEWS,
    ChangeKind.EVALUATION: Action.READ_EVALUATION,
    ChangeKind.REVIEW: Action.READ_EVALUATION,
    ChangeKind.RECORDING: Action.READ_RECORDING,
    ChangeKind.ERASURE: Action.LIST_INTERVIEWS,
}
"""The permission that a caller needs to learn of a change."""


@dataclass(frozen=True, slots=True)
class VisibleChanges:
    """A page of the feed with the cursors of its caller's organization."""

    page: ChangePage
    organization_id: ObjectId
    after: str | None

    @property
    def next_cursor(self) -> str:
        """The cursor after everything that this page has covered."""
        return _encode(self.page.next_number, self.organization_id)

    @property
    def latest_cursor(self) -> str:
        """The cursor after the newest change."""
        return _encode(self.page.latest_number, self.organization_id)


def encode_change_cursor(change: Change) -> str:
    """Return the cursor of a change."""
    return _encode(change.number, change.organization_id)


async def list_changes(principal: Principal, after: str | None, first: int | None) -> VisibleChanges:
    """Return the changes after the cursor, oldest first, or from the oldest one that is kept.

    Raises Forbidden, BadInput for a size outside 0-100 or a cursor of another list, and CursorExpired.
    """
    require_permission(principal, Action.LIST_INTERVIEWS)
    size = PageRequest.from_relay_arguments(CHANGE_ORDER, first, after, None, None).size
    organization_id = principal.organization_id
    number = None if after is None else _decode(after, organization_id)
    page = await read_changes(organization_id, number, _visible_kinds(principal), size)
    return VisibleChanges(page, organization_id, after)


async def follow_changes(
    services: Services, principal: Principal, after: str | None, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[Change, None]:
    """Return a stream of the changes after the cursor, or of those from now on. It has no end.

    Raises Forbidden, and BadInput for a cursor of another list. The stream raises CursorExpired, and Unauthenticated when the
    caller's access expires or is revoked.
    """
    require_permission(principal, Action.LIST_INTERVIEWS)
    organization_id, kinds = principal.organization_id, _visible_kinds(principal)
    if after is None:
        number = (await read_changes(organization_id, None, kinds, 0)).latest_number
    else:
        number = _decode(after, organization_id)
    access_monitor = services.access_monitors.for_principal(principal, recheck_seconds)
    return services.live.follow_changes(organization_id, number, kinds, access_monitor.check)


def _visible_kinds(principal: Principal) -> list[ChangeKind]:
    return [kind for kind, action in ACTION_BY_KIND.items() if has_permission(principal, action)]


def _encode(number: int, organization_id: ObjectId) -> str:
    return encode_cursor(CHANGE_ORDER, number, organization_id)


def _decode(cursor: str, organization_id: ObjectId) -> int:
    number, cursor_organization_id = decode_cursor(CHANGE_ORDER, cursor, "after")
    if type(number) is not int or cursor_organization_id != organization_id:
        raise BadInput("after is not a cursor of this feed: send one that it returned, or none.", field="after")
    return number
