"""The list of an organization's positions."""

from bson import ObjectId

from models.documents.position import TITLE_COLLATION, Position
from models.reads.pagination import Page, PageRequest, SortOrder, find_page

BY_TITLE = SortOrder("title", collation=TITLE_COLLATION)


async def list_positions(organization_id: ObjectId, request: PageRequest, *, include_archived: bool) -> Page[Position]:
    """Return a page of the newest version of each position, by title."""
    return await find_page(Position, _newest_criteria(organization_id, include_archived), request)


async def count_positions(organization_id: ObjectId, *, include_archived: bool) -> int:
    """Count the organization's positions."""
    return await Position.find(_newest_criteria(organization_id, include_archived)).count()


def _newest_criteria(organization_id: ObjectId, include_archived: bool) -> dict[str, object]:
    archived = {} if include_archived else {"archived": False}
    return {"organization_id": organization_id, "newest": True, **archived}
