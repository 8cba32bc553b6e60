"""What lets a candidate in: an invite, and the access that it is exchanged for."""

from dataclasses import dataclass
from datetime import datetime

from auth import issue_access, issue_invite
from lifecycle.rooms import RoomAccess
from lifecycle.services import Services
from models.interview import OPEN, Interview
from models.turn import Channel


@dataclass(frozen=True, slots=True)
class Access:
    """A candidate's bearer token for one interview, and the key to its room."""

    token: str
    expires_at: datetime
    room: RoomAccess | None
    """of an interview that is held by voice"""


@dataclass(frozen=True, slots=True)
class Invite:
    """A link for a candidate; whoever has it may join."""

    token: str
    url: str
    expires_at: datetime


def access_of(services: Services, interview: Interview) -> Access:
    """A fresh access to the interview, and to its room while it is held by voice."""
    by_voice = interview.channel is Channel.VOICE and interview.status in OPEN and services.rooms.is_configured
    room = services.rooms.access(interview) if by_voice else None
    return Access(*issue_access(interview, services.settings.auth), room)


def invite_of(services: Services, interview: Interview) -> Invite:
    """The interview's present invite."""
    token = issue_invite(interview, services.settings.auth)
    # in the fragment: browsers never send it, so no log of any server holds it
    return Invite(token, f"{services.settings.api.public_url}/join#{token}", interview.expires_at)
