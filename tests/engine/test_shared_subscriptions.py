"""Sharing never shows: whatever the document, each subscriber gets what its own execution would have sent.

tests/schema/test_sharing_cursors.py has the shapes one by one, over real sockets; here they are combined at random.
"""

import random
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, Self

import orjson
import strawberry
from graphql import ExecutionResult, OperationDefinitionNode
from strawberry.types import ExecutionResult as StrawberryResult

from engine.documents import DocumentCache, DocumentExtension
from engine.execution import Schema
from engine.executor import OperationExecutor
from engine.shared_subscriptions import SharedOperations, SharedSubscription, SubscriptionContext, SubscriptionField

LAST_SEQ = 4


@dataclass(frozen=True)
class Caller:
    name: str

    @property
    def scope(self) -> "Caller":
        return Caller("")


CALLER = Caller("somebody")


@dataclass(kw_only=True, slots=True)
class Context(SubscriptionContext):
    def for_operation(self) -> Self:
        return replace(self, executor=None)

    def begin_execution(self) -> None:
        return None

    def trace_operation(
        self, operation: OperationDefinitionNode, result: Awaitable[ExecutionResult]
    ) -> Awaitable[ExecutionResult]:
        return result

    async def identify_caller(self) -> tuple[str, bool]:
        return "test", True

    async def check_caller(self) -> None:
        return None

    async def charge(self, cost: int) -> None:
        return None

    def for_scope(self, scope: Any) -> Self:
        return replace(self, executor=None, event_sink=None)


@strawberry.type
class Item:
    seq: int

    @strawberry.field
    def text(self, after: int = 0, mark: str = "") -> str:
        """A field whose argument has the name of the cursor, and changes the payload."""
        return f"{self.seq} after {after} {mark}"


ITEMS = SubscriptionField[int, Caller, Item](cache_key=lambda seq: seq, to_event=lambda seq, _: Item(seq=seq))


@strawberry.type
class Query:
    nothing: int = 0


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def items(self, info: strawberry.Info, after: int = 0, label: str = "") -> AsyncGenerator[Item, None]:
        async def open_items(caller: Caller, after: int) -> AsyncGenerator[int, None]:
            if after < 0:
                raise ValueError("negative")

            async def generate() -> AsyncGenerator[int, None]:
                for seq in range(after + 1, LAST_SEQ + 1):
                    yield seq

            return generate()

        async with aclosing(ITEMS.subscribe_shared(info.context, CALLER, after, open_items)) as events:
            async for event in events:
                yield event


CACHE = DocumentCache()
SCHEMA = Schema(
    Query,
    subscription=Subscription,
    extensions=[lambda: DocumentExtension(CACHE, introspection=False)],
    execution_context_class=OperationExecutor,
)


@dataclass
class Sink:
    """Collects what one subscriber gets."""

    payloads: list[Any] = field(default_factory=list)
    subscription: SharedSubscription[Any, Any, Any] | None = None

    def attach(self, subscription: SharedSubscription[Any, Any, Any]) -> None:
        self.subscription = subscription

    async def send(self, payload: str) -> None:
        self.payloads.append(orjson.loads(payload))

    async def send_result(self, result: ExecutionResult) -> None:
        self.payloads.append(to_payload(result))


def to_payload(result: ExecutionResult | StrawberryResult) -> dict[str, Any]:
    payload: dict[str, Any] = {"data": result.data}
    if result.errors:
        payload["errors"] = [(error.message, error.path, str(error.locations)) for error in result.errors]
    return payload


@dataclass(frozen=True)
class Request:
    query: str
    operation: str | None
    variables: dict[str, Any]


async def run_alone(request: Request) -> list[Any]:
    return await run(request, Context(request_id="x"))


async def run(request: Request, context: Context) -> list[Any]:
    payloads = []
    results = await SCHEMA.stream(request.query, dict(request.variables), context, operation_name=request.operation)
    async with aclosing(results):
        async for result in results:
            assert isinstance(result, StrawberryResult)
            payloads.append(to_payload(result))
    return payloads


