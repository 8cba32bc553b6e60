"""Strawberry's schema with error codes, masked unexpected errors, and metrics."""

import time
from collections.abc import Iterable
from contextlib import aclosing
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.schema import StreamResult
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from engine import metrics
from engine.errors import STOPPED_CODES, get_error_code, to_graphql_error
from engine.executor import OperationContext
from errors import AppError


def is_request_error(result: ExecutionResult) -> bool:
    """Return whether the whole request failed: before execution or, in a subscription, instead of the next event."""
    return result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or [])


def was_stopped(result: ExecutionResult) -> bool:
    """Return whether the operation was stopped while it was executed, so that its data is null."""
    return result.data is None and any(get_error_code(error) in STOPPED_CODES for error in result.errors or [])


class Schema(strawberry.Schema):
    """Runs each operation in a context of its own, and formats the errors of its results."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing: Strawberry would log every invalid request as an error. `to_failure` logs unexpected errors."""

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Run a query or mutation.

        Raises strawberry.schema.exceptions.InvalidOperationTypeError for a subscription.
        """
        context = _create_operation_context(context_value)
        executable_types = {OperationType.QUERY, OperationType.MUTATION}
        started_at = time.perf_counter()
        result = await super().execute(
            query,
            variable_values,
            context,
            root_value,
            operation_name,
            executable_types if allowed_operation_types is None else executable_types & set(allowed_operation_types),
            operation_extensions,
        )
        metrics.SECONDS_BY_OPERATION[context.root_field].observe(time.perf_counter() - started_at)
        formatted = format_result(result, context.request_id)
        if formatted.errors:
            metrics.OPERATION_ERRORS.labels(context.root_field, get_error_code(formatted.errors[0])).inc()
        return formatted

    async def stream(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        operation_extensions: dict[str, Any] | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
    ) -> StreamResult:
        """Run any operation and yield its results."""
        context = _create_operation_context(context_value)
        results = await super().stream(
            query, variable_values, context, root_value, operation_name, operation_extensions, allowed_operation_types
        )
        return _format_results(results, context)


def _create_operation_context(template: Any) -> OperationContext:
    if not isinstance(template, OperationContext):
        raise TypeError("the context of an operation must be an OperationContext")
    return template.for_operation()


async def _format_results(results: StreamResult, context: OperationContext) -> StreamResult:
    with metrics.OPEN_STREAMS.track_inprogress():
        async with aclosing(results):
            try:
                async for result in results:
                    yield format_result(result, context.request_id) if isinstance(result, ExecutionResult) else result
            except (AppError, GraphQLError) as error:
                # Strawberry catches what DocumentExtension raises in `execute` only
                refused = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
                yield format_result(ExecutionResult(data=None, errors=[refused]), context.request_id)


def format_result(result: ExecutionResult, request_id: str) -> ExecutionResult:
    """Format the errors of a result and count its outcome."""
    # a new list, because the list of cached validation errors is shared
    result.errors = [to_graphql_error(error, request_id) for error in result.errors] if result.errors else None
    outcome = get_error_code(result.errors[0]) if result.errors else "OK"
    metrics.OUTCOMES[outcome].inc()
    return result
