"""Invites: renewing them, and reading and joining an interview by one. The invite is the candidate's credential."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bson import ObjectId

from auth import Action, Principal, decode_invite_token, require_permission, unknown_invite_error
from errors import BadInput, Conflict, NotFound
from lifecycle.budgets import DailyBudgetExhausted
from lifecycle.consent import ConsentText
from lifecycle.presence import prepare_room, switch_to_text, switch_to_voice
from lifecycle.services import Services
from lifecycle.states import open_interview
from live.rate_limits import Rate
from models.documents.interview import (
    OPEN_STATUSES,
    TERMINAL_STATUSES,
    Consent,
    ConsentMethod,
    EndReason,
    Interview,
    InterviewStatus,
    get_interview,
)
from models.documents.organization import Organization, get_organization
from models.documents.position import get_position
from models.documents.turn import AccessOrigin, Channel
from models.storage.clock import now
from models.writes.interview_transitions import RENEWABLE_STATUSES, extend_invite, reschedule_interview
from resolvers.candidate_credentials import AccessGrant, issue_candidate_access, issue_invite_link
from resolvers.consent import ConsentChoice, get_interview_consent_text, record_consent
from resolvers.idempotency import IdempotentCall, idempotent
from resolvers.interviews import load_interview
from resolvers.organizations import build_logo_url
from resolvers.reopening import find_return_deadline, reopen_for_return
from resolvers.starting import ScheduledInterview, limit_invites, resolve_invite_expiry
from resolvers.try_outs import refuse_for_try_out

BUDGET_EXTENSION = timedelta(days=2)
"""How long an invite stays valid at least, after the budget that refused it is open again."""
EARLY_JOIN_WINDOW = timedelta(minutes=15)
"""How long before the scheduled time a candidate can join."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewRequest:
    """The input of Mutation.renewInvite. Defaults: the interview's present time, and the default lifetime of an invite."""

    interview_id: str
    scheduled_for: datetime | None = None
    expires_at: datetime | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRequest:
    """The input of Mutation.joinInterview."""

    invite: str
    consent: ConsentChoice | None = None
    channel: Channel | None = None
    reopen: bool | None = None
    """Whether to reopen an interview that ended early; by default unless the candidate ended it."""


class InvitationState(StrEnum):
    """Whether an invite can be used now, by the server's clock, and if not, why."""

    OPEN = "OPEN"
    EARLY = "EARLY"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    OVER = "OVER"
    FAILED = "FAILED"
    CLOSED = "CLOSED"


_STATE_BY_STATUS = {
    InterviewStatus.EXPIRED: InvitationState.EXPIRED,
    InterviewStatus.CANCELLED: InvitationState.CANCELLED,
    InterviewStatus.FAILED: InvitationState.FAILED,
    InterviewStatus.ENDING: InvitationState.OVER,
    InterviewStatus.COMPLETED: InvitationState.OVER,
    InterviewStatus.OPTED_OUT: InvitationState.OVER,
}


@dataclass(frozen=True, slots=True)
class InvitationDetails:
    """The data for the page that an invite opens."""

    interview: Interview
    state: InvitationState
    organization: Organization
    logo_url: str | None
    consent_text: ConsentText
    can_reopen_until: datetime | None
    """Until when the invite reopens the interview; None if it does not."""


@dataclass(frozen=True, slots=True)
class JoinedInterview:
    """An open interview with new access for the candidate."""

    interview: Interview
    access: AccessGrant


async def renew_invite(services: Services, principal: Principal, request: RenewRequest) -> ScheduledInterview:
    """Issue a new invite, once for each idempotency key. Earlier links and the candidate's tokens stop working, also in the room.

    Raises NotFound, BadInput for invalid times, Conflict if the interview is over or a try-out, or is open and a time is given,
    and RateLimited if the organization has made too many invites.
    """
    require_permission(principal, Action.RENEW_INVITE)
    interview = await load_interview(principal, request.interview_id)
    refuse_for_try_out(interview, "renewed")
    call = idempotent(services, principal, "renewInvite", request.idempotency_key, request)
    previous_renewal_id = await call.find_claimed_id()
    if previous_renewal_id is None or previous_renewal_id not in interview.renewals:
        interview = await _renew(services, principal, interview, request, call)
    return ScheduledInterview(interview, issue_invite_link(services, interview))


