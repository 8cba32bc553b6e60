"""Fast execution of fields that are read off their object without arguments or awaiting.

For each field of each object graphql-core creates a path and an info, calls a resolver and makes
four checks: a list of 20 interviews with 10 fields spends most of its time there. This module makes
a plan once for each type and selection, and applies it to every object. The plan covers the simple
case only. On anything else (an error, a null in a non-null field, a missing permission, an
asynchronous field) it falls back: graphql-core executes that object from the start, as the
specification requires.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import Path
from strawberry.extensions import FieldExtension
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from engine.limits import DEFAULT_LIMITS, ResponseMeter

FieldReader = Callable[[Any], Any]
"""Reads a field off its object. Any exception makes graphql-core execute the object."""
ValueCompleter = Callable[[Any], Any]
"""Completes a value that was read (CompleteValue in the specification). Exceptions have the same effect."""

TYPENAME = "__typename"


class FastPathBailout(Exception):
    """The fast path does not cover the object, so graphql-core must execute it."""


class FieldGuard(FieldExtension, ABC):
    """A field extension that decides whether the caller may read the field. The fast path asks it too."""

    @abstractmethod
    def permits(self, source: Any) -> bool:
        """Return whether the caller may read the field of this object."""


class Projected(FieldExtension):
    """Declares that an object holds a partial copy of the related object that a field's resolver would load.

    `read` returns the copy, an object of the field's type. It is used if only fields in `names` are
    selected.
    """

    def __init__(self, names: Iterable[str], read: Callable[[Any], object]) -> None:
        self.read = read
        self._names = frozenset(names)

    def covers(self, names: Iterable[str]) -> bool:
        """Return whether the copy has all fields with these names, as in the schema."""
        return all(name in self._names or name == TYPENAME for name in names)


@dataclass(frozen=True, slots=True)
class _FieldStrategy:
    """How the fast path executes a field. If `read` and `projected` are both None, graphql-core must execute it."""

    read: FieldReader | None
    guard: FieldGuard | None
    projected: Projected | None


@dataclass(frozen=True, slots=True)
class SelectionPlan:
    """How the selected fields of a type are executed."""

    readers: dict[str, FieldReader]
    """Readers of the fast fields, by response name."""
    slow_fields: GroupedFieldSet
    """The fields that graphql-core executes."""


SelectionPlans = dict[Hashable, tuple[GroupedFieldSet, SelectionPlan]]
"""Cached plans. Each is stored with its selection: the key may contain the selection's `id`, which is unique while it lives."""


class FastFieldExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes one operation, with a fast path for simple fields.

    If its context has `plans`, selection plans are cached there, for all operations of the same
    document.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shared_plans: SelectionPlans | None = getattr(self.context_value, "plans", None)
        self._plans: SelectionPlans = {} if shared_plans is None else shared_plans
        self._has_shared_plans = shared_plans is not None
        self.meter = ResponseMeter(getattr(self.context_value, "limits", DEFAULT_LIMITS))
        """Counts what the response has. OperationExecutor replaces it for each event of a subscription."""

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> Any:
        """Return the values of the fields by response name, or an awaitable of them if a field is asynchronous.

        Raises what ends the whole execution (ResponseMeter).
        """
        self.meter.add_fields(len(grouped_field_set))
        plan = self._get_plan(parent_type, grouped_field_set, path)
        if not plan.readers:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        try:
            values = {name: read(source_value) for name, read in plan.readers.items()}
        except Exception:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        self.meter.add_value(values)
        if not plan.slow_fields:
            return values
        slow_values: Any = super().execute_fields(parent_type, source_value, path, plan.slow_fields, position_context)
        if not self.is_awaitable(slow_values):
            return _merge_in_order(grouped_field_set, values, slow_values)

        async def merge_when_ready() -> dict[str, Any]:
            return _merge_in_order(grouped_field_set, values, await slow_values)

        return merge_when_ready()

    def complete_leaf_value(  # type: ignore[override]  # graphql-core calls it on the executor, where its own is static
        self, return_type: GraphQLLeafType, result: Any
    ) -> Any:
        """Complete a leaf that graphql-core executes, and count it."""
        value = super().complete_leaf_value(return_type, result)
        self.meter.add_value(value)
        return value

    def _get_plan(self, parent_type: GraphQLObjectType, selected: GroupedFieldSet, path: Path | None) -> SelectionPlan:
        # every operation of the document has an equal selection at one response path, but not the same object
        key = (
            (parent_type, id(self.operation), _get_response_path(path)) if self._has_shared_plans else (parent_type, id(selected))
        )
        cached = self._plans.get(key)
        if cached is None:
            cached = self._plans[key] = selected, self._build_plan(parent_type, selected)
        return cached[1]

    def _build_plan(self, parent_type: GraphQLObjectType, selected: GroupedFieldSet) -> SelectionPlan:
        readers: dict[str, FieldReader] = {}
        slow_fields: GroupedFieldSet = {}
        # middlewares are schema extensions that must see every field; the fast path would bypass them
        middlewares = self.middleware_manager.middlewares if self.middleware_manager else ()
        for name, details in selected.items():
            read = None if middlewares else self._build_reader(parent_type, details)
            if read is None:
                slow_fields[name] = details
            else:
                readers[name] = read
        return SelectionPlan(readers, slow_fields)

    def _build_reader(self, parent_type: GraphQLObjectType, details: FieldDetailsList) -> FieldReader | None:
        """Return the reader of the field and its subfields, or None if graphql-core must execute it."""
        name = details[0].node.name.value
        if name == TYPENAME:
            return lambda _: parent_type.name
        field = self.schema.get_field(parent_type, name)
        if field is None:
            return None
        strategy = _get_strategy(field)
        read = strategy.projected.read if strategy.projected else strategy.read
        if read is None:
            return None
        complete = self._build_completer(field.type, details, strategy.projected)
        return _with_guard(strategy.guard, _compose(read, complete)) if complete else None

    def _build_completer(
        self, return_type: GraphQLOutputType, details: FieldDetailsList, projected: Projected | None
    ) -> ValueCompleter | None:
        """Return the function that completes values of this type, or None if graphql-core must do it."""
        if is_non_null_type(return_type):
            complete = self._build_completer(return_type.of_type, details, projected)
            return _require_non_null(complete) if complete else None
        if is_leaf_type(return_type):
            return _build_leaf_completer(return_type)
        if is_list_type(return_type):
            complete = self._build_completer(return_type.of_type, details, projected)
            return _build_list_completer(complete) if complete else None
        if is_object_type(return_type):
            return self._build_object_completer(return_type, details, projected)
        return None

    def _build_object_completer(
        self, return_type: GraphQLObjectType, details: FieldDetailsList, projected: Projected | None
    ) -> ValueCompleter | None:
        collected = self.collect_subfields(return_type, details)
        selected = collected.grouped_field_set
        if collected.new_defer_usages or (
            projected and not projected.covers(each[0].node.name.value for each in selected.values())
        ):
            return None
        plan = self._build_plan(return_type, selected)
        if plan.slow_fields:
            return None
        definition = return_type.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        # graphql-core checks the type of objects that implement an interface
        origin = definition.origin if return_type.is_type_of and definition else None
        readers = list(plan.readers.items())

        def complete_object(value: Any) -> dict[str, Any] | None:
            if value is None:
                return None
            if origin and type(value) is not origin:
                raise FastPathBailout
            return {name: read(value) for name, read in readers}

        return complete_object


