"""Where the time of an interview's replies went."""

from datetime import datetime

import strawberry

from schema.decorators import object_type
from schema.types.enums import Channel, ReplyStage, Speaker


@object_type
class TimedStage:
    """A stage of a reply."""

    stage: ReplyStage = strawberry.field(description="What was done.")
    started_at: datetime = strawberry.field(description="When the stage began: when the one before it ended.")
    seconds: float = strawberry.field(description="How long it took.")


@object_type
class TurnTrace:
    """A turn without its text, with the stages of the reply."""

    seq: int = strawberry.field(description="`seq` of the turn.")
    speaker: Speaker = strawberry.field(description="Who spoke.")
    channel: Channel = strawberry.field(description="Whether the turn was spoken or typed.")
    started_at: datetime = strawberry.field(description="When the speaker began.")
    ended_at: datetime = strawberry.field(description="When the speaker finished.")
    stages: list[TimedStage] = strawberry.field(
        description="The stages of a reply, in order. Empty for turns of the candidate, and for words that answer none of them."
    )


@object_type
class InterviewTrace:
    """Where the time of the replies went, and the ids with which logs and traces of the interview are found."""

    request_id: str | None = strawberry.field(
        description="The id of the request that created the interview, which the log lines of its jobs have. Null for interviews "
        "from before it was stored, and once the interview is erased."
    )
    trace_id: str | None = strawberry.field(
        description="The id of the interview's trace in OpenTelemetry. Null if there were no traces, and once the interview is "
        "erased."
    )
    turns: list[TurnTrace] = strawberry.field(description="The selected turns, ordered by `seq`.")
