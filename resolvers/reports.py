"""What follows an interview: transcripts to save, reports, explanations for candidates, letters, and the links to them."""

from dataclasses import dataclass
from enum import StrEnum

from auth import Action, Principal, check_report_token, has_permission, issue_report_token, require_permission
from errors import Conflict
from evaluation.phrases import load_evaluation_phrases
from evaluation.reports.explanation import Explanation, build_explanation, draft_feedback_letter
from evaluation.reports.labels import load_labels
from evaluation.reports.report import Report, ReportSources, build_report, list_quoted_seqs, load_flag_explanations
from evaluation.reports.report_model import find_recording_start
from evaluation.reports.transcript import TranscriptExport, build_transcript_export
from lifecycle.services import Services
from models.documents.evaluation import Evaluation
from models.documents.evaluation import get_evaluation as get_stored_evaluation
from models.documents.interview import get_interview
from models.documents.organization import get_organization
from models.documents.position import get_position
from models.documents.recording import get_interview_recording
from models.documents.turn import read_turns_by_seq
from resolvers.blind_review import require_rating
from resolvers.evaluations import find_evaluation
from resolvers.ids import IdKind, build_not_found, decode_id, encode_id
from resolvers.interviews import load_interview
from resolvers.transcripts import read_transcript
from settings import Settings


class ReportKind(StrEnum):
    """A document about an evaluation. The value is its name in URLs."""

    REPORT = "report"
    EXPLANATION = "explanation"


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
    return build_transcript_export(interview, interview_id, transcript.turns, find_recording_start(recording))


async def get_report(services: Services, access: ReportAccess, evaluation_id: str) -> Report:
    """Return the report of a completed evaluation. Raises NotFound, Forbidden, and Conflict if it is not completed, or hidden
    from a reviewer who has not rated the interview."""
    return await _load_report(services, access, ReportKind.REPORT, evaluation_id)


async def get_explanation(services: Services, access: ReportAccess, evaluation_id: str) -> Explanation:
    """Return what the candidate may receive about a completed evaluation. Raises like `get_report`."""
    return build_explanation(await _load_report(services, access, ReportKind.EXPLANATION, evaluation_id))


async def draft_letter(services: Services, principal: Principal, evaluation_id: str) -> str:
    """Return the draft of a feedback letter without scores. Nothing sends it. Raises like `get_report`."""
    report = await _load_report(services, ReportAccess(principal, None), ReportKind.REPORT, evaluation_id)
    labels = load_labels(report.language)
    return draft_feedback_letter(report, labels, load_evaluation_phrases(labels.language))


def build_report_url(services: Services, kind: ReportKind, evaluation: Evaluation) -> str | None:
    """Return a link to the printable page, valid as long as a link to a recording; None until the evaluation is completed.

    The evaluation is as its reader may see it (resolvers.blind_review): while its results are hidden, there is no link.
    """
    if evaluation.outcome is None:
        return None
    settings = services.settings
    evaluation_id = encode_id(IdKind.EVALUATION, evaluation.id)
    token = issue_report_token(f"{kind}:{evaluation_id}", settings.recording.url_minutes, settings.auth)
    return f"{settings.api.public_url}/evaluations/{evaluation_id}/{kind}.html?token={token}"


async def _load_report(services: Services, access: ReportAccess, kind: ReportKind, evaluation_id: str) -> Report:
    evaluation = (
        await _load_readable_evaluation(access.principal, evaluation_id)
        if access.principal
        else await _load_linked_evaluation(services.settings, kind, evaluation_id, access.token or "")
    )
    interview = await get_interview(evaluation.interview_id)
    position = await get_position(evaluation.position_id)
    organization = await get_organization(evaluation.organization_id)
    if interview is None or interview.erased_at or position is None or organization is None:
        raise build_not_found(IdKind.EVALUATION)
    if access.principal:
        require_rating(access.principal, interview)
    outcome = evaluation.outcome
    if outcome is None:
        raise Conflict(f"Only a completed evaluation has a {kind}: this one is {evaluation.status}.")
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
        turns={turn.seq: turn for turn in await read_turns_by_seq(interview.id, list_quoted_seqs(outcome))},
        recording=await get_interview_recording(interview.id),
    )
    return build_report(sources, load_flag_explanations())


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
    return evaluation
