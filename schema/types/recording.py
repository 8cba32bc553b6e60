"""Recordings. This server makes none yet: an interview's list is empty."""

from datetime import datetime

import strawberry

from schema.types.enums import RecordingKind, RecordingStatus
from schema.types.node import Node


@strawberry.type(description="A recording of an interview.")
class Recording(Node):
    """Sound or picture that was kept."""

    kind: RecordingKind = strawberry.field(description="What it holds.")
    status: RecordingStatus = strawberry.field(description="Where it stands.")
    mime_type: str | None = strawberry.field(description="The media type of what `url` answers.")
    url: str | None = strawberry.field(description="Short-lived, answers range requests; null until completed.")
    duration_seconds: float | None = strawberry.field(description="How long it is.")
    size_bytes: float | None = strawberry.field(description="How large the file is.")
    started_at: datetime | None = strawberry.field(
        description="The first sample, on the clock of Turn.startedAt: the difference is a turn's place in the file."
    )
    failure: str | None = strawberry.field(description="Why there is none.")
