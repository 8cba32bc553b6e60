"""The scalar DateTime."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from graphql import GraphQLError

from schema.types.scalars import parse_datetime, serialize_datetime


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2026, 11, 23, 10, tzinfo=UTC), "2026-11-23T10:00:00.000Z"),
        (datetime(2026, 11, 23, 10, 0, 0, 123_999, tzinfo=UTC), "2026-11-23T10:00:00.123Z"),
        (datetime(2026, 11, 23, 10, tzinfo=timezone(timedelta(hours=-5))), "2026-11-23T15:00:00.000Z"),
    ],
)
def test_datetimes_are_serialized_in_utc_with_milliseconds(moment: datetime, written: str) -> None:
    assert serialize_datetime(moment) == written


def test_datetime_without_an_offset_is_not_serialized() -> None:
    with pytest.raises(ValueError, match="without a UTC offset"):
        serialize_datetime(datetime(2026, 11, 23, 10))  # noqa: DTZ001  # the mistake that is looked for


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T10:00:00Z",
        "2026-11-23t10:00:00z",
        "2026-11-23T11:00:00+01:00",
        "2026-11-23T10:00:00.000Z",
        "2026-11-23T10:00:00.0004567891234Z",
        "2026-11-23T10:00:00.0-00:00",
    ],
)
def test_every_form_of_rfc_3339_is_parsed(text: str) -> None:
    assert parse_datetime(text) == datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T10:00:00",
        "2026-11-23",
        "2026-11-23 10:00:00Z",
        "2026-W48-1T10:00:00Z",
        "20261123T100000Z",
        "2026-11-23T10:00Z",
        "2026-13-23T10:00:00Z",
        "2026-11-23T25:00:00Z",
        "2026-11-23T10:00:60Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "２０２６-11-23T10:00:00Z",
        "tomorrow",
        "",
        1_764_000_000,
        True,
        None,
    ],
)
def test_other_text_is_refused_with_an_example(text: object) -> None:
    with pytest.raises(GraphQLError, match=r"RFC 3339 with a UTC offset, such as 2026-11-23T10:00:00\.000Z"):
        parse_datetime(text)
