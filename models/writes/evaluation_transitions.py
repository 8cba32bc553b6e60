"""State changes of evaluations: claim, postpone, fail, complete, review and adopt.

Each step of the job is a compare-and-set on the fence of its claim.
"""

from collections.abc import Collection
from math import ceil
from typing import Any

from beanie.odm.utils.encoder import Encoder
from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from errors import Conflict, ExhaustedBudget, RateLimited
from models.documents.budget import Budget
from models.documents.change import ChangedObject, ChangeKind
from models.documents.evaluation import (
    ACTIVE_STATUSES,
    Evaluation,
    EvaluationOutcome,
    Rating,
    Review,
    list_evaluations,
)
from models.documents.interview import (
    TERMINAL_STATUSES,
    Adoption,
    EvaluationStatus,
    Interview,
    InterviewStatus,
    get_interview,
)
from models.documents.interview_views import EVALUATION_VIEWS, RESULT_VIEWS
from models.documents.judgement import JudgementDocument
from models.documents.organization import exclude_organizations
from models.documents.usage import Usage
from models.storage.backoff import Backoff
from models.storage.clock import now
from models.storage.compare_and_set import compare_and_set
from models.storage.lease import IS_DUE, build_job_claim, build_job_postponement, from_now, lease_is_free_for_retry
from models.storage.transactions import run_in_transaction
from models.writes.interview_updates import HAS_TRANSCRIPT, change_with_interview, insert_with_interview, update_interview

BACKOFF = Backoff(base_seconds=5.0, max_seconds=300.0)
"""Pauses between attempts of one evaluation."""

_CLAIMABLE = {"$and": [IS_DUE, lease_is_free_for_retry(BACKOFF)]}
_JOB_CLEARED: dict[str, Any] = {"lease": None, "due_at": None}


async def claim_evaluation(
    evaluation_id: ObjectId, holder: str, lease_seconds: float, *, prompt_version: str, closed: Collection[ObjectId] = ()
) -> Evaluation | None:
    """Claim the job if it is due and its lease is free, and store the version of the prompt that the holder will use.

    The attempt is counted when it begins, so that it counts however it ends. The caller compares `attempts`
    with the limit, and fails an evaluation that exceeds it. Evaluations of the organizations in `closed` wait.
    """
    return await change_with_interview(
        Evaluation,
        evaluation_id,
        {"status": {"$in": list(ACTIVE_STATUSES)}, "$expr": _CLAIMABLE, **exclude_organizations(closed)},
        {"status": EvaluationStatus.RUNNING, "prompt_version": prompt_version, "exhausted_budget": None},
        build_job_claim(holder, lease_seconds),
    )


async def wait_for_budget(evaluation: Evaluation, budget: Budget, failure: str, seconds: float) -> Evaluation | None:
    """Postpone an evaluation that is due by `seconds`, because this budget is used up. Nobody claims it, so no attempt counts.

    Returns the changed evaluation if callers can see the change: it has not been waiting for this budget before.
    """
    is_first = evaluation.exhausted_budget is not budget
    changed = await change_with_interview(
        Evaluation,
        evaluation.id,
        {"status": {"$in": list(ACTIVE_STATUSES)}, "$expr": _CLAIMABLE},
        {"status": EvaluationStatus.PENDING, "exhausted_budget": budget, "failure": failure},
        {"due_at": from_now(seconds), "waiting_since": {"$ifNull": ["$waiting_since", "$$NOW"]}},
        visible=is_first,
    )
    return changed if is_first else None


async def postpone_evaluation(
    evaluation_id: ObjectId, fence: int, failure: str, retry_seconds: float, *, judge_was_called: bool = True
) -> Evaluation | None:
    """Release the job until `retry_seconds` from now, with the reason in `failure`.

    An attempt in which the judge was not called (`judge_was_called=False`) does not count.
    """
    values = {"status": EvaluationStatus.PENDING, "failure": failure}
    changes = build_job_postponement(retry_seconds)
    if not judge_was_called:
        changes |= {
            "attempts": {"$subtract": ["$attempts", 1]},
            "unavailable_since": {"$ifNull": ["$unavailable_since", "$$NOW"]},
        }
    return await change_with_interview(Evaluation, evaluation_id, _lease_condition(fence), values, changes)


