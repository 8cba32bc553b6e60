"""Decorators that define the schema's types and fields.

A description lives once: that of a type, or of a field with a resolver, is its docstring. Only
fields without a resolver take `description`, because attributes have no docstring at run time.
"""

import inspect
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, TypeVar, cast, dataclass_transform

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver, SyncExtensionResolver
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from auth import Action, has_permission, require_permission
from engine.fast_fields import Projected, Restricted

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

_SOURCE = "source"
"""Metadata key: where a document field is read."""
_DEPENDS_ON = "depends_on"
"""Metadata key: the stored fields that a field is computed from."""


class Guard(Restricted):
    """Refuses a field to roles without permission for `action`.

    The field's type holds the caller as `caller`.
    """

    def __init__(self, action: Action) -> None:
        self.action = action

    def resolve(self, next_: SyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        """Returns the field's value. Raises Forbidden."""
        require_permission(source.caller, self.action)
        return next_(source, info, **kwargs)

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        """Returns the value of a field with an asynchronous resolver. Raises Forbidden."""
        require_permission(source.caller, self.action)
        return await next_(source, info, **kwargs)

    def permits(self, source: Any) -> bool:
        """Returns whether the role of the object's caller may read the field."""
        return has_permission(source.caller, self.action)


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField))
def object_type(cls: type[T]) -> type[T]:
    """Defines a GraphQL object type.

    Fields declared with `document_field` are read off the object's document.
    """
    defined = strawberry.type(cls, description=_description_of(cls))
    for field in get_object_definition(defined, strict=True).fields:
        if _SOURCE in field.metadata:
            setattr(defined, field.python_name, property(attrgetter(f"{field.metadata[_SOURCE]}.{field.python_name}")))
    return defined


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField))
def interface_type(cls: type[T]) -> type[T]:
    """Defines a GraphQL interface."""
    return strawberry.interface(cls, description=_description_of(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField))
def input_type(cls: type[T]) -> type[T]:
    """Defines a GraphQL input object type."""
    return strawberry.input(cls, description=_description_of(cls))


def document_field(description: str, *, source: str = "document", guard: Action | None = None) -> Any:
    """Declares a field that is read, under the same name, off the attribute `source` of its object.

    With `guard`, only roles with permission for that action may read it.
    """
    field: Any = strawberry.field(description=description, extensions=[Guard(guard)] if guard else [], metadata={_SOURCE: source})
    # the constructor takes the document, not its fields
    field.init = False
    return field


def resolved_field(
    *, guard: Action | None = None, projected: Projected | None = None, depends_on: Iterable[str] = ()
) -> Callable[[F], F]:
    """Declares a field with a resolver.

    With `guard`, only roles with permission for that action may read it. `projected` reads
    selections that need no resolver. `depends_on` names the stored fields, other than the id, that
    the resolver reads off its object's document (`map_stored_fields`).
    """
    extensions: list[FieldExtension] = [Guard(guard)] if guard else []

    def decorate(resolver: F) -> F:
        field: Any = strawberry.field(
            resolver,
            description=_description_of(resolver),
            extensions=[*extensions, projected] if projected else extensions,
            metadata={_DEPENDS_ON: tuple(depends_on)},
        )
        return cast(F, field)

    return decorate


def mutation(resolver: F) -> F:
    """Declares a mutation."""
    field: Any = strawberry.mutation(resolver, description=_description_of(resolver))
    return cast(F, field)


def subscription(resolver: F) -> F:
    """Declares a subscription."""
    field: Any = strawberry.subscription(resolver, description=_description_of(resolver))
    return cast(F, field)


def as_graphql(graphql_type: type[T], document: object) -> T:
    """Returns the document as a value of a type whose fields all have the names of the document's attributes.

    GraphQL reads plain fields by name, so such a document needs no conversion: this only satisfies
    the type checker.
    """
    return cast(T, document)


def map_stored_fields(graphql_type: type) -> dict[str, tuple[str, ...]]:
    """Returns the stored fields, other than the id, that each of the type's fields reads, by the field's name in the schema."""
    return {
        to_camel_case(field.python_name): (
            (field.python_name,) if _SOURCE in field.metadata else field.metadata.get(_DEPENDS_ON, ())
        )
        for field in get_object_definition(graphql_type, strict=True).fields
    }


def _description_of(documented: object) -> str | None:
    return inspect.cleandoc(documented.__doc__) if documented.__doc__ else None
