"""Inputs of the mutations about evaluations and notes."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from schema.decorators import input_type
from schema.inputs.interviews import IDEMPOTENCY_KEY, INTERVIEW_ID
from schema.types.enums import Decision


@input_type
class EvaluateInterviewInput:
    """The input of evaluateInterview."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
    reason: str | None = strawberry.field(
        default=UNSET,
        description="Why another version is needed, which Evaluation.requestReason returns. At most 2,000 characters.",
    )


@input_type
class LevelOverrideInput:
    """A reviewer's level for a criterion, in place of the model's."""

    criterion_key: str = strawberry.field(description="The key of one of the evaluation's criteria.")
    level: int | None = strawberry.field(
        default=UNSET, description="The level, 1 to 5. Null means not assessed, for example after bad audio."
    )
    reason: str = strawberry.field(description="The reason. At most 2,000 characters.")


@input_type
class ReviewEvaluationInput:
    """The input of reviewEvaluation."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    evaluation_id: strawberry.ID = strawberry.field(description="The id of a COMPLETED evaluation.")
    decision: Decision = strawberry.field(description="The decision about the candidate.")
    reason: str = strawberry.field(description="The reason. At most 2,000 characters.")
    overrides: list[LevelOverrideInput] | None = strawberry.field(
        default=UNSET, description="Levels that the reviewer would change. Each criterion may occur once."
    )


@input_type
class LevelRatingInput:
    """A reviewer's own level for a criterion, given before the reviewer sees the model's."""

    criterion_key: str = strawberry.field(description="The key of one of the evaluation's criteria (Position.criteria).")
    level: int | None = strawberry.field(default=UNSET, description="The level, 1 to 5. Null means that it cannot be assessed.")
    reason: str | None = strawberry.field(default=UNSET, description="The reason. At most 2,000 characters.")


@input_type
class RateEvaluationInput:
    """The input of rateEvaluation."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    evaluation_id: strawberry.ID = strawberry.field(description="The id of a COMPLETED evaluation.")
    ratings: list[LevelRatingInput] = strawberry.field(description="A level, or null, for each criterion, in any order.")


@input_type
class AdoptEvaluationInput:
    """The input of adoptEvaluation."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    evaluation_id: strawberry.ID = strawberry.field(description="The id of a COMPLETED evaluation.")
    reason: str = strawberry.field(description="Why this version is to count. At most 2,000 characters.")


@input_type
class AddNoteInput:
    """The input of addNote. Either `seq` or `at` is required."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
    text: str = strawberry.field(description="The note. At most 2,000 characters.")
    seq: int | None = strawberry.field(default=UNSET, description="`seq` of the turn that the note is on.")
    at: datetime | None = strawberry.field(
        default=UNSET,
        description="The moment of the recording that the note is on: Recording.startedAt plus the offset in the file.",
    )


@input_type
class DeleteNoteInput:
    """The input of deleteNote."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
    note_id: strawberry.ID = strawberry.field(description="The id of the note.")
