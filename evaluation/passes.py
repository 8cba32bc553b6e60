"""Turn the judgements of several passes into one outcome: verify quotes and texts, combine levels, compute totals.

Pure functions. The rules:

- A pass of which more than MAX_FAILED_QUOTES of the quotes are not in the transcript is void: it counts for nothing.
- In each pass, a level counts only with evidence that may carry it (evaluation.evidence).
- A criterion has a level if more than half of the passes that count give it one. The level is the median of those given;
  of an even number, the lower of the two in the middle.
- Rationale and evidence are those of the first pass whose level is nearest to the median. Summary, strengths and weaknesses
  are those of the first pass whose own overall score is nearest to the overall score.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from hashlib import sha256
from statistics import median_low

from evaluation.coverage import InterviewCoverage, find_interview_problem
from evaluation.evidence import FoundQuotes, SearchableTranscript
from evaluation.judge import parse_judgement
from evaluation.languages import Languages
from evaluation.phrases import EvaluationPhrases
from evaluation.prompt import FindingJudgement, compute_rubric_digest, exclude_uncertain, get_criterion_judgement
from evaluation.prose import (
    FINDING_LIMITS,
    MAX_FINDINGS,
    RATIONALE_LIMITS,
    SUMMARY_LIMITS,
    ProseLimits,
    check_prose,
)
from evaluation.rubric import Totals, WeightedLevel, compute_totals, get_recommendation, to_score
from evaluation.substance import find_evaluator_addresses, select_supporting_evidence
from models.documents.evaluation import (
    CriterionResult,
    CriterionState,
    EvaluationOutcome,
    Evidence,
    Finding,
    InconclusiveReason,
    JudgePass,
    Provenance,
    ReviewFlag,
)
from models.documents.interview import Interview, Recommendation
from models.documents.judgement import JudgementDocument
from models.documents.position import Criterion, PositionContent
from models.documents.turn import Turn
from models.documents.usage import Usage
from models.wording.language_identification import LanguageRanker

MAX_FAILED_QUOTES = Fraction(1, 3)
"""Share of a pass's quotes that may be missing from the transcript."""
MIN_NOTABLE_SPREAD = 2
"""Difference between the levels of the passes that people should look at."""


@dataclass(frozen=True, slots=True)
class _CriterionAssessment:
    """What one pass says of a criterion, after the quotes were verified."""

    level: int | None
    rationale: str
    evidence: list[Evidence]
    lacks_evidence: bool
    """The judge gave a level, and no quote may carry it."""


@dataclass(frozen=True, slots=True)
class _PassAssessment:
    """One pass, after its quotes were verified."""

    judgement: JudgementDocument
    criteria: Mapping[str, _CriterionAssessment]
    strengths: list[Finding]
    weaknesses: list[Finding]
    summary: str
    claimed_quotes: int
    failed_quotes: int
    totals: Totals

    @property
    def is_void(self) -> bool:
        return self.failed_quotes > self.claimed_quotes * MAX_FAILED_QUOTES


class _TextChecks:
    """Checks the judge's texts, and counts what was removed from them."""

    def __init__(self, transcript: SearchableTranscript, ranker: LanguageRanker) -> None:
        self._transcript = transcript
        self._ranker = ranker
        self.removed_sentences = 0
        self.replaced_texts = 0

    def check(self, text: str, limits: ProseLimits, replacement: str) -> str:
        """Return the sentences of the text that may be read, or the replacement if none is left."""
        checked = check_prose(text, self._transcript, self._ranker, limits)
        self.removed_sentences += len(checked.removed)
        self.replaced_texts += not checked.text
        return checked.text or replacement


