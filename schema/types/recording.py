"""Recordings."""

from datetime import datetime
from typing import Annotated

import strawberry
from bson import ObjectId

from models.documents import recording as documents
from resolvers.ids import IdKind, encode_id
from resolvers.recordings import build_playback_url
from schema.context import Info
from schema.decorators import document_field, object_type, resolved_field
from schema.types.enums import RecordingKind, RecordingStatus
from schema.types.interview_edge import InterviewEdge, load_interview_edge
from schema.types.node import Node


@object_type
class Recording(Node):
    """An audio or video file of a voice interview whose candidate consented to recording."""

    document: strawberry.Private[documents.RecordingFile]
    interview_id: strawberry.Private[ObjectId]
    kind: RecordingKind = document_field("What the file contains.")
    status: RecordingStatus = document_field("The state of the recording.")
    mime_type: str | None = document_field("The media type of the file behind `url`. Null until there is a file.")
    duration_seconds: float | None = document_field("The length of the recording. Null until there is a file.")
    size_bytes: float | None = document_field("The size of the file. Null until there is a file.")
    started_at: datetime | None = document_field(
        "The time of the first sample, on the same clock as Turn.startedAt: the difference is a turn's offset in the file."
    )
    failure: str | None = document_field("What went wrong, and whether it will be retried. Null if nothing did.")

    @resolved_field()
    def url(
        self,
        info: Info,
        download: Annotated[
            bool,
            strawberry.argument(description="Whether the link saves the file, named after the candidate, instead of playing it."),
        ] = False,
    ) -> str | None:
        """A link that plays or saves the file without any other credential and supports range requests.

        It expires after 15 minutes unless the deployment sets another time: read it again for a
        fresh link. Null until there is something to play.
        """
        return build_playback_url(info.context.services, self.document, download=download)

    @resolved_field()
    async def interview(self, info: Info) -> InterviewEdge | None:
        """The recorded interview."""
        return await load_interview_edge(info, self.interview_id, await info.context.principal())

    @classmethod
    def of(cls, file: documents.RecordingFile, interview_id: ObjectId) -> "Recording":
        """Build the recording from a file of its document."""
        return cls(document=file, interview_id=interview_id, id=strawberry.ID(encode_id(IdKind.RECORDING, file.id)))
