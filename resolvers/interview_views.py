"""Which view of an interview a caller has: its updates are the only ones that the caller may notice."""

from datetime import datetime

from auth import Principal
from models.documents.interview import Interview
from models.documents.interview_views import InterviewView
from models.documents.organization import Role
from models.reads.interview_row import InterviewRow
from resolvers.blind_review import is_blind_to

ROLE_VIEWS = {
    Role.INTEGRATION: InterviewView.INTEGRATION,
    Role.VIEWER: InterviewView.VIEWER,
    Role.CANDIDATE: InterviewView.CANDIDATE,
}
"""The limited view of each role. The other roles see everything, except in a blind review."""


def get_view(principal: Principal, interview: Interview | InterviewRow) -> InterviewView | None:
    """Return the caller's limited view of the interview, or None if the caller sees everything."""
    return ROLE_VIEWS.get(principal.role) or (InterviewView.BLIND if is_blind_to(principal, interview) else None)


def get_update_time(principal: Principal, interview: Interview | InterviewRow) -> datetime:
    """Return when anything that the caller sees of the interview last changed."""
    return interview.get_updated_at(get_view(principal, interview))
