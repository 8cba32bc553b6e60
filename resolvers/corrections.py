"""Corrections that candidates put beside their own turns after an interview."""

from dataclasses import dataclass

from beanie import PydanticObjectId
from bson import ObjectId

from auth import Action, Principal, require_permission
from errors import BadInput, Conflict
from lifecycle.services import Services
from models.documents.position import get_position
from models.documents.turn import Speaker, Turn, read_turns_by_seq
from models.documents.turn_correction import TurnCorrection
from models.writes.turn_corrections import add_correction
from resolvers.idempotency import idempotent
from resolvers.ids import IdKind, build_not_found
from resolvers.input_text import DETAIL_LIMIT, clean_text
from resolvers.interviews import load_interview


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRequest:
    """The input of Mutation.correctTurn."""

    interview_id: str
    seq: int
    text: str
    idempotency_key: str | None = None


async def correct_turn(services: Services, principal: Principal, request: CorrectionRequest) -> Turn:
    """Put a correction beside one of the candidate's own turns, and ask for a review. Returns the unchanged turn.

    Repeating it with the same text has no further effect. Raises NotFound for any interview but the candidate's own, BadInput for
    an invalid text or a turn that is not the candidate's, and Conflict if the interview is not over, the position's window has
    closed, or the turn has another correction.
    """
    require_permission(principal, Action.CORRECT_TURN)
    interview = await load_interview(principal, request.interview_id)
    text = clean_text(request.text, "text", DETAIL_LIMIT)
    turns = await read_turns_by_seq({interview.id: [request.seq]}) if 0 < request.seq <= interview.last_seq else []
    if not turns or turns[0].speaker is not Speaker.CANDIDATE:
        raise BadInput("seq is not the number of one of your own turns: the query transcript lists them.", field="seq")
    position = await get_position(interview.position.id)
    if position is None:
        raise build_not_found(IdKind.POSITION)
    if not position.correction_hours:
        raise Conflict("The position allows no corrections: write to the organization that interviewed you.")
    call = idempotent(services, principal, "correctTurn", request.idempotency_key, request)
    correction = TurnCorrection(
        id=PydanticObjectId(await call.claim(ObjectId())), interview_id=interview.id, seq=request.seq, text=text
    )
    changed = await add_correction(correction, position.correction_hours)
    if changed:
        await services.live.publish_change(changed)
    return turns[0]
