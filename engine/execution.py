"""Strawberry's schema with our errors: coded, masked where they are ours, logged once."""

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
from engine.errors import get_error_code, to_graphql_error
from engine.executor import OperationContext


def is_request_error(result: ExecutionResult) -> bool:
    """Whether the request as a whole failed: before anything was executed or, in a subscription, instead of its next event."""
    return result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or [])


class Schema(strawberry.Schema):
    """Runs operations, each in a context of its own, and tells their errors as contract.graphql says."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing: Strawberry would log every mistake of a caller as an error of ours."""

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
        """Run a query or mutation. Raises strawberry.schema.exceptions.InvalidOperationTypeError for a subscription."""
        context = _context_for_operation(context_value)
        executable = {OperationType.QUERY, OperationType.MUTATION}
        started_at = time.perf_counter()
        result = await super().execute(
            query,
            variable_values,
            context,
            root_value,
            operation_name,
            executable if allowed_operation_types is None else executable & set(allowed_operation_types),
            operation_extensions,
        )
        metrics.OPERATION_SECONDS.observe(time.perf_counter() - started_at)
        return format_result(result, context.request_id)

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
        """Run any operation, its results one after another."""
        context = _context_for_operation(context_value)
        results = await super().stream(
            query, variable_values, context, root_value, operation_name, operation_extensions, allowed_operation_types
        )
        return _format_results(results, context)


def _context_for_operation(template: Any) -> OperationContext:
    if not isinstance(template, OperationContext):
        raise TypeError("an operation needs an OperationContext")
    return template.for_operation()


async def _format_results(results: StreamResult, context: OperationContext) -> StreamResult:
    with metrics.OPEN_STREAMS.track_inprogress():
        async with aclosing(results):
            async for result in results:
                yield format_result(result, context.request_id) if isinstance(result, ExecutionResult) else result


def format_result(result: ExecutionResult, request_id: str) -> ExecutionResult:
    """The result as callers are told it, counted."""
    # a new list: that of the validation cache belongs to every request
    result.errors = [to_graphql_error(error, request_id) for error in result.errors] if result.errors else None
    outcome = get_error_code(result.errors[0]) if result.errors else "OK"
    metrics.OPERATIONS.labels(outcome=outcome).inc()
    return result