async def complete_pass(evaluation: Evaluation, judgement: JudgementDocument) -> Evaluation | None:
    """Store the judgement of a pass, and release the job, so that the next pass is claimed with attempts of its own.

    Returns None if the lease was lost or the interview was erased; then the judgement is not stored.
    """

    async def work(session: AsyncClientSession) -> Evaluation | None:
        changed = await compare_and_set(
            Evaluation,
            evaluation.id,
            _lease_condition(evaluation.fence),
            {
                "passes_done": judgement.number,
                "attempts": 0,
                "unavailable_since": None,
                "waiting_since": None,
                "failure": None,
                "lease": None,
            },
            session=session,
        )
        if changed is None:
            return None
        interview = await update_interview(
            evaluation.interview_id,
            HAS_TRANSCRIPT,
            {},
            session=session,
            also_visible_to=EVALUATION_VIEWS,
            changed=[ChangedObject(ChangeKind.EVALUATION, evaluation.id)],
        )
        if interview is None:
            await session.abort_transaction()
            return None
        await judgement.insert(session=session)
        return changed

    return await run_in_transaction(Evaluation, evaluation.interview_id, work)


async def fail_evaluation(evaluation_id: ObjectId, fence: int, failure: str) -> Evaluation | None:
    """Mark the evaluation FAILED, with the reason and without any score."""
    values = {"status": EvaluationStatus.FAILED, "failure": failure, "completed_at": now(), **_JOB_CLEARED}
    return await change_with_interview(Evaluation, evaluation_id, _lease_condition(fence), values)


async def record_usage(evaluation_id: ObjectId, fence: int, usage: Usage) -> Evaluation | None:
    """Add the usage of the call made under this fence, even if another worker has the lease by now.

    Idempotent, so that it can be retried when it is unknown whether MongoDB stored it. Returns None if it was
    recorded before, or if the evaluation was erased.
    """
    # evaluations that were stored before calls were counted do not have all fields
    amounts = {f"usage.{name}": {"$add": [{"$ifNull": [f"$usage.{name}", 0]}, amount]} for name, amount in usage}
    billed = {"billed_fences": {"$concatArrays": [{"$ifNull": ["$billed_fences", []]}, [fence]]}}
    return await change_with_interview(Evaluation, evaluation_id, {"billed_fences": {"$ne": fence}}, {}, {**amounts, **billed})


async def complete_evaluation(evaluation: Evaluation, outcome: EvaluationOutcome, *, transcript_digest: str) -> Evaluation | None:
    """Store the outcome and, if no version of the evaluation counts yet, let this one count, in one transaction.

    A later version changes neither which version counts nor the interview's copy of its score, nor the decision: people do
    (`adopt_evaluation`, `add_review`). Returns None if the lease was lost or the interview was erased.
    """
    values = {
        "status": EvaluationStatus.COMPLETED,
        "outcome": outcome,
        "failure": None,
        "transcript_digest": transcript_digest,
        "completed_at": now(),
        **_JOB_CLEARED,
    }
    # An interview stored before versions were pinned keeps the version that counted until now. No other version can be
    # completed in the meantime, since only one is active at a time.
    previous = await _find_newest_completed_version(evaluation.interview_id)
    # the expressions see the interview as it was, so `evaluated` says whether an earlier version counts
    interview_computed = {
        "counted_version": {"$cond": ["$evaluated", {"$ifNull": ["$counted_version", previous]}, evaluation.version]},
        "score": {"$cond": ["$evaluated", "$score", outcome.overall_score]},
        "recommendation": {"$cond": ["$evaluated", "$recommendation", outcome.recommendation.value]},
    }
    return await change_with_interview(
        Evaluation,
        evaluation.id,
        _lease_condition(evaluation.fence),
        values,
        interview_values={"evaluated": True},
        interview_computed=interview_computed,
    )


async def _find_newest_completed_version(interview_id: ObjectId) -> int | None:
    criteria = {"interview_id": interview_id, "status": EvaluationStatus.COMPLETED}
    row = await Evaluation.get_pymongo_collection().find_one(criteria, {"version": 1}, sort=[("version", -1)])
    return row["version"] if row else None


def _lease_condition(fence: int) -> dict[str, Any]:
    return {"fence": fence, "status": EvaluationStatus.RUNNING}


