"""Subscriptions that ask the same: each event is executed once, and its bytes are sent to every subscriber under its own id.

What is the same: the document, the operation's name, the variables but for the cursor, and what the caller may see. Everything
else stays each subscriber's own: access, cursor, replay, pace, end and failure (resolvers.subscriptions).
"""

import re
from abc import abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, Self, TypeVar
from weakref import WeakValueDictionary

import orjson
from graphql import ArgumentNode, ExecutionResult, FieldNode, VariableNode, execute_subscription_event

from engine.executor import OperationContext, OperationExecutor

MAX_CACHED_PAYLOADS = 128
"""events of one kind that are kept ready; a follower reads at most 100 at once"""
MAX_CACHED_CHARACTERS = 512 * 1024

MAX_INT = 2**31 - 1
"""GraphQL's"""
CURSOR_ARGUMENT = "after"
"""the argument that says where a subscriber begins, and nothing of what it is shown"""


class Scoped(Hashable, Protocol):
    """A caller of the API."""

    @property
    def scope(self) -> Self:
        """What the caller may see: equal for all callers who may see the same."""


Item = TypeVar("Item")
Caller = TypeVar("Caller", bound=Scoped)
Event = TypeVar("Event")
OpenStream = Callable[[Caller, int], Awaitable[AsyncGenerator[Item, None]]]
"""gives the items that a caller may follow, after a cursor; raises where there are none for this caller"""


class SubscriptionDocument:
    """A subscription's text and operation name.

    `cursor_variable` is the variable whose only use is to be the cursor. It is None where the document has no such
    variable: a literal, a
    fragment, a variable that is used twice. Then the document's variables as a whole decide the cursor (Variant.fixed_cursor).
    """

    __slots__ = ("__weakref__", "cursor_variable", "default_cursor")

    def __init__(self, executor: OperationExecutor) -> None:
        self.cursor_variable = _find_cursor_variable(executor)
        self.default_cursor: int | None = None
        """cursor of a request that omits the variable; None until GraphQL has coerced such a request"""


class SharedOperation(Generic[Item, Caller, Event]):
    """One way to be shown events: what several subscribers share."""

    def __init__(
        self,
        mapper: "EventMapper[Item, Caller, Event]",
        document: SubscriptionDocument,
        executor: OperationExecutor,
        caller: Caller,
        open_stream: OpenStream[Caller, Item],
        fixed_cursor: int | None,
    ) -> None:
        """`caller` is the scope that all subscribers have in common."""
        self.mapper = mapper
        self.document = document
        self.caller = caller
        self.open_stream = open_stream
        self.fixed_cursor = fixed_cursor
        """cursor of every subscriber, as GraphQL coerced it; None where each request gives its own (Document.cursor)"""
        self._executor = executor
        self.subscribers = 0
        """how many there are now; what a single one is shown is not kept"""
        self._payloads: dict[Hashable, str | ExecutionResult] = {}
        self._cached_characters = 0

    def cached_payload(self, key: Hashable) -> str | ExecutionResult | None:
        """What `execute_event` has given for that key, if it is kept."""
        return self._payloads.get(key)

    async def execute_event(self, key: Hashable, event: object) -> str | ExecutionResult:
        """The payload of an event, as JSON; the result itself if it has errors: they bear each caller's request id.

        Raises what graphql-core raises.
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
    """The variants of a process that somebody is subscribed to."""

    def __init__(self) -> None:
        self._operations: WeakValueDictionary[Hashable, SharedOperation[Any, Any, Any]] = WeakValueDictionary()
        self._documents: WeakValueDictionary[tuple[str, str | None], SubscriptionDocument] = WeakValueDictionary()

    def get_or_create(
        self,
        mapper: "EventMapper[Item, Caller, Event]",
        executor: OperationExecutor,
        context: "SubscriptionContext",
        caller: Caller,
        after: int,
        open_stream: OpenStream[Caller, Item],
    ) -> SharedOperation[Item, Caller, Event]:
        """Returns the variant that a subscription belongs to. It lives for as long as somebody holds it.

        `after` is the cursor as GraphQL coerced it.
        """
        scope = caller.scope
        name = executor.operation.name.value if executor.operation.name else None
        text = _document_text(executor)
        document = self._documents.get((text, name))
        if document is None:
            document = self._documents[text, name] = SubscriptionDocument(executor)
        if document.cursor_variable and document.cursor_variable not in executor.raw_variables:
            document.default_cursor = after
        key = document, _encode_variables(executor.raw_variables, document), scope
        operation = self._operations.get(key)
        if operation is None:
            # nothing of the subscriber who happens to be the first
            shared_executor = executor.rebuild_with(context.for_scope(scope))
            fixed_cursor = after if document.cursor_variable is None else None
            operation = self._operations[key] = SharedOperation(
                mapper, document, shared_executor, scope, open_stream, fixed_cursor
            )
        return operation

    def remember_request(self, text: str, name: str | None, operation: SharedOperation[Any, Any, Any]) -> None:
        """A request with this text and operationName has led to that variant's document."""
        self._documents[text, name] = operation.document

    def find(
        self, text: str, name: str | None, variables: dict[str, Any], caller: Caller
    ) -> tuple[SharedOperation[Any, Caller, Any], int] | None:
        """Returns the variant and the cursor of a request that differs from an earlier one in its cursor alone.

        Returns None for any other request, and for a cursor that GraphQL would have to coerce or refuse.
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
    """Where a subscription's events go that are ready to be sent."""

    def attach(self, subscription: "SharedSubscription[Any, Any, Any]") -> None:
        """Take over: run the delivery once the operation itself has ended, which it does now, without an event."""

    async def send(self, payload: str) -> None:
        """Send a payload. Raises Gone, or what its socket raises, when there is nobody to send it to any more."""

    async def send_result(self, result: ExecutionResult) -> None:
        """Send a result with errors, told as this subscriber's. Raises as `send`."""


