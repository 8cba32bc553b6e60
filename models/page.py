"""Pages of a list by keyset: a cursor holds the sort value and id of its row, so a page costs the same wherever it lies."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from beanie import Document
from bson import BSON, ObjectId
from bson.codec_options import CodecOptions
from bson.errors import BSONError

from errors import BadInput

DEFAULT_SIZE = 50
MAX_SIZE = 100

D = TypeVar("D", bound=Document)


@dataclass(frozen=True, slots=True)
class Order:
    """By which stored field, which way; equal values by id, the same way. Rows without a value come first ascending."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What of a list: forward from `after`, or backward from `before` when `backward`."""

    order: Order
    size: int = DEFAULT_SIZE
    cursor: str | None = None
    backward: bool = False

    @classmethod
    def of(cls, order: Order, first: int | None, after: str | None, last: int | None, before: str | None) -> "PageRequest":
        """The request of Relay's four arguments. Raises BadInput for both directions at once, or a size outside 0-100."""
        if first is not None and last is not None:
            raise BadInput("Give either first or last, not both.", field="last")
        backward = last is not None or (before is not None and first is None)
        if (after if backward else before) is not None:
            raise BadInput(
                "Page forward with first and after, or backward with last and before.",
                field="after" if backward else "before",
            )
        name, size = ("last", last) if backward else ("first", first)
        if size is not None and not 0 <= size <= MAX_SIZE:
            raise BadInput(f"{name} must be between 0 and {MAX_SIZE}.", field=name)
        return cls(order, DEFAULT_SIZE if size is None else size, before if backward else after, backward)


@dataclass(frozen=True, slots=True)
class Page(Generic[D]):
    """A stretch of a list, always in the list's order, with a cursor for each row."""

    items: list[D]
    cursors: list[str]
    has_next: bool
    has_previous: bool


_CODEC: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True)


def encode_cursor(order: Order, value: object, row_id: ObjectId) -> str:
    """An opaque cursor; it names its order, so that one of another list is refused."""
    # BSON, not JSON: dates, nulls and numbers come back as what they were
    data = BSON.encode({"o": order.field, "d": order.descending, "v": value, "i": row_id})
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode_cursor(order: Order, cursor: str, name: str) -> tuple[Any, ObjectId]:
    """Sort value and id of a cursor's row. Raises BadInput when it is none of this list's."""
    try:
        data = BSON(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)).decode(_CODEC)
        same_list = (data["o"], data["d"]) == (order.field, order.descending)
        # any other type could carry an operator into the query
        if same_list and isinstance(data["i"], ObjectId) and isinstance(data["v"], str | int | float | datetime | None):
            return data["v"], data["i"]
    except (binascii.Error, BSONError, KeyError, TypeError, ValueError):
        pass
    raise BadInput(f"{name} is not a cursor of this list in this order: send one that this list gave, or none.", field=name)


def _beyond(field: str, value: Any, row_id: ObjectId, *, down: bool) -> dict[str, Any]:
    than = "$lt" if down else "$gt"
    same = {field: value, "_id": {than: row_id}}
    if value is None:
        return same if down else {"$or": [same, {field: {"$ne": None}}]}
    branches = [same, {field: {than: value}}]
    if down:
        branches.append({field: None})
    return {"$or": branches}


def value_of(document: Document, path: str) -> Any:
    """The stored value at a dotted path."""
    value: Any = document
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


async def find_page(model: type[D], criteria: Mapping[str, Any], request: PageRequest) -> Page[D]:
    """Read one page. Raises BadInput for a cursor of another list."""
    order = request.order
    down = order.descending != request.backward
    conditions: list[Mapping[str, Any]] = [criteria]
    if request.cursor is not None:
        value, row_id = decode_cursor(order, request.cursor, "before" if request.backward else "after")
        conditions.append(_beyond(order.field, value, row_id, down=down))
    sign = "-" if down else "+"
    query = model.find({"$and": conditions}).sort(sign + order.field, sign + "_id")
    rows = await query.limit(request.size + 1).to_list()
    more = len(rows) > request.size
    rows = rows[: request.size]
    if request.backward:
        rows.reverse()
    cursors = [encode_cursor(order, value_of(row, order.field), ObjectId(row.id)) for row in rows]
    beyond_cursor = request.cursor is not None
    has_next, has_previous = (beyond_cursor, more) if request.backward else (more, beyond_cursor)
    return Page(rows, cursors, has_next, has_previous)
