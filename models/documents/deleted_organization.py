"""Organizations that were deleted, so that a restored backup does not bring them back."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field
from pymongo import ASCENDING, IndexModel

from models.storage.clock import now
from models.storage.stored_document import StoredDocument


class DeletedOrganization(StoredDocument):
    """A deleted organization, whose id it has. Nothing else is stored of it."""

    deleted_at: datetime = Field(default_factory=now)

    class Settings:
        name = "deleted_organizations"
        indexes: ClassVar = [IndexModel([("deleted_at", ASCENDING)])]
