"""The current time at MongoDB's resolution."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current time, aware, in UTC, truncated to the millisecond that MongoDB stores."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
