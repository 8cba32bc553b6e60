"""Limits on the size of GraphQL documents and on the time they take, and the cache of parsed and validated documents.

Strawberry's limiters walk a fragment once for each of its spreads, which takes time exponential in
the size of the document. Here each fragment is measured once, before any other validation rule
runs, so that the time is linear.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Lexer,
    Node,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Source,
    TokenKind,
    ValidationRule,
    VisitorAction,
    get_operation_ast,
    specified_rules,
    validate,
)
from graphql.validation.validate import ValidationAbortedError
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from engine.cost import MAX_ANONYMOUS_COST, MAX_COST, MAX_ESTIMATED_COST, OperationCost, measure_cost
from engine.executor import OperationContext
from engine.fast_fields import SelectionPlans
from errors import AppError, RateLimited

MAX_TOKENS = 2_000
MAX_CHARACTERS = 32_000
"""Characters of a document. Long texts belong into variables."""
MAX_ANONYMOUS_TOKENS = 500
MAX_ANONYMOUS_CHARACTERS = 8_000
"""A document beyond these two is parsed only for callers whose credential is valid. The introspection query of an IDE has 300
tokens and 1,500 characters."""
MAX_ERRORS = 5
"""Errors reported for one document. Each may quote a large part of it."""
MAX_CACHED_DOCUMENTS = 64
"""Documents of known callers cached per schema. The largest document within the limits takes 0.8 MB."""
MAX_CACHED_ANONYMOUS_DOCUMENTS = 32
"""Documents cached of callers without a valid credential, who evict only each other's."""
KNOWN_SHARE = 0.75
"""Share of the event loop's time in which new documents of known callers are parsed and validated."""
ANONYMOUS_SHARE = 0.1
"""The same share for callers without a valid credential."""
MAX_WAITING = 100
"""New documents of a caller that may wait for their turn: as many as the operations of a WebSocket."""
MAX_ANONYMOUS_WAITING = 5
"""New documents of a network address that may wait for their turn."""
MAX_PAUSE_SECONDS = 1.0
"""Longest pause after a document, however long it took: the process may have been suspended."""
RETRY_AFTER_SECONDS = 1
"""Suggested delay before a document is sent again that could not wait for its turn."""


class DocumentSize(NamedTuple):
    """The size of a document after its fragments are expanded.

    `repeats` counts fields with the same response name as an earlier field of the same selection
    set, and `root_fields` the fields on the top level of the largest operation, each of which may cost as much as a request.
    """

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    fragments: int = 0
    directives: int = 0
    repeats: int = 0
    root_fields: int = 0


LIMITS = DocumentSize(depth=15, fields=500, aliases=50, fragments=50, directives=50, repeats=20, root_fields=10)
"""The introspection query of an IDE has a depth of 15 and 469 fields. GraphQL's validation compares
fields with the same name, and fragments spread in the same selection set, pair by pair, so the
limits on repeats and fragments are low: validating a document within these limits takes at most 50
ms."""


class DocumentLimits(ValidationRule):
    """Rejects a document that is too large before any other rule spends time on it."""

    def enter_document(self, node: DocumentNode, *_: Any) -> VisitorAction:
        """Measure the document.

        Raises ValidationAbortedError, which ends the validation, if it is too large.
        """
        size = measure_document(node)
        for name, amount, limit in zip(DocumentSize._fields, size, LIMITS, strict=True):
            if amount > limit:
                raise ValidationAbortedError(
                    f"The document is too large: {name} {amount}, at most {limit}. Select less, or send several requests."
                )
        return None


