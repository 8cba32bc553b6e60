"""Shared execution of equal subscriptions: each event is executed once, and its payload is sent to every subscriber.

Subscriptions are equal if they have the same document, operation name and variables, apart from the
cursor, and if their callers have the same scope. Each subscriber has its own access checks, cursor and
pace, and its stream ends or fails independently of the others (resolvers.subscriptions).
"""

import asyncio
import re
from abc import abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, Self, TypeVar, cast
from weakref import WeakValueDictionary

import orjson
from graphql import ArgumentNode, ExecutionResult, FieldNode, VariableNode, execute_subscription_event

from engine.executor import OperationContext, OperationExecutor

MAX_CACHED_PAYLOADS = 128
"""Payloads cached per operation: more than the 100 items of one batch of a replay."""
MAX_CACHED_CHARACTERS = 512 * 1024
"""Characters of payloads cached per operation."""

MAX_INT = 2**31 - 1
"""The greatest Int of GraphQL."""
CURSOR_ARGUMENT = "after"
"""Name of the argument that sets where a subscriber starts. It does not affect the payloads."""
_END = object()
"""Stands for the end of a stream."""


class ScopedCaller(Hashable, Protocol):
    """A caller of the API whose permissions can be compared with those of other callers."""

    @property
    def scope(self) -> Self:
        """The permissions of the caller, equal for all callers that may see the same."""


T = TypeVar("T")
Item = TypeVar("Item")
Caller = TypeVar("Caller", bound=ScopedCaller)
Event = TypeVar("Event")
OpenStream = Callable[[Caller, int], Awaitable[AsyncGenerator[Item, None]]]
"""Opens the stream of items after a cursor for a caller. Raises if the caller may not follow it."""


class SubscriptionDocument:
    """Where requests with the same text and operation name have their cursor.

    `cursor_variable` is the variable that is used as the cursor and nowhere else. It is None if the
    cursor is a literal, is in a fragment, or comes from a variable with another use. Equal variables
    then mean an equal cursor (SharedOperation.fixed_cursor).
    """

    __slots__ = ("__weakref__", "cursor_variable", "default_cursor")

    def __init__(self, executor: OperationExecutor) -> None:
        self.cursor_variable = _find_cursor_variable(executor)
        self.default_cursor: int | None = None
        """Cursor of requests that omit the variable. None until such a request has been executed."""


class SharedOperation(Generic[Item, Caller, Event]):
    """The operation that equal subscriptions share, with a cache of its payloads."""

    def __init__(
        self,
        field: "SubscriptionField[Item, Caller, Event]",
        document: SubscriptionDocument,
        executor: OperationExecutor,
        scope: Caller,
        open_stream: OpenStream[Caller, Item],
        fixed_cursor: int | None,
    ) -> None:
        self.field = field
        self.document = document
        self.scope = scope
        """The permissions that all subscribers share (ScopedCaller.scope)."""
        self.open_stream = open_stream
        self.subject: object | None = None
        """What the schema records when a subscriber joins (SubscriptionContext.subject)."""
        self.fixed_cursor = fixed_cursor
        """Cursor of every subscriber. None if each request has its own (document.cursor_variable)."""
        self._executor = executor
        self.subscribers = 0
        """Number of subscribers. Payloads are cached only if there are several."""
        self._payloads: dict[Hashable, str | ExecutionResult] = {}
        self._cached_characters = 0

    def cached_payload(self, key: Hashable) -> str | ExecutionResult | None:
        """Return the payload of the event with this key if it is cached."""
        return self._payloads.get(key)

    async def execute_event(self, key: Hashable, event: object) -> str | ExecutionResult:
        """Execute an event and return its payload as JSON, or the result itself if it has errors.

        Errors carry each subscriber's request id, so their payload cannot be shared. Raises what
        graphql-core raises.
        """
        result = execute_subscription_event(self._executor.build_per_event_executor(event))
        completed = result if isinstance(result, ExecutionResult) else await result
        payload = completed if completed.errors else orjson.dumps({"data": completed.data}).decode()
        if self.subscribers > 1:
            self._cache(key, payload)
        return payload

    def _cache(self, key: Hashable, payload: str | ExecutionResult) -> None:
        self._evict(key)
        self._payloads[key] = payload
        self._cached_characters += _count_characters(payload)
        while len(self._payloads) > MAX_CACHED_PAYLOADS or self._cached_characters > MAX_CACHED_CHARACTERS:
            self._evict(next(iter(self._payloads)))

    def _evict(self, key: Hashable) -> None:
        if key in self._payloads:
            self._cached_characters -= _count_characters(self._payloads.pop(key))


