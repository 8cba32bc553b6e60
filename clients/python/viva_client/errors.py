"""What the client raises: a class for each code of the API (`ErrorCode` in schema.graphql), and for lost connections."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel


class ErrorDetails(BaseModel):
    """The `extensions` of an error."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    code: str = ""
    """The API's code, which may be newer than this client. Empty if the error is not the API's."""
    request_id: str | None = None
    """Quote it when you report a problem."""
    field: str | None = None
    """The path of the invalid value in the input."""
    retry_after_seconds: int | None = None
    opens_at: datetime | None = None
    """When the operation becomes possible."""
    budget: dict[str, Any] | None = None
    """The budget that is used up: name, limit, used."""


class VivaError(Exception):
    """An operation failed. The message says what was wrong and what to do."""

    code: ClassVar[str] = ""

    def __init__(self, message: str, details: ErrorDetails | None = None) -> None:
        super().__init__(message)
        self.details = details or ErrorDetails(code=self.code)


class TransientError(VivaError):
    """A repetition may succeed. The client has repeated the operation for as long as its policy allows."""


class Unauthenticated(VivaError):
    """The credential is missing, invalid, expired or revoked, and there is no other."""

    code = "UNAUTHENTICATED"


class Forbidden(VivaError):
    """The role may not do or read this."""

    code = "FORBIDDEN"


class NotFound(VivaError):
    """The id is unknown, or belongs to another organization."""

    code = "NOT_FOUND"


class Conflict(VivaError):
    """The current state does not allow the operation: read it again, then decide."""

    code = "CONFLICT"


class BadInput(VivaError):
    """The input is invalid: `details.field` is the path of the value."""

    code = "BAD_INPUT"


class ResponseTooLarge(VivaError):
    """The response would be too large: request fewer items, or select less."""

    code = "RESPONSE_TOO_LARGE"


class CursorExpired(VivaError):
    """Changes after the cursor are no longer available: read the lists again, and continue from a new cursor."""

    code = "CURSOR_EXPIRED"


class RateLimited(TransientError):
    """There were too many operations, or a budget is used up: wait for `details.retry_after_seconds`."""

    code = "RATE_LIMITED"


class Unavailable(TransientError):
    """A server that the operation needs is down."""

    code = "UNAVAILABLE"


class TimedOut(TransientError):
    """The operation took too long and was stopped. A mutation may have taken effect."""

    code = "TIMEOUT"


class InternalError(TransientError):
    """A defect in Viva: report `details.request_id`. A mutation may have taken effect."""

    code = "INTERNAL"


class ConnectionFailed(TransientError):
    """The server could not be reached, or the connection was lost. A mutation may have taken effect."""


class ProtocolViolation(VivaError):
    """The server does not speak this client's protocol: check the URL, or update the client."""


ERRORS = {error.code: error for error in (*VivaError.__subclasses__(), *TransientError.__subclasses__()) if error.code}
"""The classes by their codes."""


def make_error(message: str, details: ErrorDetails) -> VivaError:
    """Return the error of a code. One that is newer than this client is a VivaError."""
    return ERRORS.get(details.code, VivaError)(message, details)


def read_errors(errors: Any) -> VivaError:
    """Return the first of the errors in a GraphQL response."""
    try:
        return make_error(str(errors[0]["message"]), ErrorDetails.model_validate(errors[0]["extensions"]))
    except (LookupError, TypeError, ValidationError):
        return ProtocolViolation(f"The server reported an error in an unknown form: {errors!r:.300}")