def measure_document(document: DocumentNode) -> DocumentSize:
    """Return the size of all operations, counting a fragment wherever it is spread, plus that of each fragment definition."""
    fragments = _find_fragments(document)
    measured_fragments: dict[str, DocumentSize] = {}

    def measure_selection_set(selected: SelectionSetNode, earlier_names: set[str]) -> DocumentSize:
        return _combine([measure_selection(selection, earlier_names) for selection in selected.selections])

    def measure_selection(selection: SelectionNode, earlier_names: set[str]) -> DocumentSize:
        own = DocumentSize(directives=len(selection.directives or ()))
        match selection:
            case FragmentSpreadNode(name=name):
                return _combine([own, DocumentSize(fragments=1), measure_fragment(name.value)])
            case InlineFragmentNode(selection_set=inner):
                return _combine([own, measure_selection_set(inner, earlier_names)])
            case FieldNode(name=name, alias=alias, selection_set=inner):
                response_name = (alias or name).value
                own = own._replace(fields=1, aliases=int(alias is not None), repeats=int(response_name in earlier_names))
                earlier_names.add(response_name)
                below = measure_selection_set(inner, set()) if inner else DocumentSize()
                return _combine([own, below])._replace(depth=below.depth + 1, root_fields=1)
        raise TypeError(f"unknown kind of selection: {selection.kind}")

    def measure_fragment(name: str) -> DocumentSize:
        if name not in measured_fragments:
            # a fragment that spreads itself counts as empty: another rule rejects it
            measured_fragments[name] = DocumentSize()
            measured_fragments[name] = (
                measure_selection_set(fragments[name].selection_set, set()) if name in fragments else DocumentSize()
            )
        return measured_fragments[name]

    operations = [definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)]
    selected = [measure_selection_set(operation.selection_set, set()) for operation in operations]
    whole = _combine(
        selected
        + [DocumentSize(directives=len(operation.directives or ())) for operation in operations]
        + [measure_fragment(name) for name in fragments]
    )
    return whole._replace(root_fields=max((size.root_fields for size in selected), default=0))


def _find_fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        definition.name.value: definition for definition in document.definitions if isinstance(definition, FragmentDefinitionNode)
    }


def _combine(sizes: list[DocumentSize]) -> DocumentSize:
    if not sizes:
        return DocumentSize()
    depth, *amounts = zip(*sizes, strict=True)
    return DocumentSize(max(depth), *(sum(amount) for amount in amounts))


RULES: tuple[type[ASTValidationRule], ...] = (DocumentLimits, *specified_rules)
RULES_WITHOUT_INTROSPECTION = (*RULES, NoSchemaIntrospectionCustomRule)


@dataclass(slots=True)
class ParsedDocument:
    """A parsed document with everything that is derived from it."""

    document: DocumentNode
    fragments: dict[str, FragmentDefinitionNode]
    mentioned_fields: frozenset[str]
    """Names of the fields that occur in any operation or fragment."""
    plans: SelectionPlans | None
    """Selection plans of engine.fast_fields. None if the document has directives, because then
    selections depend on variables."""
    errors: list[GraphQLError] | None = None
    """Validation errors. None until the document is validated, which is in the turn in which it is parsed."""
    facts: dict[Hashable, Any] = field(default_factory=dict)
    """What the schema derived from the document (OperationContext.document_facts)."""
    highest_costs: dict[str | None, OperationCost] = field(default_factory=dict)
    """The cost of each operation that was requested, by operationName, with the variables that make it highest."""

    @classmethod
    def of(cls, document: DocumentNode) -> "ParsedDocument":
        """Derive everything except validation errors."""
        nodes = list(_walk_nodes(document))
        mentioned = frozenset(node.name.value for node in nodes if isinstance(node, FieldNode))
        plans: SelectionPlans | None = None if any(getattr(node, "directives", None) for node in nodes) else {}
        return cls(document, _find_fragments(document), mentioned, plans)


