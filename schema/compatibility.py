"""Compatibility of the schema with that of the last release, and the rule of twelve months for deprecations.

A field, argument, input field or enum value may be removed after the date in its deprecation reason. Until then, a
change that could break a client is refused.
"""

import re
from datetime import date

from graphql import (
    REMOVE,
    DirectiveNode,
    DocumentNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    InputValueDefinitionNode,
    NamedTypeNode,
    Node,
    StringValueNode,
    TypeDefinitionNode,
    Visitor,
    build_ast_schema,
    parse,
    visit,
)
from graphql.utilities import DangerousChangeType, find_breaking_changes, find_dangerous_changes

_CHANGED_DEFAULTS = (DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE, DangerousChangeType.INPUT_FIELD_DEFAULT_VALUE_CHANGE)
_REASON = re.compile(r"(?P<remedy>.+\.) To be removed after (?P<date>\d{4}-\d\d-\d\d)\.")

Deprecatable = FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode


def list_breaking_changes(released_sdl: str, current_sdl: str, today: date) -> list[str]:
    """Return a sentence for each change since the release that could break a client.

    Additions are compatible, also of enum values: clients must handle unknown ones. Elements of the released schema whose
    removal date has passed are not promised any longer.
    """
    released = build_ast_schema(_drop_expired(parse(released_sdl, no_location=True), today), assume_valid=True)
    current = build_ast_schema(parse(current_sdl, no_location=True), assume_valid=True)
    breaking = [change.description for change in find_breaking_changes(released, current)]
    dangerous = find_dangerous_changes(released, current)
    # graphql-core calls additions of optional inputs and of enum values dangerous, too
    return breaking + [change.description for change in dangerous if change.type in _CHANGED_DEFAULTS]


def list_invalid_deprecations(released_sdl: str, current_sdl: str) -> list[str]:
    """Return a sentence for each deprecation without a remedy or a date, and for each date earlier than in the release."""
    promised = {path: parsed for path, reason in list_deprecations(released_sdl) if (parsed := parse_removal_date(reason))}
    sentences = []
    for path, reason in list_deprecations(current_sdl):
        removal = parse_removal_date(reason)
        if removal is None:
            sentences.append(f'{path}: write the reason of its deprecation as "Use X. To be removed after YYYY-MM-DD.".')
        elif path in promised and removal < promised[path]:
            sentences.append(f"{path}: its removal date may not become earlier than {promised[path]}, which was released.")
    return sentences


def list_short_deprecations(released_sdl: str, current_sdl: str, release_date: date) -> list[str]:
    """Return a sentence for each deprecation that a release on this date announces less than twelve months ahead."""
    announced = {path for path, _ in list_deprecations(released_sdl)}
    earliest = _add_year(release_date)
    return [
        f"{path}: a deprecation released on {release_date} may not be removed before {earliest}."
        for path, reason in list_deprecations(current_sdl)
        if path not in announced and (removal := parse_removal_date(reason)) and removal < earliest
    ]


def parse_removal_date(reason: str) -> date | None:
    """Return the date after which an element with this deprecation reason may be removed, or None without a valid one."""
    match = _REASON.fullmatch(reason)
    try:
        return date.fromisoformat(match["date"]) if match else None
    except ValueError:
        return None


def list_deprecations(sdl: str) -> list[tuple[str, str]]:
    """Return the path of each deprecated element, such as `Turn.text` or `Query.node(id:)`, with the reason."""
    collector = _DeprecationCollector()
    visit(parse(sdl, no_location=True), collector)
    return collector.found


class _DeprecationCollector(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def enter(self, node: Node, _key: object, _parent: object, _path: object, ancestors: list[object]) -> None:
        if not isinstance(node, Deprecatable) or (reason := _get_deprecation_reason(node)) is None:
            return
        parents = [each.name.value for each in ancestors if isinstance(each, TypeDefinitionNode | FieldDefinitionNode)]
        path = ".".join([*parents, node.name.value]) if len(parents) < 2 else f"{'.'.join(parents)}({node.name.value}:)"
        self.found.append((path, reason))


def _get_deprecation_reason(node: Deprecatable) -> str | None:
    deprecated = next((directive for directive in node.directives or () if directive.name.value == "deprecated"), None)
    return _get_reason_argument(deprecated) if deprecated else None


def _get_reason_argument(deprecated: DirectiveNode) -> str:
    values = [argument.value for argument in deprecated.arguments or () if argument.name.value == "reason"]
    return values[0].value if values and isinstance(values[0], StringValueNode) else ""


def _drop_expired(document: DocumentNode, today: date) -> DocumentNode:
    """Return the document without the elements whose removal date has passed, and without the types that only they use."""

    class DropExpired(Visitor):
        def enter(self, node: Node, *_: object) -> object:
            if isinstance(node, Deprecatable) and (reason := _get_deprecation_reason(node)) is not None:
                removal = parse_removal_date(reason)
                return REMOVE if removal and removal < today else None
            return None

    never_used = _list_type_names(document) - _list_used_types(document)
    document = visit(document, DropExpired())
    while unused := _list_type_names(document) - _list_used_types(document) - never_used:
        document = DocumentNode(
            definitions=tuple(
                each for each in document.definitions if not (isinstance(each, TypeDefinitionNode) and each.name.value in unused)
            )
        )
    return document


def _list_type_names(document: DocumentNode) -> set[str]:
    return {each.name.value for each in document.definitions if isinstance(each, TypeDefinitionNode)}


def _list_used_types(document: DocumentNode) -> set[str]:
    used: set[str] = set()

    class CollectNames(Visitor):
        def enter_named_type(self, node: NamedTypeNode, *_: object) -> None:
            used.add(node.name.value)

    visit(document, CollectNames())
    return used


def _add_year(day: date) -> date:
    return day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else date(day.year + 1, 3, 1)
