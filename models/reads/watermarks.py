"""The queries that live feeds repeat: each reads a few fields of many interviews."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, cast

from bson import ObjectId
from bson.codec_options import CodecOptions

from models.documents.interview import TERMINAL_STATUSES, Interview
from models.documents.interview_indexes import INDEXED_UPDATED_AT
from models.reads.credentials import ACCESS_FIELDS, AccessState, to_access_state
from models.reads.interview_list import UPDATE_ORDER_INDEX
from models.storage.stored_document import READ_BATCH_SIZE


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

    Reads the interviews that store turns, which are few, and finds all others by an index that covers the query. An interview
    that begins to store turns between the two reads may be missing until the next call with the same `since`.
    """
    interviews = Interview.get_pymongo_collection()
    options: dict[str, Any] = {"hint": UPDATE_ORDER_INDEX, "batch_size": READ_BATCH_SIZE}
    storing_turns = {"organization_id": organization_id, INDEXED_UPDATED_AT: None, "updated_at": {"$gt": since}}
    changes = {row["_id"]: row["updated_at"] async for row in interviews.find(storing_turns, {"updated_at": 1}, **options)}
    others = {"organization_id": organization_id, INDEXED_UPDATED_AT: {"$gt": since}}
    # if an interview has stopped storing turns since the first read, this is its later change
    changes |= {row["_id"]: row[INDEXED_UPDATED_AT] async for row in interviews.find(others, {INDEXED_UPDATED_AT: 1}, **options)}
    return sorted(changes.items(), key=itemgetter(1, 0))


async def read_server_time() -> datetime:
    """Return the time by MongoDB's clock, which also sets `updated_at`."""
    # a command does not inherit the client's codec options
    database = Interview.get_pymongo_collection().database
    reply: dict[str, Any] = await database.command("hello", codec_options=CodecOptions(tz_aware=True))
    return cast(datetime, reply["localTime"])
