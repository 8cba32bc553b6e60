"""What a candidate may receive: an explanation of the evaluation, and the draft of a feedback letter without scores."""

from datetime import date

from evaluation.phrases import EvaluationPhrases
from evaluation.reports.labels import Labels
from evaluation.reports.report import Anchor, Report, ReportCriterion, ReportFinding, ReportQuestion
from evaluation.reports.report_model import ReportModel
from models.documents.evaluation import CriterionState, InconclusiveReason
from models.documents.interview import Decision, Recommendation

# Every field is listed here and copied by name, so that a field added to the report never reaches candidates unnoticed.


class ExplanationQuote(ReportModel):
    """The candidate's words in their sentence, without flags."""

    before: str
    quote: str
    after: str
    recording_seconds: float | None
    correction: str | None


class ExplanationCriterion(ReportModel):
    """The result for one criterion."""

    name: str
    weight_percent: float
    state: CriterionState
    level: int | None
    rationale: str
    anchors: list[Anchor]
    quotes: list[ExplanationQuote]
    questions: list[ReportQuestion]
    is_reviewed: bool
    """Whether a person has set another level than the model."""
    reviewed_level: int | None


class Explanation(ReportModel):
    """An evaluation as its candidate may read it: without reviewers' names and reasons, and without flags for reviewers."""

    organization: str
    interview_id: str
    candidate_name: str
    position_title: str
    language: str
    interview_date: date | None
    evaluation_date: date | None
    sandbox: bool
    overall_score: float | None
    recommendation: Recommendation
    inconclusive_reason: InconclusiveReason | None
    coverage_percent: int
    summary: str
    strengths: list[str]
    weaknesses: list[str]
    criteria: list[ExplanationCriterion]
    passes: int
    model: str
    evaluation_version: int
    position_version: int
    review_dates: list[date]
    decision: Decision | None


def build_explanation(report: Report) -> Explanation:
    """Return what the candidate may read of the report. Level overrides are those of the latest review.

    Texts of the model that code has not checked are left out.
    """
    latest = report.reviews[-1] if report.reviews else None
    overrides = {override.criterion_key: override.level for override in latest.overrides} if latest else {}
    return Explanation(
        organization=report.organization,
        interview_id=report.interview_id,
        candidate_name=report.candidate_name,
        position_title=report.position_title,
        language=report.language,
        interview_date=report.started_at.date() if report.started_at else None,
        evaluation_date=report.evaluated_at.date() if report.evaluated_at else None,
        sandbox=report.sandbox,
        overall_score=report.overall_score,
        recommendation=report.recommendation,
        inconclusive_reason=InconclusiveReason(report.inconclusive_reason.code) if report.inconclusive_reason else None,
        # the coverage is rounded down to four decimal places, which binary fractions only approximate
        coverage_percent=round(report.coverage * 10_000) // 100,
        summary=report.summary if report.are_texts_checked else "",
        strengths=[finding.text for finding in report.strengths if report.are_texts_checked],
        weaknesses=[finding.text for finding in report.weaknesses if report.are_texts_checked],
        criteria=[
            _build_criterion(criterion, overrides, has_rationale=report.are_texts_checked) for criterion in report.criteria
        ],
        passes=sum(not one.is_void for one in report.passes) or 1,
        model=report.versions.model,
        evaluation_version=report.versions.evaluation_version,
        position_version=report.versions.position_version,
        review_dates=[review.created_at.date() for review in report.reviews],
        decision=report.decision.decision if report.decision else None,
    )


def _build_criterion(
    criterion: ReportCriterion, overrides: dict[str, int | None], *, has_rationale: bool
) -> ExplanationCriterion:
    return ExplanationCriterion(
        name=criterion.name,
        weight_percent=criterion.weight_percent,
        state=criterion.state,
        level=criterion.level,
        rationale=criterion.rationale if has_rationale else "",
        anchors=criterion.anchors,
        quotes=[
            ExplanationQuote(
                before=quote.before,
                quote=quote.quote,
                after=quote.after,
                recording_seconds=quote.recording_seconds,
                correction=quote.correction,
            )
            for quote in criterion.quotes
        ],
        questions=criterion.questions,
        is_reviewed=criterion.key in overrides,
        reviewed_level=overrides.get(criterion.key),
    )


def draft_feedback_letter(report: Report, labels: Labels, phrases: EvaluationPhrases) -> str:
    """Return a letter in plain text, for a person to read, change and send.

    It has no level, score, band or decision. Strengths and weaknesses are in it only if code has checked their texts.
    """
    texts = labels.letter
    name = report.candidate_name
    blocks = [
        texts.subject.format(position=report.position_title),
        texts.greeting.format(name=name) if name else texts.greeting_without_name,
        texts.thanks.format(position=report.position_title),
        _write_list(texts.criteria, [criterion.name for criterion in report.criteria]),
    ]
    if report.are_texts_checked:
        for heading, findings in ((texts.strengths, report.strengths), (texts.weaknesses, report.weaknesses)):
            if points := _list_texts(findings, phrases):
                blocks.append(_write_list(heading, points))
    blocks += [texts.origin, texts.closing.format(organization=report.organization)]
    return "\n\n".join(blocks) + "\n"


def _list_texts(findings: list[ReportFinding], phrases: EvaluationPhrases) -> list[str]:
    """Return the texts of the findings without those that a check has emptied."""
    return [finding.text for finding in findings if finding.text != phrases.finding_removed]


def _write_list(heading: str, items: list[str]) -> str:
    return "\n".join([heading, *(f"- {item}" for item in items)])