class SubscriberGone(Exception):
    """The subscriber has left, or its reader was given up."""


@dataclass(kw_only=True, slots=True)
class SubscriptionContext(OperationContext):
    """The context of an operation that may be a shared subscription."""

    shared_operations: SharedOperations = field(default_factory=SharedOperations)
    """what the process shares among subscriptions that ask the same"""
    event_sink: EventSink | None = None
    """takes the events of an operation that are executed for others as well; None: they are its own results"""

    @abstractmethod
    def for_scope(self, scope: Any) -> Self:
        """Returns a context for executing events on behalf of every caller of that scope (Scoped.scope)."""


class EventMapper(Generic[Item, Caller, Event]):
    """How items of a stream become events: `key` tells them apart, `event` gives what this caller sees of one."""

    def __init__(self, key: Callable[[Item], Hashable], event: Callable[[Item, Caller], Event]) -> None:
        self.key = key
        self.event = event

    async def events(
        self, context: SubscriptionContext, caller: Caller, after: int, open_stream: OpenStream[Caller, Item]
    ) -> AsyncGenerator[Event, None]:
        """The events of a subscription, to be executed one by one.

        None where the operation has an outlet: that delivers them then, executed once for all who ask the same.
        `open_stream` gives a
        caller the items after the cursor; it must hold for every caller of that scope. Raises what it raises.
        """
        executor, context.executor = context.executor, None
        items = await open_stream(caller, after)
        if context.event_sink is not None and executor is not None:
            context.event_sink.attach(
                SharedSubscription(
                    context.shared_operations.get_or_create(self, executor, context, caller, after, open_stream), items
                )
            )
            return
        async with aclosing(items):
            async for item in items:
                yield self.event(item, caller)


class SharedSubscription(Generic[Item, Caller, Event]):
    """All that is left of a subscription once it is known to be allowed: the operation that began it needs no memory any more."""

    __slots__ = ("_items", "operation")

    def __init__(self, operation: SharedOperation[Item, Caller, Event], items: AsyncGenerator[Item, None]) -> None:
        self.operation = operation
        self._items = items

    async def run(self, sink: EventSink) -> None:
        """Send the items until they end. Raises what they raise, and as the outlet."""
        operation, items, send = self.operation, self._items, sink.send
        key_of, event_of = operation.mapper.key, operation.mapper.event
        operation.subscribers += 1
        try:
            async for item in items:
                key = key_of(item)
                payload = operation.cached_payload(key)
                if payload is None:
                    payload = await operation.execute_event(key, event_of(item, operation.caller))
                if isinstance(payload, str):
                    await send(payload)
                else:
                    await sink.send_result(payload)
        finally:
            operation.subscribers -= 1
            await items.aclose()


def _count_characters(payload: str | ExecutionResult) -> int:
    return len(payload) if isinstance(payload, str) else MAX_CACHED_CHARACTERS // MAX_CACHED_PAYLOADS


def _document_text(executor: OperationExecutor) -> str:
    location = executor.operation.loc
    if location is None:
        raise RuntimeError("the document was parsed without its text")
    # the text, not the tree: errors tell places in it
    return location.source.body


def _encode_variables(raw: dict[str, Any], document: SubscriptionDocument) -> Hashable:
    variables = {name: value for name, value in raw.items() if name != document.cursor_variable}
    try:
        return orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        # orjson reads deeper nesting than it writes: such variables equal no others, so that nothing is shared for them
        return object()


def _find_cursor_variable(executor: OperationExecutor) -> str | None:
    """Returns the name of the variable whose only use is to be the cursor, or None."""
    match executor.operation.selection_set.selections:
        case (FieldNode(arguments=arguments),):
            cursors = [argument.value for argument in arguments or () if _is_cursor(argument)]
        case _:
            return None
    if not cursors or not isinstance(cursors[0], VariableNode):
        return None
    name = cursors[0].name.value
    # its declaration, its use, and the argument's own name where that is the same: one more may be another use
    mentions = len(re.findall(rf"\b{name}\b", _document_text(executor), re.ASCII))
    return name if mentions == (3 if name == CURSOR_ARGUMENT else 2) else None


def _is_cursor(argument: ArgumentNode) -> bool:
    return argument.name.value == CURSOR_ARGUMENT