class DocumentCache:
    """The most recently used documents of a schema, by their text.

    Text that cannot be parsed is not stored, so it does not evict documents.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[str, ParsedDocument] = OrderedDict()
        self._anonymous: OrderedDict[str, ParsedDocument] = OrderedDict()
        self.known_queue = ParsingQueue(KNOWN_SHARE, MAX_WAITING)
        self.anonymous_queue = ParsingQueue(ANONYMOUS_SHARE, MAX_ANONYMOUS_WAITING)

    def get(self, text: str) -> ParsedDocument | None:
        """Return the document with this text if it is cached."""
        for documents in (self._known, self._anonymous):
            if text in documents:
                documents.move_to_end(text)
                return documents[text]
        return None

    def add(self, text: str, document: DocumentNode, *, is_caller_known: bool) -> ParsedDocument:
        """Cache a parsed document."""
        documents, size = (
            (self._known, MAX_CACHED_DOCUMENTS) if is_caller_known else (self._anonymous, MAX_CACHED_ANONYMOUS_DOCUMENTS)
        )
        parsed = documents[text] = ParsedDocument.of(document)
        if len(documents) > size:
            documents.popitem(last=False)
        return parsed


class ParsingQueue:
    """Bounds the share of the event loop's time in which new documents are parsed and validated.

    Each takes up to 100 ms, in which nothing else runs in the process. They take turns, and after each of them the loop is free
    for as long as the share demands.
    """

    def __init__(self, share: float, max_waiting: int) -> None:
        """`max_waiting` is the number of documents that one caller may have in the queue."""
        self._pause_ratio = 1 / share - 1
        self._max_waiting = max_waiting
        self._waiting: Counter[str] = Counter()
        self._lock = asyncio.Lock()
        self._free_at = 0.0

    @asynccontextmanager
    async def turn(self, caller: str) -> AsyncIterator[None]:
        """Wait for the caller's turn, which lasts for the length of the block. Raises RateLimited if too many of theirs wait."""
        if self._waiting[caller] >= self._max_waiting:
            raise RateLimited(
                "Too many new documents at the same time: send this one again in a second, and texts that vary as variables.",
                retry_after_seconds=RETRY_AFTER_SECONDS,
            )
        loop = asyncio.get_running_loop()
        self._waiting[caller] += 1
        try:
            async with self._lock:
                if (pause := self._free_at - loop.time()) > 0:
                    await asyncio.sleep(pause)
                started_at = loop.time()
                try:
                    yield
                finally:
                    seconds = loop.time() - started_at
                    self._free_at = started_at + seconds + min(seconds * self._pause_ratio, MAX_PAUSE_SECONDS)
        finally:
            self._waiting[caller] -= 1
            if not self._waiting[caller]:
                del self._waiting[caller]


def _walk_nodes(document: DocumentNode) -> Iterator[Node]:
    """Yield the document's definitions and all their selections."""
    pending: list[Node] = [*document.definitions]
    while pending:
        node = pending.pop()
        yield node
        selected = getattr(node, "selection_set", None)
        pending += selected.selections if selected else ()


def _validate(schema: GraphQLSchema, document: DocumentNode, introspection: bool) -> list[GraphQLError]:
    rules = RULES if introspection else RULES_WITHOUT_INTROSPECTION
    errors = validate(schema, document, rules, max_errors=MAX_ERRORS, hide_suggestions=not introspection)
    # an exception means that a literal cannot be read, such as an Int of 5,000 digits
    return [error if isinstance(error.original_error, AppError | None) else _without_cause(error) for error in errors]


def _without_cause(error: GraphQLError) -> GraphQLError:
    return GraphQLError(error.message, error.nodes, path=error.path)


def _exceeds_anonymous_limits(text: str) -> bool:
    if len(text) > MAX_ANONYMOUS_CHARACTERS:
        return True
    if len(text) < MAX_ANONYMOUS_TOKENS:
        return False
    lexer = Lexer(Source(text))
    try:
        for _ in range(MAX_ANONYMOUS_TOKENS):
            if lexer.advance().kind is TokenKind.EOF:
                return False
    except GraphQLSyntaxError:
        return False
    return True


