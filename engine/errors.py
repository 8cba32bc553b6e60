"""Conversion of exceptions into GraphQL errors, and what is logged about them."""

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from graphql import FieldNode, GraphQLError
from pymongo.errors import ConfigurationError, ConnectionFailure, PyMongoError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from errors import AppError, ErrorCode, ExhaustedBudget, extract_locations

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 5
"""Suggested delay after a MongoDB outage. The driver detects a lasting outage within its timeout of
4 seconds."""

MAX_MESSAGE_CHARACTERS = 500
"""Characters of an error message. graphql-core quotes names of any length in its own."""

TRANSIENT_CODES = (ErrorCode.UNAVAILABLE, ErrorCode.INTERNAL)
"""Codes of errors after which clients should connect again. RATE_LIMITED is not among them: it concerns one operation, and a
client that connects again starts all of its operations again."""

STOPPED_CODES = (ErrorCode.TIMEOUT, ErrorCode.RESPONSE_TOO_LARGE)
"""Codes of errors that stop an operation while it is executed."""

_REQUEST_ERRORS = (GraphQLError, MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)
_TRANSIENT_LABELS = ("TransientTransactionError", "RetryableWriteError")


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure as it is reported to callers."""

    code: ErrorCode
    message: str
    field: str | None = None
    retry_after_seconds: int | None = None
    opens_at: datetime | None = None
    budget: ExhaustedBudget | None = None

    def extensions(self, request_id: str) -> dict[str, Any]:
        """Return the error's `extensions`."""
        opens_at = self.opens_at.astimezone(UTC).isoformat("T", "milliseconds") if self.opens_at else None
        optional = {
            "field": self.field,
            "retryAfterSeconds": self.retry_after_seconds,
            "opensAt": opens_at.replace("+00:00", "Z") if opens_at else None,
            "budget": asdict(self.budget) if self.budget else None,
        }
        present = {name: value for name, value in optional.items() if value is not None}
        return {"code": self.code, **present, "requestId": request_id}


def find_error_code(error: BaseException) -> ErrorCode:
    """Return the code with which `to_failure` reports the exception. Nothing is logged."""
    cause = _unwrap_cause(error)
    match cause:
        case AppError():
            return cause.code
        case PyMongoError() if _is_unavailable(cause):
            return ErrorCode.UNAVAILABLE
    return ErrorCode.BAD_INPUT if isinstance(cause, _REQUEST_ERRORS) else ErrorCode.INTERNAL


def to_failure(error: BaseException, request_id: str) -> Failure:
    """Convert an exception into the failure to report.

    An unexpected exception is logged, and its message is masked.
    """
    cause = _unwrap_cause(error)
    match cause:
        case AppError():
            return Failure(cause.code, str(cause), cause.field, cause.retry_after_seconds, cause.opens_at, cause.budget)
        case PyMongoError() if _is_unavailable(cause):
            log.warning("MongoDB unavailable", request_id=request_id, reason=type(cause).__name__)
            return Failure(
                ErrorCode.UNAVAILABLE,
                f"The database does not respond: repeat the request in {RETRY_AFTER_SECONDS} seconds.",
                retry_after_seconds=RETRY_AFTER_SECONDS,
            )
        case _ if isinstance(cause, _REQUEST_ERRORS):
            message = _hide_values(str(getattr(error, "message", error)))
            is_short = len(message) <= MAX_MESSAGE_CHARACTERS
            return Failure(ErrorCode.BAD_INPUT, message if is_short else f"{message[:MAX_MESSAGE_CHARACTERS]}…")
    # the path would have the client's aliases
    fields = [node.name.value for node in getattr(error, "nodes", None) or () if isinstance(node, FieldNode)]
    log.error(
        "request failed", request_id=request_id, fields=fields, reason=type(cause).__name__, traceback=extract_locations(cause)
    )
    return Failure(ErrorCode.INTERNAL, f"Something went wrong on our side: quote the request id {request_id} when you report it.")


def to_graphql_error(error: GraphQLError, request_id: str) -> GraphQLError:
    """Return the error with its code and extensions, as a new object because cached validation errors are shared."""
    failure = to_failure(error, request_id)
    return GraphQLError(
        failure.message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=failure.extensions(request_id),
    )


def get_error_code(error: GraphQLError) -> ErrorCode:
    """Return the code of an error made by `to_graphql_error`."""
    code: ErrorCode = (error.extensions or {})["code"]
    return code


_QUOTED_VALUES = (
    (re.compile(r"(, found): .*", re.DOTALL), r"\1 another value."),
    (re.compile(r"(cannot represent [\w -]*value): .*", re.DOTALL), r"\1."),
    (re.compile(r"Value '.*' (does not exist in '\w+' enum).*", re.DOTALL), r"The value \1."),
)
"""Where messages of graphql-core quote values, which may be what a candidate has said, or a secret, with what replaces them."""


def _hide_values(message: str) -> str:
    for quotation, replacement in _QUOTED_VALUES:
        message = quotation.sub(replacement, message)
    return message


def _unwrap_cause(error: BaseException) -> BaseException:
    while isinstance(error, GraphQLError) and error.original_error is not None:
        error = error.original_error
    return error


def _is_unavailable(error: PyMongoError) -> bool:
    transient = any(error.has_error_label(label) for label in _TRANSIENT_LABELS)
    # ConfigurationError: the server has started but has not joined its replica set yet, so it has no transactions
    return isinstance(error, ConnectionFailure | ConfigurationError) or error.timeout or transient
