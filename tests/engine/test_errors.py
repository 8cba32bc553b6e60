"""Conversion of exceptions into GraphQL errors, and their logs."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from graphql import GraphQLError
from pymongo.errors import (
    AutoReconnect,
    ConfigurationError,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)
from structlog.testing import capture_logs

from engine.errors import to_failure, to_graphql_error
from errors import AppError, BadInput, Conflict, ErrorCode, Forbidden, NotFound, RateLimited, Unauthenticated, Unavailable

SPOKEN_TEXT = "I was dismissed because of my illness"


def raise_and_catch(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


@pytest.mark.parametrize("kind", [Unauthenticated, Forbidden, NotFound, Conflict, BadInput, RateLimited, Unavailable])
def test_expected_failure_keeps_its_message_and_is_not_logged(kind: type[AppError]) -> None:
    with capture_logs() as logs:
        failure = to_failure(kind("Do this instead."), "r1")
    assert (failure.code, failure.message) == (kind.code, "Do this instead.")
    assert logs == []


def test_extensions_contain_the_optional_values_that_are_set() -> None:
    failure = to_failure(BadInput("Wrong.", field="input.text"), "r1")
    assert failure.extensions("r1") == {"code": "BAD_INPUT", "field": "input.text", "requestId": "r1"}
    failure = to_failure(RateLimited("Slowly.", retry_after_seconds=3), "r1")
    assert failure.extensions("r1") == {"code": "RATE_LIMITED", "retryAfterSeconds": 3, "requestId": "r1"}
    failure = to_failure(Conflict("Too early.", opens_at=datetime(2027, 3, 30, 14, 45, tzinfo=ZoneInfo("Europe/Berlin"))), "r1")
    assert failure.extensions("r1") == {"code": "CONFLICT", "opensAt": "2027-03-30T12:45:00.000Z", "requestId": "r1"}


@pytest.mark.parametrize(
    "error",
    [
        ServerSelectionTimeoutError("mongo.internal:27017: timed out"),
        AutoReconnect("connection closed"),
        ConfigurationError("Sessions are not supported by this MongoDB deployment"),
        OperationFailure("operation exceeded time limit", 50, {"code": 50, "errmsg": "x"}),
        PyMongoError("write conflict", error_labels=["TransientTransactionError"]),
    ],
)
def test_database_outage_is_unavailable_without_revealing_its_address(error: PyMongoError) -> None:
    with capture_logs() as logs:
        failure = to_failure(error, "r1")
    assert failure.code is ErrorCode.UNAVAILABLE
    assert failure.retry_after_seconds is not None
    assert "mongo" not in failure.message
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("MongoDB unavailable", "warning")]


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(SPOKEN_TEXT),
        KeyError(SPOKEN_TEXT),
        DuplicateKeyError(SPOKEN_TEXT, 11000, {"keyValue": {"text": SPOKEN_TEXT}}),
        GraphQLError(SPOKEN_TEXT, original_error=TypeError(SPOKEN_TEXT)),
    ],
)
def test_unexpected_error_is_masked_and_logged_without_its_message(error: Exception) -> None:
    with capture_logs() as logs:
        failure = to_failure(raise_and_catch(error), "r1")
    assert failure.code is ErrorCode.INTERNAL
    assert failure.message == "Something went wrong on our side: quote the request id r1 when you report it."
    (entry,) = logs
    assert (entry["log_level"], entry["request_id"]) == ("error", "r1")
    assert SPOKEN_TEXT not in str(entry)


def test_log_of_an_unexpected_error_has_its_traceback_without_messages() -> None:
    def inner() -> None:
        raise KeyError(SPOKEN_TEXT)

    try:
        try:
            inner()
        except KeyError as error:
            raise RuntimeError(SPOKEN_TEXT) from error
    except RuntimeError as error:
        with capture_logs() as logs:
            to_failure(error, "r1")
    places = logs[0]["traceback"]
    assert any(place.endswith(" inner") for place in places)
    assert SPOKEN_TEXT not in str(places)


def test_invalid_request_keeps_its_message_and_path() -> None:
    error = to_graphql_error(GraphQLError("Cannot query field 'x'.", path=["a", 1]), "r1")
    assert error.formatted == {
        "message": "Cannot query field 'x'.",
        "path": ["a", 1],
        "extensions": {"code": "BAD_INPUT", "requestId": "r1"},
    }


def test_original_error_is_not_modified() -> None:
    original = GraphQLError("Cannot query field 'x'.")
    to_graphql_error(original, "r1")
    assert not original.extensions
