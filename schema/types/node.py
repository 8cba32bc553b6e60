"""What has an id, and what one page of a list is."""

from typing import Any

import strawberry

from models.page import Page


@strawberry.interface(description="Whatever has an id of its own.")
class Node:
    """The interface of the types that Query.node answers."""

    id: strawberry.ID = strawberry.field(description="Opaque, and the same for ever.")


@strawberry.type(description="Where a page lies in its list. Cursors are opaque, and good for the same list in the same order.")
class PageInfo:
    """Relay's PageInfo."""

    has_next_page: bool = strawberry.field(description="Something comes after this page.")
    has_previous_page: bool = strawberry.field(description="Something comes before this page.")
    start_cursor: str | None = strawberry.field(description="Of the first entry: `before` it lies the previous page.")
    end_cursor: str | None = strawberry.field(description="Of the last entry: `after` it lies the next page.")

    @classmethod
    def of(cls, page: Page[Any]) -> "PageInfo":
        """The place of this page."""
        return cls(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.cursors[0] if page.cursors else None,
            end_cursor=page.cursors[-1] if page.cursors else None,
        )
