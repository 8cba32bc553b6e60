"""Dispatch recorders where the candidate has consented to a recording, and replace those that die.

A failure never affects the interview: it is logged, and the next run of `repair_recordings` tries again.
"""

import structlog
from beanie import PydanticObjectId
from bson import ObjectId

from errors import Unavailable
from lifecycle.jobs import FINALIZE_RECORDING, RECORD
from lifecycle.services import Services
from models.documents.interview import OPEN_STATUSES, Interview, get_interview, get_interviews, may_record
from models.documents.recording import Recording, get_interview_recording
from models.writes.recording_transitions import (
    claim_recorder_dispatch,
    create_recording,
    find_open_recordings,
    find_unrecorded_interviews,
    give_up_recording,
    has_dispatches_left,
)

log = structlog.get_logger(__name__)

DISPATCH_LEASE_SECONDS = 8.0
"""Seconds that the first recorder dispatched to an interview has to join; each later one has twice as long."""
MAX_DISPATCH_LEASE_SECONDS = 30.0
"""Longest time that a dispatched recorder has to join."""
BATCH_SIZE = 1000
"""More than there are live interviews, so that recordings that wait for their candidate do not delay the others."""


async def request_recorder(services: Services, interview: Interview) -> None:
    """Wake a jobs worker to dispatch a recorder, if the candidate has consented to a recording. Never raises."""
    if _may_record(services, interview):
        await services.jobs.kick(RECORD, interview.id)


async def start_recording(services: Services, interview_id: ObjectId) -> None:
    """Create the interview's recording and dispatch a recorder unless one holds the lease, if the candidate has consented."""
    interview = await get_interview(interview_id)
    if interview is None or not _may_record(services, interview):
        return
    new = Recording(interview_id=PydanticObjectId(interview_id), organization_id=interview.owner_id)
    if await create_recording(new):
        await services.live.publish_change(new)
    if recording := await get_interview_recording(interview_id):
        await _dispatch_recorder(services, recording)


async def repair_recordings(services: Services) -> None:
    """Start missing recordings, replace lost recorders, and finalize the recordings of interviews that are over.

    Raises PyMongoError if MongoDB is unreachable.
    """
    for interview_id in await find_unrecorded_interviews(BATCH_SIZE):
        await start_recording(services, interview_id)
    recordings = await find_open_recordings(BATCH_SIZE)
    interviews = {
        interview.id: interview for interview in await get_interviews([recording.interview_id for recording in recordings])
    }
    for recording in recordings:
        interview = interviews.get(recording.interview_id)
        if interview is None or interview.erased_at is not None:
            continue
        # what was recorded before a reopening becomes files now, not only when the interview ends again
        if interview.status not in OPEN_STATUSES or interview.reopened_after_seq:
            services.jobs.start_locally(FINALIZE_RECORDING, recording.id)
        elif recording.failure is None and interview.room and interview.room.participant and _may_record(services, interview):
            await _replace_recorder(services, recording)


async def _replace_recorder(services: Services, recording: Recording) -> None:
    if has_dispatches_left(recording):
        await _dispatch_recorder(services, recording)
        return
    failure = (
        f"Recording stopped after {recording.dispatches} recorders had ended: check the log of `main.py recorder`. "
        "The recording up to then is preserved."
        if recording.parts
        else f"No recorder answered {recording.dispatches} dispatches: check that `main.py recorder` is running."
    )
    if changed := await give_up_recording(recording, failure, only_if_unleased=True):
        log.error("recording given up", interview_id=str(recording.interview_id), reason=failure)
        await services.live.publish_change(changed)


async def _dispatch_recorder(services: Services, recording: Recording) -> None:
    claimed = await claim_recorder_dispatch(recording.id, DISPATCH_LEASE_SECONDS, MAX_DISPATCH_LEASE_SECONDS)
    if claimed is None:
        return
    interview_id = claimed.interview_id
    log.info("recorder dispatched", interview_id=str(interview_id), fence=claimed.fence, dispatches=claimed.dispatches)
    try:
        await services.rooms.dispatch_recorder(interview_id, claimed.id, claimed.fence)
    except Unavailable as error:
        log.warning("recorder not dispatched", interview_id=str(interview_id), reason=str(error))


def _may_record(services: Services, interview: Interview) -> bool:
    is_allowed = may_record(interview.consent, interview.reopenings)
    return is_allowed and bool(services.settings.recording.store) and services.rooms.is_configured
