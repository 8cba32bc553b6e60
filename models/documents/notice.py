"""What an organization tells candidates in its consent texts. Every change is a new document, so that the history remains."""

from datetime import datetime
from typing import ClassVar

from beanie import PydanticObjectId
from bson import ObjectId
from pydantic import Field
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.storage.clock import now
from models.storage.stored_document import StoredDocument


class Notice(StoredDocument):
    """An organization's own wording; the newest applies. None selects the default wording of the consent text."""

    organization_id: PydanticObjectId
    contact: str | None
    """Whom candidates can ask."""
    alternative: str | None
    """Which alternative to an interview by an AI there is."""
    updated_by: str
    """Name of the API key."""
    created_at: datetime = Field(default_factory=now)

    class Settings:
        name = "notices"
        indexes: ClassVar = [
            IndexModel([("organization_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
        ]


async def insert_notice(notice: Notice) -> Notice:
    """Store a notice; repeating an id returns the stored notice."""
    try:
        return await notice.insert()
    except DuplicateKeyError:
        stored = await Notice.get(notice.id)
        if stored is None:
            raise
        return stored


async def find_current_notice(organization_id: ObjectId) -> Notice | None:
    """Return the organization's newest notice."""
    return await Notice.find({"organization_id": organization_id}).sort("-created_at", "-_id").first_or_none()
