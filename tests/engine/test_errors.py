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
def test_an_expected_failure_is_told_as_it_is_and_not_logged(kind: type[AppError]) -> None:
    with capture_logs() as logs:
        failure = to_failure(kind("Do this instead."), "r1")
    assert (failure.code, failure.message) == (kind.code, "Do this instead.")
    assert logs == []


def test_extensions_hold_what_there_is_to_say() -> None:
    failure = to_failure(BadInput("Wrong.", field="input.text"), "r1")
    assert failure.extensions("r1") == {"code": "BAD_INPUT", "field": "input.text", "requestId": "r1"}
    failure = to_failure(RateLimited("Slowly.", retry_after_seconds=3), "r1")
    assert failure.extensions("r1") == {"code": "RATE_LIMITED", "retryAfterSeconds": 3, "requestId": "r1"}


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
def test_a_database_that_is_away_is_unavailable_and_its_address_stays_inside(error: PyMongoError) -> None:
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
def test_a_defect_is_masked_and_logged_without_what_people_said(error: Exception) -> None:
    with capture_logs() as logs:
        failure = to_failure(raise_and_catch(error), "r1")
    assert failure.code is ErrorCode.INTERNAL
    assert failure.message == "Something went wrong on our side: quote the request id r1 when you report it."
    (entry,) = logs
    assert (entry["log_level"], entry["request_id"]) == ("error", "r1")
    assert SPOKEN_TEXT not in str(entry)


def test_the_log_of_a_defect_says_where_it_came_from() -> None:
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


def test_a_mistake_in_the_request_keeps_its_message_and_place() -> None:
    error = to_graphql_error(GraphQLError("Cannot query field 'x'.", path=["a", 1]), "r1")
    assert error.formatted == {
        "message": "Cannot query field 'x'.",
        "path": ["a", 1],
        "extensions": {"code": "BAD_INPUT", "requestId": "r1"},
    }


def test_the_original_error_is_left_alone() -> None:
    original = GraphQLError("Cannot query field 'x'.")
    to_graphql_error(original, "r1")
    assert not original.extensions
