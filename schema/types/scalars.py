"""The scalar DateTime: RFC 3339 in UTC with milliseconds."""

import re
from datetime import UTC, datetime
from typing import Any

import strawberry
from graphql import GraphQLError

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def serialize_datetime(moment: datetime) -> str:
    """Return the moment as text, such as 2026-11-23T10:00:00.000Z.

    Raises ValueError if it has no UTC offset.
    """
    if moment.tzinfo is None:
        raise ValueError("a datetime without a UTC offset cannot be serialized")
    return moment.astimezone(UTC).isoformat("T", "milliseconds").removesuffix("+00:00") + "Z"


def parse_datetime(text: Any) -> datetime:
    """Parse RFC 3339 text into a moment in UTC, truncated to milliseconds.

    Raises GraphQLError for anything else.
    """
    if isinstance(text, str) and _RFC_3339.fullmatch(text):
        try:
            moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        else:
            return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    raise GraphQLError("DateTime must be RFC 3339 with a UTC offset, such as 2026-11-23T10:00:00.000Z.")


DATE_TIME = strawberry.scalar(
    name="DateTime",
    description=(
        "A moment in time, as RFC 3339 in UTC with milliseconds, such as 2026-11-23T10:00:00.000Z. Input may have any UTC "
        "offset, but must have one; digits beyond milliseconds are dropped."
    ),
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
    serialize=serialize_datetime,
    parse_value=parse_datetime,
)