def _choose_strategy(field: StrawberryField) -> _FieldStrategy:
    guards = [extension for extension in field.extensions if isinstance(extension, FieldGuard)]
    projections = [extension for extension in field.extensions if isinstance(extension, Projected)]
    guard = guards[0] if guards else None
    if len(guards) > 1 or len(guards) + len(projections) < len(field.extensions):
        return _FieldStrategy(None, guard, None)
    if projections:
        return _FieldStrategy(None, guard, projections[0])
    resolver = field.base_resolver
    if resolver is None:
        return _FieldStrategy(attrgetter(field.python_name), guard, None)
    only_self = resolver.self_parameter and not (resolver.info_parameter or resolver.root_parameter or resolver.parent_parameter)
    read = resolver.wrapped_func if only_self and not field.is_async and not field.arguments else None
    return _FieldStrategy(read if callable(read) else None, guard, None)


_SLOW = _FieldStrategy(None, None, None)
_STRATEGY_KEY = "viva-field-strategy"
"""Key in a field's extensions, where its strategy is cached for as long as the schema lives."""


def _get_strategy(field: GraphQLField) -> _FieldStrategy:
    strategy: _FieldStrategy | None = field.extensions.get(_STRATEGY_KEY)
    if strategy is None:
        definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        strategy = _choose_strategy(definition) if isinstance(definition, StrawberryField) and not field.args else _SLOW
        field.extensions[_STRATEGY_KEY] = strategy
    return strategy


def _get_response_path(path: Path | None) -> tuple[str | int, ...]:
    names = []
    while path:
        # all items of a list share a plan, so list indexes are left out
        if path.typename is not None:
            names.append(path.key)
        path = path.prev
    return tuple(names)


def _merge_in_order(selected: GroupedFieldSet, values: dict[str, Any], slow_values: dict[str, Any]) -> dict[str, Any]:
    both = {**values, **slow_values}
    return {name: both[name] for name in selected if name in both}


def _with_guard(guard: FieldGuard | None, read: FieldReader) -> FieldReader:
    if guard is None:
        return read
    permits = guard.permits

    def read_guarded(source: Any) -> Any:
        if not permits(source):
            raise FastPathBailout
        return read(source)

    return read_guarded


def _compose(read: FieldReader, complete: ValueCompleter) -> FieldReader:
    return lambda source: complete(read(source))


def _require_non_null(complete: ValueCompleter) -> ValueCompleter:
    def complete_non_null(value: Any) -> Any:
        completed = complete(value)
        if completed is None:
            raise FastPathBailout
        return completed

    return complete_non_null


def _build_leaf_completer(leaf_type: GraphQLLeafType) -> ValueCompleter:
    coerce = leaf_type.coerce_output_value

    def complete_leaf(value: Any) -> Any:
        if value is None:
            return None
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            raise FastPathBailout
        return coerced

    return complete_leaf


def _build_list_completer(complete: ValueCompleter) -> ValueCompleter:
    def complete_list(value: Any) -> Any:
        if value is None:
            return None
        if type(value) is not list:
            raise FastPathBailout
        return [complete(item) for item in value]

    return complete_list
