"""The report of one evaluation, for the people who review it and decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from evaluation.reports.report_model import ReportModel, find_recording_start, get_candidate_name
from models.documents.evaluation import (
    CriterionResult,
    CriterionState,
    Evaluation,
    EvaluationOutcome,
    Evidence,
    EvidenceFlag,
    Finding,
    InconclusiveReason,
    LevelOverride,
    RatedLevel,
    Rating,
    Review,
    ReviewFlag,
)
from models.documents.interview import Decision, Interview, InterviewNote, Recommendation
from models.documents.position import Criterion, Position
from models.documents.recording import Recording
from models.documents.turn import Channel, Turn
from models.wording.data_files import read_yaml

_EXPLANATIONS = Path(__file__).parent / "flag_explanations.yaml"


class FlagExplanations(BaseModel):
    """What each flag and reason means, in plain words. Every member of each enum has a text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    review_flags: Mapping[ReviewFlag, Annotated[str, StringConstraints(min_length=1)]]
    evidence_flags: Mapping[EvidenceFlag, Annotated[str, StringConstraints(min_length=1)]]
    inconclusive_reasons: Mapping[InconclusiveReason, Annotated[str, StringConstraints(min_length=1)]]
    criterion_states: Mapping[CriterionState, Annotated[str, StringConstraints(min_length=1)]]


def load_flag_explanations() -> FlagExplanations:
    """Read the explanations, which are in English like the pages for reviewers."""
    return FlagExplanations.model_validate(read_yaml(_EXPLANATIONS))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSources:
    """The documents that a report is built from. `url` is the review page of the interview."""

    interview_id: str
    evaluation_id: str
    url: str
    organization: str
    interview: Interview
    evaluation: Evaluation
    outcome: EvaluationOutcome
    position: Position
    turns: Mapping[int, Turn]
    """The quoted turns, by seq."""
    corrections: Mapping[int, str]
    """The candidate's corrections, by the seq of their turn."""
    recording: Recording | None


class Flag(ReportModel):
    """A flag with its explanation."""

    code: StrEnum
    explanation: str


class Quote(ReportModel):
    """A quote in its sentence, which is `before` + `quote` + `after`, with its place in the interview."""

    before: str
    quote: str
    after: str
    seq: int
    url: str
    """The quoted turn on the review page."""
    recording_seconds: float | None
    """When the turn begins in the recording; None without a recording, or if the turn is before it."""
    correction: str | None
    """What the candidate put beside the quoted turn after the interview. Evaluations do not take it into account."""
    flags: list[Flag]


class Anchor(ReportModel):
    """One of the five levels of a criterion."""

    level: int
    text: str
    is_reached: bool


class ReportQuestion(ReportModel):
    """A question that serves a criterion, and whether it was asked and answered."""

    key: str
    text: str
    asked: bool
    answered: bool


class ReportCriterion(ReportModel):
    """The result for one criterion, on its anchors."""

    key: str
    name: str
    description: str
    weight: float
    weight_percent: float
    """Share of the rubric's weight, in percent."""
    state: CriterionState
    state_explanation: str
    level: int | None
    score: float | None
    rationale: str
    anchors: list[Anchor]
    quotes: list[Quote]
    questions: list[ReportQuestion]
    pass_levels: list[int | None]
    spread: int | None
    flags: list[Flag]


class ReportFinding(ReportModel):
    """A strength or a weakness."""

    text: str
    quotes: list[Quote]


class ReportPass(ReportModel):
    """One pass of the model, and what identifies it."""

    number: int
    model: str
    message_id: str
    prompt_digest: str
    judgement_digest: str
    claimed_quotes: int
    failed_quotes: int
    is_void: bool
    overall_score: float | None


class ReportLevel(ReportModel):
    """A level that a reviewer gave."""

    criterion_key: str
    criterion_name: str
    level: int | None
    reason: str | None


class ReportReview(ReportModel):
    """A person's review."""

    decision: Decision
    reason: str
    reviewer: str
    created_at: datetime
    overall_score: float | None
    overrides: list[ReportLevel]


class ReportRating(ReportModel):
    """The levels that a reviewer gave before seeing any result."""

    reviewer: str
    created_at: datetime
    levels: list[ReportLevel]


class ReportNote(ReportModel):
    """A reviewer's note on a turn or on a moment of the recording."""

    seq: int | None
    at: datetime | None
    recording_seconds: float | None
    """The moment as an offset in the recording; None for a note on a turn, and without a recording."""
    text: str
    author: str
    created_at: datetime


