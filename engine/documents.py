"""How much one document may ask for, and the caches that make a known one cost nothing.

Strawberry's own limiters walk a fragment once for each of its spreads, which takes time that doubles with every 33 bytes. Here
each fragment is measured once, before any other rule runs: linear in the document, whatever its fragments multiply to.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValidationRule,
    VisitorAction,
    specified_rules,
    validate,
)
from graphql.validation.validate import ValidationAbortedError
from strawberry.extensions import SchemaExtension

from engine.fast_fields import SelectionPlans

MAX_TOKENS = 2_000
MAX_ERRORS = 5
"""of one document that are told: each may quote a large part of it"""
MAX_CACHED_DOCUMENTS = 64
"""kept parsed and validated; the largest within the limits takes 0.8 MB"""


class DocumentSize(NamedTuple):
    """What a document amounts to once its fragments are in place; `repeats` are fields named like an earlier one beside them."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    fragments: int = 0
    directives: int = 0
    repeats: int = 0


LIMITS = DocumentSize(depth=15, fields=500, aliases=50, fragments=50, directives=50, repeats=20)
"""An IDE's introspection query is 15 deep and has 469 fields. What has the same name, and fragments side by side, is compared
pair by pair by the rules of GraphQL, which is why repeats and fragments are few: a document within these numbers takes 50 ms"""


class DocumentLimits(ValidationRule):
    """Refuses a document that is too large, at its very beginning: no other rule then spends time on it."""

    def enter_document(self, node: DocumentNode, *_: Any) -> VisitorAction:
        """Measure everything. Raises ValidationAbortedError, which ends the validation, when it is too large."""
        size = measure_document(node)
        for name, amount, limit in zip(DocumentSize._fields, size, LIMITS, strict=True):
            if amount > limit:
                raise ValidationAbortedError(
                    f"The document is too large: {name} {amount}, at most {limit}. Ask for less, or in several requests."
                )
        return None


def measure_document(document: DocumentNode) -> DocumentSize:
    """The sum of all operations, each fragment counted wherever it is spread, and of the fragments on their own."""
    fragments = {
        definition.name.value: definition for definition in document.definitions if isinstance(definition, FragmentDefinitionNode)
    }
    measured_fragments: dict[str, DocumentSize] = {}

    def measure_selection_set(selected: SelectionSetNode, names: set[str]) -> DocumentSize:
        return _sum([measure_selection(selection, names) for selection in selected.selections])

    def measure_selection(selection: SelectionNode, names: set[str]) -> DocumentSize:
        own = DocumentSize(directives=len(selection.directives or ()))
        match selection:
            case FragmentSpreadNode(name=name):
                return _sum([own, DocumentSize(fragments=1), measure_fragment(name.value)])
            case InlineFragmentNode(selection_set=inner):
                return _sum([own, measure_selection_set(inner, names)])
            case FieldNode(name=name, alias=alias, selection_set=inner):
                response_name = (alias or name).value
                own = own._replace(fields=1, aliases=int(alias is not None), repeats=int(response_name in names))
                names.add(response_name)
                below = measure_selection_set(inner, set()) if inner else DocumentSize()
                return _sum([own, below])._replace(depth=below.depth + 1)
        raise TypeError(f"a selection of kind {selection.kind}")

    def measure_fragment(name: str) -> DocumentSize:
        if name not in measured_fragments:
            # a fragment within itself counts nothing here: another rule refuses it
            measured_fragments[name] = DocumentSize()
            measured_fragments[name] = (
                measure_selection_set(fragments[name].selection_set, set()) if name in fragments else DocumentSize()
            )
        return measured_fragments[name]

    operations = [definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)]
    return _sum(
        [measure_selection_set(operation.selection_set, set()) for operation in operations]
        + [DocumentSize(directives=len(operation.directives or ())) for operation in operations]
        + [measure_fragment(name) for name in fragments]
    )


def _sum(sizes: list[DocumentSize]) -> DocumentSize:
    if not sizes:
        return DocumentSize()
    depth, *amounts = zip(*sizes, strict=True)
    return DocumentSize(max(depth), *(sum(amount) for amount in amounts))


