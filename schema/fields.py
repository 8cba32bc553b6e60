"""Strawberry's decorators for fields with a resolver: typed, always described, guarded by a role's right if need be."""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver, SyncExtensionResolver

from auth import Action, Principal, allow

F = TypeVar("F", bound=Callable[..., Any])


class Guard(FieldExtension):
    """Refuses a field to the roles that may not do `action`. Its type holds the caller as `caller`."""

    def __init__(self, action: Action) -> None:
        self.action = action

    def resolve(self, next_: SyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        """The field's value. Raises Forbidden."""
        self._check(source.caller)
        return next_(source, info, **kwargs)

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        """The same of a field whose resolver waits."""
        self._check(source.caller)
        return await next_(source, info, **kwargs)

    def _check(self, caller: Principal) -> None:
        allow(caller, self.action)


def computed(description: str, *, guard: Action | None = None) -> Callable[[F], F]:
    """A field with a resolver; `guard`: only for roles that may do this."""
    decorator: Callable[[F], F] = strawberry.field(description=description, extensions=[Guard(guard)] if guard else None)
    return decorator


def mutation(description: str) -> Callable[[F], F]:
    """A mutation."""
    decorator: Callable[[F], F] = strawberry.mutation(description=description)
    return decorator


def subscription(description: str) -> Callable[[F], F]:
    """A subscription."""
    decorator: Callable[[F], F] = strawberry.subscription(description=description)
    return decorator
