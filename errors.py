"""Expected failures that callers can act on, each with a code of the API's contract.

Any other exception is a defect: it is masked for the caller and logged with the request's id.
"""

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import TracebackType


class ErrorCode(StrEnum):
    """`extensions.code` of an expected failure (contract.graphql)."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    BAD_INPUT = "BAD_INPUT"
    RATE_LIMITED = "RATE_LIMITED"
    CURSOR_EXPIRED = "CURSOR_EXPIRED"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"
    TIMEOUT = "TIMEOUT"
    RESPONSE_TOO_LARGE = "RESPONSE_TOO_LARGE"


@dataclass(frozen=True, slots=True)
class ExhaustedBudget:
    """A budget that is used up, as `extensions.budget` reports it."""

    name: str
    """A value of models.documents.budget.Budget."""
    limit: float
    used: float


class AppError(Exception):
    """An expected failure.

    `str(error)` says what was wrong and what to do, without secrets or transcript text.
    """

    code: ErrorCode = ErrorCode.INTERNAL

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        retry_after_seconds: int | None = None,
        opens_at: datetime | None = None,
        budget: ExhaustedBudget | None = None,
    ) -> None:
        super().__init__(message)
        self.field = field
        self.retry_after_seconds = retry_after_seconds
        self.opens_at = opens_at
        """When the action becomes possible, for clients to show in the reader's own time zone."""
        self.budget = budget
        """The budget that the action exceeds."""


class Unauthenticated(AppError):
    """The credential is missing, invalid, expired or revoked."""

    code = ErrorCode.UNAUTHENTICATED


class Forbidden(AppError):
    """The caller's role does not permit the action."""

    code = ErrorCode.FORBIDDEN


class NotFound(AppError):
    """The id is unknown or belongs to another organization; callers cannot distinguish the two."""

    code = ErrorCode.NOT_FOUND


class Conflict(AppError):
    """The current state does not allow the action."""

    code = ErrorCode.CONFLICT


class BadInput(AppError):
    """The input is invalid; `field` is the path in the input."""

    code = ErrorCode.BAD_INPUT


class CursorExpired(AppError):
    """What follows the cursor is no longer available: the caller has to read the lists again."""

    code = ErrorCode.CURSOR_EXPIRED


class RateLimited(AppError):
    """The caller exceeded a rate limit and may retry after `retry_after_seconds`."""

    code = ErrorCode.RATE_LIMITED


class Unavailable(AppError):
    """A required server is unavailable; nothing was partly stored, and the same call may be retried."""

    code = ErrorCode.UNAVAILABLE


class TimedOut(AppError):
    """The operation took too long and was stopped; what a mutation had stored by then is stored."""

    code = ErrorCode.TIMEOUT


class ResponseTooLarge(AppError):
    """The operation reads or returns more than a response may have."""

    code = ErrorCode.RESPONSE_TOO_LARGE


def extract_locations(error: BaseException) -> list[str]:
    """Return file, line and function of each frame of the exception and its causes, without their messages.

    Messages may contain secrets or transcript text, so logs must not contain them.
    """
    return [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for link in _iterate_tracebacks(error)
        for frame in traceback.extract_tb(link)
    ]


def _iterate_tracebacks(error: BaseException | None) -> Iterator[TracebackType | None]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error.__traceback__
        error = error.__cause__ or error.__context__
