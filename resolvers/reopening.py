"""Reopening interviews that are over: by a person, or by the candidate's own link within the position's window."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from beanie import PydanticObjectId
from bson import ObjectId

from auth import Action, Principal, require_permission
from errors import Conflict
from lifecycle import states
from lifecycle.services import Services
from models.documents.interview import EndReason, Interview, InterviewStatus, Reopening, get_interview
from models.documents.position import get_position
from models.storage.clock import now
from models.writes.interview_transitions import REOPENABLE_STATUSES
from resolvers.candidate_credentials import issue_invite_link
from resolvers.history import MAX_ENTRIES
from resolvers.idempotency import idempotent
from resolvers.input_text import clean_text
from resolvers.interviews import load_interview
from resolvers.starting import ScheduledInterview, resolve_invite_expiry

MAX_REASON_CHARACTERS = 500
MAX_RETURNS = 3
"""Times that the candidate's own link reopens one interview."""
RETURNABLE_REASONS = (EndReason.CANDIDATE_LEFT, EndReason.FAILED, EndReason.CANDIDATE_ENDED)
"""Ends after which the candidate's own link reopens the interview."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenRequest:
    """The input of Mutation.reopenInterview."""

    interview_id: str
    reason: str
    expires_at: datetime | None = None
    idempotency_key: str | None = None


async def reopen_interview(services: Services, principal: Principal, request: ReopenRequest) -> ScheduledInterview:
    """Reopen an interview that is over, and issue a new invite, once for each idempotency key.

    Raises NotFound, BadInput, and Conflict if the interview is not over or cannot be continued.
    """
    require_permission(principal, Action.REOPEN_INTERVIEW)
    interview = await load_interview(principal, request.interview_id)
    reason = clean_text(request.reason, "reason", MAX_REASON_CHARACTERS)
    call = idempotent(services, principal, "reopenInterview", request.idempotency_key, request)
    previous_id = await call.find_claimed_id()
    if previous_id is None or not _has_reopening(interview, previous_id):
        _require_reopenable(interview)
        expires_at = resolve_invite_expiry(services, None, request.expires_at)
        reopening = _build_reopening(interview, await call.claim(ObjectId()), principal.name, reason)
        reopened = await states.reopen_interview(services, interview, reopening, expires_at, renews_invite=True)
        interview = reopened or await _load_changed(interview, reopening)
    return ScheduledInterview(interview, issue_invite_link(services, interview))


async def find_return_deadline(interview: Interview) -> datetime | None:
    """Return until when the candidate's own link reopens the interview; None if it does not."""
    is_over = interview.status in (InterviewStatus.COMPLETED, InterviewStatus.FAILED) and interview.ended_at is not None
    is_returnable = is_over and interview.end_reason in RETURNABLE_REASONS and _find_obstacle(interview) is None
    returns = sum(reopening.reopened_by is None for reopening in interview.reopenings)
    if interview.ended_at is None or not is_returnable or returns >= MAX_RETURNS:
        return None
    position = await get_position(interview.position.id)
    deadline = interview.ended_at + timedelta(minutes=position.reopen_minutes if position else 0)
    return deadline if deadline > now() else None


async def reopen_for_return(services: Services, interview: Interview, deadline: datetime) -> Interview:
    """Reopen the interview for the candidate, whose invite works at least until `deadline`.

    Of concurrent calls one reopens it; all return the interview as it is then.
    """
    reopening = _build_reopening(interview, ObjectId(), None, None)
    expires_at = max(interview.expires_at, deadline)
    reopened = await states.reopen_interview(services, interview, reopening, expires_at, renews_invite=False)
    return reopened or await get_interview(interview.id) or interview


def _build_reopening(interview: Interview, reopening_id: ObjectId, reopened_by: str | None, reason: str | None) -> Reopening:
    return Reopening(
        id=PydanticObjectId(reopening_id),
        reopened_at=now(),
        reopened_by=reopened_by,
        reason=reason,
        status=interview.status,
        end_reason=interview.end_reason,
        end_detail=interview.end_detail,
        ended_at=interview.ended_at,
    )


def _has_reopening(interview: Interview, reopening_id: ObjectId) -> bool:
    return any(reopening.id == reopening_id for reopening in interview.reopenings)


async def _load_changed(interview: Interview, reopening: Reopening) -> Interview:
    """Return the interview that a concurrent repetition has reopened. Raises Conflict if it has changed otherwise."""
    current = await get_interview(interview.id) or interview
    if not _has_reopening(current, reopening.id):
        _require_reopenable(current)
        raise Conflict("The interview has just changed: try again.")
    return current


def _require_reopenable(interview: Interview) -> None:
    if obstacle := _find_obstacle(interview):
        raise Conflict(obstacle)


def _find_obstacle(interview: Interview) -> str | None:  # noqa: PLR0911  # one for each obstacle
    """Return why nobody can reopen the interview, with the remedy; None if it can be reopened."""
    if not interview.has_transcript:
        return "The interview or its transcript was erased, so nothing can be continued: schedule a new one (scheduleInterview)."
    if interview.status is InterviewStatus.OPTED_OUT or interview.is_consent_withdrawn:
        return (
            "The candidate has opted out, so the interview cannot be reopened: if they want to hold it after all, schedule a new "
            "one (scheduleInterview)."
        )
    if interview.status is InterviewStatus.CANCELLED:
        return "The interview was cancelled before it began, so nothing can be continued: schedule a new one (scheduleInterview)."
    if interview.status is InterviewStatus.ENDING:
        return "The interview is ending, and its last words are being stored: reopen it in a few seconds."
    if len(interview.reopenings) >= MAX_ENTRIES:
        return f"The interview was reopened {MAX_ENTRIES} times: schedule a new one (scheduleInterview)."
    if interview.status not in REOPENABLE_STATUSES:
        return f"The interview is {interview.status}: the candidate can join it with the invite (renewInvite issues a new one)."
    return None
