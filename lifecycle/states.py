"""State changes of an interview, for the API, agents and jobs.

Each is a compare-and-set in MongoDB, after which subscribers are notified and jobs woken. All functions are idempotent: a
repeated or concurrent call returns the interview as it is now.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from beanie import PydanticObjectId
from bson import ObjectId

from errors import Conflict, NotFound
from lifecycle.budgets import DailyBudgetExhausted, claim_beginning, release_beginning
from lifecycle.closings import build_missing_closing
from lifecycle.jobs import ERASE_MEDIA, EVALUATE, REPLY
from lifecycle.origins import capture_origin
from lifecycle.presence import DISPATCH_LEASE_SECONDS
from lifecycle.services import Services
from models.documents.evaluation import Evaluation
from models.documents.interview import (
    OPEN_STATUSES,
    OPT_OUT_REASONS,
    Consent,
    EndReason,
    ErasureScope,
    Interview,
    InterviewStatus,
    Reopening,
    RequestKind,
    get_interview,
)
from models.documents.turn import Channel, Move, NewTurn, find_turn, read_turns
from models.storage.clock import now
from models.writes import interview_erasure, interview_transitions, room_transitions
from models.writes.candidate_requests import NewRequest
from models.writes.evaluation_transitions import add_evaluation

MIN_SECONDS_TO_ANSWER = 120.0
"""Time for one answer that a reopened interview has at least, besides the time reserved for the closing."""


async def open_interview(services: Services, interview_id: ObjectId, consent: Consent | None, channel: Channel) -> Interview:
    """SCHEDULED -> WAITING. In the TEXT channel, have the greeting written; in VOICE, `presence.prepare_room` comes next.

    A reopened interview continues with at least the time for one answer and for the closing. Raises Conflict if the interview is
    over, and DailyBudgetExhausted if the organization has no budget for another interview today.
    """
    current = await _load_interview(interview_id)
    claimed_at = await _claim_beginning(services, current)
    min_seconds = MIN_SECONDS_TO_ANSWER + services.settings.interview.closing_seconds
    if channel is Channel.VOICE:
        opened = await room_transitions.open_room(
            interview_id, consent, services.settings.livekit.empty_seconds, DISPATCH_LEASE_SECONDS, min_seconds
        )
    else:
        opened = await interview_transitions.open_chat(interview_id, consent, channel, min_seconds)
    if opened:
        await services.live.publish_change(opened)
        if channel is Channel.TEXT:
            await services.jobs.kick(REPLY, interview_id)
        return opened
    if claimed_at:
        await release_beginning(current.organization_id, claimed_at)
    interview = await _load_interview(interview_id)
    if interview.status not in OPEN_STATUSES:
        raise Conflict(f"The interview can no longer be opened: it is {interview.status}.")
    return interview


async def _claim_beginning(services: Services, interview: Interview) -> datetime | None:
    """Count the interview in its organization's day if it is about to begin. Raises DailyBudgetExhausted."""
    # try-outs have a budget of their own, in which they are counted when they are created
    if interview.try_out_of is not None:
        return None
    # a return to an interview that had begun is no beginning
    if interview.status is not InterviewStatus.SCHEDULED or interview.started_at is not None:
        return None
    try:
        return await claim_beginning(services, interview.organization_id)
    except DailyBudgetExhausted:
        # a concurrent call may have opened the interview within the budget
        if (await _load_interview(interview.id)).status is InterviewStatus.SCHEDULED:
            raise
        return None


async def reopen_interview(
    services: Services, interview: Interview, reopening: Reopening, expires_at: datetime, *, renews_invite: bool
) -> Interview | None:
    """COMPLETED, FAILED, EXPIRED -> SCHEDULED: the candidate can join until `expires_at`, and goes on at the open question.

    With `renews_invite`, older invites become invalid. Returns None if the interview has changed since it was read.
    """
    asked = [turn for turn in await read_turns(interview.id) if turn.move not in (None, Move.NUDGE, Move.CLOSE)]
    question_key = asked[-1].question_key if asked else None
    reopened = await interview_transitions.mark_reopened(
        interview, reopening, expires_at, question_key, renews_invite=renews_invite
    )
    if reopened is not None:
        await services.live.publish_change(reopened)
    return reopened


