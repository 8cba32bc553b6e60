"""Strawberry's decorators for fields with a resolver: typed, always described, guarded by a role's right if need be."""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, TypeVar

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver, SyncExtensionResolver
from strawberry.types.base import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from auth import Action, has_permission, require_permission
from engine.fast_fields import Projected, Restricted

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

DEPENDS_ON = "needs"
"""in a field's metadata"""


class Guard(Restricted):
    """Refuses a field to the roles that may not do `action`. Its type holds the caller as `caller`."""

    def __init__(self, action: Action) -> None:
        self.action = action

    def resolve(self, next_: SyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        """The field's value. Raises Forbidden."""
        require_permission(source.caller, self.action)
        return next_(source, info, **kwargs)

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        """The same of a field whose resolver waits."""
        require_permission(source.caller, self.action)
        return await next_(source, info, **kwargs)

    def permits(self, source: Any) -> bool:
        """Whether the role of the object's caller may read the field."""
        return has_permission(source.caller, self.action)


def resolved_field(
    description: str, *, guard: Action | None = None, projected: Projected | None = None, depends_on: Iterable[str] = ()
) -> Callable[[F], F]:
    """A field with a resolver; `guard`: only for roles that may do this; `projected`: what needs no resolver.

    `depends_on`: what of its object's document it looks at, besides the id (stored_fields).
    """
    extensions: list[FieldExtension] = [Guard(guard)] if guard else []
    decorator: Callable[[F], F] = strawberry.field(
        description=description,
        extensions=[*extensions, projected] if projected else extensions,
        metadata={DEPENDS_ON: tuple(depends_on)},
    )
    return decorator


def document_field(description: str, *, guard: Action | None = None) -> Any:
    """A field that its object's document has under the same name (shows_document). `guard`: only for roles that may do this."""
    field: Any = strawberry.field(description=description, extensions=[Guard(guard)] if guard else [])
    # no parameter of the constructor: it is read when it is asked for
    field.init = False
    return field


def from_document(strawberry_type: type[T]) -> type[T]:
    """Decorates a Strawberry type that has a `document`: its `document_field` fields are read off that."""
    for field in get_object_definition(strawberry_type, strict=True).fields:
        if not field.init and field.base_resolver is None:
            setattr(strawberry_type, field.python_name, property(attrgetter(f"document.{field.python_name}")))
    return strawberry_type


def required_document_fields(strawberry_type: type, names: Iterable[str]) -> set[str]:
    """What of its document the type reads for fields of these names (as the schema names them), besides the id."""
    requested = frozenset(names)
    needed: set[str] = set()
    for field in get_object_definition(strawberry_type, strict=True).fields:
        if to_camel_case(field.python_name) in requested:
            needed.update(field.metadata[DEPENDS_ON] if field.base_resolver else [] if field.init else [field.python_name])
    return needed


def mutation(description: str) -> Callable[[F], F]:
    """A mutation."""
    decorator: Callable[[F], F] = strawberry.mutation(description=description)
    return decorator


def subscription(description: str) -> Callable[[F], F]:
    """A subscription."""
    decorator: Callable[[F], F] = strawberry.subscription(description=description)
    return decorator