RULES: tuple[type[ASTValidationRule], ...] = (DocumentLimits, *specified_rules)
RULES_WITHOUT_INTROSPECTION = (*RULES, NoSchemaIntrospectionCustomRule)


@dataclass(slots=True)
class ParsedDocument:
    """A document, and what is known of it."""

    document: DocumentNode
    mentioned_fields: frozenset[str]
    """the names of all its fields, in whichever operation or fragment"""
    plans: SelectionPlans | None
    """for engine.fast_fields; None where a directive makes each request another one"""
    errors: list[GraphQLError] | None = None
    """what validation found; None until the document is validated"""

    @classmethod
    def of(cls, document: DocumentNode) -> "ParsedDocument":
        """The same of a document that has been parsed."""
        nodes = list(_walk_nodes(document))
        mentioned = frozenset(node.name.value for node in nodes if isinstance(node, FieldNode))
        return cls(document, mentioned, None if any(getattr(node, "directives", None) for node in nodes) else {})


class DocumentCache:
    """The documents that a schema executed most recently, by their texts.

    A text that cannot be parsed is not stored, so it evicts no document.
    """

    def __init__(self) -> None:
        self._parsed: OrderedDict[str, ParsedDocument] = OrderedDict()

    def get(self, text: str) -> ParsedDocument | None:
        """The document of that text, if it is known."""
        parsed = self._parsed.get(text)
        if parsed is not None:
            self._parsed.move_to_end(text)
        return parsed

    def add(self, text: str, document: DocumentNode) -> ParsedDocument:
        """Know that document from now on."""
        parsed = self._parsed[text] = ParsedDocument.of(document)
        if len(self._parsed) > MAX_CACHED_DOCUMENTS:
            self._parsed.popitem(last=False)
        return parsed


def _walk_nodes(document: DocumentNode) -> Iterator[Node]:
    """Its definitions, and all that they select."""
    pending: list[Node] = [*document.definitions]
    while pending:
        node = pending.pop()
        yield node
        selected = getattr(node, "selection_set", None)
        pending += selected.selections if selected else ()


def _validate(schema: GraphQLSchema, document: DocumentNode, introspection: bool) -> list[GraphQLError]:
    rules = RULES if introspection else RULES_WITHOUT_INTROSPECTION
    return validate(schema, document, rules, max_errors=MAX_ERRORS, hide_suggestions=not introspection)


class DocumentExtension(SchemaExtension):
    """Parses and validates within the limits, each document once.

    In place of Strawberry's ParserCache, ValidationCache and MaxTokensLimiter: a syntax error found in ParserCache escapes from a
    subscription as an exception, and a hundred errors are told, each of which may quote the whole document.
    """

    def __init__(self, known: DocumentCache, *, introspection: bool) -> None:
        """`measured_fragments` belongs to one schema and one value of `introspection`: it holds the errors of validation too."""
        self._known = known
        self._introspection = introspection
        self._parsed: ParsedDocument | None = None

    def on_parse(self) -> Iterator[None]:
        """Set the document if it is known; else the schema parses it, which tells why if it can not be."""
        context = self.execution_context
        context.parse_options["max_tokens"] = MAX_TOKENS
        parsed = self._known.get(context.query or "")
        if parsed is not None:
            context.graphql_document = parsed.document
        yield
        if parsed is None and context.graphql_document is not None:
            parsed = self._known.add(context.query or "", context.graphql_document)
        self._parsed = parsed
        if parsed is not None:
            context.context.mentioned_fields, context.context.plans = parsed.mentioned_fields, parsed.plans

    def on_validate(self) -> Iterator[None]:
        """Set the document's errors, none of them if it is valid."""
        context, parsed = self.execution_context, self._parsed
        if parsed is None:
            raise RuntimeError("validation comes after parsing")
        operations = sum(isinstance(definition, OperationDefinitionNode) for definition in parsed.document.definitions)
        # Strawberry would run the first one; what the request named is kept in a private attribute only
        if operations > 1 and context._provided_operation_name is None:
            sentence = "The document has several operations: name the one to run in operationName."
            context.pre_execution_errors = [GraphQLError(sentence)]
        else:
            if parsed.errors is None:
                parsed.errors = _validate(context.schema._schema, parsed.document, self._introspection)
            context.pre_execution_errors = parsed.errors
        yield
