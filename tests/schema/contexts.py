"""Contexts for operations that need no services."""

from typing import Any, cast

from lifecycle.services import Services
from schema.context import Context


def anonymous(services: Any = None) -> Context:
    return Context(services=cast(Services, services), request_id="test", authorization=None)
