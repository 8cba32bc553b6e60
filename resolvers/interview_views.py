"""Which view of an interview a caller has: its updates are the only ones that the caller may notice."""

from datetime import datetime

from auth import Action, Principal, has_permission
from models.documents.interview import Interview
from models.documents.interview_views import InterviewView
from models.documents.organization import Role
from models.reads.interview_row import InterviewRow
from resolvers.blind_review import is_blind_to

_RESULT_ACTIONS = frozenset({Action.READ_EVALUATION, Action.READ_RECORDING})
_PRIVATE_ACTIONS = frozenset({Action.READ_REQUESTS, Action.READ_LEGAL_HOLD})


def get_limited_view(principal: Principal) -> InterviewView | None:
    """Return the smallest view that contains all that the caller may read of interviews; None if that is everything."""
    if principal.role is Role.CANDIDATE:
        return InterviewView.CANDIDATE
    readable = {action for action in _RESULT_ACTIONS | _PRIVATE_ACTIONS if has_permission(principal, action)}
    if not readable:
        return InterviewView.VIEWER
    return InterviewView.INTEGRATION if readable <= _RESULT_ACTIONS else None


def get_view(principal: Principal, interview: Interview | InterviewRow) -> InterviewView | None:
    """Return the caller's limited view of the interview, or None if the caller sees everything."""
    return get_limited_view(principal) or (InterviewView.BLIND if is_blind_to(principal, interview) else None)


def get_update_time(principal: Principal, interview: Interview | InterviewRow) -> datetime:
    """Return when anything that the caller sees of the interview last changed."""
    return interview.get_updated_at(get_view(principal, interview))
