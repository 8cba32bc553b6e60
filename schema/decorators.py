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
from engine.fast_fields import FieldGuard, Projected

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

NEXT_REMOVAL = "To be removed after 2027-12-31."
"""End of the reason of each deprecation that the next release announces: twelve months ahead (schema.compatibility)."""

_SOURCE = "source"
"""Metadata key: the attribute of the object off which a document field is read."""
_DEPENDS_ON = "depends_on"
"""Metadata key: the stored fields that a field is computed from."""


class PermissionGuard(FieldGuard):
    """Refuses a field to roles without permission for `action`.

    The field's type holds the caller as `caller`.
    """

    def __init__(self, action: Action) -> None:
        self.action = action

    def resolve(self, next_: SyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        """Return the field's value. Raises Forbidden."""
        require_permission(source.caller, self.action)
        return next_(source, info, **kwargs)

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        """Return the value of a field with an asynchronous resolver. Raises Forbidden."""
        require_permission(source.caller, self.action)
        return await next_(source, info, **kwargs)

    def permits(self, source: Any) -> bool:
        """Return whether the role of the object's caller may read the field."""
        return has_permission(source.caller, self.action)


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField))
def object_type(cls: type[T]) -> type[T]:
    """Define a GraphQL object type.

    Fields declared with `document_field` become properties.
    """
    defined = strawberry.type(cls, description=_description_of(cls))
    for field in get_object_definition(defined, strict=True).fields:
        if _SOURCE in field.metadata:
            # A property, so that Strawberry's default resolver, the fast path and Python code read the field alike.
            setattr(defined, field.python_name, property(attrgetter(f"{field.metadata[_SOURCE]}.{field.python_name}")))
    return defined


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField))
def interface_type(cls: type[T]) -> type[T]:
    """Define a GraphQL interface."""
    return strawberry.interface(cls, description=_description_of(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField))
def input_type(cls: type[T]) -> type[T]:
    """Define a GraphQL input object type."""
    return strawberry.input(cls, description=_description_of(cls))


def document_field(description: str, *, source: str = "document", guard: Action | None = None) -> Any:
    """Declare a field that delegates to the attribute `source` of its object: `status` reads `document.status`.

    An object therefore needs no copy of its document's values, and a row that was read with a
    projection serves as a document (`map_stored_fields`). With `guard`, only roles with permission
    for that action may read the field.
    """
    field: Any = strawberry.field(
        description=description, extensions=[PermissionGuard(guard)] if guard else [], metadata={_SOURCE: source}
    )
    # the constructor takes the document, not its fields; Strawberry has no argument for that
    field.init = False
    return field


def resolved_field(
    *,
    guard: Action | None = None,
    projected: Projected | None = None,
    depends_on: Iterable[str] = (),
    deprecation_reason: str | None = None,
) -> Callable[[F], F]:
    """Declare a field with a resolver.

    With `guard`, only roles with permission for that action may read it. `projected` reads
    selections that need no resolver. `depends_on` names the stored fields, other than the id, that
    the resolver reads off its object's document (`map_stored_fields`).
    """
    extensions: list[FieldExtension] = [PermissionGuard(guard)] if guard else []

    def decorate(resolver: F) -> F:
        field: Any = strawberry.field(
            resolver,
            description=_description_of(resolver),
            deprecation_reason=deprecation_reason,
            extensions=[*extensions, projected] if projected else extensions,
            metadata={_DEPENDS_ON: tuple(depends_on)},
        )
        return cast(F, field)

    return decorate


def mutation(resolver: F) -> F:
    """Declare a mutation."""
    field: Any = strawberry.mutation(resolver, description=_description_of(resolver))
    return cast(F, field)


def subscription(resolver: F) -> F:
    """Declare a subscription."""
    field: Any = strawberry.subscription(resolver, description=_description_of(resolver))
    return cast(F, field)


def as_graphql(graphql_type: type[T], document: object) -> T:
    """Return the document, typed as a GraphQL type whose fields all have the names of its attributes.

    Strawberry reads plain fields by name, so such a document needs no conversion. This cast
    satisfies the type checker.
    """
    return cast(T, document)


def map_stored_fields(graphql_type: type) -> dict[str, tuple[str, ...]]:
    """Map the name of each of the type's fields, as in the schema, to the stored fields that it reads besides the id."""
    return {
        to_camel_case(field.python_name): (
            (field.python_name,) if _SOURCE in field.metadata else field.metadata.get(_DEPENDS_ON, ())
        )
        for field in get_object_definition(graphql_type, strict=True).fields
    }


def _description_of(documented: object) -> str | None:
    return inspect.cleandoc(documented.__doc__) if documented.__doc__ else None
