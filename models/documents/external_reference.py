"""External references: which interview belongs to a caller's own id, where the caller asks for one interview per id and position.

Like an idempotency key (ADR 4), a reference claims the id of the interview before the interview is stored, so that concurrent
and interrupted calls make one. Unlike a key, it has no end but the erasure of the interview.
"""

from typing import ClassVar

from beanie import PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.storage.stored_document import StoredDocument


class ExternalReference(StoredDocument):
    """The interview of one external id and position."""

    organization_id: PydanticObjectId
    position_key: str
    external_id: str
    interview_id: PydanticObjectId

    class Settings:
        name = "external_references"
        indexes: ClassVar = [
            IndexModel([("organization_id", ASCENDING), ("external_id", ASCENDING), ("position_key", ASCENDING)], unique=True),
            IndexModel([("interview_id", ASCENDING)]),
        ]


async def claim_reference(organization_id: ObjectId, position_key: str, external_id: str, interview_id: ObjectId) -> ObjectId:
    """Claim `interview_id` for the external id and position; return the id that was claimed first."""
    reference = ExternalReference(
        organization_id=PydanticObjectId(organization_id),
        position_key=position_key,
        external_id=external_id,
        interview_id=PydanticObjectId(interview_id),
    )
    try:
        await reference.insert()
    except DuplicateKeyError:
        stored = await ExternalReference.find_one(
            {"organization_id": organization_id, "position_key": position_key, "external_id": external_id}
        )
        if stored is not None:
            return stored.interview_id
        # the interview has just been erased
        return await claim_reference(organization_id, position_key, external_id, interview_id)
    return interview_id


async def delete_references(interview_id: ObjectId) -> None:
    """Delete the references to an interview that is erased."""
    await ExternalReference.find({"interview_id": interview_id}).delete()
