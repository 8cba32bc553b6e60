"""The cost of an operation: an estimate, before it is executed, of how many values its response has.

A field costs 1, plus the cost of its selection; the selection of a list counts once for each item. How many items a list has is
known from the arguments `first` and `last` of the field above it, and otherwise assumed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

MAX_COST = 50_000
"""The cost of a page of 100 interviews with 160 values of each, or with three values of each of 160 turns."""
MAX_ANONYMOUS_COST = 10_000
"""An operation beyond this cost is executed only for callers whose credential is valid. The introspection query of an IDE costs
8,600."""

MAX_ESTIMATED_COST = 1_000
"""An operation whose cost would be higher with some variables is measured with those of the request."""
MIN_CHARGE = 100
"""What each root field is charged at least: a request takes as long as an answer with so many values."""

DEFAULT_PAGE_SIZE = 50
"""Items of a connection without `first` and `last`."""
MAX_PAGE_SIZE = 100
"""Items of a page whose size is a variable with an unknown value, and of a list that has all its items without `first`."""
ASSUMED_LIST_SIZE = 5
"""Items of a list that has no arguments for its size, such as the criteria of an evaluation."""

_SIZE_ARGUMENTS = ("first", "last")


@dataclass(frozen=True, slots=True)
class OperationCost:
    """The cost of an operation, and of its most expensive root field."""

    total: int
    root_field: str
    root_field_cost: int
    root_fields: int

    @property
    def charge(self) -> int:
        """Return what the operation is charged to its caller, whose charges in a time are limited."""
        return max(self.total, MIN_CHARGE * self.root_fields)

    def to_error(self) -> GraphQLError:
        """Return the error for an operation that costs more than MAX_COST."""
        return GraphQLError(
            f"The request is too expensive: its cost is {self.total}, at most {MAX_COST}, of which {self.root_field} has "
            f"{self.root_field_cost}. Request fewer items at a time (first), select less, or send several requests."
        )


def measure_cost(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any] | None = None,
) -> OperationCost:
    """Return the cost of an operation that is valid.

    Without `variables`, it is the highest that any values of them could cause.
    """
    root_type = schema.get_root_type(operation.operation)
    if root_type is None:
        raise ValueError(f"the schema has no {operation.operation.value}")
    costs = _CostMeter(schema, operation, fragments, variables).measure(operation.selection_set, root_type)
    name, cost = max(costs.items(), key=lambda item: item[1])
    return OperationCost(sum(costs.values()), name, cost, len(costs))


class _CostMeter:
    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any] | None,
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._defaults = {each.variable.name.value: each.default_value for each in operation.variable_definitions or ()}
        self._fragment_costs: dict[tuple[str, int | None], dict[str, int]] = {}

    def measure(self, selected: SelectionSetNode, parent: GraphQLNamedType, page_size: int | None = None) -> dict[str, int]:
        """Return the cost of each field of a selection; `page_size` is that of the lists in it, if the field above set one."""
        costs: dict[str, int] = {}
        for selection in selected.selections:
            match selection:
                case FieldNode(name=name, alias=alias):
                    found = {(alias or name).value: self._measure_field(selection, parent, page_size)}
                case FragmentSpreadNode(name=name):
                    found = self._measure_fragment(name.value, page_size)
                case InlineFragmentNode(type_condition=condition, selection_set=below):
                    kind = self._schema.get_type(condition.name.value) if condition else parent
                    found = self.measure(below, kind or parent, page_size)
                case _:
                    raise TypeError(f"unknown kind of selection: {selection.kind}")
            # what is selected repeatedly is executed once, but merging costs time as well
            for response_name, cost in found.items():
                costs[response_name] = costs.get(response_name, 0) + cost
        return costs

    def _measure_fragment(self, name: str, page_size: int | None) -> dict[str, int]:
        key = name, page_size
        if key not in self._fragment_costs:
            fragment = self._fragments[name]
            kind = self._schema.get_type(fragment.type_condition.name.value)
            if kind is None:
                raise ValueError(f"the schema has no type {fragment.type_condition.name.value}")
            self._fragment_costs[key] = self.measure(fragment.selection_set, kind, page_size)
        return self._fragment_costs[key]

    def _measure_field(self, node: FieldNode, parent: GraphQLNamedType, page_size: int | None) -> int:
        field = self._schema.get_field(parent, node.name.value)  # type: ignore[arg-type]  # only composite types have fields
        if field is None or node.selection_set is None:
            return 1
        below = self.measure(node.selection_set, get_named_type(field.type), self._get_page_size(node, field))
        return 1 + _count_items(field.type, page_size) * sum(below.values())

    def _get_page_size(self, node: FieldNode, field: GraphQLField) -> int | None:
        """Return the size of the lists directly below the field, or None if it has no arguments for it."""
        if not any(name in field.args for name in _SIZE_ARGUMENTS):
            return None
        for argument in node.arguments or ():
            if argument.name.value in _SIZE_ARGUMENTS:
                size = self._read_size(argument.value)
                if size is not None:
                    return size
        # only connections have `last`; a transcript has all its turns without `first`
        return DEFAULT_PAGE_SIZE if "last" in field.args else MAX_PAGE_SIZE

    def _read_size(self, value: ValueNode | None) -> int | None:
        """Return the size that an argument sets, or None if it is null or omitted."""
        match value:
            case IntValueNode(value=digits):
                return min(int(digits), MAX_PAGE_SIZE) if len(digits) < 10 else MAX_PAGE_SIZE
            case VariableNode(name=name):
                return self._read_variable(name.value)
            case NullValueNode() | None:
                return None
        return MAX_PAGE_SIZE

    def _read_variable(self, name: str) -> int | None:
        if self._variables is None:
            return MAX_PAGE_SIZE
        if name not in self._variables:
            return self._read_size(self._defaults.get(name))
        size = self._variables[name]
        if size is None:
            return None
        # a value of another type is rejected when the operation is executed
        return min(size, MAX_PAGE_SIZE) if type(size) is int else MAX_PAGE_SIZE


def _count_items(kind: GraphQLOutputType, page_size: int | None) -> int:
    """Return how often the selection of a field of this type counts."""
    if not is_list_type(get_nullable_type(kind)):
        return 1
    return max(ASSUMED_LIST_SIZE if page_size is None else page_size, 0)
