"""Blind review: a reviewer sees no results of an interview before giving levels of one's own.

Every evaluation that a resolver returns to a caller passes `show_evaluation`, and every other result of an interview is read
behind `is_blind_to`. Reviewers are members, and callers of API keys, of the roles that may review; other
roles are not affected.
"""

from dataclasses import dataclass

from auth import Action, Principal, has_permission
from errors import Conflict
from models.documents.evaluation import Evaluation
from models.documents.interview import Interview
from models.reads.interview_row import InterviewRow

VISIBLE_BEFORE_RATING = (
    *("id", "interview_id", "organization_id", "version", "status", "failure", "position_id", "position_version"),
    *("prompt_version", "model", "transcript_digest", "sandbox", "requested_by", "created_at", "completed_at", "due_at"),
)
"""Fields of an evaluation that say nothing about its results. All others are hidden, those of later releases included."""


@dataclass(frozen=True, slots=True)
class VisibleEvaluation:
    """An evaluation as one caller may see it, built by `show_evaluation` only."""

    document: Evaluation
    """If `is_blind`, without results, ratings and reviews."""
    is_blind: bool


def is_blind_to(principal: Principal, interview: Interview | InterviewRow) -> bool:
    """Return whether results of the interview are hidden from the caller until the caller has rated it (rateEvaluation)."""
    return (
        interview.is_blind
        and has_permission(principal, Action.REVIEW_EVALUATION)
        and principal.caller_id not in interview.rated_by
    )


def show_evaluation(principal: Principal, interview: Interview | InterviewRow, evaluation: Evaluation) -> VisibleEvaluation:
    """Return the interview's evaluation as the caller may see it."""
    if not is_blind_to(principal, interview):
        return VisibleEvaluation(evaluation, is_blind=False)
    visible = {name: getattr(evaluation, name) for name in VISIBLE_BEFORE_RATING}
    return VisibleEvaluation(Evaluation(**visible), is_blind=True)


def require_rating(principal: Principal, interview: Interview) -> None:
    """Raise Conflict if results of the interview are still hidden from the caller."""
    if is_blind_to(principal, interview):
        raise Conflict("This interview is reviewed blind: give your own levels first (rateEvaluation).")
