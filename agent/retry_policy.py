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
"""Attempts in a row without a stored turn, over three minutes, after which the interview ends. A claim counts them, so they count
however they end."""


async def retry_or_fail(services: Services, interview: Interview, error: Exception) -> None:
    """Free the interview for the next attempt, or end it as FAILED after MAX_ATTEMPTS of them. `interview`: as it was claimed."""
    if interview.attempts < MAX_ATTEMPTS:
        await interview_transitions.release_interview_lease(
            interview.id, interview.fence, retry_seconds=_compute_retry_seconds(interview)
        )
        return
    log.error("interview given up", interview_id=str(interview.id), reason=type(error).__name__)
    # the text of any other error may hold what people said
    await _end(services, interview, str(error) if isinstance(error, AppError) else type(error).__name__)


async def end_if_exhausted(services: Services, interview: Interview) -> bool:
    """End a claimed interview as FAILED when its MAX_ATTEMPTS were used up before this claim; return whether they were.

    An attempt that was killed, or lost its lease, never comes to `retry_or_fail`: the next claim finds it here.
    """
    if interview.attempts <= MAX_ATTEMPTS:
        return False
    log.error("interview given up: attempts used up", interview_id=str(interview.id))
    await _end(services, interview, "The last worker was stopped, or lost its lease.")
    return True


async def _end(services: Services, interview: Interview, why: str) -> None:
    detail = f"The interviewer failed {MAX_ATTEMPTS} times in a row: {why}"
    await finish_interview(services, await end_interview(services, interview, EndReason.FAILED, detail))


def _compute_retry_seconds(interview: Interview) -> float:
    # somebody sits in the room: another process takes over from the first that fails without a pause
    return interview_transitions.REPLY_BACKOFF.seconds(interview.attempts - (interview.channel is Channel.VOICE))
