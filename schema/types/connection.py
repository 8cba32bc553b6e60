"""Relay connections over keyset pages. Strawberry's own connections page by offset."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import strawberry

from models.reads.pagination import Page
from schema.decorators import object_type, resolved_field

N = TypeVar("N")
D = TypeVar("D")


@object_type
class PageInfo:
    """The position of a page within its list.

    Cursors are opaque. A cursor stays valid for the same list in the same order, even if the item
    it points to is gone.
    """

    has_next_page: bool = strawberry.field(description="Whether the list has items after this page.")
    has_previous_page: bool = strawberry.field(description="Whether the list has items before this page.")
    start_cursor: str | None = strawberry.field(
        description="Cursor of the first item; pass it as `before` to get the previous page. Null if the page is empty."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last item; pass it as `after` to get the next page. Null if the page is empty."
    )


@object_type
class Edge(Generic[N]):
    """An item of a list together with its cursor."""

    cursor: str = strawberry.field(description="The item's cursor.")
    node: N = strawberry.field(description="The item.")


@object_type
class Connection(Generic[N]):
    """One page of a list, as specified by Relay's cursor connections."""

    page: strawberry.Private[Page[Any]]
    items: strawberry.Private[list[Any]]
    count: strawberry.Private[int | Callable[[], Awaitable[int]]]

    @resolved_field()
    def edges(self) -> list[Edge[N]]:
        """The items of the page with their cursors."""
        return [Edge(cursor=cursor, node=node) for cursor, node in zip(self.page.cursors, self.items, strict=True)]

    @resolved_field()
    def nodes(self) -> list[N]:
        """The items of the page without their cursors."""
        return self.items

    @resolved_field()
    def page_info(self) -> PageInfo:
        """The position of the page within the list."""
        start, end = self.page.end_cursors or (None, None)
        return PageInfo(
            has_next_page=self.page.has_next, has_previous_page=self.page.has_previous, start_cursor=start, end_cursor=end
        )

    @resolved_field()
    async def total_count(self) -> int:
        """The number of items in the whole list. It is counted only if this field is selected."""
        return self.count if isinstance(self.count, int) else await self.count()

    @classmethod
    def of(cls, page: Page[D], to_node: Callable[[D], N], count: int | Callable[[], Awaitable[int]]) -> "Connection[N]":
        """Build the connection of a page, converting each document with `to_node`. `count` is, or counts, all items."""
        return cls(page=page, items=[to_node(document) for document in page.items], count=count)
