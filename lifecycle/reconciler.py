"""Reconcile what MongoDB records about rooms and recordings with what LiveKit has. Loops in every jobs process.

They are separate from `lifecycle.repairs`, which needs only MongoDB and must not wait for LiveKit. Each repair is a
compare-and-set, so any number of processes may run these loops.
"""

import asyncio
from time import monotonic

import structlog
from bson import ObjectId

from errors import Unavailable
from lifecycle.presence import candidate_joined, candidate_left, dispatch_missing_interviewers
from lifecycle.recorder_dispatch import repair_recordings
from lifecycle.repairs import run_periodically
from lifecycle.services import Services
from models.writes import room_transitions

log = structlog.get_logger(__name__)

RECONCILE_SECONDS = 10.0
"""Seconds between two comparisons with LiveKit, which find the changes that no webhook reported."""
BATCH_SIZE = 1000
"""Open rooms that are compared in one round; more than there are live interviews."""


async def run_room_reconciler(services: Services, stop: asyncio.Event) -> None:
    """Dispatch missing interviewers and reconcile rooms until `stop` is set. Returns immediately without a voice channel."""
    if not services.rooms.is_configured:
        return
    last_reconciled = -RECONCILE_SECONDS

    async def reconcile_once() -> None:
        nonlocal last_reconciled
        try:
            await dispatch_missing_interviewers(services, ignore_pending=False)
            if monotonic() - last_reconciled >= RECONCILE_SECONDS:
                last_reconciled = monotonic()
                await reconcile_rooms(services)
        except Unavailable as error:
            log.warning("LiveKit unavailable", reason=str(error))

    await run_periodically(reconcile_once, services, stop)


async def run_recording_reconciler(services: Services, stop: asyncio.Event) -> None:
    """Dispatch missing recorders and finalize recordings until `stop` is set. Returns immediately without a recording store.

    This is a loop of its own so that recordings never delay an interviewer.
    """
    if services.settings.recording.store:
        await run_periodically(lambda: repair_recordings(services), services, stop)


async def reconcile_rooms(services: Services) -> None:
    """Update the candidate's presence in every room from LiveKit, and delete the rooms of interviews that are over.

    So are the rooms of closed organizations.

    Raises Unavailable if LiveKit is unreachable.
    """
    closed = await services.credentials.closed_organizations.read_ids()
    # read before LiveKit's list, so that a candidate who is recorded here but missing from the later list has left
    recorded_presence = await room_transitions.read_presence(BATCH_SIZE, closed)
    open_rooms = await services.rooms.list_interviews_with_room()
    for interview_id, sid in recorded_presence.items():
        if sid is not None or interview_id in open_rooms:
            await reconcile_room(services, interview_id, sid)
    for interview_id in await room_transitions.find_ended_interviews(list(open_rooms - recorded_presence.keys()), closed):
        await services.rooms.delete_room(interview_id)


async def reconcile_room(services: Services, interview_id: ObjectId, recorded_sid: str | None) -> None:
    """Update the candidate's presence in one room, where MongoDB has recorded the connection `recorded_sid`.

    Raises Unavailable if LiveKit is unreachable.
    """
    found = await services.rooms.find_candidate(interview_id)
    if recorded_sid is not None and (found is None or found.sid != recorded_sid):
        await candidate_left(interview_id, recorded_sid)
    if found is not None and found.sid != recorded_sid:
        await candidate_joined(services, interview_id, found.sid, found.joined_at, is_listed=True)
