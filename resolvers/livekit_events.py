"""What LiveKit tells of its rooms. It may tell it late, twice, in another order or never: each effect is a compare-and-set."""

from datetime import timedelta

import structlog
from bson import ObjectId
from livekit.api import TokenVerifier, WebhookEvent, WebhookReceiver

from errors import Unauthenticated, Unavailable
from lifecycle.presence import candidate_joined, candidate_left
from lifecycle.reconciler import reconcile_room
from lifecycle.rooms import CANDIDATE_IDENTITY, parse_room_name, read_joined_at
from lifecycle.services import Services
from models.documents.interview import get_interview
from models.storage.clock import now

log = structlog.get_logger(__name__)

MAX_EVENT_AGE = timedelta(minutes=5)


async def receive_event(services: Services, body: bytes, signature: str | None) -> None:
    """Take in what has happened in a room; what is none of ours, or not known, has no effect.

    `body` is the request's as it came, `signature` its Authorization. Raises Unauthenticated when it is not LiveKit's, or older
    than MAX_AGE, and PyMongoError when MongoDB is away: LiveKit tells it again then.
    """
    event = _verify_event(services, body, signature)
    interview_id = parse_room_name(event.room.name)
    if interview_id is None:
        return
    try:
        await _handle_event(services, event, interview_id)
    except Unavailable as error:
        # who is there is stored; the next round sends for the interviewer
        log.warning("rooms are away", event_name=event.event, interview_id=str(interview_id), reason=str(error))


async def _handle_event(services: Services, event: WebhookEvent, interview_id: ObjectId) -> None:
    is_candidate = event.participant.identity == CANDIDATE_IDENTITY
    match event.event:
        case "participant_joined" if is_candidate:
            await candidate_joined(services, interview_id, event.participant.sid, read_joined_at(event.participant))
        case "participant_left" | "participant_connection_aborted" if is_candidate:
            await candidate_left(interview_id, event.participant.sid)
        case "room_finished":
            # told late, it may be about a room that has been made again since
            interview = await get_interview(interview_id)
            if interview and interview.room and interview.room.participant:
                await reconcile_room(services, interview_id, interview.room.participant)


def _verify_event(services: Services, body: bytes, signature: str | None) -> WebhookEvent:
    livekit = services.settings.livekit
    if not services.rooms.is_configured or not signature:
        raise _signature_error()
    verifier = TokenVerifier(livekit.api_key.get_secret_value(), livekit.api_secret.get_secret_value())
    try:
        event = WebhookReceiver(verifier).receive(body.decode(), signature)
    except Exception:  # what it raises for a wrong digest is Exception itself
        raise _signature_error() from None
    if now().timestamp() - event.created_at > MAX_EVENT_AGE.total_seconds():
        raise Unauthenticated(f"This was told more than {MAX_EVENT_AGE.seconds // 60} minutes ago: it is not taken any more.")
    return event


def _signature_error() -> Unauthenticated:
    return Unauthenticated("This is not signed by our LiveKit: set webhook.api_key in its configuration to LIVEKIT_API_KEY.")
