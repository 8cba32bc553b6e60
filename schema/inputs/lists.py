"""Inputs that filter and order lists of interviews."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry import UNSET

from models.reads.interview_list import UPDATED_AFTER_OVERLAP
from schema.decorators import NEXT_REMOVAL, input_type
from schema.types.enums import (
    Channel,
    Decision,
    EvaluationStatus,
    InterviewOrderField,
    InterviewStatus,
    OrderDirection,
    Recommendation,
)

DEPRECATED_NAMES = {
    "status": "statuses",
    "position_key": "position_keys",
    "channel": "channels",
    "external_id": "external_ids",
    "created_after": "created_at_or_after",
    "updated_after": "updated_at_or_after",
    "recommendation": "recommendations",
    "decision": "decisions",
    "evaluation_status": "evaluation_statuses",
}
"""Names of the filters' fields that callers may use until NEXT_REMOVAL, with the names that replace them."""

EVALUATION_READERS_ONLY = "Leaves out interviews whose results are hidden from the caller. FORBIDDEN for VIEWER."


def deprecated_name(replacement: str) -> Any:
    """Declare an optional input field under a name that was replaced."""
    return strawberry.field(
        default=UNSET,
        description=f"The same as `{replacement}`, with which it cannot be combined.",
        deprecation_reason=f"Use `{replacement}`. {NEXT_REMOVAL}",
    )


@input_type
class InterviewFilter:
    """Selects interviews. An interview is selected if it meets all given conditions."""

    statuses: list[InterviewStatus] | None = strawberry.field(default=UNSET, description="Its state is one of these.")
    position_keys: list[str] | None = strawberry.field(
        default=UNSET, description="Its position has one of these keys, in any version. At most 100 keys."
    )
    position_version: int | None = strawberry.field(
        default=UNSET,
        description="Its position has this version. Use it with positionKeys for a list whose scores all stand on one rubric; "
        "without it, compare Interview.position.version.",
    )
    channels: list[Channel] | None = strawberry.field(default=UNSET, description="Its current channel is one of these.")
    external_ids: list[str] | None = strawberry.field(
        default=UNSET, description="Its externalId is one of these. At most 100 values."
    )
    created_at_or_after: datetime | None = strawberry.field(default=UNSET, description="It was created at this time or later.")
    created_before: datetime | None = strawberry.field(
        default=UNSET, description="It was created before this time. Must be later than createdAtOrAfter."
    )
    scheduled_after: datetime | None = strawberry.field(
        default=UNSET, description="Its scheduledFor is this time or later. Leaves out interviews without one."
    )
    scheduled_before: datetime | None = strawberry.field(
        default=UNSET,
        description="Its scheduledFor is before this time. Must be later than scheduledAfter. Leaves out interviews without one.",
    )
    updated_at_or_after: datetime | None = strawberry.field(
        default=UNSET,
        description="It last changed at this time or later. A change may become visible after others with a later time: to poll, "
        f"subtract {UPDATED_AFTER_OVERLAP.seconds // 60} minutes from the greatest `updatedAt` that you have, and expect to read "
        "interviews again. Query.changes needs no time and repeats nothing.",
    )
    min_score: float | None = strawberry.field(
        default=UNSET, description=f"Its overall score, 0 to 100, is at least this. {EVALUATION_READERS_ONLY}"
    )
    max_score: float | None = strawberry.field(
        default=UNSET,
        description=f"Its overall score, 0 to 100, is at most this. Must not be below minScore. {EVALUATION_READERS_ONLY}",
    )
    recommendations: list[Recommendation] | None = strawberry.field(
        default=UNSET, description=f"The version of its evaluation that counts recommends one of these. {EVALUATION_READERS_ONLY}"
    )
    decisions: list[Decision] | None = strawberry.field(
        default=UNSET, description=f"Its decision is one of these. {EVALUATION_READERS_ONLY}"
    )
    evaluation_statuses: list[EvaluationStatus] | None = strawberry.field(
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
    status: list[InterviewStatus] | None = deprecated_name("statuses")
    position_key: list[str] | None = deprecated_name("positionKeys")
    channel: list[Channel] | None = deprecated_name("channels")
    external_id: list[str] | None = deprecated_name("externalIds")
    created_after: datetime | None = deprecated_name("createdAtOrAfter")
    updated_after: datetime | None = deprecated_name("updatedAtOrAfter")
    recommendation: list[Recommendation] | None = deprecated_name("recommendations")
    decision: list[Decision] | None = deprecated_name("decisions")
    evaluation_status: list[EvaluationStatus] | None = deprecated_name("evaluationStatuses")


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

    statuses: list[InterviewStatus] | None = strawberry.field(
        default=UNSET, description="Its state is one of these. Default: WAITING, IN_PROGRESS or ENDING."
    )
    position_keys: list[str] | None = strawberry.field(
        default=UNSET, description="Its position has one of these keys, in any version. At most 100 keys."
    )
    channels: list[Channel] | None = strawberry.field(default=UNSET, description="Its current channel is one of these.")
    status: list[InterviewStatus] = strawberry.field(
        default_factory=lambda: [InterviewStatus.WAITING, InterviewStatus.IN_PROGRESS, InterviewStatus.ENDING],
        description="The same as `statuses`, which takes precedence over this default.",
        deprecation_reason=f"Use `statuses`. {NEXT_REMOVAL}",
    )
    position_key: list[str] | None = deprecated_name("positionKeys")
    channel: list[Channel] | None = deprecated_name("channels")
