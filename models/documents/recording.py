"""Recordings: one document an interview, with the parts that recorders wrote and the files that these give.

Who writes a part, and the job that makes the files, stand in it (models.writes.recording_transitions). The bytes are in the store
(recording.storage), all of an interview's under its id.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from beanie import PydanticObjectId
from bson import ObjectId
from pydantic import BaseModel, Field
from pymongo import ASCENDING, IndexModel

from models.documents.interview import Lease
from models.storage.clock import now
from models.storage.stored_document import StoredDocument


class RecordingKind(StrEnum):
    """What a file of a recording holds."""

    COMPOSITE = "COMPOSITE"
    CANDIDATE_TRACK = "CANDIDATE_TRACK"
    INTERVIEWER_TRACK = "INTERVIEWER_TRACK"
    AUDIO = "AUDIO"


class RecordingStatus(StrEnum):
    """Where a file of a recording stands."""

    STARTING = "STARTING"
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class VideoSize(BaseModel):
    """The size of the video: the same in every part, so that they can be joined as they are."""

    width: int
    height: int


class RecordingPart(BaseModel):
    """What one recorder wrote, from when it came until it ended, however it ended."""

    number: int
    """the lease's number of the recorder: later ones are greater"""
    started_at: datetime
    """of the first sample, by the clock of the recorder's machine"""
    picture: VideoSize | None = None
    """None: there was no camera"""


class RecordingFile(BaseModel):
    """What callers see as a Recording."""

    id: PydanticObjectId = Field(default_factory=PydanticObjectId)
    kind: RecordingKind
    status: RecordingStatus
    started_at: datetime | None = None
    """of the first sample"""
    failure: str | None = None
    mime_type: str | None = None
    path: str | None = None
    """in the store; None: there is none (yet). What has one can be played, a FAILED one too: what had been written till then"""
    duration_seconds: float | None = None
    size_bytes: int | None = None


class Recording(StoredDocument):
    """The recording of an interview whose candidate agreed to it."""

    interview_id: PydanticObjectId
    organization_id: PydanticObjectId
    created_at: datetime = Field(default_factory=now)
    files: list[RecordingFile] = Field(
        default_factory=lambda: [RecordingFile(kind=RecordingKind.AUDIO, status=RecordingStatus.STARTING)]
    )
    parts: list[RecordingPart] = Field(default_factory=list)
    failure: str | None = None
    """why recording was given up: no other recorder is sent"""
    is_open: bool = True
    """something is still to be done: to record, or to make the files"""
    due_at: datetime = Field(default_factory=now)
    """when the files are made, once the interview is over"""
    attempts: int = 0
    """to make them, counted as they begin"""
    dispatches: int = 0
    """of recorders, in a row without a new part"""
    fence: int = 0
    lease: Lease | None = None

    class Settings:
        name = "recordings"
        indexes: ClassVar = [
            IndexModel([("interview_id", ASCENDING)], unique=True),
            IndexModel([("files.id", ASCENDING)], unique=True),
            IndexModel([("due_at", ASCENDING)], partialFilterExpression={"is_open": True}, name="open"),
        ]

    def get_file(self, kind: RecordingKind) -> RecordingFile | None:
        """The file of that kind, if there is one."""
        return next((file for file in self.files if file.kind is kind), None)


async def get_interview_recording(interview_id: ObjectId) -> Recording | None:
    """The interview's recording, if it has one."""
    return await Recording.find_one({"interview_id": interview_id})


async def find_recording_with_file(file_id: ObjectId) -> tuple[Recording, RecordingFile] | None:
    """The file of that id, with its recording, whoever owns it."""
    recording = await Recording.find_one({"files.id": file_id})
    return next(((recording, file) for file in recording.files if file.id == file_id), None) if recording else None


async def list_recordings_for_interviews(interview_ids: list[ObjectId]) -> list[Recording]:
    """Those of the named interviews, in no order."""
    return await Recording.find({"interview_id": {"$in": interview_ids}}).to_list()
