"""Events of a live list of interviews."""

import strawberry

from auth import Principal
from resolvers.subscriptions import LiveEvent
from schema.decorators import object_type
from schema.types.enums import LiveEventKind
from schema.types.interview import Interview


@object_type
class LiveInterviewEvent:
    """An event of Subscription.liveInterviews."""

    kind: LiveEventKind = strawberry.field(description="What the event says.")
    interview: Interview | None = strawberry.field(description="The interview as it is now. Null for SNAPSHOT_COMPLETE.")

    @classmethod
    def of(cls, event: LiveEvent, caller: Principal) -> "LiveInterviewEvent":
        """Build the event as this caller sees it."""
        return cls(kind=event.kind, interview=Interview.of(event.interview, caller) if event.interview else None)