def build_outcome(
    interview: Interview,
    position: PositionContent,
    turns: Sequence[Turn],
    judgements: Sequence[JudgementDocument],
    languages: Languages,
) -> EvaluationOutcome:
    """Return the outcome of all passes. Takes linear time, and about a second for an interview of two hours.

    `turns` may contain uncertain ones. They count only for the share of words that were recognized badly.
    """
    wording, phrases = languages.get_wording(interview.language), languages.get_phrases(interview.language)
    certain_turns = exclude_uncertain(turns)
    transcript = SearchableTranscript(certain_turns, wording, languages.wordings)
    coverage = InterviewCoverage(position, certain_turns, wording, languages.wordings)
    passes = [_assess_pass(position, transcript, coverage, judgement) for judgement in judgements]
    counting = [one for one in passes if not one.is_void]
    results = [_combine_criterion(criterion, counting, coverage, phrases) for criterion in position.criteria]
    totals = compute_totals(WeightedLevel(result.weight, result.level, result.answered_share) for result in results)
    reason = find_interview_problem(interview, turns, coverage, wording.language, languages.ranker)
    if reason is None and passes and not counting:
        reason = InconclusiveReason.UNRELIABLE_QUOTES
    if reason is None and totals.overall_score is None:
        reason = InconclusiveReason.LOW_COVERAGE
    scores = [one.totals.overall_score for one in counting if one.totals.overall_score is not None]
    texts = _TextChecks(transcript, languages.ranker)
    addresses = find_evaluator_addresses(turns, wording)
    for result in results:
        if result.state is CriterionState.ASSESSED:
            result.rationale = texts.check(result.rationale, RATIONALE_LIMITS, phrases.rationale_removed)
    nearest = _pick_nearest(counting, totals.overall_score)
    summary = texts.check(nearest.summary, SUMMARY_LIMITS, phrases.summary_removed) if nearest else phrases.nothing_said
    strengths = _check_findings(nearest.strengths if nearest else [], texts, phrases)
    weaknesses = _check_findings(nearest.weaknesses if nearest else [], texts, phrases)
    has_score = reason is None
    return EvaluationOutcome(
        overall_score=totals.overall_score if has_score else None,
        recommendation=totals.recommendation if has_score else Recommendation.INCONCLUSIVE,
        inconclusive_reason=reason,
        lowest_score=min(scores) if has_score and scores else None,
        highest_score=max(scores) if has_score and scores else None,
        summary=summary,
        coverage=totals.coverage,
        criteria=results,
        strengths=strengths,
        weaknesses=weaknesses,
        model=judgements[0].model if judgements else "none",
        usage=reduce(Usage.plus, (judgement.usage for judgement in judgements), Usage()),
        flags=_collect_flags(passes, scores, addresses, texts),
        passes=[_describe_pass(one) for one in passes],
        evaluator_addresses=addresses,
        removed_sentences=texts.removed_sentences,
        replaced_texts=texts.replaced_texts,
        provenance=Provenance(
            rubric_digest=compute_rubric_digest(position),
            consent_text_version=interview.consent.text_version if interview.consent else None,
            consent_language=interview.consent.language if interview.consent else None,
            interviewer_model=interview.interviewer.model if interview.interviewer else None,
            interviewer_prompt_version=interview.interviewer.prompt_version if interview.interviewer else None,
        ),
    )


def _assess_pass(
    position: PositionContent, transcript: SearchableTranscript, coverage: InterviewCoverage, judgement: JudgementDocument
) -> _PassAssessment:
    judged = parse_judgement(position, judgement.text)
    criteria = {criterion.key: get_criterion_judgement(judged, criterion.key) for criterion in position.criteria}
    found = {key: transcript.find_quotes(one.quotes) for key, one in criteria.items()}
    supporting = select_supporting_evidence(position, transcript, {key: quotes.evidence for key, quotes in found.items()})
    strengths = [(finding, transcript.find_quotes(finding.quotes)) for finding in judged.strengths]
    weaknesses = [(finding, transcript.find_quotes(finding.quotes)) for finding in judged.weaknesses]
    quotes = [*found.values(), *(finding_quotes for _, finding_quotes in (*strengths, *weaknesses))]
    assessments = {
        key: _CriterionAssessment(
            level=one.level if supporting[key] else None,
            rationale=one.rationale,
            evidence=supporting[key] or found[key].evidence,
            lacks_evidence=one.level is not None and not supporting[key],
        )
        for key, one in criteria.items()
    }
    levels = (
        WeightedLevel(criterion.weight, assessments[criterion.key].level, coverage.get_answered_share(criterion))
        for criterion in position.criteria
    )
    return _PassAssessment(
        judgement=judgement,
        criteria=assessments,
        strengths=_to_findings(strengths),
        weaknesses=_to_findings(weaknesses),
        summary=judged.summary,
        claimed_quotes=sum(one.claimed for one in quotes),
        failed_quotes=sum(one.failed for one in quotes),
        totals=compute_totals(levels),
    )


