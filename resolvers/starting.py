"""Starting an interview immediately, and scheduling one with an invite.

The document is inserted first, under the id that the idempotency key has claimed. Repeating the call with the same key completes
whatever a crash has left undone.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from beanie import PydanticObjectId
from bson import ObjectId

from auth import Action, Principal, require_permission
from errors import BadInput, Conflict
from lifecycle.budgets import require_daily_budgets
from lifecycle.origins import capture_origin
from lifecycle.presence import prepare_room
from lifecycle.services import Services
from lifecycle.states import open_interview
from live.rate_limits import Rate
from models.documents.external_reference import claim_reference, delete_references
from models.documents.interview import (
    Candidate,
    ConsentMethod,
    Interview,
    InterviewStatus,
    PositionRef,
    build_name_keys,
    find_newest_by_external_id,
    get_organization_interview,
)
from models.documents.language import primary_language
from models.documents.position import Position, find_position
from models.documents.turn import AccessOrigin, Channel
from models.storage.clock import now
from models.writes.interview_transitions import insert_interview
from resolvers.candidate_credentials import AccessGrant, InviteLink, issue_candidate_access, issue_invite_link
from resolvers.consent import ConsentChoice, record_consent
from resolvers.idempotency import IdempotentCall, idempotent
from resolvers.input_text import (
    clean_candidate_name,
    clean_detail,
    clean_email,
    clean_language_tag,
    clean_line,
    clean_optional,
    clean_text,
)

MAX_LEAD_TIME = timedelta(days=366)
"""How far in the future an interview can be scheduled and an invite can expire."""
SCHEDULE_MUTATION = "scheduleInterview"
"""Under this name, idempotency keys of `schedule_interview` are claimed."""


class IfExists(StrEnum):
    """What to do if there is an interview with the same external id for the same position."""

    CREATE = "CREATE"
    RETURN_EXISTING = "RETURN_EXISTING"


@dataclass(frozen=True, slots=True, kw_only=True)
class _InterviewRequest:
    candidate_name: str
    position_key: str
    candidate_email: str | None = None
    experience: str | None = None
    channel: Channel = Channel.VOICE
    language: str | None = None
    resume: str | None = None
    job_description: str | None = None
    external_id: str | None = None
    if_exists: IfExists = IfExists.CREATE
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest(_InterviewRequest):
    """The input of Mutation.startInterview."""

    consent: ConsentChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRequest(_InterviewRequest):
    """The input of Mutation.scheduleInterview."""

    scheduled_for: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StartedInterview:
    """An open interview with access for the candidate, and the invite with which the candidate can return."""

    interview: Interview
    access: AccessGrant
    invite: InviteLink
    is_existing: bool
    """Whether the interview existed before this call."""


@dataclass(frozen=True, slots=True)
class ScheduledInterview:
    """An interview with its current invite."""

    interview: Interview
    invite: InviteLink
    is_existing: bool = True
    """Whether the interview existed before this call."""


async def start_interview(services: Services, principal: Principal, request: StartRequest) -> StartedInterview:
    """Create an interview and open it. Repeating the key returns the same interview with new access.

    With RETURN_EXISTING, so does repeating the external id.

    Raises BadInput for invalid text, an unknown position or consent text, and a language other than the position's; Conflict for
    an archived position, and if the consent text has changed; DailyBudgetExhausted if the organization has used up a budget of
    today; RateLimited if it has made too many invites; Unavailable if LiveKit is needed and unavailable: the same call then
    completes what this one began.
    """
    require_permission(principal, Action.START_INTERVIEW)
    request = _clean_request(request)
    if request.channel is Channel.VOICE:
        services.rooms.require_configured()
    call = idempotent(services, principal, "startInterview", request.idempotency_key, request)
    interview = await _find_existing_interview(principal, call, request)
    is_existing = interview is not None
    if interview is None:
        # opening counts the interview; this check only avoids storing one that could not be opened
        await require_daily_budgets(services, principal.organization_id)
        draft = await _build_interview(principal, request, resolve_invite_expiry(services, None, None))
        limit_invites(services, principal)
        draft.consent = await record_consent(services, draft, request.consent, ConsentMethod.CALLER)
        interview, is_existing = await _create(draft, call, request)
    if interview.status is InterviewStatus.SCHEDULED:
        # an interview that was scheduled earlier has none yet
        consent = interview.consent or await record_consent(services, interview, request.consent, ConsentMethod.CALLER)
        interview = await open_interview(services, interview.id, consent, interview.channel)
    if interview.channel is Channel.VOICE:
        interview = await prepare_room(services, interview)
    access = issue_candidate_access(services, interview, AccessOrigin.START_INTERVIEW, principal)
    return StartedInterview(interview, access, issue_invite_link(services, interview), is_existing)


async def schedule_interview(services: Services, principal: Principal, request: ScheduleRequest) -> ScheduledInterview:
    """Create an interview that the candidate opens with its invite. Repeating the key returns the same interview.

    With RETURN_EXISTING, so does repeating the external id.

    Raises BadInput, Conflict and RateLimited like `start_interview`, and BadInput for invalid times.
    """
    require_permission(principal, Action.SCHEDULE_INTERVIEW)
    request = _clean_request(request)
    call = idempotent(services, principal, SCHEDULE_MUTATION, request.idempotency_key, request)
    interview = await _find_existing_interview(principal, call, request)
    is_existing = interview is not None
    if interview is None:
        draft = await _build_interview(
            principal, request, resolve_invite_expiry(services, request.scheduled_for, request.expires_at)
        )
        draft.scheduled_for = request.scheduled_for
        limit_invites(services, principal)
        interview, is_existing = await _create(draft, call, request)
        await services.live.publish_change(interview)
    return ScheduledInterview(interview, issue_invite_link(services, interview), is_existing)


def limit_invites(services: Services, principal: Principal) -> None:
    """Count an invite of the caller's organization. Raises RateLimited if it has made too many."""
    services.rate_limits.spend(Rate.INVITES, str(principal.organization_id))


