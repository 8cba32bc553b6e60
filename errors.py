"""Failures that a caller is meant to understand, each with a code of the API's contract.

Anything that is not an AppError is a defect: it is masked for the caller and logged with the request's id.
"""

import traceback
from collections.abc import Iterator
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
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"


class AppError(Exception):
    """An expected failure. `str(error)` tells the caller what was wrong and what to do; it holds no secret or transcript text."""

    code: ErrorCode = ErrorCode.INTERNAL

    def __init__(self, message: str, *, field: str | None = None, retry_after_seconds: int | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.retry_after_seconds = retry_after_seconds


class Unauthenticated(AppError):
    """No credential, or one that is false, expired or revoked."""

    code = ErrorCode.UNAUTHENTICATED


class Forbidden(AppError):
    """The caller is known, but the role may not do this."""

    code = ErrorCode.FORBIDDEN


class NotFound(AppError):
    """The id is unknown, or belongs to another organization: the two are never told apart."""

    code = ErrorCode.NOT_FOUND


class Conflict(AppError):
    """The state of things does not allow it (any more)."""

    code = ErrorCode.CONFLICT


class BadInput(AppError):
    """The input itself is wrong; `field` is the path in the input."""

    code = ErrorCode.BAD_INPUT


class RateLimited(AppError):
    """Too much in too short a time; `retry_after_seconds` says when to come back."""

    code = ErrorCode.RATE_LIMITED


class Unavailable(AppError):
    """A server that this needs is away; nothing was half-written, and the same call may be sent again."""

    code = ErrorCode.UNAVAILABLE


def extract_locations(error: BaseException) -> list[str]:
    """Returns file, line and function of each frame that the exception and its causes passed, without their messages.

    Messages may hold a secret or what people said, so logs must not contain them.
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
