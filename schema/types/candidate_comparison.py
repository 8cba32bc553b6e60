"""Candidates of one position version side by side."""

import strawberry

from auth import Principal
from evaluation.reports import candidate_comparison as reports
from resolvers.blind_review import VisibleEvaluation
from schema.decorators import as_graphql, object_type
from schema.types.evaluation import CriterionResult, Evaluation
from schema.types.interview import Interview
from schema.types.position import Criterion, Position


@object_type
class ComparedCandidate:
    """A candidate in a comparison."""

    interview: Interview = strawberry.field(description="The candidate's interview.")
    evaluation: Evaluation | None = strawberry.field(
        description="The evaluation that `Query.evaluation` returns for the interview. Null if there is none."
    )

    @classmethod
    def of(cls, candidate: reports.ComparedCandidate, caller: Principal) -> "ComparedCandidate":
        """Build the candidate from an evaluation as the caller may see it."""
        evaluation = candidate.evaluation
        return cls(
            interview=Interview.of(candidate.interview, caller),
            evaluation=Evaluation.of(VisibleEvaluation(evaluation, candidate.is_blind)) if evaluation else None,
        )


@object_type
class ComparedCriterion:
    """A criterion with the result of each candidate."""

    criterion: Criterion = strawberry.field(description="The criterion with its anchors.")
    results: list[CriterionResult | None] = strawberry.field(
        description="The results in the order of `candidates`. Null for a candidate without a completed evaluation."
    )


@object_type
class CandidateComparison:
    """Candidates of one position version side by side.

    All of them were asked the same questions and assessed with the same rubric. Nobody is ranked.
    """

    position: Position = strawberry.field(description="The version of the position.")
    candidates: list[ComparedCandidate] = strawberry.field(
        description="The candidates, in the order of `interviewIds`, or by name."
    )
    criteria: list[ComparedCriterion] = strawberry.field(description="The criteria of the rubric, with the results side by side.")

    @classmethod
    def of(cls, comparison: reports.CandidateComparison, caller: Principal) -> "CandidateComparison":
        """Build the comparison.

        The caller must have permission to read evaluations.
        """
        position = Position.of(comparison.position, caller)
        return cls(
            position=position,
            candidates=[ComparedCandidate.of(candidate, caller) for candidate in comparison.candidates],
            criteria=[
                ComparedCriterion(
                    criterion=as_graphql(Criterion, criterion),
                    results=[
                        CriterionResult.of(result, candidate.interview.id) if result else None
                        for candidate in comparison.candidates
                        for result in [candidate.get_result(criterion.key)]
                    ],
                )
                for criterion in comparison.position.criteria
            ],
        )
