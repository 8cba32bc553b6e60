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

from schema.attributes import Plans

MAX_TOKENS = 2_000
MAX_ERRORS = 5
"""of one document that are told: each may quote a large part of it"""
KNOWN_DOCUMENTS = 64
"""kept parsed and validated; the largest within the limits takes 0.8 MB"""


class Size(NamedTuple):
    """What a document amounts to once its fragments are in place; `repeats` are fields named like an earlier one beside them."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    fragments: int = 0
    directives: int = 0
    repeats: int = 0


LIMITS = Size(depth=15, fields=500, aliases=50, fragments=50, directives=50, repeats=20)
"""An IDE's introspection query is 15 deep and has 469 fields. What has the same name, and fragments side by side, is compared
pair by pair by the rules of GraphQL, which is why repeats and fragments are few: a document within these numbers takes 50 ms"""


class DocumentLimits(ValidationRule):
    """Refuses a document that is too large, at its very beginning: no other rule then spends time on it."""

    def enter_document(self, node: DocumentNode, *_: Any) -> VisitorAction:
        """Measure everything. Raises ValidationAbortedError, which ends the validation, when it is too large."""
        size = measure(node)
        for name, amount, limit in zip(Size._fields, size, LIMITS, strict=True):
            if amount > limit:
                raise ValidationAbortedError(
                    f"The document is too large: {name} {amount}, at most {limit}. Ask for less, or in several requests."
                )
        return None


def measure(document: DocumentNode) -> Size:
    """The sum of all operations, each fragment counted wherever it is spread, and of the fragments on their own."""
    fragments = {
        definition.name.value: definition for definition in document.definitions if isinstance(definition, FragmentDefinitionNode)
    }
    known: dict[str, Size] = {}

    def of_set(selected: SelectionSetNode, names: set[str]) -> Size:
        return _sum([of_selection(selection, names) for selection in selected.selections])

    def of_selection(selection: SelectionNode, names: set[str]) -> Size:
        own = Size(directives=len(selection.directives or ()))
        match selection:
            case FragmentSpreadNode(name=name):
                return _sum([own, Size(fragments=1), of_fragment(name.value)])
            case InlineFragmentNode(selection_set=inner):
                return _sum([own, of_set(inner, names)])
            case FieldNode(name=name, alias=alias, selection_set=inner):
                shown = (alias or name).value
                own = own._replace(fields=1, aliases=int(alias is not None), repeats=int(shown in names))
                names.add(shown)
                below = of_set(inner, set()) if inner else Size()
                return _sum([own, below])._replace(depth=below.depth + 1)
        raise TypeError(f"a selection of kind {selection.kind}")

    def of_fragment(name: str) -> Size:
        if name not in known:
            # a fragment within itself counts nothing here: another rule refuses it
            known[name] = Size()
            known[name] = of_set(fragments[name].selection_set, set()) if name in fragments else Size()
        return known[name]

    operations = [definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)]
    return _sum(
        [of_set(operation.selection_set, set()) for operation in operations]
        + [Size(directives=len(operation.directives or ())) for operation in operations]
        + [of_fragment(name) for name in fragments]
    )


def _sum(sizes: list[Size]) -> Size:
    if not sizes:
        return Size()
    depth, *amounts = zip(*sizes, strict=True)
    return Size(max(depth), *(sum(amount) for amount in amounts))


RULES: tuple[type[ASTValidationRule], ...] = (DocumentLimits, *specified_rules)
RULES_WITHOUT_INTROSPECTION = (*RULES, NoSchemaIntrospectionCustomRule)


@dataclass(slots=True)
class Parsed:
    """A document, and what is known of it."""

    document: DocumentNode
    mentioned: frozenset[str]
    """the names of all its fields, in whichever operation or fragment"""
    plans: Plans | None
    """for schema.attributes; None where a directive makes each request another one"""
    errors: list[GraphQLError] | None = None
    """what validation found; None until the document is validated"""

    @classmethod
    def of(cls, document: DocumentNode) -> "Parsed":
        """The same of a document that has been parsed."""
        nodes = list(_nodes_of(document))
        mentioned = frozenset(node.name.value for node in nodes if isinstance(node, FieldNode))
        return cls(document, mentioned, None if any(getattr(node, "directives", None) for node in nodes) else {})


class KnownDocuments:
    """The documents that a schema executed most recently, by their texts.

    A text that cannot be parsed is not stored, so it evicts no document.
    """

    def __init__(self) -> None:
        self._parsed: OrderedDict[str, Parsed] = OrderedDict()

    def get(self, text: str) -> Parsed | None:
        """The document of that text, if it is known."""
        parsed = self._parsed.get(text)
        if parsed is not None:
            self._parsed.move_to_end(text)
        return parsed

    def add(self, text: str, document: DocumentNode) -> Parsed:
        """Know that document from now on."""
        parsed = self._parsed[text] = Parsed.of(document)
        if len(self._parsed) > KNOWN_DOCUMENTS:
            self._parsed.popitem(last=False)
        return parsed


def _nodes_of(document: DocumentNode) -> Iterator[Node]:
    """Its definitions, and all that they select."""
    waiting: list[Node] = [*document.definitions]
    while waiting:
        node = waiting.pop()
        yield node
        selected = getattr(node, "selection_set", None)
        waiting += selected.selections if selected else ()


def _validate(schema: GraphQLSchema, document: DocumentNode, introspection: bool) -> list[GraphQLError]:
    rules = RULES if introspection else RULES_WITHOUT_INTROSPECTION
    return validate(schema, document, rules, max_errors=MAX_ERRORS, hide_suggestions=not introspection)


class Documents(SchemaExtension):
    """Parses and validates within the limits, each document once.

    In place of Strawberry's ParserCache, ValidationCache and MaxTokensLimiter: a syntax error found in ParserCache escapes from a
    subscription as an exception, and a hundred errors are told, each of which may quote the whole document.
    """

    def __init__(self, known: KnownDocuments, *, introspection: bool) -> None:
        """`known` belongs to one schema and one value of `introspection`: it holds the errors of validation too."""
        self._known = known
        self._introspection = introspection
        self._parsed: Parsed | None = None

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
            context.context.mentioned, context.context.plans = parsed.mentioned, parsed.plans

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
