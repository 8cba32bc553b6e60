"""What lets a candidate in: an invite, and the access that it is exchanged for."""

from dataclasses import dataclass
from datetime import datetime

from auth import issue_candidate_token, issue_invite_token
from lifecycle.rooms import RoomAccess
from lifecycle.services import Services
from models.documents.interview import OPEN_STATUSES, Interview
from models.documents.turn import Channel


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """A candidate's bearer token for one interview, and the key to its room."""

    token: str
    expires_at: datetime
    room: RoomAccess | None
    """of an interview that is held by voice"""


@dataclass(frozen=True, slots=True)
class InviteLink:
    """A link for a candidate; whoever has it may join."""

    token: str
    url: str
    expires_at: datetime


def issue_candidate_access(services: Services, interview: Interview) -> AccessGrant:
    """A fresh access to the interview, and to its room while it is held by voice."""
    needs_room = interview.channel is Channel.VOICE and interview.status in OPEN_STATUSES and services.rooms.is_configured
    room = services.rooms.issue_access(interview) if needs_room else None
    return AccessGrant(*issue_candidate_token(interview, services.settings.auth), room)


def issue_invite_link(services: Services, interview: Interview) -> InviteLink:
    """The interview's present invite."""
    token = issue_invite_token(interview, services.settings.auth)
    # in the fragment: browsers never send it, so no log of any server holds it
    return InviteLink(token, f"{services.settings.api.public_url}/join#{token}", interview.expires_at)
