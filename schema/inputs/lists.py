"""What callers send to choose among interviews."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from models.reads import interview_list
from resolvers import subscriptions
from schema.arguments import unset_to_none
from schema.types.enums import (
    Channel,
    Decision,
    InterviewOrderField,
    InterviewStatus,
    OrderDirection,
    Recommendation,
)

EVALUATION_READERS_ONLY = "Not for roles that may not read evaluations."


@strawberry.input(description="Which interviews a list holds. All that is given must hold.")
class InterviewFilter:
    """A choice among the organization's interviews."""

    status: list[InterviewStatus] | None = strawberry.field(default=UNSET, description="In one of these states.")
    position_key: list[str] | None = strawberry.field(default=UNSET, description="For one of these positions, any version.")
    channel: list[Channel] | None = strawberry.field(default=UNSET, description="Held in one of these ways.")
    external_id: list[str] | None = strawberry.field(default=UNSET, description="With one of these references of the caller.")
    created_after: datetime | None = strawberry.field(default=UNSET, description="Made then or later.")
    created_before: datetime | None = strawberry.field(default=UNSET, description="Made before then.")
    updated_after: datetime | None = strawberry.field(default=UNSET, description="Changed then or later.")
    min_score: float | None = strawberry.field(
        default=UNSET, description=f"Overall score, 0-100, at least this. {EVALUATION_READERS_ONLY}"
    )
    max_score: float | None = strawberry.field(
        default=UNSET, description=f"Overall score, 0-100, at most this. {EVALUATION_READERS_ONLY}"
    )
    recommendation: list[Recommendation] | None = strawberry.field(
        default=UNSET, description=f"With one of these recommendations. {EVALUATION_READERS_ONLY}"
    )
    decision: list[Decision] | None = strawberry.field(
        default=UNSET, description=f"With one of these decisions. {EVALUATION_READERS_ONLY}"
    )
    reviewed: bool | None = strawberry.field(
        default=UNSET,
        description=f"true: evaluated and reviewed; false: evaluated, and nobody has reviewed it yet. {EVALUATION_READERS_ONLY}",
    )
    candidate: str | None = strawberry.field(
        default=UNSET, description="Beginnings of words in the candidate's name, or, for roles that may read it, email."
    )

    def to_filter(self) -> interview_list.InterviewFilter:
        """The filter of the models."""
        return interview_list.InterviewFilter(
            status=unset_to_none(self.status),
            position_key=unset_to_none(self.position_key),
            channel=unset_to_none(self.channel),
            external_id=unset_to_none(self.external_id),
            created_after=unset_to_none(self.created_after),
            created_before=unset_to_none(self.created_before),
            updated_after=unset_to_none(self.updated_after),
            min_score=unset_to_none(self.min_score),
            max_score=unset_to_none(self.max_score),
            recommendation=unset_to_none(self.recommendation),
            decision=unset_to_none(self.decision),
            reviewed=unset_to_none(self.reviewed),
            candidate=unset_to_none(self.candidate),
        )


@strawberry.input(description="In which order a list runs.")
class InterviewOrder:
    """An order of the organization's interviews."""

    field: InterviewOrderField = strawberry.field(default=InterviewOrderField.CREATED_AT, description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description="Which way.")


@strawberry.input(description="Which interviews a wall shows. All that is given must hold.")
class LiveFilter:
    """A choice among the interviews that are going on."""

    status: list[InterviewStatus] = strawberry.field(
        default_factory=lambda: [InterviewStatus.WAITING, InterviewStatus.IN_PROGRESS, InterviewStatus.ENDING],
        description="In one of these states.",
    )
    position_key: list[str] | None = strawberry.field(default=UNSET, description="For one of these positions, any version.")
    channel: list[Channel] | None = strawberry.field(default=UNSET, description="Held in one of these ways.")

    def to_filter(self) -> subscriptions.LiveInterviewFilter:
        """The use case's filter."""
        return subscriptions.LiveInterviewFilter(
            status=self.status, position_key=unset_to_none(self.position_key), channel=unset_to_none(self.channel)
        )