class DocumentExtension(SchemaExtension):
    """Parses and validates documents within the limits, each document once.

    It replaces Strawberry's ParserCache, ValidationCache and MaxTokensLimiter: with ParserCache, a
    syntax error in a subscription escapes as an exception, and validation reports a hundred errors,
    each of which may quote the whole document.
    """

    def __init__(self, cache: DocumentCache, *, introspection: bool) -> None:
        """`cache` holds validation errors, so it must not be shared between schemas or values of `introspection`."""
        self._cache = cache
        self._introspection = introspection
        self._parsed: ParsedDocument | None = None

    async def on_parse(self) -> AsyncIterator[None]:
        """Set the document if it is cached.

        Otherwise the schema parses it and reports syntax errors, and it is validated, both in the caller's turn.
        Raises GraphQLError for a document with too many characters, what `OperationContext.check_caller` raises for one that
        only known callers may send, and RateLimited if too many new documents of the caller wait for their turn.
        """
        context, text = self.execution_context, self.execution_context.query or ""
        operation_context: OperationContext = context.context
        context.parse_options["max_tokens"] = MAX_TOKENS
        self._parsed = self._cache.get(text)
        if self._parsed is None and len(text) > MAX_CHARACTERS:
            raise GraphQLError(
                f"The document is too large: {len(text)} characters, at most {MAX_CHARACTERS}. Send long texts as variables."
            )
        if self._parsed is None:
            caller, is_known = await operation_context.identify_caller()
            queue = self._cache.known_queue if is_known else self._cache.anonymous_queue
            async with queue.turn(caller):
                # the same document may have had its turn while this one waited
                self._parsed = self._cache.get(text)
                if self._parsed is None and not is_known and _exceeds_anonymous_limits(text):
                    await operation_context.check_caller()
                if self._parsed is not None:
                    context.graphql_document = self._parsed.document
                yield
                if self._parsed is None and context.graphql_document is not None:
                    self._parsed = self._cache.add(text, context.graphql_document, is_caller_known=is_known)
                    self._parsed.errors = _validate(context.schema._schema, self._parsed.document, self._introspection)
        else:
            context.graphql_document = self._parsed.document
            yield
        if self._parsed is not None:
            operation_context.mentioned_fields, operation_context.plans = self._parsed.mentioned_fields, self._parsed.plans
            operation_context.document_facts = self._parsed.facts

    async def on_validate(self) -> AsyncIterator[None]:
        """Set the document's validation errors, or the error of an operation that this caller may not run because of its cost.

        Any other operation is charged to its caller.
        """
        context, parsed = self.execution_context, self._parsed
        if parsed is None:
            raise RuntimeError("on_validate was called before on_parse")
        operations = sum(isinstance(definition, OperationDefinitionNode) for definition in parsed.document.definitions)
        # Strawberry would run the first operation; the requested name is available as a private attribute only (docs/pinned.md)
        if operations > 1 and context._provided_operation_name is None:
            message = "The document has several operations: name the one to run in operationName."
            context.pre_execution_errors = [GraphQLError(message)]
        else:
            context.pre_execution_errors = parsed.errors or await self._check_cost(parsed)
        yield

    async def _check_cost(self, parsed: ParsedDocument) -> list[GraphQLError]:
        context = self.execution_context
        name = context._provided_operation_name
        operation = get_operation_ast(parsed.document, name)
        if operation is None:
            raise RuntimeError("the operation is known before the document is validated")
        schema, fragments = context.schema._schema, parsed.fragments
        cost = parsed.highest_costs.get(name)
        if cost is None:
            cost = parsed.highest_costs[name] = measure_cost(schema, operation, fragments)
        if cost.total > MAX_ESTIMATED_COST:
            cost = measure_cost(schema, operation, fragments, context.variables or {})
        context.context.cost = cost.total
        if cost.total > MAX_COST:
            return [cost.to_error()]
        try:
            if cost.total > MAX_ANONYMOUS_COST:
                await context.context.check_caller()
            await context.context.charge(cost.charge)
        except Exception as error:
            return [GraphQLError(str(error), original_error=error)]
        if (share := context.context.own_share) is not None:
            await share.turn()
        return []

    def get_results(self) -> dict[str, Any]:
        """Return what a query or mutation has cost its caller, for the `extensions` of its result."""
        context = self.execution_context
        has_bill = context.context.bill is not None and context.operation_type is not OperationType.SUBSCRIPTION
        return {"cost": context.context.bill} if has_bill else {}