async def _renew(
    services: Services, principal: Principal, interview: Interview, request: RenewRequest, call: IdempotentCall
) -> Interview:
    _require_renewable(interview)
    if request.scheduled_for is not None and interview.status in OPEN_STATUSES:
        raise Conflict("The interview is already open, so its time cannot change: leave scheduledFor out.", field="scheduledFor")
    upcoming_time = interview.scheduled_for if interview.scheduled_for and interview.scheduled_for > now() else None
    expires_at = resolve_invite_expiry(services, request.scheduled_for or upcoming_time, request.expires_at)
    limit_invites(services, principal)
    renewal_id = await call.claim(ObjectId())
    scheduled_for = request.scheduled_for or interview.scheduled_for
    renewed = await reschedule_interview(interview.id, renewal_id, scheduled_for, expires_at)
    if renewed:
        await services.live.publish_change(renewed)
        services.rooms.remove_outdated_candidate_in_background(renewed)
        return renewed
    # A concurrent repetition has renewed the invite, or the interview has ended in the meantime.
    current = await get_interview(interview.id) or interview
    if renewal_id not in current.renewals:
        _require_renewable(current)
    return current


def _require_renewable(interview: Interview) -> None:
    if interview.erased_at is not None or interview.status not in RENEWABLE_STATUSES:
        raise Conflict(f"The invite cannot be renewed: the interview is {interview.status}. Schedule a new one.")


def get_opening_time(interview: Interview) -> datetime | None:
    """Return when `join_interview` first succeeds; None if the candidate may join at any time."""
    return interview.scheduled_for - EARLY_JOIN_WINDOW if interview.scheduled_for else None


async def get_invitation(services: Services, token: str) -> InvitationDetails:
    """Return what the invite is for, for some time even if the interview is over.

    Raises NotFound for an invalid or replaced invite, and settings.auth.ended_invite_days after the end of the interview.
    """
    interview = await _find_invited_interview(services, token)
    await _require_recent(services, interview)
    organization = await get_organization(interview.owner_id)
    if organization is None:
        raise unknown_invite_error()
    return InvitationDetails(
        interview,
        find_invitation_state(interview, is_closed=organization.closed_at is not None),
        organization,
        build_logo_url(services, organization),
        await get_interview_consent_text(services, interview),
        None if organization.closed_at else await find_return_deadline(interview),
    )


async def _require_recent(services: Services, interview: Interview) -> None:
    """Raise NotFound if the interview has been over for so long that the invite, which may be in old mail, tells nothing."""
    if interview.status not in TERMINAL_STATUSES:
        return
    ended_at = interview.ended_at or interview.expires_at
    days = services.settings.auth.ended_invite_days
    if ended_at + timedelta(days=days) > now() or await _is_correctable(interview):
        return
    raise NotFound(
        f"This invite has ended: the interview has been over for more than {days} days. "
        "Write to the organization that invited you."
    )


async def join_interview(services: Services, request: JoinRequest) -> JoinedInterview:
    """Join the interview in the requested channel, and return new access. The first join opens the interview.

    A candidate who comes back within the position's window reopens an interview that ended early (resolvers.reopening).
    The consent of the first join is final: later ones are ignored. Raises NotFound for an invalid or replaced invite; Conflict if
    the interview has ended, the invite has expired, it is more than EARLY_JOIN_WINDOW too early, the organization has used up a
    budget of today, or the consent text has changed since the candidate saw it; Unavailable if LiveKit is needed and
    unavailable; BadInput if the first join has no consent; RateLimited if it has been joined too often.
    """
    interview = await load_invited_interview(services, request.invite)
    services.rate_limits.spend(Rate.JOINS, str(interview.id))
    # a client that joins again by itself does not undo the candidate's wish to stop
    may_reopen = interview.end_reason is not EndReason.CANDIDATE_ENDED if request.reopen is None else request.reopen
    return_deadline = await find_return_deadline(interview) if may_reopen else None
    if return_deadline is None:
        _require_joinable(interview)
    channel = request.channel or interview.channel
    if channel is Channel.VOICE:
        services.rooms.require_configured()
    if return_deadline is not None:
        interview = await reopen_for_return(services, interview, return_deadline)
        _require_joinable(interview)
    if interview.status is InterviewStatus.SCHEDULED:
        consent = interview.consent
        if consent is None:
            if request.consent is None:
                raise BadInput(
                    "consent is missing: send the candidate's consent to invitation.consentText with the first join.",
                    field="consent",
                )
            consent = await record_consent(services, interview, request.consent, ConsentMethod.JOINED)
        interview = await _open(services, interview, consent, channel)
    interview = await _switch_channel(services, interview, channel)
    return JoinedInterview(interview, issue_candidate_access(services, interview))


