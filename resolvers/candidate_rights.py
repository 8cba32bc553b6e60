"""Candidates' rights: withdrawing consent, asking for a person instead, and requesting accommodations.

Candidates act with their token or, before they have joined, with their invite; people of the organization act on their behalf.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from beanie import PydanticObjectId
from bson import ObjectId

from auth import Action, Principal, build_candidate_principal, require_permission
from errors import BadInput, Conflict
from lifecycle import states
from lifecycle.jobs import REPLY
from lifecycle.services import Services
from models.documents.interview import EndReason, Interview, InterviewStatus, RequestKind, RequestStatus
from models.documents.organization import Role
from models.documents.position import get_position
from models.documents.turn import Channel
from models.storage.clock import now
from models.writes import candidate_requests
from models.writes.candidate_requests import MAX_REQUESTS, NewRequest
from resolvers.ending import sign_erasure_receipt
from resolvers.idempotency import idempotent
from resolvers.ids import IdKind, build_not_found, decode_id
from resolvers.input_text import clean_detail, clean_optional
from resolvers.interviews import load_interview
from resolvers.invites import load_invited_interview

MIN_TIME_FACTOR = 1.0
MAX_TIME_FACTOR = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateSubject:
    """The interview, named by its id or by its invite, which is then also the credential."""

    interview_id: str | None = None
    invite: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRequest(CandidateSubject):
    """The input of Mutation.withdrawConsent."""

    erase_data: bool = False
    reason: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeRequest(CandidateSubject):
    """The input of Mutation.requestAlternative."""

    details: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccommodationRequest(CandidateSubject):
    """The input of Mutation.requestAccommodation."""

    kinds: Sequence[RequestKind]
    details: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAnswer:
    """The input of Mutation.resolveRequest."""

    interview_id: str
    request_id: str
    status: RequestStatus
    note: str | None = None
    time_factor: float | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class RightsResult:
    """The changed interview, and the caller as whom it is shown."""

    interview: Interview
    principal: Principal
    receipt: str | None = None
    """The receipt of the erasure; None unless the data were erased."""


async def withdraw_consent(services: Services, principal: Principal | None, request: WithdrawalRequest) -> RightsResult:
    """Withdraw the candidate's consent, and erase the interview if `erase_data` is set. `principal` is None with an invite.

    Raises NotFound, BadInput, Forbidden, and Conflict if the data have to be erased but are under a legal hold.
    """
    caller, interview = await _identify(services, principal, request, Action.WITHDRAW_CONSENT)
    reason = clean_optional(clean_detail, request.reason, "reason")
    if request.erase_data and caller.role is not Role.CANDIDATE:
        require_permission(caller, Action.ERASE_INTERVIEW, field="eraseData")
    if request.erase_data and interview.legal_hold is not None:
        raise Conflict(
            "The data cannot be erased now, because they are under a legal hold: withdraw the consent without eraseData, so that "
            "they are not used any more.",
            field="eraseData",
        )
    validated = [str(interview.id), request.erase_data, reason]
    await idempotent(services, caller, "withdrawConsent", request.idempotency_key, validated).claim(interview.id)
    withdrawn = await states.withdraw_consent(services, interview, reason)
    if not request.erase_data:
        return RightsResult(withdrawn, caller)
    erased = await states.erase_interview(services, withdrawn)
    return RightsResult(erased, caller, sign_erasure_receipt(services, erased))


async def request_alternative(services: Services, principal: Principal | None, request: AlternativeRequest) -> RightsResult:
    """End the interview, because the candidate wants a process without the AI interviewer. `principal` is None with an invite.

    Raises NotFound, BadInput, and Conflict if the interview is over for another reason.
    """
    caller, interview = await _identify(services, principal, request, Action.REQUEST_ACCOMMODATION)
    details = clean_optional(clean_detail, request.details, "details")
    call = idempotent(services, caller, "requestAlternative", request.idempotency_key, [str(interview.id), details])
    request_id = await call.claim(ObjectId())
    alternative = states.build_alternative_request(request_id, details)
    current = await states.opt_out(services, interview, EndReason.ALTERNATIVE_REQUESTED, request=alternative)
    if current.end_reason is not EndReason.ALTERNATIVE_REQUESTED:
        raise Conflict(f"The interview is over: it is {current.status}. Write to the organization that invited you.")
    return RightsResult(current, caller)


async def request_accommodation(services: Services, principal: Principal | None, request: AccommodationRequest) -> RightsResult:
    """Record the candidate's request, and grant what is granted automatically. `principal` is None with an invite.

    Raises NotFound, BadInput, and Conflict if the interview is over or has MAX_REQUESTS requests.
    """
    caller, interview = await _identify(services, principal, request, Action.REQUEST_ACCOMMODATION)
    kinds = tuple(kind for kind in RequestKind if kind in request.kinds)
    if not kinds:
        raise BadInput("kinds is empty: name at least one kind of accommodation.", field="kinds")
    details = clean_optional(clean_detail, request.details, "details")
    call = idempotent(services, caller, "requestAccommodation", request.idempotency_key, [str(interview.id), kinds, details])
    request_id = PydanticObjectId(await call.claim(ObjectId()))
    position = await get_position(interview.position.id)
    if position is None:
        raise build_not_found(IdKind.POSITION)
    new_request = NewRequest(
        id=request_id, kinds=kinds, details=details, requested_at=now(), time_factor=position.extra_time_factor
    )
    changed = await candidate_requests.add_request(interview.id, new_request)
    if changed is not None:
        await services.live.publish_change(changed)
        return RightsResult(changed, caller)
    current = await load_interview(caller, request.interview_id) if request.interview_id else interview
    if request_id in [stored.id for stored in current.requests]:
        return RightsResult(current, caller)
    if len(current.requests) >= MAX_REQUESTS:
        raise Conflict(f"The interview holds {MAX_REQUESTS} requests already: write to the organization that invited you.")
    raise Conflict(f"The interview is over: it is {current.status}. Write to the organization that invited you.")


async def resolve_request(services: Services, principal: Principal, answer: RequestAnswer) -> Interview:
    """Answer a candidate's request. The clock of the interview goes on, and the interviewer asks the candidate to go on.

    Raises NotFound, BadInput, and Conflict if the request has another answer already.
    """
    require_permission(principal, Action.RESOLVE_REQUEST)
    interview = await load_interview(principal, answer.interview_id)
    request_id = decode_id(IdKind.REQUEST, answer.request_id)
    note = clean_optional(clean_detail, answer.note, "note")
    _validate_answer(answer)
    stored = next((request for request in interview.requests if request.id == request_id), None)
    if stored is None:
        raise build_not_found(IdKind.REQUEST)
    call = idempotent(services, principal, "resolveRequest", answer.idempotency_key, answer)
    answer_id = await call.claim(ObjectId())
    answered = await candidate_requests.answer_request(
        interview.id,
        request_id,
        answer.status,
        answer_id=answer_id,
        note=note,
        answered_by=principal.name,
        time_factor=answer.time_factor,
    )
    if answered is None:
        current = await load_interview(principal, answer.interview_id)
        if any(request.answer_id == answer_id for request in current.requests):
            return current
        raise Conflict("The request has another answer already: read Interview.requests.")
    await services.live.publish_change(answered)
    if answered.channel is Channel.TEXT and answered.status is InterviewStatus.IN_PROGRESS:
        await services.jobs.kick(REPLY, answered.id)
    return answered


def _validate_answer(answer: RequestAnswer) -> None:
    if answer.status is RequestStatus.OPEN:
        raise BadInput("status is OPEN: answer with GRANTED or DECLINED.", field="status")
    if answer.time_factor is None:
        return
    if not MIN_TIME_FACTOR <= answer.time_factor <= MAX_TIME_FACTOR:
        raise BadInput(f"timeFactor must be {MIN_TIME_FACTOR:g} to {MAX_TIME_FACTOR:g}.", field="timeFactor")
    if answer.status is RequestStatus.DECLINED:
        raise BadInput("timeFactor goes with GRANTED only: leave it out.", field="timeFactor")


async def _identify(
    services: Services, principal: Principal | None, subject: CandidateSubject, action: Action
) -> tuple[Principal, Interview]:
    """Return the caller and the interview."""
    if (subject.invite is None) == (subject.interview_id is None):
        raise BadInput("Send either interviewId or invite.", field="interviewId")
    if subject.invite is not None:
        # candidates keep the right to withdraw their consent
        allows_closed = action is Action.WITHDRAW_CONSENT
        interview = await load_invited_interview(services, subject.invite, allows_closed=allows_closed)
        return build_candidate_principal(interview), interview
    if principal is None or subject.interview_id is None:
        raise BadInput("interviewId needs a credential: send the header Authorization.", field="interviewId")
    require_permission(principal, action)
    return principal, await load_interview(principal, subject.interview_id)
