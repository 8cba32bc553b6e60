"""Storing demographic data, in one transaction with the interview, so that nothing is stored after an erasure."""

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from models.documents.demographics import Demographics
from models.documents.interview import Interview
from models.storage.lease import NOT_ERASED
from models.storage.transactions import run_in_transaction
from models.writes.interview_updates import update_interview


async def store_demographics(demographics: Demographics, update_id: ObjectId) -> Demographics | None:
    """Replace the interview's demographic data, once per `update_id`; return what is stored. None if the interview was erased."""
    interview_id = demographics.interview_id

    async def work(session: AsyncClientSession) -> Demographics | None:
        # moves updated_at: only a change of the interview conflicts with an erasure that runs at the same time
        if await update_interview(interview_id, NOT_ERASED, {}, session=session) is None:
            return None
        stored: Demographics | None = await Demographics.find_one({"interview_id": interview_id}, session=session)
        if stored is not None and update_id in stored.updates:
            return stored
        earlier_updates = stored.updates if stored else []
        # the same id, so that save replaces the stored document
        identity = {"id": stored.id} if stored else {}
        changed: Demographics = demographics.model_copy(update={**identity, "updates": [*earlier_updates, update_id]})
        await changed.save(session=session)
        return changed

    return await run_in_transaction(Interview, interview_id, work)