async def _open(services: Services, interview: Interview, consent: Consent, channel: Channel) -> Interview:
    try:
        return await open_interview(services, interview.id, consent, channel)
    except DailyBudgetExhausted as exhausted:
        # the candidate learns when to come back, and not what the organization spends; the invite stays valid until then
        opens_at = exhausted.opens_at or now()
        await extend_invite(interview.id, opens_at + BUDGET_EXTENSION)
        raise Conflict(
            "The organization can begin no more interviews today. Nothing is lost: your invite stays valid. Please come back "
            "later: opensAt is the moment.",
            opens_at=opens_at,
        ) from None


async def _switch_channel(services: Services, interview: Interview, channel: Channel) -> Interview:
    interview_id = interview.id
    if channel is Channel.TEXT:
        return await switch_to_text(services, interview_id, remove_from_room=True) or interview
    changed = await switch_to_voice(services, interview_id, services.settings.livekit.empty_seconds)
    return changed or await prepare_room(services, interview)


async def open_transcript(services: Services, invite: str) -> JoinedInterview:
    """Return new access to an interview that has ended, for reading its transcript and correcting turns.

    Raises NotFound for an invalid or replaced invite, Conflict unless the interview is over and the position's window for
    corrections is open, and RateLimited if it has been joined too often.
    """
    interview = await load_invited_interview(services, invite)
    services.rate_limits.spend(Rate.JOINS, str(interview.id))
    if interview.status not in TERMINAL_STATUSES or interview.ended_at is None:
        raise Conflict(f"The interview has not ended: it is {interview.status}. Join it instead (joinInterview).")
    if not await _is_correctable(interview):
        raise Conflict("The time for corrections is over: write to the organization that interviewed you.")
    return JoinedInterview(interview, issue_candidate_access(services, interview, AccessOrigin.OPEN_TRANSCRIPT))


async def _is_correctable(interview: Interview) -> bool:
    """Return whether the candidate can still correct turns of an interview that is over."""
    if interview.ended_at is None:
        return False
    position = await get_position(interview.position.id)
    return interview.ended_at + timedelta(hours=position.correction_hours if position else 0) > now()


async def load_invited_interview(services: Services, token: str, *, allows_closed: bool = False) -> Interview:
    """Return the interview of the invite, whatever its state.

    Raises NotFound for an invalid or replaced invite, and Conflict if the organization is closed, unless `allows_closed`.
    """
    interview = await _find_invited_interview(services, token)
    if not allows_closed and interview.owner_id in await services.credentials.closed_organizations.read_ids():
        raise Conflict("The organization has closed its interviews: write to the organization that invited you.")
    return interview


async def _find_invited_interview(services: Services, token: str) -> Interview:
    interview_id, generation = decode_invite_token(token, services.settings.auth)
    interview = await get_interview(interview_id)
    if interview is None or interview.erased_at is not None or interview.invite_generation != generation:
        raise unknown_invite_error()
    return interview


def find_invitation_state(interview: Interview, *, is_closed: bool = False) -> InvitationState:
    """Return whether `join_interview` admits the candidate now, without reopening the interview.

    `is_closed` says that the organization is closed.
    """
    if state := _STATE_BY_STATUS.get(interview.status):
        return state
    if is_closed:
        return InvitationState.CLOSED
    # Candidates who joined in time can return after their invite has expired.
    if interview.expires_at <= now() and not interview.candidate_has_joined:
        return InvitationState.EXPIRED
    opens_at = get_opening_time(interview)
    is_early = opens_at is not None and interview.status is InterviewStatus.SCHEDULED and opens_at > now()
    return InvitationState.EARLY if is_early else InvitationState.OPEN


def _require_joinable(interview: Interview) -> None:
    state = find_invitation_state(interview)
    if state is InvitationState.EXPIRED:
        raise Conflict("The invite has expired: ask for a new one.")
    if interview.status is InterviewStatus.OPTED_OUT:
        raise Conflict(
            "You have opted out of this interview: if you want to hold it after all, ask the organization for a new one."
        )
    if state is InvitationState.EARLY:
        raise Conflict(
            f"It is too early: the interview can be joined from {EARLY_JOIN_WINDOW.seconds // 60} minutes before its time. "
            "Come back then: opensAt is the moment.",
            opens_at=get_opening_time(interview),
        )
    if state is not InvitationState.OPEN:
        raise Conflict(f"The interview has ended ({interview.status}): it can no longer be joined.")