REQUEST_PERIOD_SECONDS = 24 * 3600
"""Period over which requested evaluations are limited."""

_RECENT_REQUESTS = {
    "$filter": {
        "input": {"$ifNull": ["$evaluation_requests", []]},
        "cond": {"$gt": ["$$this", from_now(-REQUEST_PERIOD_SECONDS)]},
    }
}


async def add_evaluation(evaluation: Evaluation, max_requests: int | None = None) -> Evaluation:
    """Store a new version that is due now; if one is already active, return that one instead.

    `max_requests` limits how many versions are added to one interview in 24 hours by MongoDB's clock; a request that returns an
    existing version does not count. Raises RateLimited when the limit is reached, and Conflict if the interview is not
    completed, or was erased.
    """
    interview_id = evaluation.interview_id
    condition: dict[str, Any] = {"status": InterviewStatus.COMPLETED, "consent.withdrawn_at": None, **HAS_TRANSCRIPT}
    if max_requests is not None:
        condition["$expr"] = {"$lt": [{"$size": _RECENT_REQUESTS}, max_requests]}
    requests = {"evaluation_requests": {"$concatArrays": [_RECENT_REQUESTS, ["$$NOW"]]}}
    for _ in range(3):
        _require_completed(await get_interview(interview_id))
        versions = await list_evaluations(interview_id)
        for stored in versions:
            if stored.id == evaluation.id or stored.status in ACTIVE_STATUSES:
                return stored
        evaluation.version = (versions[0].version if versions else 0) + 1
        try:
            if await insert_with_interview(evaluation, condition, computed=requests):
                return evaluation
        except DuplicateKeyError:
            # a concurrent request came first
            continue
        if max_requests is not None:
            await _check_request_limit(interview_id, max_requests)
        # otherwise the interview has changed, for example by an erasure: check again
    raise Conflict("Several evaluations of this interview were requested at the same time: try again.")


def _require_completed(interview: Interview | None) -> None:
    if interview is None or interview.erased_at is not None:
        raise Conflict("The interview was erased: nothing is left to evaluate.")
    if not interview.has_transcript:
        raise Conflict("The transcript was erased by the retention policy: nothing is left to evaluate.")
    if interview.status not in TERMINAL_STATUSES:
        raise Conflict("Only a completed interview can be evaluated: end it first (endInterview).")
    if interview.status is not InterviewStatus.COMPLETED:
        raise Conflict(f"Only a completed interview can be evaluated: this one is {interview.status}.")
    if interview.is_consent_withdrawn:
        raise Conflict("The candidate has withdrawn the consent: the interview is not evaluated any more.")


async def _check_request_limit(interview_id: ObjectId, max_requests: int) -> None:
    """Raise RateLimited if the interview has no request left, with the time until the next is possible."""
    next_at = {"$add": [{"$arrayElemAt": [_RECENT_REQUESTS, -max_requests]}, REQUEST_PERIOD_SECONDS * 1000]}
    pipeline: list[dict[str, Any]] = [
        {"$match": {"_id": interview_id, "$expr": {"$gte": [{"$size": _RECENT_REQUESTS}, max_requests]}}},
        {"$project": {"next_at": next_at, "seconds": {"$divide": [{"$subtract": [next_at, "$$NOW"]}, 1000]}}},
    ]
    async for row in await Interview.get_pymongo_collection().aggregate(pipeline):
        raise RateLimited(
            f"The evaluation of this interview was requested {max_requests} times within 24 hours: request the next one after "
            f"{row['next_at'].strftime('%Y-%m-%dT%H:%M:%SZ')}, or read the versions that exist (Interview.evaluationVersions).",
            retry_after_seconds=ceil(row["seconds"]),
            opens_at=row["next_at"],
            budget=ExhaustedBudget(Budget.INTERVIEW_EVALUATIONS, max_requests, max_requests),
        )


