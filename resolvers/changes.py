"""The change feed for callers: cursors, and the changes that each role may see."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from bson import ObjectId

from auth import Action, Principal, has_permission, require_permission
from errors import BadInput
from lifecycle.access_monitor import RECHECK_SECONDS
from lifecycle.services import Services
from models.documents.change import Change, ChangeKind
from models.documents.interview import get_interviews
from models.documents.interview_views import InterviewView
from models.reads.change_list import ChangePage, ChangeSelection, read_changes
from models.reads.pagination import PageRequest, SortOrder, decode_cursor, encode_cursor
from resolvers.blind_review import is_blind_to
from resolvers.interview_views import get_limited_view

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
    def items(self) -> list[Change]:
        """The changes of the page."""
        return self.page.changes

    @property
    def next_cursor(self) -> str:
        """The cursor after everything that this page has covered."""
        return encode_change_number(self.page.next_number, self.organization_id)

    @property
    def latest_cursor(self) -> str:
        """The cursor after the newest change."""
        return encode_change_number(self.page.latest_number, self.organization_id)


def encode_change_cursor(change: Change) -> str:
    """Return the cursor of a change."""
    return encode_change_number(change.number, change.organization_id)


async def list_changes(principal: Principal, after: str | None, first: int | None) -> VisibleChanges:
    """Return the changes after the cursor, oldest first, or from the oldest one that is stored.

    Raises Forbidden, BadInput for a size outside 0-100 or a cursor of another list, and CursorExpired.
    """
    require_permission(principal, Action.LIST_INTERVIEWS)
    size = PageRequest.from_relay_arguments(CHANGE_ORDER, first, after, None, None).size
    organization_id = principal.organization_id
    number = None if after is None else _decode(after, organization_id)
    page = await read_changes(_select(principal), number, size)
    return VisibleChanges(replace(page, changes=await _leave_out_blind(principal, page.changes)), organization_id, after)


async def follow_changes(
    services: Services, principal: Principal, after: str | None, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[Change, None]:
    """Return a stream of the changes after the cursor, or of those from now on. It has no end.

    Raises Forbidden, and BadInput for a cursor of another list. The stream raises CursorExpired, and Unauthenticated when the
    caller's access expires or is revoked.
    """
    require_permission(principal, Action.LIST_INTERVIEWS)
    selection = _select(principal)
    if after is None:
        number = (await read_changes(selection, None, 0)).latest_number
    else:
        number = _decode(after, principal.organization_id)
    access_monitor = services.access_monitors.for_principal(principal, recheck_seconds)
    return _stream_visible(principal, services.live.follow_changes(selection, number, access_monitor.check))


async def _stream_visible(principal: Principal, changes: AsyncGenerator[Change, None]) -> AsyncGenerator[Change, None]:
    async with aclosing(changes):
        async for change in changes:
            for visible in await _leave_out_blind(principal, [change]):
                yield visible


async def _leave_out_blind(principal: Principal, changes: list[Change]) -> list[Change]:
    """Return the changes without those of results that are hidden from the caller, a reviewer, for now."""
    hidden_ids = {change.interview_id for change in changes if InterviewView.BLIND in change.hidden_from}
    interviews = await get_interviews(list(hidden_ids)) if hidden_ids else []
    blind_ids = {interview.id for interview in interviews if is_blind_to(principal, interview)}
    return [change for change in changes if InterviewView.BLIND not in change.hidden_from or change.interview_id not in blind_ids]


def _select(principal: Principal) -> ChangeSelection:
    kinds = [kind for kind, action in ACTION_BY_KIND.items() if has_permission(principal, action)]
    return ChangeSelection(principal.organization_id, kinds, get_limited_view(principal))


def encode_change_number(number: int, organization_id: ObjectId) -> str:
    """Return the cursor of the change with this number."""
    return encode_cursor(CHANGE_ORDER, number, organization_id)


def _decode(cursor: str, organization_id: ObjectId) -> int:
    number, cursor_organization_id = decode_cursor(CHANGE_ORDER, cursor, "after")
    if type(number) is not int or cursor_organization_id != organization_id:
        raise BadInput("after is not a cursor of this feed: send one that it returned, or none.", field="after")
    return number
