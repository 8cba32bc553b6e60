"""Reading the change feed of one organization, with bounded cost for every page."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from beanie import PydanticObjectId
from bson import ObjectId
from pymongo.asynchronous.database import AsyncDatabase

from errors import CursorExpired
from models.documents.change import CHANGE_DAYS, Change, ChangeKind, ChangePosition
from models.documents.change_sequencer import ChangeSequencer, ensure_sequencer
from models.documents.interview_views import InterviewView

MAX_NUMBERS_PER_PAGE = 5_000
"""Numbers that one read may pass to find changes of the kinds that the caller may see."""


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Consecutive changes of an organization. Numbers are positions in its feed (Change.number)."""

    changes: list[Change]
    next_number: int
    """Where the next page begins: the reader has seen everything up to this number."""
    has_more: bool
    latest_number: int
    """Number of the newest change of any kind."""


@dataclass(frozen=True, slots=True)
class ChangeSelection:
    """The changes of an organization that a caller may see, apart from blind reviews."""

    organization_id: ObjectId
    kinds: Collection[ChangeKind]
    view: InterviewView | None = None
    """The caller's limited view; None if the caller sees everything."""


async def read_changes(selection: ChangeSelection, after: int | None, limit: int) -> ChangePage:
    """Return at most `limit` of these changes after the number `after`, or from the oldest one that is stored.

    Raises CursorExpired if changes after the number are no longer stored or were not recorded.
    """
    organization_id = selection.organization_id
    position = await ChangePosition.get(PydanticObjectId(organization_id))
    if position is None:
        # from here on no change is missed, even if no sequencer has run yet
        await ensure_sequencer()
        position = ChangePosition(id=PydanticObjectId(organization_id))
    latest = position.number
    start = await _find_start(organization_id, position) if after is None else after
    if not position.floor <= start <= latest:
        raise _expired()
    end = min(latest, start + MAX_NUMBERS_PER_PAGE)
    changes: list[Change] = []
    if start < end:
        criteria = {
            "organization_id": organization_id,
            "number": {"$gt": start, "$lte": end},
            "kind": {"$in": list(selection.kinds)},
            "hidden_from": {"$ne": selection.view},
        }
        changes = await Change.find(criteria).sort("+number").limit(limit + 1).to_list()
        # MongoDB deletes old changes at any moment: if the first is still there now, all were there a moment ago
        if after is not None and not await _exists(organization_id, start + 1):
            raise _expired()
    is_cut = len(changes) > limit
    changes = changes[:limit]
    if is_cut:
        end = changes[-1].number if changes else start
    return ChangePage(changes, end, end < latest, latest)


@dataclass(frozen=True, slots=True)
class FeedState:
    """How the change feed of the deployment is doing, for monitoring."""

    gaps: int
    stalled_seconds: float
    """Seconds by MongoDB's clock since the sequencer last stored how far it has read."""


async def read_feed_state(database: AsyncDatabase[dict[str, Any]]) -> FeedState | None:
    """Return the state of the change feed, or None if it has not begun."""
    stalled = {"$divide": [{"$subtract": ["$$NOW", "$advanced_at"]}, 1000]}
    pipeline = [{"$project": {"gaps": 1, "stalled_seconds": stalled}}]
    async for row in await database[ChangeSequencer.Settings.name].aggregate(pipeline):
        return FeedState(row["gaps"], row["stalled_seconds"])
    return None


async def _find_start(organization_id: ObjectId, position: ChangePosition) -> int:
    """Return the number before the oldest stored change that follows the last gap."""
    criteria: dict[str, Any] = {"organization_id": organization_id, "number": {"$gt": position.floor}}
    oldest = await Change.find(criteria).sort("+number").first_or_none()
    return oldest.number - 1 if oldest and oldest.number <= position.number else position.number


async def _exists(organization_id: ObjectId, number: int) -> bool:
    return await Change.find_one({"organization_id": organization_id, "number": number}) is not None


def _expired() -> CursorExpired:
    return CursorExpired(
        f"The changes after this cursor are no longer available (they are stored for {CHANGE_DAYS} days): request latestCursor, "
        "read the lists again, then continue from that cursor.",
        field="after",
    )
