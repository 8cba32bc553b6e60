"""Comparison of two versions of an interview's evaluation: what differs, criterion by criterion, and not why."""

from collections.abc import Iterable
from dataclasses import dataclass

from auth import Action, Principal, require_permission
from errors import Conflict
from models.documents.evaluation import CriterionResult, Evaluation, Evidence, list_evaluations
from models.documents.interview import EvaluationStatus, Interview
from resolvers.blind_review import VisibleEvaluation, is_blind_to, show_evaluation
from resolvers.interviews import load_interview


@dataclass(frozen=True, slots=True)
class CriterionComparison:
    """A criterion in both versions; the result is None in a version whose rubric lacks the criterion."""

    key: str
    name: str
    a: CriterionResult | None
    b: CriterionResult | None

    @property
    def level_difference(self) -> int | None:
        """The level in b minus that in a; None unless both have one."""
        if self.a is None or self.b is None or self.a.level is None or self.b.level is None:
            return None
        return self.b.level - self.a.level

    @property
    def score_difference(self) -> float | None:
        """The score in b minus that in a; None unless both have one."""
        return _subtract(self.b.score if self.b else None, self.a.score if self.a else None)

    @property
    def evidence_only_in_a(self) -> list[Evidence]:
        """Quotes that b does not have at the same place."""
        return _evidence_beyond(self.a, self.b)

    @property
    def evidence_only_in_b(self) -> list[Evidence]:
        """Quotes that a does not have at the same place."""
        return _evidence_beyond(self.b, self.a)


@dataclass(frozen=True, slots=True)
class EvaluationComparison:
    """Two completed versions, as the caller may see them."""

    a: VisibleEvaluation
    b: VisibleEvaluation
    criteria: list[CriterionComparison]
    """In the order of a's rubric, then those that only b has. Empty if results are hidden from the caller."""
    score_difference: float | None
    """The overall score in b minus that in a; None unless both have one."""
    recommendation_differs: bool | None

    @property
    def rubric_differs(self) -> bool:
        """Whether the versions used different versions of the position, so that levels may not mean the same."""
        return self.a.document.position_version != self.b.document.position_version

    @property
    def prompt_differs(self) -> bool:
        """Whether the versions used different versions of the prompt."""
        return self.a.document.prompt_version != self.b.document.prompt_version

    @property
    def model_differs(self) -> bool:
        """Whether different models were asked."""
        return self.a.document.model != self.b.document.model

    @property
    def transcript_differs(self) -> bool:
        """Whether the versions evaluated different transcripts."""
        return self.a.document.transcript_digest != self.b.document.transcript_digest


async def compare_evaluations(principal: Principal, interview_id: str, a: int, b: int) -> EvaluationComparison | None:
    """Compare two completed versions; None if the interview does not have both.

    Raises NotFound if there is no such interview, and Conflict for a version that is not completed.
    """
    require_permission(principal, Action.READ_EVALUATION)
    interview = await load_interview(principal, interview_id)
    is_hidden = interview.erased_at is not None or interview.is_consent_withdrawn
    versions = {} if is_hidden else {found.version: found for found in await list_evaluations(interview.id)}
    if a not in versions or b not in versions:
        return None
    for field, version in (("a", a), ("b", b)):
        if versions[version].status is not EvaluationStatus.COMPLETED:
            raise Conflict(
                f"Only completed versions can be compared: version {version} is {versions[version].status}.", field=field
            )
    return _compare(principal, interview, versions[a], versions[b])


def _compare(principal: Principal, interview: Interview, a: Evaluation, b: Evaluation) -> EvaluationComparison:
    shown = show_evaluation(principal, interview, a), show_evaluation(principal, interview, b)
    if is_blind_to(principal, interview) or a.outcome is None or b.outcome is None:
        return EvaluationComparison(*shown, criteria=[], score_difference=None, recommendation_differs=None)
    return EvaluationComparison(
        *shown,
        criteria=list(_pair_criteria(a.outcome.criteria, b.outcome.criteria)),
        score_difference=_subtract(b.outcome.overall_score, a.outcome.overall_score),
        recommendation_differs=a.outcome.recommendation != b.outcome.recommendation,
    )


def _pair_criteria(a: list[CriterionResult], b: list[CriterionResult]) -> Iterable[CriterionComparison]:
    by_key_a = {result.key: result for result in a}
    by_key_b = {result.key: result for result in b}
    for key in {**by_key_a, **by_key_b}:
        in_a, in_b = by_key_a.get(key), by_key_b.get(key)
        yield CriterionComparison(key, (in_b or by_key_a[key]).name, in_a, in_b)


def _evidence_beyond(result: CriterionResult | None, other: CriterionResult | None) -> list[Evidence]:
    places = {_place_of(evidence) for evidence in other.evidence} if other else set()
    return [evidence for evidence in result.evidence if _place_of(evidence) not in places] if result else []


def _place_of(evidence: Evidence) -> tuple[int, int, int]:
    return evidence.seq, evidence.start, evidence.end


def _subtract(minuend: float | None, subtrahend: float | None) -> float | None:
    # scores have at most one decimal, and their difference as well
    return None if minuend is None or subtrahend is None else round(minuend - subtrahend, 1)