def resolve_invite_expiry(services: Services, scheduled_for: datetime | None, expires_at: datetime | None) -> datetime:
    """Return when an invite expires: the given time, or settings.auth.invite_days after the interview's time.

    Raises BadInput for a time in the past or more than MAX_LEAD_TIME ahead, and for an expiry before the interview.
    """
    for field, moment in (("scheduledFor", scheduled_for), ("expiresAt", expires_at)):
        if moment is not None:
            require_upcoming(moment, field)
    if expires_at is None:
        return (scheduled_for or now()) + timedelta(days=services.settings.auth.invite_days)
    if scheduled_for is not None and expires_at <= scheduled_for:
        raise BadInput("expiresAt must be later than scheduledFor, or nobody could join.", field="expiresAt")
    return expires_at


def require_upcoming(moment: datetime, field: str) -> None:
    """Raise BadInput for a time in the past or more than MAX_LEAD_TIME ahead."""
    current_time = now()
    if not current_time < moment <= current_time + MAX_LEAD_TIME:
        raise BadInput(
            f"{field} must lie in the future, at most {MAX_LEAD_TIME.days} days ahead: send another, or leave it out.",
            field=field,
        )


R = TypeVar("R", bound=_InterviewRequest)


def _clean_request(request: R) -> R:
    cleaned = replace(
        request,
        candidate_name=clean_candidate_name(request.candidate_name, "candidateName"),
        candidate_email=clean_optional(clean_email, request.candidate_email, "candidateEmail"),
        experience=clean_optional(clean_detail, request.experience, "experience"),
        position_key=clean_line(request.position_key, "positionKey"),
        language=clean_optional(clean_language_tag, request.language, "language"),
        resume=clean_optional(clean_text, request.resume, "resume"),
        job_description=clean_optional(clean_text, request.job_description, "jobDescription"),
        external_id=clean_optional(clean_line, request.external_id, "externalId"),
    )
    if cleaned.if_exists is IfExists.RETURN_EXISTING and cleaned.external_id is None:
        raise BadInput("ifExists: RETURN_EXISTING needs an externalId: send your own id of the application.", field="externalId")
    return cleaned


async def _find_existing_interview(principal: Principal, call: IdempotentCall, request: _InterviewRequest) -> Interview | None:
    """Return the interview of an earlier call with this key or, if the caller wants that one, with this external id."""
    interview_id = await call.find_claimed_id()
    previous = await get_organization_interview(principal.organization_id, interview_id) if interview_id else None
    if previous is not None or request.if_exists is IfExists.CREATE or request.external_id is None:
        return previous
    existing = await find_newest_by_external_id(principal.organization_id, request.external_id, request.position_key)
    if existing is not None:
        await call.claim(existing.id)
    return existing


async def _build_interview(principal: Principal, request: _InterviewRequest, expires_at: datetime) -> Interview:
    position = await find_position(principal.organization_id, request.position_key)
    if position is None:
        raise BadInput("positionKey is unknown: the query positions lists the keys of your organization.", field="positionKey")
    if position.archived:
        raise Conflict("The position is archived: use another, or save it again with archived: false.", field="positionKey")
    name, address = request.candidate_name, request.candidate_email
    return Interview(
        organization_id=principal.organization_id,
        status=InterviewStatus.SCHEDULED,
        channel=request.channel,
        language=choose_language(position, request.language, "language"),
        candidate=Candidate(name=name, email=address, experience=request.experience),
        **build_name_keys(name, address),
        resume=request.resume,
        job_description=request.job_description,
        external_id=request.external_id,
        position=build_position_ref(position),
        expires_at=expires_at,
        is_blind=position.blind_review,
        origin=capture_origin(),
    )


def build_position_ref(position: Position) -> PositionRef:
    """Return what an interview stores of the version of its position."""
    return PositionRef(
        id=position.id,
        key=position.key,
        version=position.version,
        title=position.title,
        limit_minutes=position.limit_minutes,
        questions=len(position.questions),
    )


async def _create(interview: Interview, call: IdempotentCall, request: _InterviewRequest) -> tuple[Interview, bool]:
    """Store the interview, and return the stored one and whether another call had stored it before."""
    interview_id = await call.claim(ObjectId())
    if request.if_exists is IfExists.RETURN_EXISTING and request.external_id is not None:
        interview_id = await claim_reference(interview.organization_id, interview.position.key, request.external_id, interview_id)
    interview.id = PydanticObjectId(interview_id)
    stored = await insert_interview(interview)
    if stored.erased_at is not None and request.if_exists is IfExists.RETURN_EXISTING:
        # the erasure of the earlier interview deletes its reference a moment later
        await delete_references(stored.id)
        return await _create(interview.model_copy(), replace(call, key=None), request)
    return stored, stored is not interview


def choose_language(position: Position, requested: str | None, field: str) -> str:
    """Return the requested language, or that of the position. Raises BadInput for a language other than the position's."""
    if requested is None:
        return position.language
    if primary_language(requested) != primary_language(position.language):
        raise BadInput(
            f"{field} must be that of the position, {position.language}: leave it out, or use a position in your language.",
            field=field,
        )
    return requested