async def add_review(evaluation: Evaluation, review: Review) -> Evaluation | None:
    """Add a review to a version of the evaluation, once, and set its decision on the interview.

    The newest review decides, whichever version it is about and counts. Returns None if the interview was erased.
    """
    evaluation_id = evaluation.id

    async def work(session: AsyncClientSession) -> Evaluation | None:
        reviews = {"reviews": {"$concatArrays": ["$reviews", [{"$literal": Encoder().encode(review)}]]}}
        added = await compare_and_set(Evaluation, evaluation_id, {"reviews.id": {"$ne": review.id}}, {}, reviews, session)
        decision = {
            "decision": review.decision,
            "decision_version": evaluation.version,
            "decided_by": review.reviewer,
            "decided_at": review.created_at,
            "review_reasons": [],
        }
        # a repeated review must neither override the decision of a later one nor answer a later correction
        interview_values = decision if added is not None else {}
        reviewed = await update_interview(
            evaluation.interview_id,
            HAS_TRANSCRIPT,
            interview_values,
            session=session,
            also_visible_to=RESULT_VIEWS,
            changed=[ChangedObject(ChangeKind.REVIEW, evaluation_id)],
            changed_if=added is not None,
        )
        if reviewed is None:
            await session.abort_transaction()
            return None
        return added or await Evaluation.get(evaluation.id, session=session)

    return await run_in_transaction(Evaluation, evaluation.interview_id, work)


async def add_rating(evaluation: Evaluation, rating: Rating) -> Evaluation | None:
    """Add a blind rating to the evaluation, once, and record on the interview that the reviewer has rated it.

    Raises Conflict if the reviewer has rated the interview before. Returns None if the interview was erased.
    """

    async def work(session: AsyncClientSession) -> Evaluation | None:
        ratings = {"ratings": {"$concatArrays": [{"$ifNull": ["$ratings", []]}, [{"$literal": Encoder().encode(rating)}]]}}
        added = await compare_and_set(Evaluation, evaluation.id, {"ratings.id": {"$ne": rating.id}}, {}, ratings, session)
        if added is None:
            return await Evaluation.get(evaluation.id, session=session)
        first_rating = {"rated_by": {"$ne": rating.reviewer_id}, **HAS_TRANSCRIPT}
        rated_by = {"rated_by": {"$concatArrays": [{"$ifNull": ["$rated_by", []]}, [rating.reviewer_id]]}}
        marked = await update_interview(
            evaluation.interview_id,
            first_rating,
            {},
            rated_by,
            session,
            also_visible_to=RESULT_VIEWS,
            changed=[ChangedObject(ChangeKind.REVIEW, evaluation.id)],
        )
        if marked is None:
            await session.abort_transaction()
            return None
        return added

    if rated := await run_in_transaction(Evaluation, evaluation.interview_id, work):
        return rated
    interview = await get_interview(evaluation.interview_id)
    if interview and interview.has_transcript:
        raise Conflict("You have rated this interview before: a rating does not change. Add a review instead (reviewEvaluation).")
    return None


async def adopt_evaluation(evaluation: Evaluation, outcome: EvaluationOutcome, adoption: Adoption) -> Interview | None:
    """Let this completed version count from now on, and record who chose it and why. The decision stays as it is.

    Repeating an adoption changes nothing, so that it does not override a later one. Returns None if the interview was erased.
    """
    values = {
        "evaluated": True,
        "counted_version": evaluation.version,
        "score": outcome.overall_score,
        "recommendation": outcome.recommendation,
    }
    adoptions = {"$concatArrays": [{"$ifNull": ["$adoptions", []]}, [{"$literal": Encoder().encode(adoption)}]]}
    condition = {"adoptions.id": {"$ne": adoption.id}, **HAS_TRANSCRIPT}
    adopted = await update_interview(
        evaluation.interview_id,
        condition,
        values,
        {"adoptions": adoptions},
        changed=[ChangedObject(ChangeKind.EVALUATION, evaluation.id)],
    )
    if adopted is not None:
        return adopted
    interview = await get_interview(evaluation.interview_id)
    return interview if interview and interview.has_transcript else None


async def find_due_evaluations(limit: int, closed: Collection[ObjectId] = ()) -> list[ObjectId]:
    """Return evaluations that are due and have a free lease, the longest due first. Those of `closed` organizations wait."""
    criteria = {
        "status": {"$in": list(ACTIVE_STATUSES)},
        "due_at": {"$ne": None},
        "$expr": _CLAIMABLE,
        **exclude_organizations(closed),
    }
    rows = Evaluation.get_pymongo_collection().find(criteria, {"_id": 1}).sort("due_at", 1).limit(limit)
    return [row["_id"] async for row in rows]
