"""Consent texts that candidates agreed to, as they were shown. A consent names its text by the digest."""

from contextlib import suppress
from typing import ClassVar

from beanie import PydanticObjectId
from beanie.odm.queries.find import FindMany
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.storage.stored_document import READ_BATCH_SIZE, StoredDocument


class AgreedConsentText(StoredDocument):
    """One text of one organization, which many consents can refer to. It holds nothing about candidates."""

    organization_id: PydanticObjectId | None = None
    """None in texts that were stored before this field existed."""
    digest: str
    """SHA-256 (hex) of the text in UTF-8."""
    version: str
    language: str
    text: str

    class Settings:
        name = "consent_texts"
        indexes: ClassVar = [
            IndexModel([("digest", ASCENDING), ("organization_id", ASCENDING)], unique=True),
            IndexModel([("organization_id", ASCENDING)]),
        ]


async def store_consent_text(text: AgreedConsentText) -> None:
    """Store the text unless it is stored already."""
    with suppress(DuplicateKeyError):
        await text.insert()


def find_consent_texts(digests: list[str]) -> FindMany[AgreedConsentText]:
    """Return the query of the texts with these digests that exist, in no particular order."""
    return AgreedConsentText.find({"digest": {"$in": digests}}, batch_size=READ_BATCH_SIZE)
