"""What callers are told of a failure, and what the log keeps of it."""

from dataclasses import dataclass
from typing import Any

import structlog
from graphql import GraphQLError
from pymongo.errors import ConfigurationError, ConnectionFailure, PyMongoError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from errors import AppError, ErrorCode, extract_locations

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 5
"""an outage of MongoDB that lasts is noticed by the driver within its time-out of 4 s"""

TRANSIENT_CODES = (ErrorCode.UNAVAILABLE, ErrorCode.RATE_LIMITED, ErrorCode.INTERNAL)
"""codes of what a client that comes back later may find gone"""

_REQUEST_ERRORS = (GraphQLError, MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)
_TRANSIENT_LABELS = ("TransientTransactionError", "RetryableWriteError")


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure as callers are told it."""

    code: ErrorCode
    message: str
    field: str | None = None
    retry_after_seconds: int | None = None

    def extensions(self, request_id: str) -> dict[str, Any]:
        """The error's `extensions`, as the contract names them."""
        optional = {"field": self.field, "retryAfterSeconds": self.retry_after_seconds}
        present = {name: value for name, value in optional.items() if value is not None}
        return {"code": self.code, **present, "requestId": request_id}


def to_failure(error: BaseException, request_id: str) -> Failure:
    """What callers are told of this exception. What is no expected failure is masked, and logged."""
    cause = _unwrap_cause(error)
    match cause:
        case AppError():
            return Failure(cause.code, str(cause), cause.field, cause.retry_after_seconds)
        case PyMongoError() if _is_unavailable(cause):
            log.warning("MongoDB is away", request_id=request_id, reason=type(cause).__name__)
            return Failure(
                ErrorCode.UNAVAILABLE,
                f"The database does not answer: send the same again in {RETRY_AFTER_SECONDS} seconds.",
                retry_after_seconds=RETRY_AFTER_SECONDS,
            )
        case _ if isinstance(cause, _REQUEST_ERRORS):
            return Failure(ErrorCode.BAD_INPUT, str(getattr(error, "message", error)))
    path = ".".join(str(step) for step in getattr(error, "path", None) or [])
    log.error("request failed", request_id=request_id, path=path, reason=type(cause).__name__, traceback=extract_locations(cause))
    return Failure(ErrorCode.INTERNAL, f"Something went wrong on our side: quote the request id {request_id} when you report it.")


def to_graphql_error(error: GraphQLError, request_id: str) -> GraphQLError:
    """The error with its code and extensions, as a new one: those of the validation cache belong to every request."""
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
    """The code of an error that has been `to_graphql_error`."""
    code: ErrorCode = (error.extensions or {})["code"]
    return code


def _unwrap_cause(error: BaseException) -> BaseException:
    while isinstance(error, GraphQLError) and error.original_error is not None:
        error = error.original_error
    return error


def _is_unavailable(error: PyMongoError) -> bool:
    transient = any(error.has_error_label(label) for label in _TRANSIENT_LABELS)
    # ConfigurationError: the server has come up, but not yet as a member of its set, without which it has no transactions
    return isinstance(error, ConnectionFailure | ConfigurationError) or error.timeout or transient
