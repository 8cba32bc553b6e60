"""What lets a candidate in: an invite, and the access that it is exchanged for."""

from dataclasses import dataclass
from datetime import datetime

from auth import issue_access, issue_invite
from lifecycle.services import Services
from models.interview import Interview


@dataclass(frozen=True, slots=True)
class Access:
    """A candidate's bearer token for one interview."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Invite:
    """A link for a candidate; whoever has it may join."""

    token: str
    url: str
    expires_at: datetime


def access_of(services: Services, interview: Interview) -> Access:
    """A fresh access to the interview."""
    return Access(*issue_access(interview, services.settings.auth))


def invite_of(services: Services, interview: Interview) -> Invite:
    """The interview's present invite."""
    token = issue_invite(interview, services.settings.auth)
    # in the fragment: browsers never send it, so no log of any server holds it
    return Invite(token, f"{services.settings.api.public_url}/join#{token}", interview.expires_at)
