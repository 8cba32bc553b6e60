"""Keyset pagination: a cursor holds the sort value and id of its row, so every page costs the same."""

import base64
import binascii
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from bson import BSON, ObjectId
from bson.codec_options import CodecOptions
from bson.errors import BSONError
from pymongo import ASCENDING, DESCENDING
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.collation import Collation

from errors import BadInput
from models.storage.stored_document import StoredDocument

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 100

D = TypeVar("D", bound=StoredDocument)
R = TypeVar("R")
SortKey = tuple[Any, ObjectId]
"""Sort value and id of a row."""


@dataclass(frozen=True, slots=True)
class SortOrder:
    """Sort order by a stored field, then by id in the same direction. Missing values come first in ascending order."""

    field: str
    descending: bool = False
    collation: Collation | None = None
    """How MongoDB compares strings in the order and in the criteria; None compares code points."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One page of a list: forward after the cursor or, if `backward`, backward before it."""

    order: SortOrder
    size: int = DEFAULT_PAGE_SIZE
    cursor: str | None = None
    backward: bool = False

    @property
    def is_read_descending(self) -> bool:
        """Whether MongoDB reads the page in descending order; a backward page is read against the list's order."""
        return self.order.descending != self.backward

    @classmethod
    def from_relay_arguments(
        cls, order: SortOrder, first: int | None, after: str | None, last: int | None, before: str | None
    ) -> "PageRequest":
        """Build the request from Relay's four arguments.

        Raises BadInput if they mix both directions, or for a size outside 0-100.
        """
        if first is not None and last is not None:
            raise BadInput("Give either first or last, not both.", field="last")
        backward = last is not None or (before is not None and first is None)
        if (after if backward else before) is not None:
            raise BadInput(
                "Page forward with first and after, or backward with last and before.",
                field="after" if backward else "before",
            )
        name, size = ("last", last) if backward else ("first", first)
        if size is not None and not 0 <= size <= MAX_PAGE_SIZE:
            raise BadInput(f"{name} must be between 0 and {MAX_PAGE_SIZE}.", field=name)
        return cls(order, DEFAULT_PAGE_SIZE if size is None else size, before if backward else after, backward)

    def with_order(self, order: SortOrder) -> "PageRequest":
        """Return the same request for a list whose order has values of the same kind in another field.

        Raises BadInput for a cursor of another list.
        """
        cursor = self.cursor
        if cursor is not None:
            cursor = encode_cursor(order, *decode_cursor(self.order, cursor, self.cursor_argument))
        return replace(self, order=order, cursor=cursor)

    @property
    def cursor_argument(self) -> str:
        """Name of the argument that has the cursor."""
        return "before" if self.backward else "after"


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page of a list, always in the list's order."""

    items: list[R]
    sort_keys: list[SortKey]
    """Sort keys of the items."""
    order: SortOrder
    has_next: bool
    has_previous: bool

    @property
    def cursors(self) -> list[str]:
        """The cursor of each item."""
        return [encode_cursor(self.order, *sort_key) for sort_key in self.sort_keys]

    @property
    def end_cursors(self) -> tuple[str, str] | None:
        """The cursors of the first and last item; None for an empty page."""
        if not self.sort_keys:
            return None
        return encode_cursor(self.order, *self.sort_keys[0]), encode_cursor(self.order, *self.sort_keys[-1])


_CODEC: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True)


def encode_cursor(order: SortOrder, value: object, row_id: ObjectId) -> str:
    """Return an opaque cursor; it includes its order, so that other lists reject it."""
    # BSON, unlike JSON, preserves dates and number types
    data = BSON.encode({"o": order.field, "d": order.descending, "v": value, "i": row_id})
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode_cursor(order: SortOrder, cursor: str, argument: str) -> SortKey:
    """Return the sort value and id in the cursor that `argument` has. Raises BadInput for a cursor of another list or order."""
    try:
        data = BSON(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)).decode(_CODEC)
        is_same_list = (data["o"], data["d"]) == (order.field, order.descending)
        # any other type could inject an operator into the query
        if is_same_list and isinstance(data["i"], ObjectId) and isinstance(data["v"], str | int | float | datetime | None):
            return data["v"], data["i"]
    except (binascii.Error, BSONError, KeyError, TypeError, ValueError):
        pass
    raise _foreign_cursor_error(argument)


def _foreign_cursor_error(argument: str) -> BadInput:
    return BadInput(
        f"{argument} is not a cursor of this list in this order: send one that this list returned, or none.", field=argument
    )


def _build_keyset_criteria(field: str, value: Any, row_id: ObjectId, *, descending: bool) -> list[dict[str, Any]]:
    """Return criteria for the rows beyond a row, in the order of reading; each is one range of the index."""
    operator = "$lt" if descending else "$gt"
    same_value = {field: value, "_id": {operator: row_id}}
    if value is None:
        return [same_value] if descending else [same_value, {field: {"$ne": None}}]
    branches = [same_value, {field: {operator: value}}]
    if descending:
        branches.append({field: None})
    # the bound repeats the $or, or MongoDB might read an index from its beginning
    return [{"$or": branches, field: {"$not": {"$gt": value}} if descending else {"$gte": value}}]


def get_stored_value(document: StoredDocument | Mapping[str, Any], path: str) -> Any:
    """Return the value at a dotted path of the document or row, or None."""
    value: Any = document
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    return value


