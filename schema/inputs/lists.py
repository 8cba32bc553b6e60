"""What callers send to choose among interviews."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from models import interview_list
from resolvers import following
from schema.arguments import given
from schema.types.enums import (
    Channel,
    Decision,
    InterviewOrderField,
    InterviewStatus,
    OrderDirection,
    Recommendation,
)

SCORES = "Not for roles that may not read evaluations."


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
    min_score: float | None = strawberry.field(default=UNSET, description=f"Overall score, 0-100, at least this. {SCORES}")
    max_score: float | None = strawberry.field(default=UNSET, description=f"Overall score, 0-100, at most this. {SCORES}")
    recommendation: list[Recommendation] | None = strawberry.field(
        default=UNSET, description=f"With one of these recommendations. {SCORES}"
    )
    decision: list[Decision] | None = strawberry.field(default=UNSET, description=f"With one of these decisions. {SCORES}")
    reviewed: bool | None = strawberry.field(
        default=UNSET, description=f"true: evaluated and reviewed; false: evaluated, and nobody has reviewed it yet. {SCORES}"
    )
    candidate: str | None = strawberry.field(
        default=UNSET, description="Beginnings of words in the candidate's name, or, for roles that may read it, email."
    )

    def to_filter(self) -> interview_list.InterviewFilter:
        """The filter of the models."""
        return interview_list.InterviewFilter(
            status=given(self.status),
            position_key=given(self.position_key),
            channel=given(self.channel),
            external_id=given(self.external_id),
            created_after=given(self.created_after),
            created_before=given(self.created_before),
            updated_after=given(self.updated_after),
            min_score=given(self.min_score),
            max_score=given(self.max_score),
            recommendation=given(self.recommendation),
            decision=given(self.decision),
            reviewed=given(self.reviewed),
            candidate=given(self.candidate),
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

    def to_filter(self) -> following.LiveFilter:
        """The use case's filter."""
        return following.LiveFilter(status=self.status, position_key=given(self.position_key), channel=given(self.channel))
