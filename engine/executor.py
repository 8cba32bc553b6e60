"""The executor of an operation, which a subscription can reuse for any number of events without using more memory."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

from graphql import DocumentNode, Executor, GraphQLError, GraphQLObjectType, GraphQLSchema, OperationType
from graphql.execution.collect_fields import DeferUsage, GroupedFieldSet
from strawberry.execution.is_awaitable import optimized_is_awaitable

from engine.fast_fields import FastFieldExecutor, SelectionPlans


class OperationExecutor(FastFieldExecutor):
    """Runs one operation. The executor of a subscription registers itself as `executor` of its context."""

    raw_variables: dict[str, Any]
    """Variables as the request sent them, before coercion."""
    rebuild_with: "Callable[[Any], OperationExecutor]"
    """Builds an executor of the same operation with another context."""

    _root_fields: "list[GroupedFieldSet]"
    """The root fields that the first event collected, in a list that the executors of all events share."""

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
        """Return the executor, or the errors of the request."""
        # suggestions would reveal names of the schema; the IDE has its own, from introspection
        options = {**kwargs, "hide_suggestions": True}

        def build_with(context: Any) -> Any:
            return super(OperationExecutor, cls).build(
                schema, document, root_value, context, raw_variable_values, *args, **options
            )

        built: list[GraphQLError] | Executor[Any] = build_with(context_value)
        if isinstance(built, OperationExecutor) and built.operation.operation is OperationType.SUBSCRIPTION:
            built._prepare_subscription(raw_variable_values or {}, build_with)
            if isinstance(context_value, OperationContext):
                context_value.executor = built
        return built

    def _prepare_subscription(self, raw_variables: dict[str, Any], build: Callable[[Any], Any]) -> None:
        def rebuild_with(context: Any) -> OperationExecutor:
            executor: OperationExecutor = build(context)
            executor._prepare_subscription(raw_variables, build)
            return executor

        self.raw_variables = raw_variables
        self.rebuild_with = rebuild_with
        self._root_fields = []
        # Strawberry passes its own, faster predicate for queries and mutations only
        self.is_awaitable = cast(Any, optimized_is_awaitable)

    def __copy__(self) -> "OperationExecutor":
        """Copy the executor for an event. copy.copy's generic protocol takes several times as long."""
        copied = object.__new__(type(self))
        copied.__dict__.update(self.__dict__)
        return copied

    def execute_collected_root_fields(
        self,
        root_type: GraphQLObjectType,
        root_value: Any,
        grouped_field_set: GroupedFieldSet,
        serially: bool,
        new_defer_usages: Sequence[DeferUsage],
    ) -> Any:
        """Execute the root fields. A subscription collects them for its first event, and reuses them for all others.

        graphql-core 3.3.2 memoizes subfields by the identity of the collected field, but collects
        the root fields again for each event. Without this method every event would collect all
        subfields and leak 1.5 KB of memoized ones.
        """
        if self.operation.operation is OperationType.SUBSCRIPTION:
            if not self._root_fields:
                self._root_fields.append(grouped_field_set)
            grouped_field_set = self._root_fields[0]
        return super().execute_collected_root_fields(root_type, root_value, grouped_field_set, serially, new_defer_usages)


@dataclass(kw_only=True, slots=True)
class OperationContext(ABC):
    """The part of an operation's context that the engine uses."""

    request_id: str
    executor: OperationExecutor | None = None
    """The subscription's executor, which sets itself here. None for queries and mutations."""
    mentioned_fields: frozenset[str] = frozenset()
    """Names of all fields in the operation's document. Set once the document is parsed."""
    plans: SelectionPlans | None = None
    """Selection plans shared by operations of the same document. None if they must not be shared."""
    cost: int = 0
    """The cost of the operation (engine.cost). Set once the document is validated."""

    @abstractmethod
    def for_operation(self) -> Self:
        """Return a context for another operation, which authenticates its caller and loads its data independently."""

    @abstractmethod
    async def check_caller(self) -> None:
        """Authenticate the caller before anything expensive is done for them.

        Raises the error of an invalid or missing credential.
        """
