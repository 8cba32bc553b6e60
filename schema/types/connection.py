"""Relay's connections, by keyset: Strawberry's own pages by offset."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import strawberry

from models.reads.pagination import Page
from schema.fields import resolved_field

N = TypeVar("N")
D = TypeVar("D")


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
        start, end = page.end_cursors or (None, None)
        return cls(has_next_page=page.has_next, has_previous_page=page.has_previous, start_cursor=start, end_cursor=end)


@strawberry.type(description="One thing in a list.")
class Edge(Generic[N]):
    """Relay's edge."""

    cursor: str = strawberry.field(description="Its place in the list.")
    node: N = strawberry.field(description="The thing itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[N]):
    """Relay's connection."""

    page: strawberry.Private[Page[Any]]
    items: strawberry.Private[list[Any]]
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @resolved_field("What is on the page, with cursors.")
    def edges(self) -> list[Edge[N]]:
        """The entries."""
        return [Edge(cursor=cursor, node=node) for cursor, node in zip(self.page.cursors, self.items, strict=True)]

    @resolved_field("What is on the page.")
    def nodes(self) -> list[N]:
        """The things themselves."""
        return self.items

    @resolved_field("Where the page lies.")
    def page_info(self) -> PageInfo:
        """The place of the page."""
        return PageInfo.of(self.page)

    @resolved_field("How many there are in all; counted only when it is selected.")
    async def total_count(self) -> int:
        """The length of the whole list."""
        return await self.count()

    @classmethod
    def of(cls, page: Page[D], to_node: Callable[[D], N], count: Callable[[], Awaitable[int]]) -> "Connection[N]":
        """The page, each document as `to_node` makes it."""
        return cls(page=page, items=[to_node(document) for document in page.items], count=count)
