"""A candidate's credentials: the invite, and the access that a candidate gets for it."""

from dataclasses import dataclass
from datetime import datetime

from auth import Principal, issue_candidate_token, issue_invite_token
from lifecycle.rooms import RoomAccess
from lifecycle.services import Services
from models.documents.interview import OPEN_STATUSES, Interview, InterviewStatus
from models.documents.turn import AccessOrigin, Channel
from models.reads.interview_row import InterviewRow
from models.storage.clock import now


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """A candidate's bearer token for one interview, with access to its room."""

    token: str
    expires_at: datetime
    room: RoomAccess | None
    """Access to the LiveKit room. None unless the interview is open and held by voice."""


@dataclass(frozen=True, slots=True)
class InviteLink:
    """A link that lets its holder join the interview as the candidate."""

    token: str
    url: str
    expires_at: datetime


def issue_candidate_access(
    services: Services,
    interview: Interview,
    origin: AccessOrigin = AccessOrigin.INVITE,
    issued_to: Principal | None = None,
) -> AccessGrant:
    """Issue new access to the interview, and to its room if the interview is open and held by voice.

    The token says how it was obtained, and for startInterview, by which API key or member.
    """
    needs_room = interview.channel is Channel.VOICE and interview.status in OPEN_STATUSES and services.rooms.is_configured
    room = services.rooms.issue_access(interview, origin) if needs_room else None
    return AccessGrant(*issue_candidate_token(interview, services.settings.auth, origin, issued_to), room)


def issue_invite_link(services: Services, interview: Interview | InterviewRow) -> InviteLink:
    """Return the link of the interview's current invite."""
    token = issue_invite_token(interview, services.settings.auth)
    # Browsers do not send the fragment of a URL, so the token is in no server's log.
    return InviteLink(token, f"{services.settings.api.public_url}/join#{token}", interview.expires_at)


def find_invite_link(services: Services, interview: Interview | InterviewRow) -> InviteLink | None:
    """Return the link of the interview's current invite; None if the candidate can no longer join by it."""
    can_join = interview.status in (InterviewStatus.SCHEDULED, *OPEN_STATUSES)
    has_expired = interview.expires_at <= now() and not interview.candidate_has_joined
    if not can_join or has_expired or interview.erased_at is not None:
        return None
    return issue_invite_link(services, interview)
