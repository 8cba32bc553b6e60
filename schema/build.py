"""The GraphQL schema: put together, and printed."""

from datetime import datetime

from strawberry.schema.config import StrawberryConfig

from engine.documents import DocumentCache, DocumentExtension
from engine.execution import Schema
from engine.executor import OperationExecutor
from schema.mutations import Mutation
from schema.queries import Query
from schema.subscriptions import Subscription
from schema.types.enums import ErrorCode
from schema.types.scalars import DATE_TIME


def build_schema(*, introspection: bool = False) -> Schema:
    """The schema, ready to run operations. `introspection`: it may be asked for its types (settings.api.ide)."""
    known = DocumentCache()
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        # named by extensions.code only, so no field leads to it
        types=[ErrorCode],
        extensions=[lambda: DocumentExtension(known, introspection=introspection)],
        execution_context_class=OperationExecutor,
        config=StrawberryConfig(scalar_map={datetime: DATE_TIME}),
    )


def print_sdl() -> str:
    """The schema as it is committed in schema.graphql."""
    return build_schema().as_str() + "\n"
