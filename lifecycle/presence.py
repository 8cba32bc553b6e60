"""Nobody is left alone: who comes into the room of a voice interview, who leaves it, and that an interviewer attends.

LiveKit's webhooks, the interviewer in the room and the rounds (`run_room_reconciler`) all tell the same functions;
each effect is a
compare-and-set, so it is told once however often it is heard.
"""

from datetime import datetime

import structlog
from bson import ObjectId

from lifecycle.jobs import REPLY
from lifecycle.recorder_dispatch import request_recorder
from lifecycle.services import Services
from models.documents.interview import Interview, get_interview
from models.documents.turn import Channel
from models.writes import room_transitions

log = structlog.get_logger(__name__)

DISPATCH_LEASE_SECONDS = 8.0
"""a dispatch counts as a lease for so long; LiveKit takes 0.4 s where a process is kept warm"""
BATCH = 100


async def candidate_joined(
    services: Services, interview_id: ObjectId, sid: str, joined_at: datetime | None = None, *, is_listed: bool = False
) -> None:
    """The candidate's connection `sid` is in the room: a typed interview comes back to voice, and somebody attends, at once.

    As room_transitions.mark_present for the rest. Raises Unavailable when LiveKit is away: the next round dispatches then.
    """
    present = await room_transitions.mark_present(interview_id, sid, joined_at, is_listed=is_listed)
    if present is None:
        return
    if present.channel is Channel.TEXT:
        await switch_to_voice(services, interview_id, 0)
    else:
        await dispatch_interviewer(services, interview_id)
    await request_recorder(services, present)


async def candidate_left(services: Services, interview_id: ObjectId, sid: str) -> None:
    """The candidate's connection `sid` has left the room."""
    await room_transitions.mark_away(interview_id, sid)


async def prepare_room(services: Services, interview: Interview) -> Interview:
    """Make ready for a candidate who is let in: the room is there, and an interviewer in it, or on the way.

    What a crash left undone is done here; nothing is made twice. Answers the interview as it is then; one that is not open in
    the VOICE channel is left alone. Raises Unavailable when LiveKit is away.
    """
    interview_id = interview.id
    expected = await room_transitions.expect_candidate(interview_id, services.settings.livekit.empty_seconds)
    if expected is None:
        return await get_interview(interview_id) or interview
    claimed = await dispatch_interviewer(services, interview_id)
    if claimed is None:
        # with the dispatch that was claimed for it, if it is not there yet
        await services.rooms.create_room(expected)
    await request_recorder(services, expected)
    return claimed or expected


async def switch_to_voice(services: Services, interview_id: ObjectId, wanted_seconds: float) -> Interview | None:
    """TEXT -> VOICE, and an interviewer is sent for. None when it was not in the TEXT channel. Raises Unavailable."""
    changed = await room_transitions.switch_channel_to_voice(interview_id, wanted_seconds, DISPATCH_LEASE_SECONDS)
    if changed is not None:
        await services.live.publish_change(changed)
        await services.rooms.dispatch_interviewer(interview_id, changed.fence)
    return changed


async def switch_to_text(services: Services, interview_id: ObjectId, *, remove_from_room: bool = False) -> Interview | None:
    """VOICE -> TEXT, and a reply is composed if one is due (room_transitions.switch_channel_to_text). None when
    nothing was changed."""
    changed = await room_transitions.switch_channel_to_text(interview_id, even_if_present=remove_from_room)
    if changed is not None:
        await services.live.publish_change(changed)
        await services.jobs.kick(REPLY, interview_id)
        if remove_from_room:
            services.rooms.remove_participants_in_background(interview_id)
    return changed


async def dispatch_interviewer(services: Services, interview_id: ObjectId, *, ignore_pending: bool = False) -> Interview | None:
    """Send for an interviewer if one is wanted and none attends (room_transitions.claim_interviewer_dispatch), else
    None. Raises Unavailable."""
    claimed = await room_transitions.claim_interviewer_dispatch(
        interview_id, DISPATCH_LEASE_SECONDS, ignore_pending_dispatch=ignore_pending
    )
    if claimed is not None:
        count = claimed.room.dispatches if claimed.room else 0
        log.info("interviewer dispatched", interview_id=str(interview_id), fence=claimed.fence, dispatches=count)
        await services.rooms.dispatch_interviewer(interview_id, claimed.fence)
    return claimed


async def dispatch_missing_interviewers(services: Services, *, ignore_pending: bool = True) -> None:
    """Send for interviewers wherever one is wanted and none attends; for a worker that has just registered: `ignore_pending`.

    Raises Unavailable when LiveKit is away: nothing more is tried then.
    """
    for interview_id in await room_transitions.find_unattended_interviews(BATCH, ignore_pending_dispatch=ignore_pending):
        await dispatch_interviewer(services, interview_id, ignore_pending=ignore_pending)
