"""The list of an organization's audit entries."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING

from models.documents.audit_entry import AuditEntry
from models.reads.pagination import Page, PageRequest, SortOrder, find_page
from models.storage.stored_document import READ_BATCH_SIZE

NEWEST_FIRST = SortOrder("at", descending=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCriteria:
    """Which entries are selected. None selects all."""

    organization_id: ObjectId
    actions: Sequence[str] | None
    key_ids: Sequence[ObjectId] | None
    member_ids: Sequence[ObjectId] | None
    interview_ids: Sequence[ObjectId] | None
    object_ids: Sequence[str] | None
    since: datetime | None
    until: datetime | None

    def to_query(self) -> dict[str, Any]:
        """Return MongoDB's query."""
        values = {
            "action": self.actions,
            "actor.key_id": self.key_ids,
            "actor.member_id": self.member_ids,
            "interview_id": self.interview_ids,
            "object_ids": self.object_ids,
        }
        query: dict[str, Any] = {"organization_id": self.organization_id}
        query |= {name: {"$in": list(each)} for name, each in values.items() if each is not None}
        period = {operator: at for operator, at in (("$gte", self.since), ("$lt", self.until)) if at is not None}
        return {**query, "at": period} if period else query


async def list_entries(criteria: AuditCriteria, request: PageRequest) -> Page[AuditEntry]:
    """Return a page of the entries. Raises BadInput for a cursor of another list."""
    return await find_page(AuditEntry, criteria.to_query(), request)


async def count_entries(criteria: AuditCriteria) -> int:
    """Count the entries."""
    return await AuditEntry.find(criteria.to_query()).count()


async def iterate_entries(criteria: AuditCriteria) -> AsyncIterator[AuditEntry]:
    """Yield the entries, oldest first."""
    query = AuditEntry.get_pymongo_collection().find(criteria.to_query(), batch_size=READ_BATCH_SIZE)
    async with query.sort([("at", ASCENDING), ("_id", ASCENDING)]) as rows:
        async for row in rows:
            yield AuditEntry.model_validate(row)
