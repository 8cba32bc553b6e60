"""Inputs of the mutations about retention, legal holds and demographic data."""

import strawberry
from strawberry import UNSET

from schema.decorators import input_type
from schema.inputs.interviews import IDEMPOTENCY_KEY, INTERVIEW_ID


@input_type
class UpdateRetentionPolicyInput:
    """The input of updateRetentionPolicy. It replaces the whole policy: what is left out is null."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    recording_days: int | None = strawberry.field(
        default=UNSET, description="Days after which recordings are erased, 1 to 36,500. Null keeps them."
    )
    transcript_days: int | None = strawberry.field(
        default=UNSET,
        description="Days after which transcripts, evaluations and recordings are erased, 1 to 36,500. Null keeps them.",
    )
    candidate_days: int | None = strawberry.field(
        default=UNSET,
        description="Days after which the whole interview is erased, as by eraseInterview, 1 to 36,500. Null keeps it.",
    )
    keep_decision_record: bool = strawberry.field(
        default=False, description="Whether an erasure leaves a DecisionRecord, which has no personal data. Default: false."
    )


@input_type
class SetLegalHoldInput:
    """The input of setLegalHold."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
    reason: str = strawberry.field(description="The reason, which Interview.legalHold returns. At most 2,000 characters.")


@input_type
class ReleaseLegalHoldInput:
    """The input of releaseLegalHold."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)


@input_type
class SetDemographicsInput:
    """The input of setDemographics. It replaces all values: what is left out counts as not stated.

    Use the same categories for all candidates. Each is at most 200 characters, on one line.
    """

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
    sex: str | None = strawberry.field(default=UNSET, description="The category of sex that the candidate stated.")
    race_ethnicity: str | None = strawberry.field(
        default=UNSET, description="The category of race or ethnicity that the candidate stated."
    )
    age_band: str | None = strawberry.field(default=UNSET, description="The range of ages that the candidate stated.")
