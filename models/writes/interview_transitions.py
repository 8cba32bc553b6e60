"""State changes of interviews, each a compare-and-set.

Each returns the changed interview, or None if the interview was not in a state that allows the change.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from beanie.odm.utils.encoder import Encoder
from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from models.documents.change import ChangedObject, ChangeKind
from models.documents.evaluation import ACTIVE_STATUSES, Evaluation
from models.documents.interview import (
    HAS_EXPIRED,
    OPEN_STATUSES,
    TERMINAL_STATUSES,
    TURN_STATUSES,
    Consent,
    EndReason,
    EvaluationStatus,
    Interview,
    InterviewStatus,
    Reopening,
    ReviewReason,
    get_interview,
)
from models.documents.interview_views import EVALUATION_VIEWS
from models.documents.organization import exclude_organizations
from models.documents.turn import Channel, NewTurn
from models.storage.backoff import Backoff
from models.storage.lease import (
    DISPATCH_IS_PENDING,
    IS_DUE,
    LEASE_IS_FREE,
    NEXT_FENCE,
    NOT_ERASED,
    PENDING_DISPATCH,
    build_job_claim,
    build_job_postponement,
    build_lease,
    from_now,
    lease_is_free_for_retry,
)
from models.storage.transactions import run_in_transaction
from models.writes.append_turns import insert_turns
from models.writes.candidate_requests import (
    HAS_STARTED,
    RESUMED_CLOCK,
    SECONDS_SINCE_START,
    NewRequest,
    build_request_changes,
)
from models.writes.interview_updates import HAS_TRANSCRIPT, update_interview


def _of_last_reopening(name: str) -> dict[str, Any]:
    return {"$let": {"vars": {"last": {"$last": {"$ifNull": ["$reopenings", []]}}}, "in": f"$$last.{name}"}}


# a field of no reopening is missing, which is not null
_IS_REOPENED: dict[str, Any] = {"$eq": [_of_last_reopening("returned_at"), None]}
"""Condition, for an interview that is SCHEDULED or WAITING, that it was reopened and the candidate has not come back."""
CONTINUES: dict[str, Any] = {"$and": [_IS_REOPENED, HAS_STARTED]}
"""Condition, for an interview that is SCHEDULED, that it was reopened after it had begun."""
_REOPENED: dict[str, Any] = {
    "status": InterviewStatus.SCHEDULED,
    "ended_at": None,
    # the end has closed the room, if there was one; the next join opens another
    "room": None,
    "lease": None,
    "fence": NEXT_FENCE,
    "attempts": 0,
    "speech_outage": None,
}
"""Changes that make an interview that is over SCHEDULED again."""

REOPENABLE_STATUSES = (InterviewStatus.COMPLETED, InterviewStatus.FAILED, InterviewStatus.EXPIRED)
"""States in which an interview can be reopened."""
RENEWABLE_STATUSES = (InterviewStatus.SCHEDULED, *OPEN_STATUSES, InterviewStatus.EXPIRED)
"""States in which an invite can be renewed."""

REPLY_BACKOFF = Backoff(base_seconds=2.0, max_seconds=60.0)
"""Pauses between attempts of the interviewer, in voice and text interviews."""


async def insert_interview(interview: Interview) -> Interview:
    """Store a new interview; repeating an id returns the stored interview."""
    if interview.status not in TURN_STATUSES:
        interview.indexed_updated_at = interview.updated_at
    try:
        return await interview.insert()
    except DuplicateKeyError:
        stored = await get_interview(interview.id)
        if stored is None:
            raise
        return stored


async def open_chat(
    interview_id: ObjectId, consent: Consent | None, channel: Channel, min_seconds: float = 0.0
) -> Interview | None:
    """SCHEDULED -> WAITING: open the text channel; the greeting is due. `min_seconds` is that of `open_scheduled`."""
    return await open_scheduled(interview_id, {"consent": consent, "channel": channel}, {"due_at": "$$NOW"}, min_seconds)


async def open_scheduled(
    interview_id: ObjectId, values: Mapping[str, Any], computed: Mapping[str, Any], min_seconds: float
) -> Interview | None:
    """SCHEDULED -> WAITING or, if it was reopened after it had begun, IN_PROGRESS, with these changes.

    The clock of a reopened interview goes on from its last turn, with at least `min_seconds` left. Its evaluations no longer
    count, unless a person has adopted one: active ones are stopped, and the next completed version counts.
    """

    async def work(session: AsyncClientSession) -> Interview | None:
        condition = {"status": InterviewStatus.SCHEDULED, **NOT_ERASED}
        opened = await update_interview(
            interview_id, condition, values, {**_build_return(min_seconds), **computed}, session=session
        )
        if opened is not None and opened.reopenings:
            await _stop_evaluations(interview_id, "The interview was reopened.", session)
        return opened

    return await run_in_transaction(Interview, interview_id, work)


def _build_return(min_seconds: float) -> dict[str, Any]:
    """Return the changes with which an interview opens, also for a candidate who comes back to a reopened one."""
    earlier_credit = {"$ifNull": ["$credited_seconds", 0.0]}
    # an interview that ended before this field was introduced is credited from its end
    elapsed = {
        "$ifNull": [
            "$elapsed_seconds",
            {
                "$subtract": [
                    {"$divide": [{"$subtract": [_of_last_reopening("ended_at"), "$started_at"]}, 1000]},
                    earlier_credit,
                ]
            },
        ]
    }
    limit = {"$multiply": ["$position.limit_minutes", 60, {"$ifNull": ["$accommodations.time_factor", 1.0]}]}
    continued = {"$min": [elapsed, {"$max": [0.0, {"$subtract": [limit, min_seconds]}]}]}
    credit = {"$cond": [CONTINUES, {"$max": [earlier_credit, {"$subtract": [SECONDS_SINCE_START, continued]}]}, earlier_credit]}
    returned = {
        "returned_at": "$$NOW",
        "after_seq": "$last_seq",
        "credited_seconds": {"$subtract": [credit, earlier_credit]},
    }
    is_last = {"$eq": ["$$this.id", _of_last_reopening("id")]}
    reopenings = {"$map": {"input": "$reopenings", "in": {"$cond": [is_last, {"$mergeObjects": ["$$this", returned]}, "$$this"]}}}
    is_decided = {"$ne": [{"$ifNull": ["$decision", None]}, None]}
    review_reasons = {"$setUnion": [{"$ifNull": ["$review_reasons", []]}, [ReviewReason.REOPENING]]}
    no_longer_counts = {"$and": [_IS_REOPENED, {"$eq": [{"$ifNull": ["$adoptions", []]}, []]}]}
    return {
        "status": {"$cond": [CONTINUES, InterviewStatus.IN_PROGRESS, InterviewStatus.WAITING]},
        "credited_seconds": credit,
        "resumed_after_seq": {"$cond": [_IS_REOPENED, "$last_seq", "$resumed_after_seq"]},
        "reopenings": {"$cond": [_IS_REOPENED, reopenings, {"$ifNull": ["$reopenings", []]}]},
        "review_reasons": {"$cond": [{"$and": [_IS_REOPENED, is_decided]}, review_reasons, {"$ifNull": ["$review_reasons", []]}]},
        "evaluation_status": {"$cond": [_IS_REOPENED, None, "$evaluation_status"]},
        "evaluated": {"$cond": [no_longer_counts, False, "$evaluated"]},
        **{name: {"$cond": [no_longer_counts, None, f"${name}"]} for name in ("counted_version", "score", "recommendation")},
    }


async def mark_reopened(
    interview: Interview, reopening: Reopening, expires_at: datetime, question_key: str | None, *, renews_invite: bool
) -> Interview | None:
    """COMPLETED, FAILED, EXPIRED -> SCHEDULED: the candidate can join again until `expires_at`.

    `question_key` is that of the open question. With `renews_invite`, older invites become invalid. Nothing else changes until
    the candidate is back (`open_scheduled`). Returns None if the interview has changed since it was read, its consent was
    withdrawn or its transcript erased.
    """
    return await update_interview(
        interview.id,
        {
            "status": interview.status,
            "ended_at": interview.ended_at,
            "reopenings.id": {"$ne": reopening.id},
            "consent.withdrawn_at": None,
            **HAS_TRANSCRIPT,
        },
        {"end_reason": None, "end_detail": None, "expires_at": expires_at, "progress.question_key": question_key},
        {
            **_REOPENED,
            "invite_generation": {"$add": ["$invite_generation", int(renews_invite)]},
            "reopenings": {"$concatArrays": [{"$ifNull": ["$reopenings", []]}, [{"$literal": Encoder().encode(reopening)}]]},
        },
    )


async def reschedule_interview(
    interview_id: ObjectId, renewal_id: ObjectId, scheduled_for: datetime | None, expires_at: datetime
) -> Interview | None:
    """Invalidate older invites and set new times, once per `renewal_id`. An EXPIRED interview becomes SCHEDULED again."""
    has_expired: dict[str, Any] = {"$eq": ["$status", InterviewStatus.EXPIRED]}
    return await update_interview(
        interview_id,
        {"status": {"$in": list(RENEWABLE_STATUSES)}, "renewals": {"$ne": renewal_id}, **NOT_ERASED},
        {"scheduled_for": scheduled_for, "expires_at": expires_at},
        {
            **{name: {"$cond": [has_expired, value, f"${name}"]} for name, value in _REOPENED.items()},
            "invite_generation": {"$add": ["$invite_generation", 1]},
            "renewals": {"$concatArrays": ["$renewals", [renewal_id]]},
        },
    )


async def extend_invite(interview_id: ObjectId, expires_at: datetime) -> Interview | None:
    """Let a candidate whose interview is SCHEDULED join until `expires_at` at least."""
    return await update_interview(
        interview_id,
        {"status": InterviewStatus.SCHEDULED, "expires_at": {"$lt": expires_at}, **NOT_ERASED},
        {"expires_at": expires_at},
    )


async def mark_ending(
    interview_id: ObjectId, reason: EndReason, detail: str | None = None, condition: Mapping[str, Any] | None = None
) -> Interview | None:
    """WAITING, IN_PROGRESS -> ENDING: accept no new messages. `condition` must also hold."""
    return await update_interview(
        interview_id,
        {"status": {"$in": list(OPEN_STATUSES)}, **NOT_ERASED, **(condition or {})},
        {"status": InterviewStatus.ENDING, "end_reason": reason, "end_detail": detail},
        {
            "ended_at": "$$NOW",
            "due_at": None,
            **RESUMED_CLOCK,
            # an interviewer that was only dispatched has no last words to store
            "lease": {"$cond": [DISPATCH_IS_PENDING, None, "$lease"]},
        },
    )


async def mark_cancelled(interview_id: ObjectId, reason: str | None) -> Interview | None:
    """SCHEDULED, WAITING -> CANCELLED; a reopened interview becomes what it was before."""
    return await update_interview(
        interview_id,
        {"status": {"$in": [InterviewStatus.SCHEDULED, InterviewStatus.WAITING]}, **NOT_ERASED},
        {},
        {**_close_unopened(InterviewStatus.CANCELLED, {"$literal": reason}), "due_at": None},
    )


async def mark_expired(interview_id: ObjectId) -> Interview | None:
    """SCHEDULED, WAITING -> EXPIRED, if `expires_at` has passed by MongoDB's clock and the candidate has not joined.

    A reopened interview becomes what it was before.
    Once the candidate has joined, the interview ends only by its own limits of silence, absence and time.
    """
    return await update_interview(
        interview_id,
        {"status": {"$in": [InterviewStatus.SCHEDULED, InterviewStatus.WAITING]}, **HAS_EXPIRED, **NOT_ERASED},
        {},
        {**_close_unopened(InterviewStatus.EXPIRED, "$end_detail"), "due_at": None},
    )


def _close_unopened(status: InterviewStatus, detail: object) -> dict[str, Any]:
    """Return the changes with which an interview ends in this state, or as before a reopening that was of no use."""
    ended = {"status": status, "end_reason": "$end_reason", "end_detail": detail, "ended_at": "$$NOW"}
    return {name: {"$cond": [_IS_REOPENED, _of_last_reopening(name), value]} for name, value in ended.items()}


OPT_OUT_STATUSES = (InterviewStatus.SCHEDULED, *OPEN_STATUSES, InterviewStatus.ENDING)
"""States in which an interview can become OPTED_OUT."""
_HIDDEN_EVALUATION: dict[str, Any] = {"evaluation_status": None, "evaluated": False, "score": None, "recommendation": None}
"""Clears what lists and filters show of evaluations."""
_HAS_CONSENT: dict[str, Any] = {"$ne": [{"$ifNull": ["$consent", None]}, None]}
_WITHDRAWN_CONSENT: dict[str, Any] = {
    "$cond": [
        _HAS_CONSENT,
        {"$mergeObjects": ["$consent", {"withdrawn_at": {"$ifNull": ["$consent.withdrawn_at", "$$NOW"]}}]},
        None,
    ]
}


async def mark_opted_out(
    interview_id: ObjectId,
    reason: EndReason,
    withdrawal_reason: str | None,
    request: NewRequest | None = None,
    closing: NewTurn | None = None,
) -> Interview | None:
    """SCHEDULED, WAITING, IN_PROGRESS, ENDING -> OPTED_OUT: no interviewer goes on, and nothing is evaluated.

    `request` and `closing` are stored in the same transaction.
    """
    is_withdrawal = reason is EndReason.CONSENT_WITHDRAWN
    closings = [closing] if closing else []

    async def work(session: AsyncClientSession) -> Interview | None:
        interview = await update_interview(
            interview_id,
            {"status": {"$in": list(OPT_OUT_STATUSES)}, **NOT_ERASED},
            # only a reopened interview has evaluations
            {"status": InterviewStatus.OPTED_OUT, "end_reason": reason, "lease": None, **_HIDDEN_EVALUATION},
            {
                "withdrawal_reason": {"$literal": withdrawal_reason},
                "ended_at": {"$ifNull": ["$ended_at", "$$NOW"]},
                "due_at": None,
                "fence": NEXT_FENCE,
                "last_seq": {"$add": ["$last_seq", len(closings)]},
                **RESUMED_CLOCK,
                **({"consent": _WITHDRAWN_CONSENT} if is_withdrawal else {}),
                **(build_request_changes(request, skips_repetition=False) if request else {}),
            },
            session,
        )
        if interview is not None:
            await insert_turns(interview, closings, session)
            if interview.reopenings:
                await _stop_evaluations(interview_id, "The candidate has opted out of the interview.", session)
        return interview

    return await run_in_transaction(Interview, interview_id, work)


async def mark_consent_withdrawn(interview_id: ObjectId, reason: str | None) -> Interview | None:
    """Mark the consent of an interview that is over as withdrawn: its evaluations stop, and are no longer shown.

    Returns None if the interview is not over or was erased, or has no consent, or if the consent was withdrawn before.
    """

    async def work(session: AsyncClientSession) -> Interview | None:
        withdrawn = await update_interview(
            interview_id,
            {"status": {"$in": list(TERMINAL_STATUSES)}, "consent.text_version": {"$exists": True}, "consent.withdrawn_at": None}
            | NOT_ERASED,
            _HIDDEN_EVALUATION,
            {"consent": _WITHDRAWN_CONSENT, "withdrawal_reason": {"$literal": reason}},
            session,
        )
        if withdrawn is not None:
            await _stop_evaluations(interview_id, "The candidate has withdrawn the consent.", session)
        return withdrawn

    return await run_in_transaction(Interview, interview_id, work)


async def _stop_evaluations(interview_id: ObjectId, failure: str, session: AsyncClientSession) -> None:
    """Mark the evaluations of the interview that are not completed as FAILED, with this reason."""
    stopped = {
        "status": EvaluationStatus.FAILED,
        "failure": {"$literal": failure},
        "completed_at": "$$NOW",
        "due_at": None,
        "lease": None,
        "fence": NEXT_FENCE,
    }
    evaluations = Evaluation.get_pymongo_collection()
    criteria = {"interview_id": interview_id, "status": {"$in": list(ACTIVE_STATUSES)}}
    active = [row["_id"] async for row in evaluations.find(criteria, {"_id": 1}, session=session)]
    if active:
        await evaluations.update_many(criteria, [{"$set": stopped}], session=session)
        changes = [ChangedObject(ChangeKind.EVALUATION, evaluation_id) for evaluation_id in active]
        await update_interview(interview_id, {}, {}, session=session, also_visible_to=EVALUATION_VIEWS, changed=changes)


async def mark_completed(
    interview_id: ObjectId, evaluation: Evaluation | None, detail: str | None, closing: NewTurn | None = None
) -> Interview | None:
    """ENDING -> COMPLETED; store the interview's evaluation and the closing in the same transaction.

    The evaluation becomes the next version: an interview that was reopened has earlier ones. A try-out has none.
    """
    closings = [closing] if closing else []
    changed = [ChangedObject(), *([ChangedObject(ChangeKind.EVALUATION, evaluation.id)] if evaluation else [])]

    async def work(session: AsyncClientSession) -> Interview | None:
        interview = await update_interview(
            interview_id,
            {"status": InterviewStatus.ENDING, **NOT_ERASED},
            {
                "status": InterviewStatus.COMPLETED,
                "lease": None,
                **({"evaluation_status": evaluation.status} if evaluation else {}),
            },
            {
                "end_detail": {"$ifNull": ["$end_detail", {"$literal": detail}]},
                "due_at": None,
                "last_seq": {"$add": ["$last_seq", len(closings)]},
            },
            session,
            changed=changed,
        )
        if interview is not None and evaluation is not None:
            newest = await Evaluation.find({"interview_id": interview.id}, session=session).sort("-version").first_or_none()
            evaluation.version = newest.version + 1 if newest else 1
            await evaluation.insert(session=session)
        if interview is not None:
            await insert_turns(interview, closings, session)
        return interview

    return await run_in_transaction(Interview, interview_id, work)


# --- the lease of the text interviewer


async def claim_reply(
    interview_id: ObjectId, holder: str, lease_seconds: float, closed: Collection[ObjectId] = ()
) -> Interview | None:
    """Claim the lease of a TEXT interview whose reply is due; raises the fence and counts the attempt.

    Returns None if nothing is due, the lease is held or the organization is one of `closed`.
    """
    return await update_interview(
        interview_id,
        {
            "channel": Channel.TEXT,
            "status": {"$in": list(OPEN_STATUSES)},
            "due_at": {"$ne": None},
            "$expr": {"$and": [IS_DUE, lease_is_free_for_retry(REPLY_BACKOFF)]},
            **NOT_ERASED,
            **exclude_organizations(closed),
        },
        {},
        build_job_claim(holder, lease_seconds),
        visible=False,
    )


async def release_interview_lease(interview_id: ObjectId, fence: int, *, retry_seconds: float | None = None) -> Interview | None:
    """Release the lease after a successful attempt or, with `retry_seconds`, after a failed one whose retry is due then.

    Returns the changed interview, or None when another holder has taken over.
    """
    is_voice = {"$eq": ["$channel", Channel.VOICE]}
    if retry_seconds is None:
        # in voice only a stored turn resets the count, because LiveKit may remove every interviewer as soon as it joins
        attempts = {"attempts": {"$cond": [is_voice, "$attempts", 0]}}
        return await update_interview(interview_id, {"fence": fence}, {"lease": None}, attempts, visible=False)
    postponement = {
        **build_job_postponement(retry_seconds),
        # in voice, this lease delays the next dispatch until the retry is due
        "lease": {"$cond": [is_voice, build_lease(PENDING_DISPATCH, retry_seconds), None]},
    }
    return await update_interview(interview_id, {"fence": fence}, {}, postponement, visible=False)


# --- queries of lifecycle.repairs


async def find_due_replies(min_age_seconds: float, limit: int, closed: Collection[ObjectId] = ()) -> list[ObjectId]:
    """Return TEXT interviews whose reply has been due for `min_age_seconds` and whose lease is free, the longest due first.

    Interviews of the organizations in `closed` wait.
    """
    return await _find_ids(
        {
            "due_at": {"$ne": None},
            "channel": Channel.TEXT,
            "status": {"$in": list(OPEN_STATUSES)},
            "erased_at": None,
            "$expr": {"$and": [{"$lte": ["$due_at", from_now(-min_age_seconds)]}, lease_is_free_for_retry(REPLY_BACKOFF)]},
            **exclude_organizations(closed),
        },
        "due_at",
        limit,
    )


async def find_ending_interviews(min_age_seconds: float, limit: int) -> list[ObjectId]:
    """Return interviews that have been ENDING for `min_age_seconds` and whose lease is free."""
    expression = {"$and": [{"$lte": ["$ended_at", from_now(-min_age_seconds)]}, LEASE_IS_FREE]}
    return await _find_ids({"status": InterviewStatus.ENDING, "erased_at": None, "$expr": expression}, "ended_at", limit)


async def find_expired_interviews(limit: int) -> list[ObjectId]:
    """Return SCHEDULED and WAITING interviews past their `expires_at` whose candidate has not joined."""
    statuses = [InterviewStatus.SCHEDULED, InterviewStatus.WAITING]
    criteria = {"status": {"$in": statuses}, **HAS_EXPIRED, "erased_at": None}
    return await _find_ids(criteria, "expires_at", limit)


async def _find_ids(criteria: dict[str, Any], sort: str, limit: int) -> list[ObjectId]:
    rows = Interview.get_pymongo_collection().find(criteria, {"_id": 1}).sort(sort, 1).limit(limit)
    return [row["_id"] async for row in rows]
