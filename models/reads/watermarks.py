"""The queries that live feeds repeat: each reads a few fields of many interviews."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from bson import ObjectId
from bson.codec_options import CodecOptions

from models.documents.interview import TERMINAL_STATUSES, Interview
from models.reads.credentials import ACCESS_FIELDS, AccessState, to_access_state


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far an interview has progressed: enough to know whether there is anything new to read."""

    last_seq: int
    updated_at: datetime
    is_over: bool
    """Whether no further turn can be stored."""
    access_state: AccessState

    @property
    def is_erased(self) -> bool:
        """Whether the interview was erased."""
        return self.access_state.erased_at is not None


async def read_watermarks(interview_ids: Collection[ObjectId]) -> dict[ObjectId, Watermark]:
    """Return the watermarks of the interviews with these ids that exist."""
    fields = {"last_seq": 1, "updated_at": 1, "status": 1, **ACCESS_FIELDS}
    rows = Interview.get_pymongo_collection().find({"_id": {"$in": list(interview_ids)}}, fields)
    return {
        row["_id"]: Watermark(row["last_seq"], row["updated_at"], row["status"] in TERMINAL_STATUSES, to_access_state(row))
        async for row in rows
    }


async def list_changes_since(organization_id: ObjectId, since: datetime) -> list[tuple[ObjectId, datetime]]:
    """Return id and `updated_at` of the organization's interviews changed after `since`, oldest change first.

    The index on organization, `updated_at` and id covers this query.
    """
    criteria = {"organization_id": organization_id, "updated_at": {"$gt": since}}
    rows = Interview.get_pymongo_collection().find(criteria, {"updated_at": 1}).sort([("updated_at", 1), ("_id", 1)])
    return [(row["_id"], row["updated_at"]) async for row in rows]


async def read_server_time() -> datetime:
    """Return the time by MongoDB's clock, which also sets `updated_at`."""
    # a command does not inherit the client's codec options
    database = Interview.get_pymongo_collection().database
    reply: dict[str, Any] = await database.command("hello", codec_options=CodecOptions(tz_aware=True))
    return cast(datetime, reply["localTime"])
