"""Contexts for operations that need no services."""

from typing import Any, Self, cast

from lifecycle.services import Services
from schema.context import GraphQLContext


class _UnlimitedContext(GraphQLContext):
    def for_operation(self) -> Self:
        return self

    async def charge(self, cost: int) -> None:
        """There is no limit."""


def anonymous_context(services: Any = None) -> GraphQLContext:
    return _UnlimitedContext(services=cast(Services, services), request_id="test", authorization=None)


class _KnownCallerContext(_UnlimitedContext):
    async def identify_caller(self) -> tuple[str, bool]:
        return "test", True

    async def check_caller(self) -> None:
        """The credential is valid."""


def known_caller_context() -> GraphQLContext:
    """Return the context of a caller whose credential is valid."""
    return _KnownCallerContext(services=cast(Services, None), request_id="test", authorization=None)
