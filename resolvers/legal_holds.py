"""Setting and releasing legal holds."""

from beanie import PydanticObjectId
from bson import ObjectId

from auth import Action, Principal, require_permission
from errors import Conflict
from lifecycle.services import Services
from models.documents.interview import Interview, LegalHold
from models.storage.clock import now
from models.writes import legal_hold
from resolvers.idempotency import idempotent
from resolvers.input_text import DETAIL_LIMIT, clean_text
from resolvers.interviews import load_interview
from resolvers.try_outs import refuse_for_try_out


async def set_legal_hold(
    services: Services, principal: Principal, interview_id: str, reason: str, idempotency_key: str | None
) -> Interview:
    """Protect the interview from every erasure. Raises NotFound, and Conflict if it is erased, held or a try-out."""
    require_permission(principal, Action.SET_LEGAL_HOLD)
    interview = await load_interview(principal, interview_id)
    refuse_for_try_out(interview, "put under a legal hold")
    reason = clean_text(reason, "reason", DETAIL_LIMIT)
    call = idempotent(services, principal, "setLegalHold", idempotency_key, [interview_id, reason])
    hold_id = PydanticObjectId(await call.claim(ObjectId()))
    hold = LegalHold(id=hold_id, reason=reason, set_by=principal.name, set_at=now())
    if held := await legal_hold.set_legal_hold(interview.id, hold):
        await services.live.publish_change(held)
        return held
    current = await load_interview(principal, interview_id)
    if current.erased_at is not None:
        raise Conflict("The interview was erased: nothing is left to hold.")
    holds = [*current.released_legal_holds, *([current.legal_hold] if current.legal_hold else [])]
    if hold_id not in [stored.id for stored in holds]:
        raise Conflict("The interview is under a legal hold already: release it first, if its reason has to change.")
    return current


async def release_legal_hold(
    services: Services, principal: Principal, interview_id: str, idempotency_key: str | None
) -> Interview:
    """Release the interview's legal hold. One without a hold is returned unchanged. Raises NotFound."""
    require_permission(principal, Action.SET_LEGAL_HOLD)
    interview = await load_interview(principal, interview_id)
    call = idempotent(services, principal, "releaseLegalHold", idempotency_key, interview_id)
    # the claim names the hold, so that a repetition does not release a later one
    hold_id = await call.claim(interview.legal_hold.id if interview.legal_hold else ObjectId())
    released = await legal_hold.release_legal_hold(interview.id, hold_id, principal.name)
    if released is None:
        return await load_interview(principal, interview_id)
    await services.live.publish_change(released)
    return released
