"""Subscriptions that ask the same: each event is executed once, and its bytes are sent to every subscriber under its own id.

What is the same: the document, the operation's name, the variables but for the cursor, and what the caller may see. Everything
else stays each subscriber's own: access, cursor, replay, pace, end and failure (resolvers.following).
"""

import re
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar
from weakref import WeakValueDictionary

import orjson
from graphql import ArgumentNode, ExecutionResult, FieldNode, VariableNode, execute_subscription_event

from auth import Principal

if TYPE_CHECKING:
    from schema.context import Context
    from schema.executor import OperationExecutor

KEPT = 128
"""events of one kind that are kept ready; a follower reads at most 100 at once"""
KEPT_CHARACTERS = 512 * 1024

CURSOR = "after"
"""the argument that says where a subscriber begins, and nothing of what it is shown"""

Item = TypeVar("Item")
Event = TypeVar("Event")


class Variant:
    """One way to be shown events: what several subscribers share."""

    def __init__(self, executor: "OperationExecutor", caller: Principal) -> None:
        """`caller` is nobody in particular (Principal.scope)."""
        self.caller = caller
        self._executor = executor
        self.subscribers = 0
        """how many there are now; what a single one is shown is not kept"""
        self._ready: dict[Hashable, str | ExecutionResult] = {}
        self._characters = 0

    def ready(self, key: Hashable) -> str | ExecutionResult | None:
        """What `show` has given for that key, if it is kept."""
        return self._ready.get(key)

    async def show(self, key: Hashable, event: object) -> str | ExecutionResult:
        """The payload of an event, as JSON; the result itself if it has errors: they bear each caller's request id.

        Raises what graphql-core raises.
        """
        result = execute_subscription_event(self._executor.build_per_event_executor(event))
        done = result if isinstance(result, ExecutionResult) else await result
        ready = done if done.errors else orjson.dumps({"data": done.data}).decode()
        if self.subscribers > 1:
            self._keep(key, ready)
        return ready

    def _keep(self, key: Hashable, ready: str | ExecutionResult) -> None:
        self._forget(key)
        self._ready[key] = ready
        self._characters += _length(ready)
        while len(self._ready) > KEPT or self._characters > KEPT_CHARACTERS:
            self._forget(next(iter(self._ready)))

    def _forget(self, key: Hashable) -> None:
        if key in self._ready:
            self._characters -= _length(self._ready.pop(key))


class Variants:
    """The variants of a process that somebody is subscribed to."""

    def __init__(self) -> None:
        self._known: WeakValueDictionary[Hashable, Variant] = WeakValueDictionary()

    def of(self, executor: "OperationExecutor", context: "Context", caller: Principal) -> Variant:
        """The variant of a subscription of this caller's; it lives for as long as somebody holds it."""
        scope = caller.scope
        key = _text(executor), executor.operation.name and executor.operation.name.value, _variables(executor), scope
        variant = self._known.get(key)
        if variant is None:
            # nothing of the subscriber who happens to be the first
            variant = self._known[key] = Variant(executor.anew(context.for_scope(scope)), scope)
        return variant


class Outlet(Protocol):
    """Where a subscription's events go that are ready to be sent."""

    def take(self, delivery: "Delivery[Any, Any]") -> None:
        """Take over: run the delivery once the operation itself has ended, which it does now, without an event."""

    async def send(self, payload: str) -> None:
        """Send a payload. Raises Gone when there is nobody to send it to any more."""

    async def send_result(self, result: ExecutionResult) -> None:
        """Send a result with errors, told as this subscriber's. Raises as `send`."""


class Gone(Exception):
    """The subscriber has left, or its reader was given up."""


class Shown(Generic[Item, Event]):
    """How items of a stream become events: `key` tells them apart, `event` gives what this caller sees of one."""

    def __init__(self, key: Callable[[Item], Hashable], event: Callable[[Item, Principal], Event]) -> None:
        self.key = key
        self.event = event

    async def events(
        self, context: "Context", caller: Principal, items: AsyncGenerator[Item, None]
    ) -> AsyncGenerator[Event, None]:
        """The events of a subscription, to be executed one by one.

        None where the operation has an outlet: that delivers them then, executed once for all who ask the same.
        """
        executor, context.executor = context.executor, None
        if context.outlet is not None and executor is not None:
            variant = context.variants.of(executor, context, caller)
            context.outlet.take(Delivery(self, variant, items))
            return
        async with aclosing(items):
            async for item in items:
                yield self.event(item, caller)


class Delivery(Generic[Item, Event]):
    """All that is left of a subscription once it is known to be allowed: the operation that began it needs no memory any more."""

    __slots__ = ("_items", "_shown", "_variant")

    def __init__(self, shown: Shown[Item, Event], variant: Variant, items: AsyncGenerator[Item, None]) -> None:
        self._shown = shown
        self._variant = variant
        self._items = items

    async def run(self, outlet: Outlet) -> None:
        """Send the items until they end. Raises what they raise, and Gone."""
        variant, items, send = self._variant, self._items, outlet.send
        key_of, event_of = self._shown.key, self._shown.event
        variant.subscribers += 1
        try:
            async for item in items:
                key = key_of(item)
                ready = variant.ready(key)
                if ready is None:
                    ready = await variant.show(key, event_of(item, variant.caller))
                if isinstance(ready, str):
                    await send(ready)
                else:
                    await outlet.send_result(ready)
        finally:
            variant.subscribers -= 1
            await items.aclose()


def _length(ready: str | ExecutionResult) -> int:
    return len(ready) if isinstance(ready, str) else KEPT_CHARACTERS // KEPT


def _text(executor: "OperationExecutor") -> str:
    location = executor.operation.loc
    if location is None:
        raise RuntimeError("the document was parsed without its text")
    # the text, not the tree: errors tell places in it
    return location.source.body


def _variables(executor: "OperationExecutor") -> bytes:
    cursor = _cursor_variable(executor)
    variables = {name: value for name, value in executor.raw_variables.items() if name != cursor}
    return orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)


def _cursor_variable(executor: "OperationExecutor") -> str | None:
    """The variable that is the cursor and nothing else."""
    match executor.operation.selection_set.selections:
        case (FieldNode(arguments=arguments),):
            cursors = [argument.value for argument in arguments or () if _is_cursor(argument)]
        case _:
            return None
    if not cursors or not isinstance(cursors[0], VariableNode):
        return None
    name = cursors[0].name.value
    # where it is declared, where it is used, and perhaps the argument's own name: any more, and it may mean something else too
    mentions = len(re.findall(rf"\b{name}\b", _text(executor), re.ASCII))
    return name if mentions == (3 if name == CURSOR else 2) else None


def _is_cursor(argument: ArgumentNode) -> bool:
    return argument.name.value == CURSOR
