"""Attempts of repairs in a row that have not succeeded, so that they are bounded however they end."""

from datetime import datetime
from typing import ClassVar

from beanie import PydanticObjectId
from pydantic import Field
from pymongo import ASCENDING, IndexModel

from models.storage.clock import now
from models.storage.stored_document import StoredDocument

PERIOD_SECONDS = 24 * 3600
"""Period after which a repair that was given up is attempted again, as after an update of Viva or of the servers."""


class RepairAttempt(StoredDocument):
    """The attempts of one repair of one document since it last succeeded (models.writes.repair_attempts)."""

    repair: str
    document_id: PydanticObjectId
    attempts: int = 1
    """Counted when they begin."""
    due_at: datetime
    """When the next attempt may begin."""
    created_at: datetime = Field(default_factory=now)

    class Settings:
        name = "repair_attempts"
        indexes: ClassVar = [
            IndexModel([("repair", ASCENDING), ("document_id", ASCENDING)], unique=True),
            IndexModel([("created_at", ASCENDING)], expireAfterSeconds=PERIOD_SECONDS),
        ]
