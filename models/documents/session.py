"""Sessions of people in a browser. Only a digest of the secret is stored."""

from datetime import datetime
from typing import ClassVar

from beanie import PydanticObjectId
from pydantic import Field
from pymongo import ASCENDING, IndexModel

from models.storage.clock import now
from models.storage.stored_document import StoredDocument


class Session(StoredDocument):
    """Access of a browser, as a member or as the caller of an API key. MongoDB deletes it after it has expired."""

    organization_id: PydanticObjectId
    digest: str
    member_id: PydanticObjectId | None = None
    key_id: PydanticObjectId | None = None
    """The API key with which the session was started, and with which it ends."""
    created_at: datetime = Field(default_factory=now)
    expires_at: datetime
    ended_at: datetime | None = None

    class Settings:
        name = "sessions"
        indexes: ClassVar = [
            IndexModel([("digest", ASCENDING)], unique=True),
            IndexModel([("organization_id", ASCENDING)]),
            IndexModel(
                [("member_id", ASCENDING)], partialFilterExpression={"member_id": {"$type": "objectId"}}, name="member_id"
            ),
            IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        ]
