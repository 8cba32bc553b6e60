"""The executor of an operation, which a subscription can reuse for any number of events without using more memory."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    Executor,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.collect_fields import DeferUsage, GroupedFieldSet
from strawberry.execution.is_awaitable import optimized_is_awaitable

from engine.fast_fields import FastFieldExecutor, SelectionPlans
from engine.limits import COSTLY, DEFAULT_LIMITS, LoopShare, OperationLimits, ResponseMeter
from errors import TimedOut


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
        elif isinstance(self.context_value, OperationContext):
            # a name of the schema: unlike aliases and the operation's own name, there are few
            self.context_value.root_field = next(iter(grouped_field_set.values()))[0].node.name.value
        context = self.context_value
        if isinstance(context, OperationContext):
            self.meter = ResponseMeter(context.limits)
            context.begin_execution()
        return super().execute_collected_root_fields(root_type, root_value, grouped_field_set, serially, new_defer_usages)

    def execute_operation(self, serially: bool | None = None) -> Any:
        """Return the result of the operation or of one event, or an awaitable of it, which ends in time."""
        result: Any = super().execute_operation(serially)
        if not self.is_awaitable(result):
            return result
        context = self.context_value
        if isinstance(context, OperationContext) and self.operation.operation is not OperationType.SUBSCRIPTION:
            return context.trace_operation(self.operation, self._stop_in_time(result))
        return self._stop_in_time(result)

    async def _stop_in_time(self, result: Awaitable[ExecutionResult]) -> ExecutionResult:
        limits = self.context_value.limits if isinstance(self.context_value, OperationContext) else DEFAULT_LIMITS
        try:
            async with limits.enforce_time():
                return await result
        except TimedOut as failure:
            self.meter.fail(failure)
            stopped: ExecutionResult = self.build_response(None)
            return stopped

    def handle_field_error(self, *arguments: Any) -> None:
        """Record the error of a field, and count it."""
        self.meter.add_error()
        super().handle_field_error(*arguments)

    def build_response(self, data: dict[str, Any] | None) -> Any:
        """Return the result of the execution: nothing but the failure if a limit was exceeded."""
        self.meter.check_bytes()
        failure = self.meter.failure
        if failure is None:
            return super().build_response(data)
        for future in self.background_futures:
            future.cancel()
        return ExecutionResult(None, [GraphQLError(str(failure), original_error=failure)])


@dataclass(kw_only=True, slots=True)
class OperationContext(ABC):
    """The part of an operation's context that the engine uses."""

    request_id: str
    root_field: str = "none"
    """Name of the operation's first root field; "none" until it is executed."""
    executor: OperationExecutor | None = None
    """The subscription's executor, which sets itself here. None for queries and mutations."""
    mentioned_fields: frozenset[str] = frozenset()
    """Names of all fields in the operation's document. Set once the document is parsed."""
    plans: SelectionPlans | None = None
    """Selection plans shared by operations of the same document. None if they must not be shared."""
    document_facts: dict[Hashable, Any] = field(default_factory=dict)
    """What the schema derives from the operation's document, shared by all operations of the document."""
    limits: OperationLimits = DEFAULT_LIMITS
    loop_share: LoopShare = field(default_factory=LoopShare)
    """The share of the event loop's time that all costly operations of the process have."""
    cost: int = 0
    """The cost of the operation (engine.cost). Set once the document is validated."""

    bill: Mapping[str, int] | None = None
    """The value of `extensions.cost` in the result: what the operation cost its caller, and what remains."""

    @property
    def own_share(self) -> LoopShare | None:
        """The share of the event loop in which the operation is executed; None if it is not costly."""
        return self.loop_share if self.cost > COSTLY else None

    @abstractmethod
    def for_operation(self) -> Self:
        """Return a context for another operation, which authenticates its caller and loads its data independently."""

    @abstractmethod
    def begin_execution(self) -> None:
        """Prepare for the execution of the operation, or of an event of a subscription."""

    @abstractmethod
    def trace_operation(
        self, operation: OperationDefinitionNode, result: Awaitable[ExecutionResult]
    ) -> Awaitable[ExecutionResult]:
        """Return the awaitable result of a query or mutation, or another one that also measures it."""

    @abstractmethod
    async def identify_caller(self) -> tuple[str, bool]:
        """Return an id of the caller and True or, without a valid credential, of the network address and False."""

    @abstractmethod
    async def check_caller(self) -> None:
        """Authenticate the caller before anything expensive is done for them.

        Raises the error of an invalid or missing credential.
        """

    @abstractmethod
    async def charge(self, cost: int) -> None:
        """Charge the operation to its caller before it is executed. Raises the error of a caller who has nothing left."""
