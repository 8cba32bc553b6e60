"""How far the change feed has read MongoDB's change stream, and the stream of the changes that the feed records (ADR 20)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from beanie import PydanticObjectId
from bson import ObjectId
from pydantic import Field
from pymongo import IndexModel
from pymongo.asynchronous.change_stream import AsyncChangeStream
from pymongo.errors import DuplicateKeyError, OperationFailure

from models.documents.change import ChangeKind, parse_change_mark
from models.documents.interview import Interview
from models.documents.interview_views import InterviewView
from models.storage.clock import now
from models.storage.lease import Lease
from models.storage.stored_document import StoredDocument

SEQUENCER_ID = ObjectId("000000000000000000000001")


class ChangeSequencer(StoredDocument):
    """The one document of the process that numbers the changes: its lease, and how far it has read MongoDB's change stream."""

    id: PydanticObjectId = PydanticObjectId(SEQUENCER_ID)
    lease: Lease | None = None
    fence: int = 0
    resume_token: dict[str, Any]
    """Everything before it in the change stream is recorded."""
    advanced_at: datetime = Field(default_factory=now)
    """When the sequencer last stored how far it has read; it does so about once a second, also without changes."""
    gaps: int = 0
    """How often the change stream could not be continued, because MongoDB's oplog no longer reached back far enough."""
    last_gap_at: datetime | None = None

    class Settings:
        name = "change_sequencer"
        indexes: ClassVar[list[IndexModel]] = []


ResumeToken = Mapping[str, Any]
"""A position in MongoDB's change stream."""

AWAIT_SECONDS = 1.0
"""How long MongoDB waits for a change before it answers that there is none."""
_HISTORY_LOST = (136, 260, 280, 286)
"""Codes of MongoDB: CappedPositionLost, InvalidResumeToken, ChangeStreamFatalError and ChangeStreamHistoryLost."""
_MARK = "updateDescription.updatedFields.last_change"
_PIPELINE: list[dict[str, Any]] = [
    {"$match": {"$or": [{"operationType": "insert"}, {_MARK: {"$type": "string"}}]}},
    # the words of an interview do not leave the server
    {"$project": {"operationType": 1, "documentKey": 1, "wallTime": 1, _MARK: 1}},
]


@dataclass(frozen=True, slots=True)
class StreamedChange:
    """A committed write to an interview that callers can see, as MongoDB's change stream reports it."""

    interview_id: ObjectId
    objects: Sequence[tuple[ChangeKind, ObjectId]]
    hidden_from: Sequence[InterviewView]
    committed_at: datetime


@asynccontextmanager
async def open_change_stream(token: ResumeToken | None = None) -> AsyncIterator[AsyncChangeStream[dict[str, Any]]]:
    """Open the stream of visible changes of interviews after the token, or from now on.

    Raises pymongo.errors.PyMongoError; `is_history_lost` says whether the token can never be used again.
    """
    interviews = Interview.get_pymongo_collection()
    # the wait must be shorter than the client's timeout, which bounds the whole call
    await_seconds = min(AWAIT_SECONDS, 0.5 * (interviews.database.client.options.timeout or AWAIT_SECONDS * 2))
    async with await interviews.watch(_PIPELINE, resume_after=token, max_await_time_ms=int(await_seconds * 1000)) as stream:
        yield stream


def is_history_lost(error: BaseException) -> bool:
    """Return whether MongoDB's oplog no longer reaches back to the resume token."""
    return isinstance(error, OperationFailure) and error.code in _HISTORY_LOST


def parse_event(event: Mapping[str, Any]) -> StreamedChange:
    """Return the change that an event of the stream reports."""
    interview_id, committed_at = event["documentKey"]["_id"], event["wallTime"]
    if event["operationType"] == "insert":
        return StreamedChange(interview_id, [(ChangeKind.INTERVIEW, interview_id)], [], committed_at)
    mark = event["updateDescription"]["updatedFields"]["last_change"]
    return StreamedChange(interview_id, *parse_change_mark(mark, interview_id), committed_at)


async def ensure_sequencer() -> None:
    """Store where the feed begins, unless it has begun. Changes after the return of this call reach the feed."""
    if await ChangeSequencer.find_one({"_id": SEQUENCER_ID}) is not None:
        return
    async with open_change_stream() as stream:
        token = stream.resume_token
    # otherwise another process came first
    with suppress(DuplicateKeyError):
        await ChangeSequencer(resume_token=dict(token or {})).insert()
