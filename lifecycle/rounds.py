"""What repairs by LiveKit: a loop in every jobs process, beside the sweep, which needs MongoDB only and is never held up by it.

Each repair is a compare-and-set, so any number of these may run at once.
"""

import asyncio
from time import monotonic

import structlog
from bson import ObjectId

from errors import Unavailable
from lifecycle.attendance import arrive, attend_all, leave
from lifecycle.recordings import sweep_recordings
from lifecycle.services import Services
from lifecycle.sweep import repeat
from models import room

log = structlog.get_logger(__name__)

RECONCILE_SECONDS = 10.0
"""between two looks at what LiveKit has: what a webhook did not tell is found then"""
BATCH = 1000


async def keep_attending(services: Services, stop: asyncio.Event) -> None:
    """Send for interviewers, and look at what is in the rooms, until `stop` is set. Nothing without a voice channel."""
    if not services.rooms.is_configured:
        return
    reconciled = -RECONCILE_SECONDS

    async def go_round() -> None:
        nonlocal reconciled
        try:
            await attend_all(services, at_once=False)
            if monotonic() - reconciled >= RECONCILE_SECONDS:
                reconciled = monotonic()
                await reconcile(services)
        except Unavailable as error:
            log.warning("rooms are away", reason=str(error))

    await repeat(go_round, services, stop)


async def keep_recording(services: Services, stop: asyncio.Event) -> None:
    """Send for recorders, and have what they recorded made into files, until `stop` is set. Nothing without a store.

    A loop of its own: it holds up no interviewer.
    """
    if services.settings.recording.store:
        await repeat(lambda: sweep_recordings(services), services, stop)


async def reconcile(services: Services) -> None:
    """Bring what is known of every room in line with what LiveKit has, and delete the rooms of interviews that are over.

    Raises Unavailable when LiveKit is away.
    """
    # what is believed is read first: who is believed to be there and is not in the later list has left
    believed = await room.read_presence(BATCH)
    opened = await services.rooms.list_open()
    for interview_id, sid in believed.items():
        if sid is not None or interview_id in opened:
            await look_into(services, interview_id, sid)
    for interview_id in await room.find_over(list(opened - believed.keys())):
        await services.rooms.close(interview_id)


async def look_into(services: Services, interview_id: ObjectId, believed: str | None) -> None:
    """The same for one room, in which the candidate was believed to be by the connection `believed`. Raises Unavailable."""
    found = await services.rooms.find_candidate(interview_id)
    if believed is not None and (found is None or found.sid != believed):
        await leave(services, interview_id, believed)
    if found is not None and found.sid != believed:
        await arrive(services, interview_id, found.sid, found.joined_at, is_listed=True)
