"""Inputs that filter and order lists of interviews."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from schema.decorators import input_type
from schema.types.enums import (
    Channel,
    Decision,
    EvaluationStatus,
    InterviewOrderField,
    InterviewStatus,
    OrderDirection,
    Recommendation,
)

EVALUATION_READERS_ONLY = "Leaves out interviews whose results are hidden from the caller. FORBIDDEN for VIEWER."


@input_type
class InterviewFilter:
    """Selects interviews. An interview is selected if it meets all given conditions."""

    status: list[InterviewStatus] | None = strawberry.field(default=UNSET, description="Its state is one of these.")
    position_key: list[str] | None = strawberry.field(
        default=UNSET, description="Its position has one of these keys, in any version. At most 100 keys."
    )
    position_version: int | None = strawberry.field(
        default=UNSET,
        description="Its position has this version. Use it with positionKey for a list whose scores all stand on one rubric; "
        "without it, compare Interview.position.version.",
    )
    channel: list[Channel] | None = strawberry.field(default=UNSET, description="Its current channel is one of these.")
    external_id: list[str] | None = strawberry.field(
        default=UNSET, description="Its externalId is one of these. At most 100 values."
    )
    created_after: datetime | None = strawberry.field(default=UNSET, description="It was created at this time or later.")
    created_before: datetime | None = strawberry.field(
        default=UNSET, description="It was created before this time. Must be later than createdAfter."
    )
    updated_after: datetime | None = strawberry.field(default=UNSET, description="It last changed at this time or later.")
    min_score: float | None = strawberry.field(
        default=UNSET, description=f"Its overall score, 0 to 100, is at least this. {EVALUATION_READERS_ONLY}"
    )
    max_score: float | None = strawberry.field(
        default=UNSET,
        description=f"Its overall score, 0 to 100, is at most this. Must not be below minScore. {EVALUATION_READERS_ONLY}",
    )
    recommendation: list[Recommendation] | None = strawberry.field(
        default=UNSET, description=f"The version of its evaluation that counts recommends one of these. {EVALUATION_READERS_ONLY}"
    )
    decision: list[Decision] | None = strawberry.field(
        default=UNSET, description=f"Its decision is one of these. {EVALUATION_READERS_ONLY}"
    )
    evaluation_status: list[EvaluationStatus] | None = strawberry.field(
        default=UNSET,
        description="The newest version of its evaluation, whether or not that version counts, is in one of these states. "
        "FORBIDDEN for VIEWER.",
    )
    reviewed: bool | None = strawberry.field(
        default=UNSET,
        description="true: it is evaluated, and a person has decided (Interview.decision is not null); false: it is evaluated, "
        f"and nobody has decided yet. {EVALUATION_READERS_ONLY}",
    )
    has_open_requests: bool | None = strawberry.field(
        default=UNSET,
        description="true: its candidate has made a request that nobody has answered yet; false: there is none. FORBIDDEN for "
        "INTEGRATION and VIEWER.",
    )
    candidate: str | None = strawberry.field(
        default=UNSET,
        description="Every word is the beginning of a word in the candidate's name or email address, ignoring case, accents, "
        "apostrophes and hyphens: jose finds José, lukasz Łukasz, obrien O'Brien. For VIEWER, the name only. At most 200 "
        "characters.",
    )


@input_type
class InterviewOrder:
    """The order of a list of interviews. Interviews with equal values are ordered by id."""

    field: InterviewOrderField = strawberry.field(default=InterviewOrderField.CREATED_AT, description="The field to order by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description="The direction.")


@input_type
class LiveFilter:
    """Selects interviews to follow live.

    An interview is selected if it meets all given conditions.
    """

    status: list[InterviewStatus] = strawberry.field(
        default_factory=lambda: [InterviewStatus.WAITING, InterviewStatus.IN_PROGRESS, InterviewStatus.ENDING],
        description="Its state is one of these.",
    )
    position_key: list[str] | None = strawberry.field(
        default=UNSET, description="Its position has one of these keys, in any version. At most 100 keys."
    )
    channel: list[Channel] | None = strawberry.field(default=UNSET, description="Its current channel is one of these.")
