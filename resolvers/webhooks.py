"""What LiveKit tells of its rooms. It may tell it late, twice, in another order or never: each effect is a compare-and-set."""

from datetime import timedelta

import structlog
from bson import ObjectId
from livekit.api import TokenVerifier, WebhookEvent, WebhookReceiver

from errors import Unauthenticated, Unavailable
from lifecycle.attendance import arrive, leave
from lifecycle.rooms import CANDIDATE, interview_of, joined_at_of
from lifecycle.rounds import look_into
from lifecycle.services import Services
from models.clock import now
from models.interview import get_interview

log = structlog.get_logger(__name__)

MAX_AGE = timedelta(minutes=5)


async def receive_event(services: Services, body: bytes, signature: str | None) -> None:
    """Take in what has happened in a room; what is none of ours, or not known, has no effect.

    `body` is the request's as it came, `signature` its Authorization. Raises Unauthenticated when it is not LiveKit's, or older
    than MAX_AGE, and PyMongoError when MongoDB is away: LiveKit tells it again then.
    """
    event = _verified(services, body, signature)
    interview_id = interview_of(event.room.name)
    if interview_id is None:
        return
    try:
        await _take(services, event, interview_id)
    except Unavailable as error:
        # who is there is stored; the next round sends for the interviewer
        log.warning("rooms are away", event_name=event.event, interview_id=str(interview_id), reason=str(error))


async def _take(services: Services, event: WebhookEvent, interview_id: ObjectId) -> None:
    is_candidate = event.participant.identity == CANDIDATE
    match event.event:
        case "participant_joined" if is_candidate:
            await arrive(services, interview_id, event.participant.sid, joined_at_of(event.participant))
        case "participant_left" | "participant_connection_aborted" if is_candidate:
            await leave(services, interview_id, event.participant.sid)
        case "room_finished":
            # told late, it may be about a room that has been made again since
            interview = await get_interview(interview_id)
            if interview and interview.room and interview.room.participant:
                await look_into(services, interview_id, interview.room.participant)


def _verified(services: Services, body: bytes, signature: str | None) -> WebhookEvent:
    livekit = services.settings.livekit
    if not services.rooms.is_configured or not signature:
        raise _refusal()
    verifier = TokenVerifier(livekit.api_key.get_secret_value(), livekit.api_secret.get_secret_value())
    try:
        event = WebhookReceiver(verifier).receive(body.decode(), signature)
    except Exception:  # what it raises for a wrong digest is Exception itself
        raise _refusal() from None
    if now().timestamp() - event.created_at > MAX_AGE.total_seconds():
        raise Unauthenticated(f"This was told more than {MAX_AGE.seconds // 60} minutes ago: it is not taken any more.")
    return event


def _refusal() -> Unauthenticated:
    return Unauthenticated("This is not signed by our LiveKit: set webhook.api_key in its configuration to LIVEKIT_API_KEY.")
