"""What becomes of an interview whose interviewer has failed: another try, later each time, and at last an end that says why."""

import structlog
from bson import ObjectId

from errors import AppError
from lifecycle.services import Services
from lifecycle.states import end_interview, finish_interview
from models.documents.interview import EndReason, Interview
from models.documents.turn import Channel
from models.writes import interview_transitions

log = structlog.get_logger(__name__)

RETRY_SECONDS = 2.0
MAX_RETRY_SECONDS = 60.0
MAX_ATTEMPTS = 8
"""failures in a row, over three minutes, after which the interview is ended: nobody waits for an answer that never comes"""


async def retry_or_fail(services: Services, interview: Interview, error: Exception) -> None:
    """Free the interview for the next try, or end it as FAILED after ATTEMPTS of them. `make_interview`: as it was claimed."""
    if interview.attempts + 1 < MAX_ATTEMPTS:
        await interview_transitions.release_interview_lease(
            ObjectId(interview.id), interview.fence, retry_seconds=_compute_retry_seconds(interview)
        )
        return
    # the text of any other error may hold what people said
    reason = str(error) if isinstance(error, AppError) else type(error).__name__
    detail = f"The interviewer failed {MAX_ATTEMPTS} times in a row: {reason}"
    log.error("interview given up", interview_id=str(interview.id), reason=type(error).__name__)
    await finish_interview(services, await end_interview(services, interview, EndReason.FAILED, detail))


def _compute_retry_seconds(interview: Interview) -> float:
    # somebody sits in the room: the first try after a failure is another process's, at once
    tries = interview.attempts - (interview.channel is Channel.VOICE)
    return 0.0 if tries < 0 else min(RETRY_SECONDS * 2.0 ** min(tries, 10), MAX_RETRY_SECONDS)
