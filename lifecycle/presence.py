"""Candidate presence in voice rooms: joins, departures, and dispatching an interviewer when one is needed.

LiveKit's webhooks, the interviewer in the room and `lifecycle.reconciler` all report presence through these functions. Each
change is a compare-and-set, so it takes effect once however often it is reported.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

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
"""Seconds that the first interviewer dispatched has to join; LiveKit needs 0.4 s if a worker has an idle process.

Later dispatches have longer, and are bounded (room_transitions.MAX_UNANSWERED_DISPATCHES).
"""
BATCH_SIZE = 100
"""Interviews that are looked at in one round; the next round takes the rest."""


async def candidate_joined(
    services: Services, interview_id: ObjectId, sid: str, joined_at: datetime | None = None, *, is_listed: bool = False
) -> None:
    """Record that the candidate's connection `sid` is in the room, and dispatch an interviewer if none is there.

    An interview in the TEXT channel switches back to VOICE, unless it is there because speech has failed: then only
    joinInterview switches back, since a connection may also be restored by itself. The other parameters are those of
    `room_transitions.mark_present`. Raises Unavailable if LiveKit is unreachable; the reconciler dispatches later.
    """
    if await _is_closed(services, interview_id):
        # LiveKit's tokens remain valid when the organization is closed
        services.rooms.delete_room_in_background(interview_id)
        return
    present = await room_transitions.mark_present(interview_id, sid, joined_at, is_listed=is_listed)
    if present is None:
        return
    if present.channel is Channel.VOICE:
        await dispatch_interviewer(services, interview_id)
    elif present.speech_outage is None:
        await switch_to_voice(services, interview_id, 0)
    await request_recorder(services, present)


async def _is_closed(services: Services, interview_id: ObjectId) -> bool:
    closed = await services.credentials.closed_organizations.read_ids()
    interview = await get_interview(interview_id) if closed else None
    return interview is not None and interview.owner_id in closed


async def candidate_left(interview_id: ObjectId, sid: str) -> None:
    """Record that the candidate's connection `sid` has left the room."""
    await room_transitions.mark_away(interview_id, sid)


async def prepare_room(services: Services, interview: Interview) -> Interview:
    """Make sure that the room exists and an interviewer is dispatched to it, for a candidate who may now join.

    Repeating the call completes what a crash left undone and creates nothing twice. Returns the updated interview, unchanged
    if it is not open in the VOICE channel. Raises Unavailable if LiveKit is unreachable.
    """
    interview_id = interview.id
    expected = await room_transitions.expect_candidate(interview_id, services.settings.livekit.empty_seconds)
    if expected is None:
        return await get_interview(interview_id) or interview
    claimed = await dispatch_interviewer(services, interview_id)
    if claimed is None:
        # an earlier call claimed the dispatch, but may have crashed before it created the room
        await services.rooms.create_room(expected)
    await request_recorder(services, expected)
    return claimed or expected


async def switch_to_voice(services: Services, interview_id: ObjectId, expected_seconds: float) -> Interview | None:
    """Switch the channel from TEXT to VOICE and dispatch an interviewer; None if the channel was not TEXT.

    Raises Unavailable if LiveKit is unreachable.
    """
    changed = await room_transitions.switch_channel_to_voice(interview_id, expected_seconds, DISPATCH_LEASE_SECONDS)
    if changed is not None:
        await services.live.publish_change(changed)
        await services.rooms.dispatch_interviewer(interview_id, changed.fence)
    return changed


async def switch_to_text(services: Services, interview_id: ObjectId, *, remove_from_room: bool = False) -> Interview | None:
    """Switch the channel from VOICE to TEXT and have a reply written if one is due; None if nothing changed.

    Without `remove_from_room`, nothing changes while the candidate is in the room.
    """
    changed = await room_transitions.switch_channel_to_text(interview_id, even_if_present=remove_from_room)
    if changed is not None:
        await _request_written_reply(services, changed)
        if remove_from_room:
            services.rooms.remove_participants_in_background(interview_id)
    return changed


async def continue_in_text(services: Services, interview_id: ObjectId, condition: Mapping[str, Any]) -> Interview | None:
    """Switch the channel from VOICE to TEXT because voice has failed; None if nothing changed or `condition` does not hold.

    The candidate stays in the room: the page would join again, which switches back to VOICE. They read the reply in the
    transcript and answer by typing. Once a voice worker finds that speech works again (agent.voice.speech_checks), they are
    offered to return to voice. joinInterview gives voice another chance at any time.
    """
    changed = await room_transitions.switch_channel_to_text(
        interview_id, even_if_present=True, has_speech_failed=True, condition=condition
    )
    if changed is not None:
        log.error("voice failed: the interview continues in text", interview_id=str(interview_id))
        await _request_written_reply(services, changed)
    return changed


async def _request_written_reply(services: Services, changed: Interview) -> None:
    await services.live.publish_change(changed)
    await services.jobs.kick(REPLY, changed.id)


async def dispatch_interviewer(services: Services, interview_id: ObjectId, *, ignore_pending: bool = False) -> Interview | None:
    """Dispatch an interviewer if the interview needs one and none holds its lease; None otherwise.

    With `ignore_pending`, an earlier dispatch that no worker has answered does not count as a lease. Raises Unavailable if
    LiveKit is unreachable.
    """
    claimed = await room_transitions.claim_interviewer_dispatch(
        interview_id,
        DISPATCH_LEASE_SECONDS,
        ignore_pending_dispatch=ignore_pending,
        closed=await services.credentials.closed_organizations.read_ids(),
    )
    if claimed is not None:
        count = claimed.room.dispatches if claimed.room else 0
        log.info("interviewer dispatched", interview_id=str(interview_id), fence=claimed.fence, dispatches=count)
        await services.rooms.dispatch_interviewer(interview_id, claimed.fence)
    return claimed


async def dispatch_missing_interviewers(services: Services, *, ignore_pending: bool = True) -> None:
    """Dispatch an interviewer to every interview that needs one.

    A worker that has just registered sets `ignore_pending`, since LiveKit drops dispatches for which there was no worker.
    Raises Unavailable at the first dispatch that fails because LiveKit is unreachable.
    """
    closed = await services.credentials.closed_organizations.read_ids()
    for interview_id in await room_transitions.find_unattended_interviews(
        BATCH_SIZE, ignore_pending_dispatch=ignore_pending, closed=closed
    ):
        await dispatch_interviewer(services, interview_id, ignore_pending=ignore_pending)