def _to_findings(findings: Sequence[tuple[FindingJudgement, FoundQuotes]]) -> list[Finding]:
    return [Finding(text=finding.text, evidence=found.evidence) for finding, found in findings if found.evidence]


def _combine_criterion(
    criterion: Criterion, passes: Sequence[_PassAssessment], coverage: InterviewCoverage, phrases: EvaluationPhrases
) -> CriterionResult:
    assessments = [one.criteria[criterion.key] for one in passes]
    pass_levels = [assessment.level for assessment in assessments]
    given = [level for level in pass_levels if level is not None]
    level = median_low(given) if 2 * len(given) > len(assessments) else None
    flags = []
    if given and len(given) < len(assessments):
        flags.append(ReviewFlag.PARTLY_ASSESSED)
    if given and max(given) - min(given) >= MIN_NOTABLE_SPREAD:
        flags.append(ReviewFlag.LEVELS_DIFFER)
    if level is not None:
        chosen = min((it for it in assessments if it.level is not None), key=lambda it: abs((it.level or 0) - level))
        state, rationale, evidence = CriterionState.ASSESSED, chosen.rationale, chosen.evidence
    else:
        state, rationale = _explain_missing_level(criterion, assessments, coverage, phrases)
        evidence = []
    return CriterionResult(
        key=criterion.key,
        name=criterion.name,
        weight=criterion.weight,
        level=level,
        score=to_score(level),
        rationale=rationale,
        evidence=evidence,
        state=state,
        questions=coverage.list_questions(criterion),
        pass_levels=pass_levels,
        spread=max(given) - min(given) if given else None,
        flags=flags,
    )


def _explain_missing_level(
    criterion: Criterion, assessments: Sequence[_CriterionAssessment], coverage: InterviewCoverage, phrases: EvaluationPhrases
) -> tuple[CriterionState, str]:
    if not coverage.was_asked(criterion):
        return CriterionState.NOT_ASSESSED, phrases.not_asked
    if any(assessment.lacks_evidence for assessment in assessments):
        return CriterionState.NOT_ASSESSED, phrases.no_evidence
    if assessments and coverage.was_explored(criterion):
        return CriterionState.NOT_DEMONSTRATED, phrases.not_demonstrated
    return CriterionState.NOT_ASSESSED, phrases.no_level


def _pick_nearest(passes: Sequence[_PassAssessment], overall_score: float | None) -> _PassAssessment | None:
    """Return the first pass whose score is nearest to the overall score; without a score, the first pass."""

    def distance(one: _PassAssessment) -> float:
        score = one.totals.overall_score
        return abs(score - overall_score) if score is not None and overall_score is not None else float("inf")

    return min(passes, key=distance, default=None)


def _check_findings(findings: Sequence[Finding], texts: _TextChecks, phrases: EvaluationPhrases) -> list[Finding]:
    return [
        Finding(text=texts.check(finding.text, FINDING_LIMITS, phrases.finding_removed), evidence=finding.evidence)
        for finding in findings[:MAX_FINDINGS]
    ]


def _collect_flags(
    passes: Sequence[_PassAssessment], scores: Sequence[float], addresses: Sequence[int], texts: _TextChecks
) -> list[ReviewFlag]:
    flags = []
    if len({get_recommendation(score) for score in scores}) > 1:
        flags.append(ReviewFlag.BANDS_DIFFER)
    if any(one.is_void for one in passes):
        flags.append(ReviewFlag.UNRELIABLE_QUOTES)
    if addresses:
        flags.append(ReviewFlag.ADDRESSES_EVALUATOR)
    if texts.removed_sentences:
        flags.append(ReviewFlag.PROSE_REMOVED)
    return flags


def _describe_pass(one: _PassAssessment) -> JudgePass:
    judgement = one.judgement
    return JudgePass(
        number=judgement.number,
        model=judgement.model,
        message_id=judgement.message_id,
        max_tokens=judgement.max_tokens,
        prompt_digest=judgement.prompt_digest,
        judgement_digest=sha256(judgement.text.encode()).hexdigest(),
        claimed_quotes=one.claimed_quotes,
        failed_quotes=one.failed_quotes,
        is_void=one.is_void,
        overall_score=one.totals.overall_score,
        usage=judgement.usage,
    )
