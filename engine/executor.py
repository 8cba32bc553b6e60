"""graphql-core's executor as our operations use it: known to its context, and no heavier after many events."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

from graphql import DocumentNode, Executor, GraphQLError, GraphQLObjectType, GraphQLSchema, OperationType
from graphql.execution.collect_fields import DeferUsage, GroupedFieldSet
from strawberry.execution.is_awaitable import optimized_is_awaitable

from engine.fast_fields import FastFieldExecutor, SelectionPlans


class OperationExecutor(FastFieldExecutor):
    """Runs one operation. That of a subscription runs its events too, and is held by its context as `executor`."""

    raw_variables: dict[str, Any]
    """as they came"""
    rebuild_with: "Callable[[Any], OperationExecutor]"
    """builds the same executor with that context"""

    _root_fields: "list[GroupedFieldSet]"
    """of the subscription: what its first event has collected; the same list in the executors of all its events"""

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

        def build_with(context: Any) -> Any:
            return super(OperationExecutor, cls).build(
                schema, document, root_value, context, raw_variable_values, *args, **kwargs
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
        # Strawberry names its own predicate, which is quicker, for queries and mutations only
        self.is_awaitable = cast(Any, optimized_is_awaitable)

    def __copy__(self) -> "OperationExecutor":
        """What an event's executor begins with: copy's own way takes five times as long."""
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
        """Execute the root fields; those of a subscription are collected once.

        graphql-core 3.3.2 remembers what it collects below a field by the field's identity, and collects the root anew for each
        event: what is below would be collected anew too, and what was remembered for the events before be kept: 1.5 KB for each.
        """
        if self.operation.operation is OperationType.SUBSCRIPTION:
            if not self._root_fields:
                self._root_fields.append(grouped_field_set)
            grouped_field_set = self._root_fields[0]
        return super().execute_collected_root_fields(root_type, root_value, grouped_field_set, serially, new_defer_usages)


@dataclass(kw_only=True, slots=True)
class OperationContext(ABC):
    """What executing an operation needs of the operation's context."""

    request_id: str
    executor: OperationExecutor | None = None
    """the executor of a subscription, which sets it itself"""
    mentioned_fields: frozenset[str] = frozenset()
    """names of all fields that the operation's document mentions anywhere; set once the document is parsed"""
    plans: SelectionPlans | None = None
    """selection plans that operations of the same document share (engine.fast_fields); None where they may differ"""

    @abstractmethod
    def for_operation(self) -> Self:
        """Returns the context of another operation: its caller is verified and its data loaded independently of this one."""
