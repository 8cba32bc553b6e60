"""What callers send about evaluations."""

import strawberry
from strawberry import UNSET

from resolvers.evaluations import OverrideRequest, ReviewRequest
from schema.arguments import unset_to_none
from schema.inputs.interviews import IDEMPOTENCY_KEY, INTERVIEW_ID
from schema.types.enums import Decision


@strawberry.input(description="Input of evaluateInterview.")
class EvaluateInterviewInput:
    """An interview to evaluate once more."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)


@strawberry.input(description="A level that a person puts in the place of the AI's.")
class LevelOverrideInput:
    """A reviewer's level."""

    criterion_key: str = strawberry.field(description="The criterion: one of the evaluation's.")
    level: int | None = strawberry.field(default=UNSET, description="1 to 5; null: not assessed, such as after bad audio.")
    reason: str = strawberry.field(description="Why, at most 2,000 characters.")


@strawberry.input(description="Input of reviewEvaluation.")
class ReviewEvaluationInput:
    """A person's decision."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    evaluation_id: strawberry.ID = strawberry.field(description="The evaluation's id: a completed one.")
    decision: Decision = strawberry.field(description="The decision.")
    reason: str = strawberry.field(description="Why, at most 2,000 characters.")
    overrides: list[LevelOverrideInput] | None = strawberry.field(
        default=UNSET, description="Levels that the person sees differently, each criterion once."
    )

    def to_request(self) -> ReviewRequest:
        """The use case's request."""
        return ReviewRequest(
            idempotency_key=unset_to_none(self.idempotency_key),
            evaluation_id=self.evaluation_id,
            decision=self.decision,
            reason=self.reason,
            overrides=[
                OverrideRequest(criterion_key=override.criterion_key, level=unset_to_none(override.level), reason=override.reason)
                for override in unset_to_none(self.overrides) or []
            ],
        )
