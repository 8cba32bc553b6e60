"""Logos of organizations, which anybody who knows the digest may see: they are on the pages of candidates."""

from typing import ClassVar

from beanie import PydanticObjectId
from pymongo import ASCENDING, IndexModel

from models.storage.stored_document import StoredDocument


class Logo(StoredDocument):
    """The logo of one organization."""

    organization_id: PydanticObjectId
    digest: str
    """SHA-256 (hex) of the content."""
    media_type: str
    content: bytes

    class Settings:
        name = "logos"
        indexes: ClassVar = [
            IndexModel([("organization_id", ASCENDING)], unique=True),
            IndexModel([("digest", ASCENDING)]),
        ]


async def find_logo(digest: str) -> Logo | None:
    """Return a logo with this digest."""
    return await Logo.find_one({"digest": digest})
