"""Judgements: the judge's raw answers, one for each pass of an evaluation. They are kept, and only administrators read them."""

from datetime import datetime
from typing import ClassVar

from beanie import PydanticObjectId
from beanie.odm.queries.find import FindMany
from bson import ObjectId
from pydantic import Field
from pymongo import ASCENDING, IndexModel

from models.documents.usage import Usage
from models.storage.clock import now
from models.storage.stored_document import READ_BATCH_SIZE, StoredDocument


class JudgementDocument(StoredDocument):
    """The raw answer of one pass, and what identifies its call."""

    interview_id: PydanticObjectId
    evaluation_id: PydanticObjectId
    number: int
    """Number of the pass, counted from 1."""
    text: str
    """The answer as received: JSON."""
    model: str
    message_id: str
    max_tokens: int
    prompt_digest: str
    usage: Usage
    created_at: datetime = Field(default_factory=now)

    class Settings:
        name = "judgements"
        indexes: ClassVar = [
            IndexModel([("evaluation_id", ASCENDING), ("number", ASCENDING)], unique=True),
            IndexModel([("interview_id", ASCENDING)]),
        ]


async def list_judgements(evaluation_id: ObjectId) -> list[JudgementDocument]:
    """Return the judgements of the evaluation, in the order of the passes."""
    return await find_judgements([evaluation_id]).to_list()


def find_judgements(evaluation_ids: list[ObjectId]) -> FindMany[JudgementDocument]:
    """Return the query of the judgements of several evaluations, each evaluation's in the order of the passes."""
    of_evaluations = JudgementDocument.find({"evaluation_id": {"$in": evaluation_ids}}, batch_size=READ_BATCH_SIZE)
    return of_evaluations.sort("evaluation_id", "number")