async def run_shared(request: Request, operations: SharedOperations, alive: list[Any]) -> list[Any]:
    """Run a subscription as api.websocket does. It stays alive, so that later ones share its operation and its cache."""
    sink = Sink()
    variables = dict(request.variables)
    found = operations.find(request.query, request.operation, variables, CALLER)
    if found is not None:
        operation, after = found
        sink.attach(SharedSubscription(operation, await operation.open_stream(CALLER, after)))
    else:
        sink.payloads = await run(request, Context(request_id="x", shared_operations=operations, event_sink=sink))
        if sink.subscription is not None:
            operations.remember_request(request.query, request.operation, sink.subscription.operation)
    if sink.subscription is not None:
        # payloads are cached only if there are several subscribers
        sink.subscription.operation.subscribers += 2
        alive.append(sink.subscription)
        await sink.subscription.run(sink)
    return sink.payloads


Chooser = Callable[..., Any]
"""Returns one of its arguments."""
NAMES = ("after", "from", "items", "seq", "text", "Early", "mark")
USUAL_CURSORS = (0, 1, 2, 3)
UNUSUAL_CURSORS = (2.0, None, "1", True, -1, 2**31)
NESTED = (
    *("text", "text(after: 2)", "text(after: $v)", 'text(mark: "$v")', "text @include(if: $flag)", "text # v\n"),
    *(["text(after: $v)"] * 4),
    *("v: text", "...v", "... on Item { text }", "... @skip(if: $flag) { text }"),
)


def build_document(choose: Chooser) -> tuple[str, str, list[str | None]]:
    """Return a document, the name of its variable, and the operation names with which it can be sent."""
    name = choose(*NAMES)
    declared = choose("Int!", "Int! = 2", "Int", "Int = 3", "Int = null")
    cursor = choose("after: $v", "after: $v", "after: $v", "", "after: 1")
    label = choose("", "", 'label: "v"', "label: $label")
    arguments = f"({cursor} {label})" if cursor or label else ""
    nested = choose("text", choose(*NESTED))
    selection = f"seq {nested}"
    fragments = "fragment v on Item { text }" if "...v" in nested else ""
    root = choose(
        f"items{arguments} {{ {selection} }}",
        f"v: items{arguments} {{ {selection} }}",
        f"... {{ items{arguments} {{ {selection} }} }}",
        f"... on Subscription {{ items{arguments} {{ {selection} }} }}",
        "...root",
        f"items{arguments} {{ {selection} }} items{arguments} {{ seq }}",
    )
    if root == "...root":
        fragments += f" fragment root on Subscription {{ items{arguments} {{ {selection} }} }}"
    used = "$v" in (arguments + nested).replace('"$v"', "")
    declarations = [f"$v: {declared}"] if used else []
    declarations += ['$label: String! = ""'] if "$label" in label else []
    declarations += ["$flag: Boolean! = false"] if "$flag" in nested else []
    head = f"({', '.join(declarations)})" if declarations else ""
    title = choose("", "Early", "v")
    document = f"subscription {title}{head} {{ {root} }} {fragments}"
    operations: list[str | None] = [None]
    if title:
        operations.append(title)
        if choose(True, False):
            document += f" subscription Late{head.replace('= 2', '= 1')} {{ items{arguments} {{ text }} }}"
            if not fragments:
                operations = [title, "Late"]
    # only here, so that the name stands wherever the document mentions it
    return replace_word(document, name), name, [replace_word(each, name) if each else None for each in operations]


def replace_word(text: str, name: str) -> str:
    return re.sub(r"\bv\b", name, text)


def build_series(choose: Chooser) -> list[Request]:
    """Return requests of which many differ in their cursor only."""
    query, name, operations = build_document(choose)
    shared_variables: dict[str, Any] = choose({}, {}, {"flag": True}, {"label": "x"})
    usual_operation = choose(*operations)
    requests = []
    for _ in range(choose(3, 4, 5, 6)):
        variables = dict(shared_variables)
        if choose(True, True, True, False):
            variables[name] = choose(*USUAL_CURSORS * 4, *UNUSUAL_CURSORS)
        if choose(*[False] * 9, True):
            variables["flag"] = not variables.get("flag", False)
        operation = usual_operation if choose(True, True, True, False) else choose(*operations)
        requests.append(Request(query, operation, variables))
    return requests


async def test_shared_execution_sends_each_subscriber_what_its_own_execution_would() -> None:
    # uniform choices: a search for small examples would rarely combine several shapes
    chosen = random.Random(13)
    shared = 0
    for _ in range(600):
        requests = build_series(lambda *options: chosen.choice(options))
        operations = SharedOperations()
        alive: list[Any] = []
        for request in requests:
            shared += operations.find(request.query, request.operation, request.variables, CALLER) is not None
            assert await run_shared(request, operations, alive) == await run_alone(request), requests
    assert shared > 300, "too few requests joined an operation"
