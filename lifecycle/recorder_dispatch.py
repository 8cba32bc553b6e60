"""Recorders are sent where a candidate has agreed to a recording, and replaced when they die. Without that consent, never.

Nothing here costs an interview anything: what fails is logged, and done by the next round.
"""

import structlog
from beanie import PydanticObjectId
from bson import ObjectId

from errors import Unavailable
from lifecycle.jobs import FINALIZE_RECORDING, RECORD
from lifecycle.services import Services
from models.documents.interview import OPEN_STATUSES, Interview, get_interview, get_interviews
from models.documents.recording import Recording, get_interview_recording
from models.writes.recording_transitions import (
    claim_recorder_dispatch,
    create_recording,
    find_open_recordings,
    find_unrecorded_interviews,
    give_up_recording,
)

log = structlog.get_logger(__name__)

DISPATCH_LEASE_SECONDS = 8.0
MAX_DISPATCH_LEASE_SECONDS = 30.0
MAX_DISPATCHES = 6
"""in a row that none has answered, two minutes and a half; then it says so. What has begun is tried for ever"""
BATCH = 1000
"""more than are live at once: what waits for its candidate, or its end, must not hold up the rest"""


async def request_recorder(services: Services, interview: Interview) -> None:
    """The candidate has been let in, or is there: have a worker send a recorder, if that was agreed to. Never raises."""
    if _may_record(services, interview):
        await services.jobs.kick(RECORD, interview.id)


async def start_recording(services: Services, interview_id: ObjectId) -> None:
    """Begin the interview's recording, if that was agreed to, and send a recorder, if nobody records yet."""
    interview = await get_interview(interview_id)
    if interview is None or not _may_record(services, interview):
        return
    new = Recording(interview_id=PydanticObjectId(interview_id), organization_id=interview.organization_id)
    if await create_recording(new):
        await services.live.publish_change(new)
    if recording := await get_interview_recording(interview_id):
        await _dispatch_recorder(services, recording)


async def repair_recordings(services: Services) -> None:
    """One round: what is recorded nowhere, by nobody any more, or is to be made into files. Raises PyMongoError."""
    for interview_id in await find_unrecorded_interviews(BATCH):
        await start_recording(services, interview_id)
    recordings = await find_open_recordings(BATCH)
    interviews = {
        interview.id: interview for interview in await get_interviews([recording.interview_id for recording in recordings])
    }
    for recording in recordings:
        interview = interviews.get(recording.interview_id)
        if interview is None or interview.erased_at is not None:
            continue
        if interview.status not in OPEN_STATUSES:
            services.jobs.start_locally(FINALIZE_RECORDING, recording.id)
        elif recording.failure is None and interview.room and interview.room.participant and _may_record(services, interview):
            await _replace_recorder(services, recording)


async def _replace_recorder(services: Services, recording: Recording) -> None:
    if recording.dispatches < MAX_DISPATCHES or recording.parts:
        await _dispatch_recorder(services, recording)
        return
    failure = f"No recorder came, though {recording.dispatches} were asked for: is `main.py recorder` running?"
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
    agreed = interview.consent is not None and interview.consent.recording
    return agreed and bool(services.settings.recording.store) and services.rooms.is_configured