async def end_interview(
    services: Services,
    interview: Interview,
    reason: EndReason,
    detail: str | None = None,
    condition: Mapping[str, Any] | None = None,
) -> Interview:
    """WAITING, IN_PROGRESS -> ENDING, then COMPLETED unless an interviewer holds the lease and will complete it.

    If the stored interview does not meet `condition`, nothing changes. Raises Conflict for an interview that has not begun or
    that is over without having been conducted.
    """
    interview_id = interview.id
    closed = await interview_transitions.mark_ending(interview_id, reason, detail, condition)
    if closed:
        await services.live.publish_change(closed)
    current = closed or await _load_interview(interview_id)
    if condition is not None and current.status in OPEN_STATUSES:
        return current
    if current.status is InterviewStatus.ENDING and current.lease is None:
        return await finish_interview(services, current)
    if current.status is InterviewStatus.SCHEDULED:
        raise Conflict("The interview has not begun: cancel it instead (cancelInterview).")
    if current.status not in (InterviewStatus.ENDING, InterviewStatus.COMPLETED):
        raise Conflict(f"The interview cannot be ended: it is {current.status}.")
    return current


async def finish_interview(services: Services, interview: Interview) -> Interview:
    """ENDING -> COMPLETED with a pending evaluation, or without one for a try-out; or OPTED_OUT without one.

    Called by the lease holder after the closing words, or if there is none. A closing that is missing is written.
    """
    if interview.end_reason in OPT_OUT_REASONS:
        return await opt_out(services, interview, interview.end_reason)
    interview_id = interview.id
    evaluation = None if interview.try_out_of else _build_pending_evaluation(services, interview, ObjectId())
    closing = build_missing_closing(services.closings, interview, await read_turns(interview_id))
    finished = await interview_transitions.mark_completed(interview_id, evaluation, _describe_code_replies(interview), closing)
    if finished is None:
        return await _load_interview(interview_id)
    await _publish_closing(services, finished, closing)
    await services.live.publish_change(finished)
    _delete_room(services, finished)
    if evaluation is not None:
        await services.jobs.kick(EVALUATE, evaluation.id)
    return finished


async def opt_out(
    services: Services,
    interview: Interview,
    reason: EndReason,
    withdrawal_reason: str | None = None,
    request: NewRequest | None = None,
) -> Interview:
    """SCHEDULED, WAITING, IN_PROGRESS, ENDING -> OPTED_OUT, immediately and without an evaluation.

    `request` is stored with the change. A closing that is missing is written. An interview that is over is returned as it is.
    """
    if request is None and reason is EndReason.ALTERNATIVE_REQUESTED:
        request = build_alternative_request()
    closing = build_missing_closing(services.closings, interview, await read_turns(interview.id), reason)
    opted_out = await interview_transitions.mark_opted_out(interview.id, reason, withdrawal_reason, request, closing)
    if opted_out is None:
        return await _load_interview(interview.id)
    await _publish_closing(services, opted_out, closing)
    await services.live.publish_change(opted_out)
    _delete_room(services, opted_out)
    return opted_out


def build_alternative_request(request_id: ObjectId | None = None, details: str | None = None) -> NewRequest:
    """Return the request for a conversation with a person, which people have to answer."""
    return NewRequest(
        id=PydanticObjectId(request_id or ObjectId()),
        kinds=(RequestKind.HUMAN,),
        details=details,
        requested_at=now(),
        time_factor=1.0,
    )


async def withdraw_consent(services: Services, interview: Interview, reason: str | None = None) -> Interview:
    """End the interview as OPTED_OUT or, if it is over, mark its consent as withdrawn.

    Either way no evaluation is made or shown from then on.
    """
    current = await opt_out(services, interview, EndReason.CONSENT_WITHDRAWN, reason)
    withdrawn = await interview_transitions.mark_consent_withdrawn(interview.id, reason)
    if withdrawn is not None:
        await services.live.publish_change(withdrawn)
    return withdrawn or current


async def cancel_interview(services: Services, interview: Interview, reason: str | None) -> Interview:
    """SCHEDULED, WAITING -> CANCELLED. A reopening to which the candidate has not come back is taken back instead.

    Raises Conflict if the interview has begun or is over for another reason.
    """
    interview_id = interview.id
    cancelled = await interview_transitions.mark_cancelled(interview_id, reason)
    if cancelled:
        await services.live.publish_change(cancelled)
        _delete_room(services, cancelled)
        return cancelled
    current = await _load_interview(interview_id)
    is_taken_back = bool(current.reopenings) and current.reopenings[-1].returned_at is None
    if current.status is InterviewStatus.CANCELLED or is_taken_back:
        return current
    if current.status is InterviewStatus.IN_PROGRESS:
        raise Conflict("The interview has begun: end it instead (endInterview).")
    raise Conflict(f"The interview cannot be cancelled: it is {current.status}.")


