"""The Node interface."""

import strawberry

from schema.decorators import interface_type


@interface_type
class Node:
    """An object that Query.node can fetch by its id."""

    id: strawberry.ID = strawberry.field(description="An opaque id, unique across all types. It never changes.")