async def find_page(
    model: type[D], criteria: Mapping[str, Any], request: PageRequest, index: Sequence[tuple[str, int]] | None = None
) -> Page[D]:
    """Read one page, using the index with these keys if given. Raises BadInput for a cursor of another list."""
    options: dict[str, Any] = {"hint": index} if index else {}
    if request.order.collation:
        options["collation"] = request.order.collation
    sort = _build_sort(request)

    async def read(conditions: Mapping[str, Any], count: int) -> list[D]:
        return await model.find(conditions, **options).sort(sort).limit(count).to_list()  # type: ignore[arg-type]  # pairs, as PyMongo takes them

    rows = await _read_rows(read, criteria, request)
    return _build_page(rows, [(get_stored_value(row, request.order.field), row.id) for row in rows], request)


async def find_rows(
    rows: AsyncCollection[dict[str, Any]],
    fields: Collection[str],
    criteria: Mapping[str, Any],
    request: PageRequest,
    index: Sequence[tuple[str, int]] | None,
) -> Page[dict[str, Any]]:
    """Read the same page as rows with only these fields, the id and the sort field. Raises BadInput like `find_page`."""
    field, sort = request.order.field, _build_sort(request)

    # MongoDB refuses a field together with a part of it
    projection = [*fields] if field.partition(".")[0] in fields else [field, *fields]

    async def read(conditions: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
        return (
            await rows.find(conditions, projection, hint=index, collation=request.order.collation)
            .sort(sort)
            .limit(count)
            .to_list()
        )

    found = await _read_rows(read, criteria, request)
    return _build_page(found, [(get_stored_value(row, field), row["_id"]) for row in found], request)


def merge_pages(pages: Sequence[Page[R]], request: PageRequest) -> Page[R]:
    """Merge the pages of lists that share no item, each read with `request.with_order`, into the page of one list.

    If an item moved from one list to another between the reads, its greater value counts.
    """
    newest: dict[ObjectId, tuple[SortKey, R]] = {}
    for page in pages:
        for sort_key, item in zip(page.sort_keys, page.items, strict=True):
            _, row_id = sort_key
            if row_id not in newest or newest[row_id][0] < sort_key:
                newest[row_id] = sort_key, item
    rows = list(newest.values())
    rows.sort(key=lambda row: row[0], reverse=request.is_read_descending)
    has_more = any(page.has_previous if request.backward else page.has_next for page in pages)
    return _build_page([item for _, item in rows], [sort_key for sort_key, _ in rows], request, has_more=has_more)


def slice_numbers(numbers: Sequence[int], list_id: ObjectId, request: PageRequest) -> Page[int]:
    """Return a page of a list whose items have unique numbers that are known, in the list's order.

    `list_id` is in the cursors, so that they do not serve for a list of another object. Raises BadInput for such a cursor.
    """
    start, stop = 0, len(numbers)
    if request.cursor is not None:
        number, cursor_list_id = decode_cursor(request.order, request.cursor, request.cursor_argument)
        if type(number) is not int or cursor_list_id != list_id:
            raise _foreign_cursor_error(request.cursor_argument)
        sign = -1 if request.order.descending else 1
        find = bisect_left if request.backward else bisect_right
        position = find(numbers, number * sign, key=lambda each: each * sign)
        start, stop = (0, position) if request.backward else (position, stop)
    start, stop = (max(start, stop - request.size), stop) if request.backward else (start, min(stop, start + request.size))
    found = list(numbers[start:stop])
    sort_keys: list[SortKey] = [(number, list_id) for number in found]
    return Page(found, sort_keys, request.order, has_next=stop < len(numbers), has_previous=start > 0)


def fill_page(page: Page[int], items: Mapping[int, R]) -> Page[R]:
    """Return the page with the item of each number. A number without an item, deleted in the meantime, is left out."""
    rows = [(items[number], key) for number, key in zip(page.items, page.sort_keys, strict=True) if number in items]
    return Page([item for item, _ in rows], [key for _, key in rows], page.order, page.has_next, page.has_previous)


async def _read_rows(
    read: Callable[[Mapping[str, Any], int], Awaitable[list[R]]], criteria: Mapping[str, Any], request: PageRequest
) -> list[R]:
    """Read the rows of a page, and one more if there is one."""
    ranges: list[dict[str, Any]] = [{}]
    if request.cursor is not None:
        value, row_id = decode_cursor(request.order, request.cursor, request.cursor_argument)
        ranges = _build_keyset_criteria(request.order.field, value, row_id, descending=request.is_read_descending)
    rows: list[R] = []
    for range_criteria in ranges:
        remaining = request.size + 1 - len(rows)
        if remaining:
            rows += await read({"$and": [criteria, range_criteria]}, remaining)
    return rows


def _build_sort(request: PageRequest) -> list[tuple[str, int]]:
    direction = DESCENDING if request.is_read_descending else ASCENDING
    return [(request.order.field, direction), ("_id", direction)]


def _build_page(rows: list[R], sort_keys: list[SortKey], request: PageRequest, *, has_more: bool = False) -> Page[R]:
    """Build the page from rows in reading direction, with extra rows, or `has_more`, if there are more."""
    has_more = has_more or len(rows) > request.size
    rows, sort_keys = rows[: request.size], sort_keys[: request.size]
    if request.backward:
        rows.reverse()
        sort_keys.reverse()
    has_cursor = request.cursor is not None
    has_next, has_previous = (has_cursor, has_more) if request.backward else (has_more, has_cursor)
    return Page(rows, sort_keys, request.order, has_next, has_previous)
