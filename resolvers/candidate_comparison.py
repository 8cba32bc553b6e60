"""Comparing candidates of one position version."""

from collections.abc import Sequence
from dataclasses import replace

from auth import Action, Principal, require_permission
from errors import BadInput
from evaluation.reports.candidate_comparison import CandidateComparison, CandidateRow, ComparedCandidate, to_csv
from evaluation.reports.report_model import get_candidate_name
from lifecycle.services import Services
from models.documents.interview import Interview
from models.documents.position import Position
from models.reads.interview_list import InterviewFilter, InterviewOrderField
from resolvers.evaluations import get_evaluation
from resolvers.ids import IdKind, encode_id
from resolvers.interviews import list_interviews, load_interview
from resolvers.positions import get_position

MAX_COMPARED = 20
"""Maximum number of candidates in one comparison."""


async def compare_candidates(
    principal: Principal,
    position_key: str,
    position_version: int,
    interview_ids: Sequence[str] | None,
    where: InterviewFilter | None,
) -> CandidateComparison:
    """Return the interviews in the order of `interview_ids`, or those that match the filter ordered by the candidate's name.

    Raises NotFound for an unknown position version or interview, Forbidden for a filter that the role may not use, and BadInput
    for more than MAX_COMPARED interviews, for an interview of another position version, and for both ids and a filter.
    """
    require_permission(principal, Action.READ_EVALUATION)
    require_permission(principal, Action.READ_CANDIDATE)
    position = await get_position(principal, position_key, position_version)
    if interview_ids is None:
        interviews = await _find_interviews(principal, position, where)
    elif where is not None:
        raise BadInput("interviewIds and filter cannot be combined: send one of them.", field="filter")
    else:
        interviews = await _load_interviews(principal, position, interview_ids)
    candidates = []
    for interview in interviews:
        visible = await get_evaluation(principal, encode_id(IdKind.INTERVIEW, interview.id), None)
        evaluation, is_blind = (visible.document, visible.is_blind) if visible else (None, False)
        candidates.append(ComparedCandidate(interview, evaluation, is_blind))
    return CandidateComparison(position, candidates)


def write_comparison(services: Services, comparison: CandidateComparison) -> str:
    """Return the comparison as CSV."""
    rows = []
    for candidate in comparison.candidates:
        interview_id = encode_id(IdKind.INTERVIEW, candidate.interview.id)
        url = f"{services.settings.api.public_url}/interviews/{interview_id}"
        rows.append(CandidateRow(interview_id, get_candidate_name(candidate.interview), url))
    return to_csv(comparison, rows)


async def _load_interviews(principal: Principal, position: Position, interview_ids: Sequence[str]) -> list[Interview]:
    if not 1 <= len(interview_ids) <= MAX_COMPARED:
        raise BadInput(f"interviewIds must name 1 to {MAX_COMPARED} interviews.", field="interviewIds")
    if len(set(interview_ids)) < len(interview_ids):
        raise BadInput("interviewIds names an interview twice: name each once.", field="interviewIds")
    interviews = []
    for index, interview_id in enumerate(interview_ids):
        interview = await load_interview(principal, interview_id)
        if interview.position.id != position.id:
            field = f"interviewIds[{index}]"
            raise BadInput(
                f"{field} uses version {interview.position.version} of {interview.position.key}: results of different rubrics "
                "cannot be compared.",
                field=field,
            )
        interviews.append(interview)
    return interviews


async def _find_interviews(principal: Principal, position: Position, where: InterviewFilter | None) -> list[Interview]:
    where = where or InterviewFilter()
    for name, argument, value in (
        ("positionKeys", "positionKey", where.position_keys),
        ("positionVersion", "positionVersion", where.position_version),
    ):
        if value is not None:
            raise BadInput(f"filter.{name} cannot be used here: send the argument {argument} only.", field=f"filter.{name}")
    page = await list_interviews(
        principal,
        replace(where, position_keys=[position.key], position_version=position.version),
        InterviewOrderField.CANDIDATE,
        descending=False,
        first=MAX_COMPARED,
        after=None,
        last=None,
        before=None,
        stored_fields=(),
    )
    if page.has_next:
        raise BadInput(
            f"More than {MAX_COMPARED} interviews match: narrow the filter, or name interviews in interviewIds.", field="filter"
        )
    return [await load_interview(principal, encode_id(IdKind.INTERVIEW, row.id)) for row in page.items]
