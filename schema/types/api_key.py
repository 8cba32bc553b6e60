"""API keys, as administrators see them."""

from datetime import datetime

import strawberry

from models.documents import organization as documents
from resolvers.api_keys import list_permissions
from resolvers.ids import IdKind, encode_id
from schema.decorators import document_field, object_type, resolved_field
from schema.types.enums import Action, Role
from schema.types.node import Node


@object_type
class ApiKey(Node):
    """A credential of the organization or of its test environment, without its secret."""

    document: strawberry.Private[documents.ApiKey]
    name: str = document_field("Who or what uses the key.")
    role: Role = document_field("The role of the key's caller.")
    is_test: bool = document_field("Whether the key is for the organization's test environment.")
    created_at: datetime = document_field("When the key was made.")
    created_by: str | None = document_field(
        "The name of the member or API key that made it. Null: it was made on the command line."
    )
    last_used_at: datetime | None = document_field("When the key was last used, to the minute. Null: it was never used.")
    expires_at: datetime | None = document_field("When the key expires or has expired. Null: never.")
    revoked_at: datetime | None = document_field("When the key was revoked. Null: it was not.")
    is_active: bool = document_field("Whether the key is neither revoked nor expired.")

    @resolved_field()
    def permissions(self) -> list[Action]:
        """The actions that the key may be used for."""
        return list_permissions(self.document)

    @resolved_field()
    def is_rotated(self) -> bool:
        """Whether rotateApiKey has replaced the key."""
        return self.document.replaced_by is not None

    @classmethod
    def of(cls, document: documents.ApiKey) -> "ApiKey":
        """Build the key from its document."""
        return cls(document=document, id=strawberry.ID(encode_id(IdKind.API_KEY, document.id)))
