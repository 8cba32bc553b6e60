"""Who is asking."""

import strawberry

from auth import Principal
from models.documents import organization as documents
from resolvers.ids import IdKind, encode_id
from schema.types.enums import Role
from schema.types.node import Node


@strawberry.type(description="A tenant: every interview, position and key belongs to exactly one.")
class Organization(Node):
    """The caller's organization."""

    name: str = strawberry.field(description="Its name.")

    @classmethod
    def of(cls, document: documents.Organization) -> "Organization":
        """The organization as callers see it."""
        return cls(id=strawberry.ID(encode_id(IdKind.ORGANIZATION, document.id)), name=document.name)


@strawberry.type(description="The caller, by the credential that came with the request.")
class Viewer:
    """Who is asking."""

    role: Role = strawberry.field(description="What the caller may do.")
    organization: Organization = strawberry.field(description="Whose data the caller sees.")
    name: str = strawberry.field(description="The name of the key, or the candidate's.")

    @classmethod
    def of(cls, principal: Principal, organization: documents.Organization) -> "Viewer":
        """The caller as it sees itself."""
        return cls(role=principal.role, organization=Organization.of(organization), name=principal.name)
