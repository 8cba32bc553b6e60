"""Fields that are read off their object, and need neither arguments nor waiting: read at once, a whole page of them.

graphql-core makes, for each field of each row, a path, an info, a resolver's call and four checks: a list of 20 interviews with
10 fields spends most of its time there. Here what a selection reads of a type is worked out once, and then read of every row. It
is the plain case only: whatever is not plain (an error, a null that may not be, a right that the caller does not have, a field
that waits) is left to graphql-core, which begins that object anew and tells all of it as the specification says.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLID,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
    Undefined,
    is_enum_type,
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

Read = Callable[[Any], Any]
"""gives something of an object; raises anything where the object is not plain"""

TYPENAME = "__typename"


class NotPlain(Exception):
    """This is for graphql-core."""


class Restricted(FieldExtension, ABC):
    """Refuses a field to some callers."""

    @abstractmethod
    def permits(self, source: Any) -> bool:
        """Whether the field of this object may be read without a refusal."""


class Copied(FieldExtension):
    """Says that the object holds a copy of some fields of what the field's resolver would load.

    `read` gives the copy, an object of the field's type; it is used where no other fields than `names` are selected.
    """

    def __init__(self, names: Iterable[str], read: Callable[[Any], object]) -> None:
        self.read = read
        self._names = frozenset(names)

    def holds(self, names: Iterable[str]) -> bool:
        """Whether the copy has all of these (as the schema names them)."""
        return all(name in self._names or name == TYPENAME for name in names)


@dataclass(frozen=True, slots=True)
class _Access:
    """How a field is read, if it is one that is read off its object."""

    read: Read | None
    guard: Restricted | None
    copied: Copied | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is selected of a type."""

    reads: dict[str, Read]
    """by the name in the answer"""
    others: GroupedFieldSet
    """what is graphql-core's"""


Plans = dict[Hashable, tuple[GroupedFieldSet, Plan]]
"""what has been worked out; the selection beside each plan is kept because its identity is the key to it"""


class AttributeExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes one operation, its plain fields in short.

    If its context has `plans`, what is worked out is kept there, for all operations of that document.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lasting: Plans | None = getattr(self.context_value, "plans", None)
        self._plans: Plans = {} if lasting is None else lasting
        self._are_lasting = lasting is not None

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> Any:
        """The fields' values by their names; an awaitable of these where one has to be waited for."""
        plan = self._plan(parent_type, grouped_field_set, path)
        if not plan.reads:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        try:
            values = {name: read(source_value) for name, read in plan.reads.items()}
        except Exception:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        if not plan.others:
            return values
        others: Any = super().execute_fields(parent_type, source_value, path, plan.others, position_context)
        if not self.is_awaitable(others):
            return _in_order(grouped_field_set, values, others)

        async def wait() -> dict[str, Any]:
            return _in_order(grouped_field_set, values, await others)

        return wait()

    def _plan(self, parent_type: GraphQLObjectType, selected: GroupedFieldSet, path: Path | None) -> Plan:
        # what is selected at one place of an operation is the same each time, but not the same object
        key = (parent_type, id(self.operation), _names_of(path)) if self._are_lasting else (parent_type, id(selected))
        known = self._plans.get(key)
        if known is None:
            known = self._plans[key] = selected, self._new_plan(parent_type, selected)
        return known[1]

    def _new_plan(self, parent_type: GraphQLObjectType, selected: GroupedFieldSet) -> Plan:
        reads: dict[str, Read] = {}
        others: GroupedFieldSet = {}
        # Strawberry's middlewares are the schema's extensions that want to see each field: ours are none of these
        middlewares = self.middleware_manager.middlewares if self.middleware_manager else ()
        for name, details in selected.items():
            read = None if middlewares else self._read_of(parent_type, details)
            if read is None:
                others[name] = details
            else:
                reads[name] = read
        return Plan(reads, others)

    def _read_of(self, parent_type: GraphQLObjectType, details: FieldDetailsList) -> Read | None:
        """How the field is read, with all that is selected of it; None where graphql-core has to."""
        name = details[0].node.name.value
        if name == TYPENAME:
            return lambda _: parent_type.name
        field = self.schema.get_field(parent_type, name)
        if field is None:
            return None
        access = _access(field)
        read = access.copied.read if access.copied else access.read
        if read is None:
            return None
        kind, required = (field.type.of_type, True) if is_non_null_type(field.type) else (field.type, False)
        if is_leaf_type(kind):
            return _guarded(access.guard, _leaf(read, kind, required=required))
        complete = self._completion(field.type, details, access.copied)
        return _guarded(access.guard, _then(read, complete)) if complete else None

    def _completion(self, kind: GraphQLOutputType, details: FieldDetailsList, copied: Copied | None) -> Read | None:
        """How a value of that type becomes the answer's; None where that takes graphql-core."""
        if is_non_null_type(kind):
            complete = self._completion(kind.of_type, details, copied)
            return _required(complete) if complete else None
        if is_leaf_type(kind):
            return _leaf(_itself, kind, required=False)
        if is_list_type(kind):
            complete = self._completion(kind.of_type, details, copied)
            return _listed(complete) if complete else None
        if is_object_type(kind):
            return self._object(kind, details, copied)
        return None

    def _object(self, kind: GraphQLObjectType, details: FieldDetailsList, copied: Copied | None) -> Read | None:
        collected = self.collect_subfields(kind, details)
        selected = collected.grouped_field_set
        if collected.new_defer_usages or (copied and not copied.holds(each[0].node.name.value for each in selected.values())):
            return None
        plan = self._new_plan(kind, selected)
        if plan.others:
            return None
        definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        # of an interface's types graphql-core asks which one it is
        origin = definition.origin if kind.is_type_of and definition else None
        reads = list(plan.reads.items())

        def show(value: Any) -> dict[str, Any] | None:
            if value is None:
                return None
            if origin and type(value) is not origin:
                raise NotPlain
            return {name: read(value) for name, read in reads}

        return show


