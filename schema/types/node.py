"""What has an id."""

import strawberry


@strawberry.interface(description="Whatever has an id of its own.")
class Node:
    """The interface of the types that Query.node answers."""

    id: strawberry.ID = strawberry.field(description="Opaque, and the same for ever.")
