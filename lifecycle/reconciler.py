"""What repairs by LiveKit: a loop in every jobs process, beside the sweep, which needs MongoDB only and is never held up by it.

Each repair is a compare-and-set, so any number of these may run at once.
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
"""between two looks at what LiveKit has: what a webhook did not tell is found then"""
BATCH = 1000


async def run_room_reconciler(services: Services, stop: asyncio.Event) -> None:
    """Send for interviewers, and look at what is in the rooms, until `stop` is set. Nothing without a voice channel."""
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
            log.warning("rooms are away", reason=str(error))

    await run_periodically(reconcile_once, services, stop)


async def run_recording_reconciler(services: Services, stop: asyncio.Event) -> None:
    """Send for recorders, and have what they recorded made into files, until `stop` is set. Nothing without a store.

    A loop of its own: it holds up no interviewer.
    """
    if services.settings.recording.store:
        await run_periodically(lambda: repair_recordings(services), services, stop)


async def reconcile_rooms(services: Services) -> None:
    """Bring what is known of every room in line with what LiveKit has, and delete the rooms of interviews that are over.

    Raises Unavailable when LiveKit is away.
    """
    # what is believed is read first: who is believed to be there and is not in the later list has left
    believed_present = await room_transitions.read_presence(BATCH)
    open_rooms = await services.rooms.list_interviews_with_room()
    for interview_id, sid in believed_present.items():
        if sid is not None or interview_id in open_rooms:
            await reconcile_room(services, interview_id, sid)
    for interview_id in await room_transitions.find_ended_interviews(list(open_rooms - believed_present.keys())):
        await services.rooms.delete_room(interview_id)


async def reconcile_room(services: Services, interview_id: ObjectId, believed_sid: str | None) -> None:
    """The same for one room, in which the candidate was believed to be by the connection `believed_sid`. Raises Unavailable."""
    found = await services.rooms.find_candidate(interview_id)
    if believed_sid is not None and (found is None or found.sid != believed_sid):
        await candidate_left(services, interview_id, believed_sid)
    if found is not None and found.sid != believed_sid:
        await candidate_joined(services, interview_id, found.sid, found.joined_at, is_listed=True)