class ReportDecision(ReportModel):
    """The decision on the candidate, which belongs to the interview."""

    decision: Decision
    version: int | None
    """The version of the evaluation on which it was made."""
    decided_by: str | None
    decided_at: datetime | None


class ReportVersions(ReportModel):
    """What identifies the inputs of the evaluation. Digests are SHA-256 in hexadecimal."""

    evaluation_version: int
    position_key: str
    position_version: int
    prompt_version: str
    model: str
    transcript_digest: str
    rubric_digest: str | None
    consent_text_version: str | None
    interviewer_model: str | None
    interviewer_prompt_version: str | None


class Report(ReportModel):
    """Everything that people need to judge one evaluation."""

    organization: str
    interview_id: str
    evaluation_id: str
    url: str
    candidate_name: str
    position_title: str
    language: str
    channel: Channel
    started_at: datetime | None
    ended_at: datetime | None
    evaluated_at: datetime | None
    sandbox: bool
    overall_score: float | None
    lowest_score: float | None
    highest_score: float | None
    recommendation: Recommendation
    inconclusive_reason: Flag | None
    coverage: float
    summary: str
    are_texts_checked: bool
    """Whether code checked the model's texts; false for evaluations made before December 2026."""
    removed_sentences: int
    replaced_texts: int
    flags: list[Flag]
    evaluator_addresses: list[int]
    criteria: list[ReportCriterion]
    strengths: list[ReportFinding]
    weaknesses: list[ReportFinding]
    passes: list[ReportPass]
    versions: ReportVersions
    ratings: list[ReportRating]
    reviews: list[ReportReview]
    notes: list[ReportNote]
    is_counted: bool
    """False if another version of the evaluation counts. True in interviews stored before versions were pinned."""
    decision: ReportDecision | None


def build_report(sources: ReportSources, explanations: FlagExplanations) -> Report:
    """Return the report of a completed evaluation."""
    return _ReportBuilder(sources, explanations).build()


def list_quoted_seqs(outcome: EvaluationOutcome) -> list[int]:
    """Return the seq of each quoted turn, in order."""
    findings: Sequence[Finding | CriterionResult] = [*outcome.criteria, *outcome.strengths, *outcome.weaknesses]
    return sorted({evidence.seq for finding in findings for evidence in finding.evidence})


def compute_shares(position_weights: Mapping[str, float]) -> dict[str, float]:
    """Return each weight as a percentage of their sum, rounded to one decimal place."""
    total = sum(position_weights.values())
    return {key: round(100 * weight / total, 1) if total else 0.0 for key, weight in position_weights.items()}


