"""graphql-core's executor as our operations use it: known to its context, and no heavier after many events."""

from collections.abc import Callable
from typing import Any, cast

from graphql import DocumentNode, Executor, GraphQLError, GraphQLSchema, OperationType
from strawberry.execution.is_awaitable import optimized_is_awaitable

from schema.attributes import AttributeExecutor
from schema.context import Context

EVENTS = 64
"""that one executor serves: graphql-core 3.3.2 keeps what it collects for each of them until the executor goes"""


class OperationExecutor(AttributeExecutor):
    """Runs one operation. That of a subscription runs its events too, and is held by its context as `executor`."""

    raw_variables: dict[str, Any]
    """as they came"""
    anew: "Callable[[Any], OperationExecutor]"
    """builds the same executor with that context"""

    _current: "OperationExecutor | None" = None
    _events = 0

    @classmethod
    def build(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        root_value: Any = None,
        context_value: Any = None,
        raw_variable_values: dict[str, Any] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> list[GraphQLError] | Executor[Any]:
        """The executor, or what is wrong with the request."""

        def build(context: Any) -> Any:
            return super(OperationExecutor, cls).build(
                schema, document, root_value, context, raw_variable_values, *args, **kwargs
            )

        built: list[GraphQLError] | Executor[Any] = build(context_value)
        if isinstance(built, OperationExecutor) and built.operation.operation is OperationType.SUBSCRIPTION:
            built._prepare(raw_variable_values or {}, build)
            if isinstance(context_value, Context):
                context_value.executor = built
        return built

    def _prepare(self, raw_variables: dict[str, Any], build: Callable[[Any], Any]) -> None:
        def anew(context: Any) -> OperationExecutor:
            executor: OperationExecutor = build(context)
            executor._prepare(raw_variables, build)
            return executor

        self.raw_variables = raw_variables
        self.anew = anew
        # Strawberry names its own predicate, which is quicker, for queries and mutations only
        self.is_awaitable = cast(Any, optimized_is_awaitable)

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        """The executor of one event."""
        if self._current is None or self._events >= EVENTS:
            self._current, self._events = self.anew(self.context_value), 0
        self._events += 1
        return super(OperationExecutor, self._current).build_per_event_executor(payload)
