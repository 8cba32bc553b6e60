"""Retry policy for a failed interviewer: exponential backoff, then the interview ends as FAILED with a reason."""

import structlog

from errors import AppError
from lifecycle.services import Services
from lifecycle.states import end_interview, finish_interview
from models.documents.interview import EndReason, Interview
from models.documents.turn import Channel
from models.writes import interview_transitions

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 8
"""Attempts in a row without a stored turn, over about three minutes, after which the interview ends.

Each claim counts as an attempt, whichever way the attempt ends.
"""


async def retry_or_fail(services: Services, interview: Interview, error: Exception) -> None:
    """Release the interview's lease for the next attempt, or end the interview as FAILED after MAX_ATTEMPTS of them.

    `interview` is the document that the claim returned.
    """
    if interview.attempts < MAX_ATTEMPTS:
        await interview_transitions.release_interview_lease(
            interview.id, interview.fence, retry_seconds=_compute_retry_seconds(interview)
        )
        return
    log.error("interview failed", interview_id=str(interview.id), reason=type(error).__name__)
    # The message of any other error may contain what people said.
    await _end(services, interview, str(error) if isinstance(error, AppError) else type(error).__name__)


async def end_if_exhausted(services: Services, interview: Interview) -> bool:
    """End a claimed interview as FAILED if its attempts were used up before this claim, and return whether they were.

    A worker that was killed or lost its lease never calls `retry_or_fail`; the next claim detects that here.
    """
    if interview.attempts <= MAX_ATTEMPTS:
        return False
    log.error("interview failed", interview_id=str(interview.id), reason="attempts exhausted")
    await _end(services, interview, "The last worker stopped or lost its lease.")
    return True


async def _end(services: Services, interview: Interview, why: str) -> None:
    detail = f"The interviewer failed {MAX_ATTEMPTS} times in a row: {why}"
    await finish_interview(services, await end_interview(services, interview, EndReason.FAILED, detail))


def _compute_retry_seconds(interview: Interview) -> float:
    # In voice, the candidate is waiting in the room, so the first retry is immediate.
    return interview_transitions.REPLY_BACKOFF.seconds(interview.attempts - (interview.channel is Channel.VOICE))
