"""DateTime: RFC 3339, UTC, milliseconds, always in the same form."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import strawberry
from graphql import GraphQLError

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


@lru_cache(8192)
def serialize_datetime(moment: datetime) -> str:
    """The moment, such as 2026-11-23T10:00:00.000Z. Raises ValueError for one without an offset: it names no moment."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without an offset came out of the code")
    return moment.astimezone(UTC).isoformat("T", "milliseconds").removesuffix("+00:00") + "Z"


def parse_datetime(text: Any) -> datetime:
    """The moment that a caller's text names, in UTC, cut to milliseconds. Raises GraphQLError for anything but RFC 3339."""
    if isinstance(text, str) and _RFC_3339.fullmatch(text):
        try:
            moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        else:
            return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    raise GraphQLError("DateTime is RFC 3339 with an offset, such as 2026-11-23T10:00:00.000Z.")


DATE_TIME = strawberry.scalar(
    name="DateTime",
    description=(
        "A moment: RFC 3339 in UTC with milliseconds, such as 2026-11-23T10:00:00.000Z. "
        "Input may have any offset, but must have one."
    ),
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
    serialize=serialize_datetime,
    parse_value=parse_datetime,
)
