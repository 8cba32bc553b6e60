"""What an organization tells its candidates in the consent text."""

from datetime import datetime

import strawberry

from auth import Action, Principal
from models.documents import notice as documents
from schema.decorators import document_field, object_type, resolved_field


@object_type
class Notice:
    """An organization's own wording in the consent text, set by updateNotice."""

    document: strawberry.Private[documents.Notice]
    caller: strawberry.Private[Principal]
    contact: str | None = document_field("Whom candidates can ask. Null: the recruiting team of the organization.")
    alternative: str | None = document_field(
        "Which alternative to an interview by an AI there is. Null: the text asks candidates to ask the contact."
    )
    updated_by: str | None = document_field(
        "The name of the member or API key that set the notice. FORBIDDEN for all roles but ADMIN.", guard=Action.UPDATE_NOTICE
    )

    @resolved_field()
    def updated_at(self) -> datetime:
        """When the notice was set."""
        return self.document.created_at
