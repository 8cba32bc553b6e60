"""The job that deletes try-outs once their time is over (models.documents.try_out)."""

import structlog
from bson import ObjectId

from lifecycle.services import Services
from lifecycle.states import erase_data
from models.documents.interview import ErasureScope, get_interview
from models.documents.try_out import forget_try_out
from models.writes.interview_erasure import delete_interviews

log = structlog.get_logger(__name__)


async def delete_try_out(services: Services, interview_id: ObjectId) -> None:
    """Take the next step: erase the try-out, which also ends it, or delete it once its recorded files are deleted.

    Interrupted anywhere, the next run continues. Each run finds in MongoDB what is left.
    """
    interview = await get_interview(interview_id)
    if interview is not None and interview.erased_at is None:
        await erase_data(services, interview_id, ErasureScope.INTERVIEW)
        interview = await get_interview(interview_id)
    if interview is not None:
        if interview.erased_at is None or interview.erasure is None or interview.erasure.pending:
            # repairs delete the recorded files, which takes a minute or longer
            return
        await delete_interviews([interview_id])
    await forget_try_out(interview_id)
    log.info("try-out deleted", interview_id=str(interview_id))
