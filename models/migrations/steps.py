"""The migrations of stored documents, in their order.

To change the form of stored documents, add a migration here. Each finds what it has to change by a condition, so that it can be
interrupted and repeated. It runs before the new version's processes start, while those of the version before are running, and
again (`main.py migrate --finish`) when they have ended, for what they have written since. So it must leave documents in
a form that both versions read; what only the version before needs is removed one release later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from models.documents.interview import TURN_STATUSES, Interview
from models.documents.interview_indexes import INDEXED_UPDATED_AT


@dataclass(frozen=True, slots=True)
class Migration:
    """An idempotent change of the documents of one collection."""

    number: int
    """Consecutive, from 1. A released migration is never changed."""
    summary: str
    """What it does, as an infinitive."""
    collection: str
    condition: dict[str, Any]
    """Which documents it changes. A changed document no longer fulfils it."""
    update: list[dict[str, Any]]
    """The update pipeline."""
    oldest_number: int = 0
    """Number of the last migration of the oldest version of Viva that can work with the changed documents."""

    async def count(self, database: AsyncDatabase[dict[str, Any]]) -> int:
        """Return how many documents the migration would change."""
        return await database[self.collection].count_documents(self.condition)

    async def run(self, database: AsyncDatabase[dict[str, Any]]) -> int:
        """Change the documents, and return how many were changed."""
        return (await database[self.collection].update_many(self.condition, self.update)).modified_count


_INDEXED_TIME = {"$cond": [{"$in": ["$status", list(TURN_STATUSES)]}, None, "$updated_at"]}
"""What Interview.indexed_updated_at has to be."""

MIGRATIONS: Sequence[Migration] = (
    Migration(
        1,
        "fill in the time by which interviews are listed by their last change (ADR 26)",
        Interview.Settings.name,
        {"$expr": {"$ne": [{"$ifNull": [f"${INDEXED_UPDATED_AT}", None]}, _INDEXED_TIME]}},
        [{"$set": {INDEXED_UPDATED_AT: _INDEXED_TIME}}],
    ),
    Migration(
        2,
        "give erasures from before they had scopes a time, by which they are listed",
        Interview.Settings.name,
        {"erasure": {"$type": "object"}, "erasure.marked_at": None, "erased_at": {"$type": "date"}},
        [{"$set": {"erasure.marked_at": "$erased_at"}}],
    ),
)

DATA_VERSION = MIGRATIONS[-1].number
"""The form of the stored documents that this version of Viva writes."""
