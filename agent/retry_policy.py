"""Retry policy for a failed interviewer: exponential backoff, then a voice interview continues in text.

A typed interview, in which nothing else is left to try, ends as FAILED with a reason.
"""

import structlog

from errors import AppError
from lifecycle.presence import continue_in_text
from lifecycle.services import Services
from lifecycle.states import end_interview, finish_interview
from models.documents.interview import EndReason, Interview
from models.documents.turn import Channel
from models.writes import interview_transitions

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 8
"""Attempts in a row without a stored turn, over about three minutes, after which the channel is given up.

Each claim counts as an attempt, whichever way the attempt ends.
"""


async def retry_or_give_up(services: Services, interview: Interview, error: Exception) -> None:
    """Release the interview's lease for the next attempt, or give up after MAX_ATTEMPTS of them.

    `interview` is the document that the claim returned.
    """
    if interview.attempts < MAX_ATTEMPTS:
        await interview_transitions.release_interview_lease(
            interview.id, interview.fence, retry_seconds=_compute_retry_seconds(interview)
        )
        return
    log.error("interviewer failed in every attempt", interview_id=str(interview.id), reason=type(error).__name__)
    # The message of any other error may contain what people said.
    await _give_up(services, interview, str(error) if isinstance(error, AppError) else type(error).__name__)


async def give_up_if_exhausted(services: Services, interview: Interview) -> bool:
    """Give up a claimed interview if its attempts were used up before this claim, and return whether they were.

    A worker that was killed or lost its lease never calls `retry_or_give_up`; the next claim detects that here.
    """
    if interview.attempts <= MAX_ATTEMPTS:
        return False
    log.error("interviewer failed in every attempt", interview_id=str(interview.id), reason="attempts exhausted")
    await _give_up(services, interview, "The last worker stopped or lost its lease.")
    return True


async def _give_up(services: Services, interview: Interview, why: str) -> None:
    # a candidate who can type does not lose the interview
    if await continue_in_text(services, interview.id, {"fence": interview.fence}):
        return
    detail = f"The interviewer failed {MAX_ATTEMPTS} times in a row: {why}"
    await finish_interview(services, await end_interview(services, interview, EndReason.FAILED, detail))


def _compute_retry_seconds(interview: Interview) -> float:
    # In voice, the candidate is waiting in the room, so the first retry is immediate.
    return interview_transitions.REPLY_BACKOFF.seconds(interview.attempts - (interview.channel is Channel.VOICE))
