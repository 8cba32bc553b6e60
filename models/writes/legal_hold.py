"""Legal holds: while one is set, nothing of the interview is erased (models.writes.interview_erasure)."""

from typing import Any

from beanie.odm.utils.encoder import Encoder
from bson import ObjectId

from models.documents.interview import Interview, LegalHold
from models.storage.lease import NOT_ERASED
from models.writes.interview_updates import update_interview


async def set_legal_hold(interview_id: ObjectId, hold: LegalHold) -> Interview | None:
    """Set the hold. Returns None if the interview is unknown, erased or held, or if this hold was released."""
    condition = {"legal_hold": None, "released_legal_holds.id": {"$ne": hold.id}, **NOT_ERASED}
    return await update_interview(interview_id, condition, {"legal_hold": hold})


async def release_legal_hold(interview_id: ObjectId, hold_id: ObjectId, released_by: str) -> Interview | None:
    """Move the hold with this id to the released ones. Returns None if it is not the one that is set."""
    released: dict[str, Any] = {
        "$mergeObjects": ["$legal_hold", {"released_by": {"$literal": Encoder().encode(released_by)}, "released_at": "$$NOW"}]
    }
    earlier = {"$ifNull": ["$released_legal_holds", []]}
    return await update_interview(
        interview_id,
        {"legal_hold.id": hold_id, **NOT_ERASED},
        {},
        {"legal_hold": None, "released_legal_holds": {"$concatArrays": [earlier, [released]]}},
    )
