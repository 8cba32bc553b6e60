"""Try-outs: interviews in which a person of the organization takes a position's interview as its candidate.

A try-out is stored like any interview, but under an `organization_id` that is no organization's: lists, counts, feeds and
analyses select by the id of an organization, and so contain no try-out. `Interview.try_out_of` names the organization.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar

from beanie import PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.storage.clock import now
from models.storage.stored_document import StoredDocument

LIFETIME = timedelta(hours=23)
"""After this time a try-out is deleted. The hour that remains of the day is for the recorded files and for retries."""


class TryOut(StoredDocument):
    """The time at which a try-out is deleted. It has the id of the interview, and no other interview pays for its index."""

    organization_id: PydanticObjectId
    """Id of the organization whose try-out it is."""
    delete_at: datetime

    class Settings:
        name = "try_outs"
        indexes: ClassVar = [IndexModel([("delete_at", ASCENDING)]), IndexModel([("organization_id", ASCENDING)])]


def get_try_out_partition(organization_id: ObjectId) -> ObjectId:
    """Return the `organization_id` under which the organization's try-outs are stored, always the same one."""
    return ObjectId(sha256(b"try-outs of " + organization_id.binary).digest()[:12])


async def schedule_deletion(interview_id: ObjectId, organization_id: ObjectId) -> datetime:
    """Store when the try-out is deleted, and return the time. Call it before the interview itself is stored.

    A repetition has no effect.
    """
    delete_at = now() + LIFETIME
    entry = TryOut(id=PydanticObjectId(interview_id), organization_id=PydanticObjectId(organization_id), delete_at=delete_at)
    with suppress(DuplicateKeyError):
        await entry.insert()
    return delete_at


async def find_due_try_outs(limit: int) -> list[ObjectId]:
    """Return try-outs that have to be deleted, the longest due first."""
    rows = TryOut.get_pymongo_collection().find({"delete_at": {"$lte": now()}}, {"_id": 1}).sort("delete_at", 1).limit(limit)
    return [row["_id"] async for row in rows]


async def forget_try_out(interview_id: ObjectId) -> None:
    """Delete the entry of a try-out whose interview no longer exists."""
    await TryOut.find({"_id": interview_id}).delete()
