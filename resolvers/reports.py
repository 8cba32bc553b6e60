"""What follows an interview: transcripts to save, reports, explanations for candidates, letters, and the links to them."""

from dataclasses import dataclass
from enum import StrEnum

from bson import ObjectId

from auth import Action, Principal, check_report_token, has_permission, issue_report_token, require_permission
from errors import Conflict
from evaluation.reports.explanation import Explanation, build_explanation, draft_feedback_letter
from evaluation.reports.report import Report, ReportSources, build_report, list_quoted_seqs
from evaluation.reports.report_model import find_recording_start
from evaluation.reports.texts import ReportTexts
from evaluation.reports.transcript import TranscriptExport, build_transcript_export
from lifecycle.services import Services
from models.documents.evaluation import Evaluation
from models.documents.evaluation import get_evaluation as get_stored_evaluation
from models.documents.interview import get_interview
from models.documents.organization import get_organization
from models.documents.position import get_position
from models.documents.recording import get_interview_recording
from models.documents.turn import read_turns_by_seq
from models.documents.turn_correction import list_corrections
from resolvers.blind_review import require_rating
from resolvers.evaluations import find_evaluation
from resolvers.ids import IdKind, build_not_found, decode_id, encode_id
from resolvers.interviews import load_interview
from resolvers.organizations import require_open_organization
from resolvers.transcripts import read_transcript
from settings import Settings


class ReportKind(StrEnum):
    """A document about an evaluation. The value is its name in URLs."""

    REPORT = "report"
    EXPLANATION = "explanation"
    FEEDBACK_LETTER = "feedback-letter"

    @property
    def suffix(self) -> str:
        """The ending of the URL that a link opens."""
        return "txt" if self is ReportKind.FEEDBACK_LETTER else "html"


@dataclass(frozen=True, slots=True)
class ReportAccess:
    """The credential of a request for a report: a caller, or the token of a link."""

    principal: Principal | None
    token: str | None


async def export_transcript(principal: Principal, interview_id: str) -> TranscriptExport:
    """Return the whole transcript of an interview that the caller may read. Raises NotFound.

    Times count from the start of the recording for callers who may play it, and otherwise from the start of the interview.
    """
    require_permission(principal, Action.READ_INTERVIEW)
    interview = await load_interview(principal, interview_id)
    transcript = await read_transcript(interview, 0, None)
    may_play = has_permission(principal, Action.READ_RECORDING) and interview.erased_at is None
    recording = await get_interview_recording(interview.id) if may_play else None
    corrections = await _read_corrections(interview.id) if transcript.turns else {}
    return build_transcript_export(interview, interview_id, transcript.turns, find_recording_start(recording), corrections)


async def get_report(
    services: Services, texts: ReportTexts, access: ReportAccess, evaluation_id: str, kind: ReportKind = ReportKind.REPORT
) -> Report:
    """Return the report of a completed evaluation, to a caller or to the bearer of a link to this kind of document.

    Raises NotFound, Forbidden, and Conflict if the evaluation is not completed, or hidden from a reviewer who has not rated it.
    """
    evaluation = (
        await _load_readable_evaluation(access.principal, evaluation_id)
        if access.principal
        else await _load_linked_evaluation(services.settings, kind, evaluation_id, access.token or "")
    )
    interview = await get_interview(evaluation.interview_id)
    position = await get_position(evaluation.position_id)
    organization = await get_organization(evaluation.organization_id)
    if (
        interview is None
        or not interview.has_transcript
        or interview.is_consent_withdrawn
        or position is None
        or organization is None
    ):
        raise build_not_found(IdKind.EVALUATION)
    if access.principal:
        require_rating(access.principal, interview)
    outcome = evaluation.outcome
    if outcome is None:
        raise Conflict(f"Only a completed evaluation has a report: this one is {evaluation.status}.")
    interview_id = encode_id(IdKind.INTERVIEW, interview.id)
    sources = ReportSources(
        interview_id=interview_id,
        evaluation_id=evaluation_id,
        url=f"{services.settings.api.public_url}/interviews/{interview_id}",
        organization=organization.name,
        interview=interview,
        evaluation=evaluation,
        outcome=outcome,
        position=position,
        turns={turn.seq: turn for turn in await read_turns_by_seq({interview.id: list_quoted_seqs(outcome)})},
        corrections=await _read_corrections(interview.id),
        recording=await get_interview_recording(interview.id),
    )
    return build_report(sources, texts.flag_explanations)


async def get_explanation(services: Services, texts: ReportTexts, access: ReportAccess, evaluation_id: str) -> Explanation:
    """Return what the candidate may receive about a completed evaluation. Raises like `get_report`."""
    return build_explanation(await get_report(services, texts, access, evaluation_id, ReportKind.EXPLANATION))


async def draft_letter(services: Services, texts: ReportTexts, access: ReportAccess, evaluation_id: str) -> str:
    """Return the draft of a feedback letter without scores. Nothing sends it. Raises like `get_report`."""
    report = await get_report(services, texts, access, evaluation_id, ReportKind.FEEDBACK_LETTER)
    return draft_feedback_letter(report, texts.get_labels(report.language), texts.get_phrases(report.language))


def build_report_url(services: Services, kind: ReportKind, evaluation: Evaluation) -> str | None:
    """Return a link to the document, valid as long as a link to a recording; None until the evaluation is completed.

    The evaluation is as its reader may see it (resolvers.blind_review): while its results are hidden, there is no link.
    """
    if evaluation.outcome is None:
        return None
    settings = services.settings
    evaluation_id = encode_id(IdKind.EVALUATION, evaluation.id)
    token = issue_report_token(f"{kind}:{evaluation_id}", settings.recording.url_minutes, settings.auth)
    return f"{settings.api.public_url}/evaluations/{evaluation_id}/{kind}.{kind.suffix}?token={token}"


async def _read_corrections(interview_id: ObjectId) -> dict[int, str]:
    return {correction.seq: correction.text for correction in await list_corrections([interview_id])}


async def _load_readable_evaluation(principal: Principal, evaluation_id: str) -> Evaluation:
    require_permission(principal, Action.READ_EVALUATION)
    visible = await find_evaluation(principal, decode_id(IdKind.EVALUATION, evaluation_id))
    if visible is None:
        raise build_not_found(IdKind.EVALUATION)
    return visible.document


async def _load_linked_evaluation(settings: Settings, kind: ReportKind, evaluation_id: str, token: str) -> Evaluation:
    check_report_token(token, f"{kind}:{evaluation_id}", settings.auth)
    evaluation = await get_stored_evaluation(decode_id(IdKind.EVALUATION, evaluation_id))
    if evaluation is None:
        raise build_not_found(IdKind.EVALUATION)
    await require_open_organization(evaluation.organization_id)
    return evaluation
