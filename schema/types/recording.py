"""Recordings, as the API shows them."""

from datetime import datetime

import strawberry

from models.documents import recording as documents
from resolvers.ids import IdKind, encode_id
from resolvers.recordings import build_playback_url
from schema.context import Info
from schema.fields import resolved_field
from schema.types.enums import RecordingKind, RecordingStatus
from schema.types.node import Node


@strawberry.type(description="A recording of an interview.")
class Recording(Node):
    """Sound or picture that was kept."""

    document: strawberry.Private[documents.RecordingFile]
    kind: RecordingKind = strawberry.field(description="What it holds.")
    status: RecordingStatus = strawberry.field(description="Where it stands.")
    mime_type: str | None = strawberry.field(description="The media type of what `url` answers.")
    duration_seconds: float | None = strawberry.field(description="How long it is.")
    size_bytes: float | None = strawberry.field(description="How large the file is.")
    started_at: datetime | None = strawberry.field(
        description="The first sample, on the clock of Turn.startedAt: the difference is a turn's place in the file."
    )
    failure: str | None = strawberry.field(description="What went wrong, and what happens next.")

    @resolved_field("Short-lived, answers range requests, and needs no other credential; null until there is something to play.")
    def url(self, info: Info) -> str | None:
        """The link."""
        return build_playback_url(info.context.services, self.document)

    @classmethod
    def of(cls, file: documents.RecordingFile) -> "Recording":
        """The file as callers see it."""
        return cls(
            document=file,
            id=strawberry.ID(encode_id(IdKind.RECORDING, file.id)),
            kind=file.kind,
            status=file.status,
            mime_type=file.mime_type,
            duration_seconds=file.duration_seconds,
            size_bytes=file.size_bytes,
            started_at=file.started_at,
            failure=file.failure,
        )
