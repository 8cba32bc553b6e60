"""Builds and prints the GraphQL schema."""

from datetime import datetime

from strawberry.schema.config import StrawberryConfig

from engine.documents import DocumentCache, DocumentExtension
from engine.execution import Schema
from engine.executor import OperationExecutor
from schema.mutations import Mutation
from schema.queries import Query
from schema.subscriptions import Subscription
from schema.types.error_extensions import ErrorExtensions
from schema.types.scalars import DATE_TIME


def build_schema(*, introspection: bool = False) -> Schema:
    """Return the executable schema.

    `introspection` allows introspection queries (settings.api.ide).
    """
    cache = DocumentCache()
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        # no field has this type: it is the type of the extensions of errors
        types=[ErrorExtensions],
        extensions=[lambda: DocumentExtension(cache, introspection=introspection)],
        execution_context_class=OperationExecutor,
        config=StrawberryConfig(scalar_map={datetime: DATE_TIME}),
    )


def print_sdl() -> str:
    """Return the schema in SDL, as committed in schema.graphql."""
    return build_schema().as_str() + "\n"
