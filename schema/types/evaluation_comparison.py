"""Comparison of two versions of an evaluation."""

from typing import Annotated

import strawberry
from bson import ObjectId

from resolvers import evaluation_comparison as use_case
from schema.decorators import document_field, object_type
from schema.types.evaluation import CriterionResult, Evaluation, Evidence

VersionA = Annotated[int, strawberry.argument(name="a", description="The version to compare from.")]
VersionB = Annotated[int, strawberry.argument(name="b", description="The version to compare with.")]


@object_type
class CriterionComparison:
    """The results for one criterion in two versions of an evaluation."""

    document: strawberry.Private[use_case.CriterionComparison]
    key: str = document_field("The key of the criterion.")
    name: str = document_field("The display name of the criterion, in version b if it is there.")
    a: CriterionResult | None = strawberry.field(
        description="The result in version a. Null if its rubric does not have the criterion."
    )
    b: CriterionResult | None = strawberry.field(
        description="The result in version b. Null if its rubric does not have the criterion."
    )
    level_difference: int | None = document_field(
        "The level in version b minus that in version a. Null unless both assessed the criterion."
    )
    score_difference: float | None = document_field("The same difference in scores.")
    evidence_only_in_a: list[Evidence] = strawberry.field(
        description="Quotes of version a that version b does not have at the same place of the transcript."
    )
    evidence_only_in_b: list[Evidence] = strawberry.field(description="Quotes that only version b has, likewise.")

    @classmethod
    def of(cls, document: use_case.CriterionComparison, interview_id: ObjectId) -> "CriterionComparison":
        """Build the comparison of one criterion."""
        return cls(
            document=document,
            a=CriterionResult.of(document.a, interview_id) if document.a else None,
            b=CriterionResult.of(document.b, interview_id) if document.b else None,
            evidence_only_in_a=Evidence.list_of(document.evidence_only_in_a, interview_id),
            evidence_only_in_b=Evidence.list_of(document.evidence_only_in_b, interview_id),
        )


@object_type
class EvaluationComparison:
    """What differs between two completed versions of an evaluation.

    It states differences and explains none. Where rubrics differ, a level may not mean the same in
    both versions. While results are hidden from the caller (Evaluation.isBlind), `criteria` is empty
    and differences of results are null.
    """

    document: strawberry.Private[use_case.EvaluationComparison]
    a: Evaluation = strawberry.field(description="Version a.")
    b: Evaluation = strawberry.field(description="Version b.")
    criteria: list[CriterionComparison] = strawberry.field(
        description="The criteria of version a in the order of its rubric, then those that only version b has."
    )
    score_difference: float | None = document_field(
        "The overall score of version b minus that of version a. Null unless both have one."
    )
    recommendation_differs: bool | None = document_field("Whether the recommendations differ.")
    rubric_differs: bool = document_field("Whether different versions of the position were used (Evaluation.positionVersion).")
    prompt_differs: bool = document_field("Whether different versions of the prompt were used (Evaluation.promptVersion).")
    model_differs: bool = document_field("Whether different models were asked.")
    transcript_differs: bool = document_field("Whether different transcripts were evaluated (Evaluation.transcriptDigest).")

    @classmethod
    def of(cls, document: use_case.EvaluationComparison) -> "EvaluationComparison":
        """Build the comparison as the caller may see it."""
        interview_id = document.a.document.interview_id
        return cls(
            document=document,
            a=Evaluation.of(document.a),
            b=Evaluation.of(document.b),
            criteria=[CriterionComparison.of(criterion, interview_id) for criterion in document.criteria],
        )
