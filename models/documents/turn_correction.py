"""Corrections that candidates put beside their own turns. The turns themselves are never rewritten."""

from datetime import datetime
from typing import ClassVar

from beanie import PydanticObjectId
from beanie.odm.queries.find import FindMany
from bson import ObjectId
from pydantic import Field
from pymongo import ASCENDING, IndexModel

from models.storage.clock import now
from models.storage.stored_document import READ_BATCH_SIZE, StoredDocument


class TurnCorrection(StoredDocument):
    """A candidate's correction of one turn. A turn has at most one, which is final."""

    interview_id: PydanticObjectId
    seq: int
    text: str
    created_at: datetime = Field(default_factory=now)

    class Settings:
        name = "turn_corrections"
        indexes: ClassVar = [IndexModel([("interview_id", ASCENDING), ("seq", ASCENDING)], unique=True)]


async def find_correction(interview_id: ObjectId, seq: int) -> TurnCorrection | None:
    """Return the correction of this turn."""
    return await TurnCorrection.find_one({"interview_id": interview_id, "seq": seq})


async def list_corrections(interview_ids: list[ObjectId]) -> list[TurnCorrection]:
    """Return the corrections of these interviews, those of each interview by seq."""
    return await find_corrections(interview_ids).to_list()


def find_corrections(interview_ids: list[ObjectId]) -> FindMany[TurnCorrection]:
    """Return the query of the corrections of these interviews, those of each interview by seq."""
    of_interviews = TurnCorrection.find({"interview_id": {"$in": interview_ids}}, batch_size=READ_BATCH_SIZE)
    return of_interviews.sort("interview_id", "seq")
