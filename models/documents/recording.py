"""Recordings: one document per interview, with the parts that recorders wrote and the files merged from them.

The document also has the state of the recorder and of the job that makes the files (models.writes.recording_transitions).
The bytes are in the store (recording.storage), under the interview's id.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from beanie import PydanticObjectId
from beanie.odm.queries.find import FindMany
from bson import ObjectId
from pydantic import BaseModel, ConfigDict, Field
from pymongo import ASCENDING, IndexModel

from models.storage.clock import now
from models.storage.lease import Lease
from models.storage.stored_document import READ_BATCH_SIZE, StoredDocument


class RecordingKind(StrEnum):
    """Content of a recording's file."""

    COMPOSITE = "COMPOSITE"
    CANDIDATE_TRACK = "CANDIDATE_TRACK"
    INTERVIEWER_TRACK = "INTERVIEWER_TRACK"
    AUDIO = "AUDIO"


class RecordingStatus(StrEnum):
    """State of a recording's file."""

    STARTING = "STARTING"
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class VideoSize(BaseModel):
    """Width and height in pixels, the same in every part of a recording so that parts can be joined without transcoding."""

    width: int
    height: int


class RecordingPart(BaseModel):
    """What one recorder wrote, from its start until it ended for any reason."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    number: int
    """Fence of the recorder's lease; later parts have greater numbers."""
    started_at: datetime
    """Time of the first sample, by the recorder's clock."""
    video_size: VideoSize | None = Field(None, alias="picture")
    """Size of the video, stored as `picture`; None without a camera."""


class RecordingFile(BaseModel):
    """One media file; the API calls it a Recording."""

    id: PydanticObjectId = Field(default_factory=PydanticObjectId)
    kind: RecordingKind
    status: RecordingStatus
    started_at: datetime | None = None
    """Time of the first sample."""
    failure: str | None = None
    mime_type: str | None = None
    path: str | None = None
    """Path in the store; None while there is no file. A file with a path can be played, even a FAILED one."""
    duration_seconds: float | None = None
    size_bytes: int | None = None


class Recording(StoredDocument):
    """The recording of an interview whose candidate consented to it."""

    interview_id: PydanticObjectId
    organization_id: PydanticObjectId
    created_at: datetime = Field(default_factory=now)
    files: list[RecordingFile] = Field(
        default_factory=lambda: [RecordingFile(kind=RecordingKind.AUDIO, status=RecordingStatus.STARTING)]
    )
    parts: list[RecordingPart] = Field(default_factory=list)
    failure: str | None = None
    """Why recording was given up; no further recorder is dispatched."""
    is_open: bool = True
    """Whether work remains: recording, or making the files."""
    due_at: datetime = Field(default_factory=now)
    """When the files are due, once the interview is over."""
    attempts: int = 0
    """Attempts to make the files, counted when they begin."""
    dispatches: int = 0
    """Recorders dispatched so far, counted when they are dispatched."""
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
        """Return the file of this kind, if there is one."""
        return next((file for file in self.files if file.kind is kind), None)


async def get_interview_recording(interview_id: ObjectId) -> Recording | None:
    """Return the interview's recording, if it has one."""
    return await Recording.find_one({"interview_id": interview_id})


async def find_recording_with_file(file_id: ObjectId) -> tuple[Recording, RecordingFile] | None:
    """Return the recording and its file with this id, in any organization."""
    recording = await Recording.find_one({"files.id": file_id})
    return next(((recording, file) for file in recording.files if file.id == file_id), None) if recording else None


def find_recordings(interview_ids: list[ObjectId]) -> FindMany[Recording]:
    """Return the query of the recordings of these interviews, in no particular order."""
    return Recording.find({"interview_id": {"$in": interview_ids}}, batch_size=READ_BATCH_SIZE)