def _access_of(field: StrawberryField) -> _Access:
    guards = [extension for extension in field.extensions if isinstance(extension, Restricted)]
    copies = [extension for extension in field.extensions if isinstance(extension, Copied)]
    guard = guards[0] if guards else None
    if len(guards) > 1 or len(guards) + len(copies) < len(field.extensions):
        return _Access(None, guard, None)
    resolver = field.base_resolver
    if copies:
        return _Access(None, guard, copies[0])
    if resolver is None:
        return _Access(attrgetter(field.python_name), guard, None)
    only_self = resolver.self_parameter and not (resolver.info_parameter or resolver.root_parameter or resolver.parent_parameter)
    read = resolver.wrapped_func if only_self and not field.is_async and not field.arguments else None
    return _Access(read if callable(read) else None, guard, None)


_NONE = _Access(None, None, None)
_ACCESS = "viva-access"
"""key in a field's extensions, where its access is cached for as long as its schema lives"""


def _access(field: GraphQLField) -> _Access:
    access: _Access | None = field.extensions.get(_ACCESS)
    if access is None:
        definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        access = _access_of(definition) if isinstance(definition, StrawberryField) and not field.args else _NONE
        field.extensions[_ACCESS] = access
    return access


def _names_of(path: Path | None) -> tuple[str | int, ...]:
    names = []
    while path:
        # the items of a list are all the same
        if path.typename is not None:
            names.append(path.key)
        path = path.prev
    return tuple(names)


def _in_order(selected: GroupedFieldSet, values: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    both = {**values, **others}
    return {name: both[name] for name in selected if name in both}


def _guarded(guard: Restricted | None, read: Read) -> Read:
    if guard is None:
        return read
    permits = guard.permits

    def guarded(source: Any) -> Any:
        if not permits(source):
            raise NotPlain
        return read(source)

    return guarded


def _then(read: Read, complete: Read) -> Read:
    return lambda source: complete(read(source))


def _required(complete: Read) -> Read:
    def required(value: Any) -> Any:
        completed = complete(value)
        if completed is None:
            raise NotPlain
        return completed

    return required


def _itself(value: Any) -> Any:
    return value


def _leaf(read: Read, kind: GraphQLLeafType, *, required: bool) -> Read:
    coerce = kind.coerce_output_value
    is_text = kind is GraphQLString or kind is GraphQLID
    # an enum's members are few
    known: dict[Any, Any] | None = {} if is_enum_type(kind) else None

    def leaf(source: Any) -> Any:
        value = read(source)
        if value is None:
            if required:
                raise NotPlain
            return None
        if is_text and type(value) is str:
            return value
        if known is not None and value in known:
            return known[value]
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            raise NotPlain
        if known is not None:
            known[value] = coerced
        return coerced

    return leaf


def _listed(complete: Read) -> Read:
    def listed(value: Any) -> Any:
        if value is None:
            return None
        if type(value) is not list:
            raise NotPlain
        return [complete(item) for item in value]

    return listed
