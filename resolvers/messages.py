"""Messages that candidates type, and signals that they send without words."""

from bson import ObjectId

from auth import Action, Principal, require_permission
from lifecycle.services import Services
from lifecycle.turns import apply_signal, store_message
from live.rate_limits import Rate
from models.documents.interview import CandidateSignal, Interview
from models.documents.turn import Turn
from resolvers.idempotency import idempotent
from resolvers.input_text import clean_line, clean_text
from resolvers.interviews import load_interview


async def send_message(
    services: Services, principal: Principal, interview_id: str, text: str, idempotency_key: str | None
) -> Turn:
    """Store the candidate's message as a turn, and wake the interviewer. Repeating the key returns the stored turn.

    Raises NotFound for any interview but the candidate's own, BadInput for a text that is blank or longer than 20,000 characters,
    RateLimited, and Conflict if the interview accepts no messages, or the key was used with another text.
    """
    require_permission(principal, Action.SEND_MESSAGE)
    interview = await load_interview(principal, interview_id)
    # before the text, whose normalization takes milliseconds
    services.rate_limits.spend(Rate.MESSAGES, str(interview.id))
    text = clean_text(text, "text")
    # The turn stores the key in the same transaction as its seq, so no separate claim is needed.
    key = str(ObjectId()) if idempotency_key is None else clean_line(idempotency_key, "idempotencyKey")
    return await store_message(services, interview, text, key, principal.origin)


async def signal_interviewer(
    services: Services, principal: Principal, interview_id: str, signal: CandidateSignal, idempotency_key: str | None
) -> Interview:
    """Signal the interviewer as the candidate. Repeating the key has no further effect.

    Raises NotFound for any interview but the candidate's own, and Conflict if the interview accepts no messages.
    """
    require_permission(principal, Action.SIGNAL_INTERVIEWER)
    interview = await load_interview(principal, interview_id)
    call = idempotent(services, principal, "signalInterviewer", idempotency_key, [interview_id, signal])
    request_id = await call.claim(ObjectId())
    return await apply_signal(services, interview, signal, request_id)
