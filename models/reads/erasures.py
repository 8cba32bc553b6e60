"""What was erased, as ids and times: the list that is replayed after a backup was restored."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId

from models.documents.deleted_organization import DeletedOrganization
from models.documents.interview import ErasureScope, Interview

ORGANIZATION = "ORGANIZATION"
"""Kind of a deleted organization. The other kinds are the values of ErasureScope."""
KINDS = (*(str(scope) for scope in ErasureScope), ORGANIZATION)
"""Each kind of interviews includes the ones before it."""


@dataclass(frozen=True, slots=True)
class ErasedObject:
    """An erasure of an interview, or a deletion of an organization."""

    kind: str
    id: ObjectId
    at: datetime


async def read_erasures(since: datetime | None = None) -> AsyncIterator[ErasedObject]:
    """Yield all erasures, or those since a time, in no particular order. Raises pymongo.errors.PyMongoError."""
    # the type makes the condition imply that of the partial index
    recent: dict[str, Any] = {"$type": "date", **({"$gte": since} if since else {})}
    fields = ("erasure.scope", "erasure.marked_at")
    async for row in Interview.get_pymongo_collection().find({"erasure.marked_at": recent}, fields):
        # erasures that were stored before scopes existed are of whole interviews
        kind = row["erasure"].get("scope", ErasureScope.INTERVIEW)
        yield ErasedObject(kind, row["_id"], row["erasure"]["marked_at"])
    async for row in DeletedOrganization.get_pymongo_collection().find({"deleted_at": recent}):
        yield ErasedObject(ORGANIZATION, row["_id"], row["deleted_at"])
