"""Nobody is left alone: who comes into the room of a voice interview, who leaves it, and that an interviewer attends.

LiveKit's webhooks, the interviewer in the room and the rounds (`keep_attending`) all tell the same functions; each effect is a
compare-and-set, so it is told once however often it is heard.
"""

from datetime import datetime

import structlog
from bson import ObjectId

from lifecycle.jobs import REPLY
from lifecycle.recordings import ask_for_recorder
from lifecycle.services import Services
from models import room
from models.interview import Interview, get_interview
from models.turn import Channel

log = structlog.get_logger(__name__)

DISPATCH_SECONDS = 8.0
"""a dispatch counts as a lease for so long; LiveKit takes 0.4 s where a process is kept warm"""
BATCH = 100


async def arrive(
    services: Services, interview_id: ObjectId, sid: str, joined_at: datetime | None = None, *, is_listed: bool = False
) -> None:
    """The candidate's connection `sid` is in the room: a typed interview comes back to voice, and somebody attends, at once.

    As models.room.mark_present for the rest. Raises Unavailable when LiveKit is away: the next round dispatches then.
    """
    present = await room.mark_present(interview_id, sid, joined_at, is_listed=is_listed)
    if present is None:
        return
    if present.channel is Channel.TEXT:
        await bring_to_voice(services, interview_id, 0)
    else:
        await attend(services, interview_id)
    await ask_for_recorder(services, present)


async def leave(services: Services, interview_id: ObjectId, sid: str) -> None:
    """The candidate's connection `sid` has left the room."""
    await room.mark_away(interview_id, sid)


async def admit(services: Services, interview: Interview) -> Interview:
    """Make ready for a candidate who is let in: the room is there, and an interviewer in it, or on the way.

    What a crash left undone is done here; nothing is made twice. Answers the interview as it is then; one that is not open in
    the VOICE channel is left alone. Raises Unavailable when LiveKit is away.
    """
    interview_id = ObjectId(interview.id)
    expected = await room.expect_candidate(interview_id, services.settings.livekit.empty_seconds)
    if expected is None:
        return await get_interview(interview_id) or interview
    claimed = await attend(services, interview_id)
    if claimed is None:
        # with the dispatch that was claimed for it, if it is not there yet
        await services.rooms.open(expected)
    await ask_for_recorder(services, expected)
    return claimed or expected


async def bring_to_voice(services: Services, interview_id: ObjectId, wanted_seconds: float) -> Interview | None:
    """TEXT -> VOICE, and an interviewer is sent for. None when it was not in the TEXT channel. Raises Unavailable."""
    changed = await room.return_to_voice(interview_id, wanted_seconds, DISPATCH_SECONDS)
    if changed is not None:
        await _tell(services, changed)
        await services.rooms.dispatch(interview_id, changed.fence)
    return changed


async def bring_to_text(services: Services, interview_id: ObjectId, *, even_from_room: bool = False) -> Interview | None:
    """VOICE -> TEXT, and a reply is composed if one is due (models.room.go_on_in_text). None when nothing was changed."""
    changed = await room.go_on_in_text(interview_id, even_from_room=even_from_room)
    if changed is not None:
        await _tell(services, changed)
        await services.jobs.kick(REPLY, interview_id)
        if even_from_room:
            services.rooms.clear_soon(interview_id)
    return changed


async def attend(services: Services, interview_id: ObjectId, *, at_once: bool = False) -> Interview | None:
    """Send for an interviewer if one is wanted and none attends (models.room.claim_dispatch), else None. Raises Unavailable."""
    claimed = await room.claim_dispatch(interview_id, DISPATCH_SECONDS, at_once=at_once)
    if claimed is not None:
        count = claimed.room.dispatches if claimed.room else 0
        log.info("interviewer dispatched", interview_id=str(interview_id), fence=claimed.fence, dispatches=count)
        await services.rooms.dispatch(interview_id, claimed.fence)
    return claimed


async def attend_all(services: Services, *, at_once: bool = True) -> None:
    """Send for interviewers wherever one is wanted and none attends; for a worker that has just registered: `at_once`.

    Raises Unavailable when LiveKit is away: nothing more is tried then.
    """
    for interview_id in await room.find_unattended(BATCH, at_once=at_once):
        await attend(services, interview_id, at_once=at_once)


async def _tell(services: Services, interview: Interview) -> None:
    await services.live.publish_change(ObjectId(interview.organization_id), ObjectId(interview.id))
