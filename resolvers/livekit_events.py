"""LiveKit's webhook events. They can be late, repeated, reordered or lost, so every effect is a compare-and-set."""

from contextlib import suppress
from datetime import timedelta

import structlog
from bson import ObjectId
from livekit.api import ParticipantInfo, TokenVerifier, WebhookEvent, WebhookReceiver

from errors import Unauthenticated, Unavailable
from lifecycle.presence import candidate_joined, candidate_left
from lifecycle.reconciler import reconcile_room
from lifecycle.rooms import CANDIDATE_IDENTITY, GENERATION_ATTRIBUTE, PROBE_ROOM_PREFIX, parse_room_name, read_joined_at
from lifecycle.services import Services
from models.documents.interview import Interview, get_interview
from models.storage.clock import now

log = structlog.get_logger(__name__)

MAX_EVENT_AGE = timedelta(minutes=5)
"""Older events are refused, so that a captured event cannot be replayed later."""


async def receive_event(services: Services, body: bytes, signature: str | None) -> None:
    """Verify and handle an event. Unknown events and rooms of other applications have no effect.

    `body` is the unparsed request body, `signature` its Authorization header. Raises Unauthenticated if LiveKit did not sign the
    event or it is older than MAX_EVENT_AGE, and PyMongoError if MongoDB is unavailable: LiveKit then sends the event again.
    """
    event = _verify_event(services, body, signature)
    if event.event == "room_started" and event.room.name.startswith(PROBE_ROOM_PREFIX):
        with suppress(Unavailable):  # the room also closes automatically
            await services.rooms.delete_probe_room(event.room.name)
    interview_id = parse_room_name(event.room.name)
    if interview_id is None:
        return
    try:
        await _handle_event(services, event, interview_id)
    except Unavailable as error:
        # The candidate's presence is stored. The reconciler dispatches the interviewer in its next pass.
        log.warning("LiveKit unavailable", event_name=event.event, interview_id=str(interview_id), reason=str(error))


async def _handle_event(services: Services, event: WebhookEvent, interview_id: ObjectId) -> None:
    is_candidate = event.participant.identity == CANDIDATE_IDENTITY
    match event.event:
        case "participant_joined" if is_candidate:
            renewed = await _find_interview_with_newer_invite(event.participant, interview_id)
            if renewed is not None:
                await services.rooms.remove_outdated_candidate(renewed)
                return
            await candidate_joined(services, interview_id, event.participant.sid, read_joined_at(event.participant))
        case "participant_left" | "participant_connection_aborted" if is_candidate:
            await candidate_left(interview_id, event.participant.sid)
        case "room_finished":
            # A late event may concern a room that has been recreated since.
            interview = await get_interview(interview_id)
            if interview and interview.room and interview.room.participant:
                await reconcile_room(services, interview_id, interview.room.participant)


async def _find_interview_with_newer_invite(participant: ParticipantInfo, interview_id: ObjectId) -> Interview | None:
    """Return the interview if its invite was renewed after the candidate's LiveKit token was issued, which stays valid."""
    generation = participant.attributes.get(GENERATION_ATTRIBUTE)
    interview = await get_interview(interview_id) if generation else None
    return interview if interview is not None and generation != str(interview.invite_generation) else None


def _verify_event(services: Services, body: bytes, signature: str | None) -> WebhookEvent:
    livekit = services.settings.livekit
    if not services.rooms.is_configured or not signature:
        raise _signature_error()
    event = None
    for key, secret in {livekit.api_key.get_secret_value(): livekit.api_secret, **livekit.previous_keys}.items():
        with suppress(Exception):  # the SDK raises plain Exception for a wrong digest
            event = WebhookReceiver(TokenVerifier(key, secret.get_secret_value())).receive(body.decode(), signature)
    if event is None:
        raise _signature_error()
    if now().timestamp() - event.created_at > MAX_EVENT_AGE.total_seconds():
        raise Unauthenticated(f"The event is older than {MAX_EVENT_AGE.seconds // 60} minutes: check the clocks of both servers.")
    return event


def _signature_error() -> Unauthenticated:
    return Unauthenticated("The signature is not LiveKit's: set webhook.api_key in its configuration to LIVEKIT_API_KEY.")
