"""Contexts for operations that need no services."""

from typing import Any, cast

from lifecycle.services import Services
from schema.context import GraphQLContext


def anonymous_context(services: Any = None) -> GraphQLContext:
    return GraphQLContext(services=cast(Services, services), request_id="test", authorization=None)