class _ReportBuilder:
    def __init__(self, sources: ReportSources, explanations: FlagExplanations) -> None:
        self._sources = sources
        self._explanations = explanations
        self._recording_start = find_recording_start(sources.recording)
        self._questions = {question.key: question.text for question in sources.position.questions}
        self._shares = compute_shares({result.key: result.weight for result in sources.outcome.criteria})

    def build(self) -> Report:
        sources, outcome = self._sources, self._sources.outcome
        interview, evaluation, provenance = sources.interview, sources.evaluation, outcome.provenance
        reason = outcome.inconclusive_reason
        criteria = {criterion.key: criterion for criterion in sources.position.criteria}
        return Report(
            organization=sources.organization,
            interview_id=sources.interview_id,
            evaluation_id=sources.evaluation_id,
            url=sources.url,
            candidate_name=get_candidate_name(interview),
            position_title=sources.position.title,
            language=interview.language,
            channel=interview.channel,
            started_at=interview.started_at,
            ended_at=interview.ended_at,
            evaluated_at=evaluation.completed_at,
            sandbox=evaluation.sandbox,
            overall_score=outcome.overall_score,
            lowest_score=outcome.lowest_score,
            highest_score=outcome.highest_score,
            recommendation=outcome.recommendation,
            inconclusive_reason=(
                Flag(code=reason, explanation=self._explanations.inconclusive_reasons[reason]) if reason else None
            ),
            coverage=outcome.coverage,
            summary=outcome.summary,
            are_texts_checked=provenance is not None,
            removed_sentences=outcome.removed_sentences,
            replaced_texts=outcome.replaced_texts,
            flags=self._explain_review_flags(outcome.flags),
            evaluator_addresses=outcome.evaluator_addresses,
            criteria=[self._build_criterion(result, criteria.get(result.key)) for result in outcome.criteria],
            strengths=[self._build_finding(finding) for finding in outcome.strengths],
            weaknesses=[self._build_finding(finding) for finding in outcome.weaknesses],
            passes=[ReportPass.model_validate(one, from_attributes=True) for one in outcome.passes],
            versions=ReportVersions(
                evaluation_version=evaluation.version,
                position_key=sources.position.key,
                position_version=evaluation.position_version,
                prompt_version=evaluation.prompt_version,
                model=outcome.model,
                transcript_digest=evaluation.transcript_digest,
                rubric_digest=provenance.rubric_digest if provenance else None,
                consent_text_version=provenance.consent_text_version if provenance else None,
                interviewer_model=provenance.interviewer_model if provenance else None,
                interviewer_prompt_version=provenance.interviewer_prompt_version if provenance else None,
            ),
            ratings=[self._build_rating(rating) for rating in evaluation.ratings],
            reviews=[self._build_review(review) for review in evaluation.reviews],
            notes=[self._build_note(note) for note in interview.notes],
            is_counted=interview.counted_version in (None, evaluation.version),
            decision=ReportDecision(
                decision=interview.decision,
                version=interview.decision_version,
                decided_by=interview.decided_by,
                decided_at=interview.decided_at,
            )
            if interview.decision
            else None,
        )

    def _build_criterion(self, result: CriterionResult, criterion: Criterion | None) -> ReportCriterion:
        return ReportCriterion(
            key=result.key,
            name=result.name,
            description=criterion.description if criterion else "",
            weight=result.weight,
            weight_percent=self._shares[result.key],
            state=result.state,
            state_explanation=self._explanations.criterion_states[result.state],
            level=result.level,
            score=result.score,
            rationale=result.rationale,
            anchors=[
                Anchor(level=level.value, text=level.anchor, is_reached=level.value == result.level)
                for level in sorted(criterion.levels if criterion else [], key=lambda level: level.value)
            ],
            quotes=[self._build_quote(evidence) for evidence in result.evidence],
            questions=[
                ReportQuestion(
                    key=question.question_key,
                    text=self._questions.get(question.question_key, question.question_key),
                    asked=question.asked,
                    answered=question.answered,
                )
                for question in result.questions
            ],
            pass_levels=result.pass_levels,
            spread=result.spread,
            flags=self._explain_review_flags(result.flags),
        )

    def _build_finding(self, finding: Finding) -> ReportFinding:
        return ReportFinding(text=finding.text, quotes=[self._build_quote(evidence) for evidence in finding.evidence])

    def _build_quote(self, evidence: Evidence) -> Quote:
        # evaluations made before December 2026 have no sentence
        sentence = evidence.sentence or evidence.quote
        start = evidence.start - evidence.sentence_start if evidence.sentence else 0
        turn = self._sources.turns.get(evidence.seq)
        seconds = (turn.started_at - self._recording_start).total_seconds() if turn and self._recording_start else None
        return Quote(
            before=sentence[:start],
            quote=evidence.quote,
            after=sentence[start + len(evidence.quote) :],
            seq=evidence.seq,
            url=f"{self._sources.url}#turn-{evidence.seq}",
            recording_seconds=round(seconds, 1) if seconds is not None and seconds >= 0 else None,
            correction=self._sources.corrections.get(evidence.seq),
            flags=[Flag(code=flag, explanation=self._explanations.evidence_flags[flag]) for flag in evidence.flags],
        )

    def _build_review(self, review: Review) -> ReportReview:
        return ReportReview(
            decision=review.decision,
            reason=review.reason,
            reviewer=review.reviewer,
            created_at=review.created_at,
            overall_score=review.overall_score,
            overrides=[self._build_level(override) for override in review.overrides],
        )

    def _build_rating(self, rating: Rating) -> ReportRating:
        levels = [self._build_level(level) for level in rating.levels]
        return ReportRating(reviewer=rating.reviewer, created_at=rating.created_at, levels=levels)

    def _build_note(self, note: InterviewNote) -> ReportNote:
        seconds = (note.at - self._recording_start).total_seconds() if note.at and self._recording_start else None
        return ReportNote(
            seq=note.seq,
            at=note.at,
            recording_seconds=round(max(0.0, seconds), 1) if seconds is not None else None,
            text=note.text,
            author=note.author,
            created_at=note.created_at,
        )

    def _build_level(self, given: LevelOverride | RatedLevel) -> ReportLevel:
        names = {result.key: result.name for result in self._sources.outcome.criteria}
        return ReportLevel(
            criterion_key=given.criterion_key,
            criterion_name=names.get(given.criterion_key, given.criterion_key),
            level=given.level,
            reason=given.reason,
        )

    def _explain_review_flags(self, flags: Sequence[ReviewFlag]) -> list[Flag]:
        return [Flag(code=flag, explanation=self._explanations.review_flags[flag]) for flag in flags]
