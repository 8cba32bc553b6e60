"""The time, as MongoDB keeps it."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, UTC, cut to the millisecond that MongoDB stores."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