async def expire_interview(services: Services, interview_id: ObjectId) -> None:
    """SCHEDULED, WAITING -> EXPIRED or, after a reopening, as before, if its time has passed and the candidate has not joined."""
    expired = await interview_transitions.mark_expired(interview_id)
    if expired:
        await services.live.publish_change(expired)
        _delete_room(services, expired)


async def erase_interview(services: Services, interview: Interview) -> Interview:
    """Erase the interview permanently: mark it, which ends it and its streams if it is live, then delete its data.

    `lifecycle.repairs` repeats the steps that fail. Raises Conflict if the interview is under a legal hold.
    """
    await erase_data(services, interview.id, ErasureScope.INTERVIEW)
    # a repetition deletes again, in case an earlier attempt was interrupted after its mark
    erased = await _delete_marked(services, interview.id) or await _load_interview(interview.id)
    if erased.erased_at is None:
        hold = erased.legal_hold
        since = f" that {hold.set_by} set on {hold.set_at:%Y-%m-%d}" if hold else ""
        raise Conflict(
            f"The interview is under a legal hold{since}, so it cannot be erased: release the hold first (releaseLegalHold). "
            "Interview.legalHold has the reason."
        )
    return erased


async def erase_data(
    services: Services, interview_id: ObjectId, scope: ErasureScope, condition: Mapping[str, Any] | None = None
) -> Interview | None:
    """Erase everything within the scope, if `condition` holds. Returns None if nothing was marked (mark_erased)."""
    marked = await interview_erasure.mark_erased(interview_id, scope, condition)
    if marked is None:
        return None
    if marked.erasure and marked.erasure.pending:
        await services.live.publish_change(marked)
    if scope is ErasureScope.INTERVIEW:
        _delete_room(services, marked)
    return await _delete_marked(services, interview_id)


async def _delete_marked(services: Services, interview_id: ObjectId) -> Interview | None:
    deleted = await interview_erasure.delete_erased(interview_id)
    if deleted and deleted.erasure and deleted.erasure.pending:
        await services.jobs.kick(ERASE_MEDIA, interview_id)
    return deleted


async def request_evaluation(
    services: Services, interview: Interview, evaluation_id: ObjectId, *, requested_by: str, reason: str | None
) -> Evaluation:
    """Add an evaluation that a caller requested, or return the one in progress.

    Raises Conflict unless the interview is completed, and RateLimited after settings.jobs.evaluations_per_day requests.
    """
    pending = _build_pending_evaluation(services, interview, evaluation_id)
    pending.requested_by, pending.request_reason = requested_by, reason
    pending.origin = capture_origin() or interview.origin
    evaluation = await add_evaluation(pending, services.settings.jobs.evaluations_per_day)
    await services.live.publish_change(interview)
    await services.jobs.kick(EVALUATE, evaluation.id)
    return evaluation


def _build_pending_evaluation(services: Services, interview: Interview, evaluation_id: ObjectId) -> Evaluation:
    return Evaluation(
        id=PydanticObjectId(evaluation_id),
        interview_id=interview.id,
        organization_id=interview.organization_id,
        version=1,
        position_id=interview.position.id,
        position_version=interview.position.version,
        model=services.settings.anthropic.judge_model,
        transcript_digest="",
        sandbox=services.settings.sandbox,
        origin=interview.origin,
    )


def _describe_code_replies(interview: Interview) -> str | None:
    if not interview.code_replies:
        return None
    cause = "did not answer in time"
    if interview.exhausted_budget:
        cause = f"was not asked because the budget {interview.exhausted_budget} was used up, or {cause},"
    return (
        f"Claude {cause} for {interview.code_replies} of {interview.replies} replies: "
        "code replied instead, in the position's own words."
    )


async def _publish_closing(services: Services, interview: Interview, closing: NewTurn | None) -> None:
    if closing and (turn := await find_turn(interview.id, closing.key)):
        await services.live.publish_turn(turn)


def _delete_room(services: Services, interview: Interview) -> None:
    # safe at this point: the last turns are stored
    if interview.room is not None:
        services.rooms.delete_room_in_background(interview.id)


async def _load_interview(interview_id: ObjectId) -> Interview:
    interview = await get_interview(interview_id)
    if interview is None:
        raise NotFound("There is no such interview.")
    return interview