class SharedOperations:
    """The shared operations that have subscribers, of one application."""

    def __init__(self) -> None:
        self._operations: WeakValueDictionary[Hashable, SharedOperation[Any, Any, Any]] = WeakValueDictionary()
        self._documents: WeakValueDictionary[tuple[str, str | None], SubscriptionDocument] = WeakValueDictionary()

    def get_or_create(
        self,
        field: "SubscriptionField[Item, Caller, Event]",
        executor: OperationExecutor,
        context: "SubscriptionContext",
        caller: Caller,
        after: int,
        open_stream: OpenStream[Caller, Item],
    ) -> SharedOperation[Item, Caller, Event]:
        """Return the operation that a subscription belongs to.

        It lives as long as a subscription refers to it. `after` is the cursor after coercion by GraphQL.
        """
        scope = caller.scope
        name = executor.operation.name.value if executor.operation.name else None
        text = _get_document_text(executor)
        document = self._documents.get((text, name))
        if document is None:
            document = self._documents[text, name] = SubscriptionDocument(executor)
        if document.cursor_variable and document.cursor_variable not in executor.raw_variables:
            document.default_cursor = after
        key = document, _encode_variables(executor.raw_variables, document), scope
        operation = self._operations.get(key)
        if operation is None:
            # a new context: no data or permission of the first subscriber may reach the others
            shared_executor = executor.rebuild_with(context.for_scope(scope))
            fixed_cursor = after if document.cursor_variable is None else None
            operation = self._operations[key] = SharedOperation(
                field, document, shared_executor, scope, open_stream, fixed_cursor
            )
        return operation

    def remember_request(self, text: str, name: str | None, operation: SharedOperation[Any, Any, Any]) -> None:
        """Make `find` return this document's operations for requests with this text and operationName."""
        self._documents[text, name] = operation.document

    def find(
        self, text: str, name: str | None, variables: dict[str, Any], caller: Caller
    ) -> tuple[SharedOperation[Any, Caller, Any], int] | None:
        """Return the operation and the cursor of a request that differs from an earlier one only in its cursor.

        Returns None for any other request, and if GraphQL would have to coerce or reject the cursor.
        """
        document = self._documents.get((text, name))
        if document is None:
            return None
        operation = self._operations.get((document, _encode_variables(variables, document), caller.scope))
        if operation is None:
            return None
        after: Any = operation.fixed_cursor
        if document.cursor_variable is not None:
            after = variables.get(document.cursor_variable, document.default_cursor)
        return (operation, after) if type(after) is int and 0 <= after <= MAX_INT else None


class EventSink(Protocol):
    """Sends the payloads of a shared subscription to its subscriber."""

    def attach(self, subscription: "SharedSubscription[Any, Any, Any]") -> None:
        """Take over the subscription.

        The operation that began it ends without an event; after that, the sink must call
        `subscription.run`.
        """

    async def send(self, payload: str) -> None:
        """Send a payload.

        Raises SubscriberGone, or what the socket raises, if the subscriber has left.
        """

    async def send_result(self, result: ExecutionResult) -> None:
        """Send a result with errors, under this subscriber's request id. Raises like `send`."""


class SubscriberGone(Exception):
    """The subscriber has left, or was disconnected because it reads too slowly."""


@dataclass(kw_only=True, slots=True)
class SubscriptionContext(OperationContext):
    """The context of an operation that may be a subscription with shared execution."""

    shared_operations: SharedOperations = field(default_factory=SharedOperations)
    """The application's shared operations."""
    subject: object | None = None
    """What the schema records about the subscription. It is the same for all subscribers of a shared operation."""
    event_sink: EventSink | None = None
    """Receives the payloads of a shared subscription. None if the operation must not be shared."""
    opening: asyncio.Timeout | None = None
    """The timeout of a subscription that is being opened (`open_in_time`)."""

    def end_opening(self) -> None:
        """Lift the time limit: the subscription is open, and its next event may take any time."""
        if self.opening is not None:
            self.opening.reschedule(None)
            self.opening = None

    @abstractmethod
    def for_scope(self, scope: Any) -> Self:
        """Return a context for executing events on behalf of all callers of a scope (ScopedCaller.scope)."""


