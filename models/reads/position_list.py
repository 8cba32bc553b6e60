"""The list of an organization's positions, and of the versions of one of them."""

from bson import ObjectId

from models.documents.position import TITLE_COLLATION, Position, find_position
from models.reads.pagination import Page, PageRequest, SortOrder, fill_page, find_page, slice_numbers

BY_TITLE = SortOrder("title", collation=TITLE_COLLATION)
NEWEST_VERSION_FIRST = SortOrder("version", descending=True)


async def list_positions(organization_id: ObjectId, request: PageRequest, *, include_archived: bool) -> Page[Position]:
    """Return a page of the newest version of each position, by title."""
    return await find_page(Position, _newest_criteria(organization_id, include_archived), request)


async def count_positions(organization_id: ObjectId, *, include_archived: bool) -> int:
    """Count the organization's positions."""
    return await Position.find(_newest_criteria(organization_id, include_archived)).count()


async def list_versions(newest: Position, request: PageRequest) -> Page[Position]:
    """Return a page of the versions of a position, newest first. Raises BadInput for a cursor of another list."""
    # the id of the first version is the position in cursors, because it never changes
    first = await find_position(newest.organization_id, newest.key, 1)
    page = slice_numbers(range(newest.version, 0, -1), first.id if first else newest.id, request)
    criteria = {"organization_id": newest.organization_id, "key": newest.key, "version": {"$in": page.items}}
    found = await Position.find(criteria).to_list() if page.items else []
    return fill_page(page, {position.version: position for position in found})


def _newest_criteria(organization_id: ObjectId, include_archived: bool) -> dict[str, object]:
    archived = {} if include_archived else {"archived": False}
    return {"organization_id": organization_id, "newest": True, **archived}
