"""Try-outs: the people who edit positions take their interviews as a candidate would, without a trace in the results."""

from dataclasses import dataclass, replace

from beanie import PydanticObjectId
from bson import ObjectId

from auth import Action, Principal, require_permission
from errors import BadInput, Conflict
from lifecycle.budgets import claim_try_out, release_try_out
from lifecycle.origins import capture_origin
from lifecycle.services import Services
from models.documents.interview import (
    Candidate,
    Interview,
    InterviewStatus,
    build_name_keys,
    get_organization_interview,
)
from models.documents.position import Position, find_position
from models.documents.try_out import get_try_out_partition, schedule_deletion
from models.documents.turn import Channel
from models.writes.interview_transitions import insert_interview
from resolvers.candidate_credentials import issue_invite_link
from resolvers.idempotency import idempotent
from resolvers.input_text import clean_line
from resolvers.starting import ScheduledInterview, build_position_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class TryOutRequest:
    """The input of Mutation.startTryOut."""

    position_key: str
    version: int | None = None
    channel: Channel = Channel.VOICE
    idempotency_key: str | None = None


async def start_try_out(services: Services, principal: Principal, request: TryOutRequest) -> ScheduledInterview:
    """Create a try-out of a version of a position, by default the newest, with the invite that opens it.

    Repeating the key returns the same try-out. Raises BadInput for an unknown position or version, and DailyBudgetExhausted if
    the organization has used up its try-outs of today.
    """
    require_permission(principal, Action.START_TRY_OUT)
    request = replace(request, position_key=clean_line(request.position_key, "positionKey"))
    call = idempotent(services, principal, "startTryOut", request.idempotency_key, request)
    claimed_id = await call.find_claimed_id()
    interview = await get_organization_interview(principal.organization_id, claimed_id) if claimed_id else None
    if interview is None:
        position = await _find_position(principal, request)
        claimed_at = await claim_try_out(services, principal.organization_id)
        draft = await _build_try_out(principal, request, position, await call.claim(ObjectId()))
        interview = await insert_interview(draft)
        if interview is not draft:
            await release_try_out(principal.organization_id, claimed_at)
    return ScheduledInterview(interview, issue_invite_link(services, interview))


def refuse_for_try_out(interview: Interview, action: str) -> None:
    """Raise Conflict if the interview is a try-out, of which nothing can be kept or judged. `action` names what is refused."""
    if interview.try_out_of is not None:
        raise Conflict(f"A try-out cannot be {action}: nobody is evaluated in it, and it is deleted within a day.")


async def _find_position(principal: Principal, request: TryOutRequest) -> Position:
    key = request.position_key
    position = await find_position(principal.organization_id, key, request.version) if key.isascii() else None
    if position is None and request.version is not None:
        raise BadInput("The position has no such version: leave version out for the newest.", field="version")
    if position is None:
        raise BadInput("positionKey is unknown: the query positions lists the keys of your organization.", field="positionKey")
    return position


async def _build_try_out(principal: Principal, request: TryOutRequest, position: Position, interview_id: ObjectId) -> Interview:
    return Interview(
        id=PydanticObjectId(interview_id),
        organization_id=PydanticObjectId(get_try_out_partition(principal.organization_id)),
        try_out_of=PydanticObjectId(principal.organization_id),
        status=InterviewStatus.SCHEDULED,
        channel=request.channel,
        language=position.language,
        candidate=Candidate(name=principal.name),
        **build_name_keys(principal.name),
        position=build_position_ref(position),
        expires_at=await schedule_deletion(interview_id, principal.organization_id),
        origin=capture_origin(),
    )