async def open_in_time(context: SubscriptionContext, events: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """Yield the events of a subscription, which must be open within the time limit of an operation.

    It is open with its first event or, if that may take any time, when it calls `context.end_opening`. Raises TimedOut.
    """
    async with aclosing(events):
        async with context.limits.enforce_time() as context.opening:
            first = await anext(events, _END)
        context.opening = None
        if first is not _END:
            yield cast(T, first)
            async for event in events:
                yield event


class SubscriptionField(Generic[Item, Caller, Event]):
    """A root field whose subscriptions share execution.

    `cache_key` returns the key under which the payload of an item is cached. `to_event` converts an
    item to the event, GraphQL's root value, for one caller.
    """

    def __init__(self, cache_key: Callable[[Item], Hashable], to_event: Callable[[Item, Caller], Event]) -> None:
        self.cache_key = cache_key
        self.to_event = to_event

    async def subscribe_shared(
        self, context: SubscriptionContext, caller: Caller, after: int, open_stream: OpenStream[Caller, Item]
    ) -> AsyncGenerator[Event, None]:
        """Attach the context's event sink to a shared subscription, and yield no events.

        Without an event sink, the subscription is not shared: yield its events, to be executed one
        by one. `open_stream` must open the same items for every caller of the scope. Raises what
        `open_stream` raises.
        """
        executor, context.executor = context.executor, None
        items = await open_stream(caller, after)
        context.end_opening()
        if context.event_sink is not None and executor is not None:
            operation = context.shared_operations.get_or_create(self, executor, context, caller, after, open_stream)
            operation.subject = context.subject
            context.event_sink.attach(SharedSubscription(operation, items))
            return
        async with aclosing(items):
            async for item in items:
                yield self.to_event(item, caller)


class SharedSubscription(Generic[Item, Caller, Event]):
    """A subscriber's stream of items and the shared operation that executes them.

    It has no reference to the operation that began the subscription, so that its memory is freed.
    """

    __slots__ = ("_items", "operation")

    def __init__(self, operation: SharedOperation[Item, Caller, Event], items: AsyncGenerator[Item, None]) -> None:
        self.operation = operation
        self._items = items

    async def run(self, sink: EventSink) -> None:
        """Send the payloads of the items until the stream ends.

        Raises what the stream and the sink raise.
        """
        operation, items, field = self.operation, self._items, self.operation.field
        operation.subscribers += 1
        try:
            async for item in items:
                key = field.cache_key(item)
                payload = operation.cached_payload(key)
                if payload is None:
                    payload = await operation.execute_event(key, field.to_event(item, operation.scope))
                if isinstance(payload, str):
                    await sink.send(payload)
                else:
                    await sink.send_result(payload)
        finally:
            operation.subscribers -= 1
            await items.aclose()


def _count_characters(payload: str | ExecutionResult) -> int:
    # a result with errors is not encoded yet, and counts as a payload of average size
    return len(payload) if isinstance(payload, str) else MAX_CACHED_CHARACTERS // MAX_CACHED_PAYLOADS


def _get_document_text(executor: OperationExecutor) -> str:
    location = executor.operation.loc
    if location is None:
        raise RuntimeError("the document was parsed without locations")
    # the text rather than the syntax tree, because errors refer to positions in it
    return location.source.body


def _encode_variables(raw: dict[str, Any], document: SubscriptionDocument) -> Hashable:
    variables = {name: value for name, value in raw.items() if name != document.cursor_variable}
    try:
        return orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        # orjson parses deeper nesting than it serializes; a unique key means that nothing is shared
        return object()


def _find_cursor_variable(executor: OperationExecutor) -> str | None:
    """Return the name of the variable that is used as the cursor and nowhere else, or None."""
    match executor.operation.selection_set.selections:
        case (FieldNode(arguments=arguments),):
            cursors = [argument.value for argument in arguments or () if _is_cursor(argument)]
        case _:
            return None
    if not cursors or not isinstance(cursors[0], VariableNode):
        return None
    name = cursors[0].name.value
    # The name occurs in the declaration and in the argument's value, and once more if the argument has the same name.
    # Any further occurrence may be another use of the variable.
    mentions = len(re.findall(rf"\b{name}\b", _get_document_text(executor), re.ASCII))
    return name if mentions == (3 if name == CURSOR_ARGUMENT else 2) else None


def _is_cursor(argument: ArgumentNode) -> bool:
    return argument.name.value == CURSOR_ARGUMENT
