"""Retention policies, legal holds and decision records."""

from datetime import datetime

import strawberry

from schema.decorators import object_type
from schema.types.enums import Decision, Recommendation, Role


@object_type
class RetentionPolicy:
    """How long the organization keeps data of interviews. Days count from the end of an interview.

    For an interview that never began they count from its creation. Nothing is erased while an
    interview is open or under a legal hold. Data over the limit are erased within about an hour.
    """

    recording_days: int | None = strawberry.field(description="Days after which recordings are erased. Null keeps them.")
    transcript_days: int | None = strawberry.field(
        description="Days after which transcripts, evaluations and recordings are erased. Null keeps them."
    )
    candidate_days: int | None = strawberry.field(
        description="Days after which the whole interview is erased, as by eraseInterview. Null keeps it."
    )
    keep_decision_record: bool = strawberry.field(
        description="Whether an erasure of evaluations or of the whole interview leaves a DecisionRecord."
    )
    updated_by: str | None = strawberry.field(
        description="The name of the member or API key that set the policy. Null for the default."
    )
    updated_at: datetime | None = strawberry.field(description="When the policy was set. Null for the default.")


@object_type
class LegalHold:
    """A ban on erasing an interview, such as for a lawsuit."""

    reason: str = strawberry.field(description="The reason.")
    set_by: str = strawberry.field(description="The name of the member or API key that set the hold.")
    set_at: datetime = strawberry.field(description="When the hold was set.")
    released_by: str | None = strawberry.field(
        description="The name of the member or API key that released it. Null while it is set."
    )
    released_at: datetime | None = strawberry.field(description="When the hold was released. Null while it is set.")


@object_type
class DecisionRecord:
    """What an erased interview led to, without personal data and without a reference to the interview."""

    position_key: str = strawberry.field(description="The key of the position.")
    position_version: int = strawberry.field(description="The version of the position.")
    interview_month: str = strawberry.field(description="The year and month of the interview in UTC, such as 2026-11.")
    evaluation_version: int | None = strawberry.field(
        description="The version of the evaluation that counted. Null if none was completed."
    )
    overall_score: float | None = strawberry.field(description="The overall score of that version. Null if it gave none.")
    recommendation: Recommendation | None = strawberry.field(
        description="The recommendation of that version. Null if none was completed."
    )
    decision: Decision | None = strawberry.field(description="The decision. Null if nobody decided.")
    decided_by_role: Role | None = strawberry.field(
        description="The role of the member or API key that decided. Null without a decision, and for one older than this field."
    )
