"""State changes of evaluations: claim, postpone, fail, complete and review.

Each step of the job is a compare-and-set on the fence of its claim.
"""

from typing import Any

from beanie.odm.utils.encoder import Encoder
from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from errors import Conflict
from models.documents.evaluation import (
    ACTIVE_STATUSES,
    Evaluation,
    EvaluationOutcome,
    EvaluationStatus,
    Review,
    Usage,
    list_evaluations,
)
from models.documents.interview import TERMINAL_STATUSES, ErasureScope, Interview, InterviewStatus, get_interview
from models.storage.backoff import Backoff
from models.storage.clock import now
from models.storage.compare_and_set import compare_and_set
from models.storage.lease import IS_DUE, build_job_claim, build_job_postponement, lease_is_free_for_retry
from models.storage.transactions import run_in_transaction
from models.writes.interview_updates import HAS_TRANSCRIPT, change_with_interview, insert_with_interview, update_interview

BACKOFF = Backoff(base_seconds=5.0, max_seconds=300.0)
"""Pauses between attempts of one evaluation."""

_CLAIMABLE = {"$and": [IS_DUE, lease_is_free_for_retry(BACKOFF)]}
_JOB_CLEARED: dict[str, Any] = {"lease": None, "due_at": None}


async def claim_evaluation(
    evaluation_id: ObjectId, holder: str, lease_seconds: float, *, prompt_version: str
) -> Evaluation | None:
    """Claim the job if it is due and its lease is free, and store the version of the prompt that the holder will use.

    The attempt is counted when it begins, so that it counts however it ends. The caller compares `attempts`
    with the limit, and fails an evaluation that exceeds it.
    """
    return await change_with_interview(
        Evaluation,
        evaluation_id,
        {"status": {"$in": list(ACTIVE_STATUSES)}, "$expr": _CLAIMABLE},
        {"status": EvaluationStatus.RUNNING, "prompt_version": prompt_version},
        build_job_claim(holder, lease_seconds),
    )


async def postpone_evaluation(evaluation_id: ObjectId, fence: int, failure: str, retry_seconds: float) -> Evaluation | None:
    """Release the job until `retry_seconds` from now, with the reason in `failure`."""
    values = {"status": EvaluationStatus.PENDING, "failure": failure}
    return await change_with_interview(
        Evaluation, evaluation_id, _lease_condition(fence), values, build_job_postponement(retry_seconds)
    )


async def fail_evaluation(evaluation_id: ObjectId, fence: int, failure: str) -> Evaluation | None:
    """Mark the evaluation FAILED, with the reason and without any score."""
    values = {"status": EvaluationStatus.FAILED, "failure": failure, "completed_at": now(), **_JOB_CLEARED}
    return await change_with_interview(Evaluation, evaluation_id, _lease_condition(fence), values)


async def record_usage(evaluation_id: ObjectId, fence: int, usage: Usage) -> Evaluation | None:
    """Add the usage of the call made under this fence, even if another worker has the lease by now.

    Idempotent, so that it can be retried when it is unknown whether MongoDB stored it. Returns None if it was
    recorded before, or if the evaluation was erased.
    """
    amounts = {f"usage.{name}": {"$add": [f"$usage.{name}", amount]} for name, amount in usage}
    billed = {"billed_fences": {"$concatArrays": [{"$ifNull": ["$billed_fences", []]}, [fence]]}}
    return await change_with_interview(Evaluation, evaluation_id, {"billed_fences": {"$ne": fence}}, {}, {**amounts, **billed})


async def complete_evaluation(evaluation: Evaluation, outcome: EvaluationOutcome, *, transcript_digest: str) -> Evaluation | None:
    """Store the outcome and copy its score to the interview, in one transaction.


    Returns None if the lease was lost or the interview was erased. Only one version is active at a time, so the
    interview always has the score of the newest completed version.
    """
    values = {
        "status": EvaluationStatus.COMPLETED,
        "outcome": outcome,
        "failure": None,
        "transcript_digest": transcript_digest,
        "completed_at": now(),
        **_JOB_CLEARED,
    }
    # nobody has reviewed the new version yet, so the decision on the older one does not carry over
    score = {
        "evaluated": True,
        "score": outcome.overall_score,
        "recommendation": outcome.recommendation,
        "decision": None,
    }
    return await change_with_interview(
        Evaluation, evaluation.id, _lease_condition(evaluation.fence), values, interview_values=score
    )


def _lease_condition(fence: int) -> dict[str, Any]:
    return {"fence": fence, "status": EvaluationStatus.RUNNING}


async def add_evaluation(evaluation: Evaluation) -> Evaluation:
    """Store a new version that is due now; if one is already active, return that one instead.

    Raises Conflict if the interview is not completed, or was erased.
    """
    interview_id = evaluation.interview_id
    condition = {"status": InterviewStatus.COMPLETED, **HAS_TRANSCRIPT}
    for _ in range(3):
        _require_completed(await get_interview(interview_id))
        versions = await list_evaluations(interview_id)
        for stored in versions:
            if stored.id == evaluation.id or stored.status in ACTIVE_STATUSES:
                return stored
        evaluation.version = (versions[0].version if versions else 0) + 1
        try:
            if await insert_with_interview(evaluation, condition):
                return evaluation
        except DuplicateKeyError:
            pass
        # a concurrent request came first, or the interview was erased: check again
    raise Conflict("Several evaluations of this interview were requested at the same time: try again.")


def _require_completed(interview: Interview | None) -> None:
    if interview is None or interview.erased_at is not None:
        raise Conflict("The interview was erased: nothing is left to evaluate.")
    if interview.erasure is not None and interview.erasure.scope is ErasureScope.TRANSCRIPT:
        raise Conflict("The transcript was erased by the retention policy: nothing is left to evaluate.")
    if interview.status not in TERMINAL_STATUSES:
        raise Conflict("Only a completed interview can be evaluated: end it first (endInterview).")
    if interview.status is not InterviewStatus.COMPLETED:
        raise Conflict(f"Only a completed interview can be evaluated: this one is {interview.status}.")


async def add_review(evaluation: Evaluation, review: Review) -> Evaluation | None:
    """Add a review to the evaluation, once, and set its decision on the interview; None if the interview was erased."""
    evaluation_id = evaluation.id

    async def work(session: AsyncClientSession) -> Evaluation | None:
        reviews = {"reviews": {"$concatArrays": ["$reviews", [{"$literal": Encoder().encode(review)}]]}}
        added = await compare_and_set(Evaluation, evaluation_id, {"reviews.id": {"$ne": review.id}}, {}, reviews, session)
        # a repeated review must not override the decision of a later one
        sets_decision = added is not None and await _is_newest_completed(added, session)
        interview_values = {"decision": review.decision} if sets_decision else {}
        if await update_interview(evaluation.interview_id, HAS_TRANSCRIPT, interview_values, session=session) is None:
            await session.abort_transaction()
            return None
        return added or await Evaluation.get(evaluation.id, session=session)

    return await run_in_transaction(Evaluation, work)


async def _is_newest_completed(evaluation: Evaluation, session: AsyncClientSession) -> bool:
    newer = {
        "interview_id": evaluation.interview_id,
        "version": {"$gt": evaluation.version},
        "status": EvaluationStatus.COMPLETED,
    }
    return await Evaluation.find_one(newer, session=session) is None


async def find_due_evaluations(limit: int) -> list[ObjectId]:
    """Return evaluations that are due and have a free lease, the longest due first."""
    criteria = {
        "status": {"$in": list(ACTIVE_STATUSES)},
        "due_at": {"$ne": None},
        "$expr": _CLAIMABLE,
    }
    rows = Evaluation.get_pymongo_collection().find(criteria, {"_id": 1}).sort("due_at", 1).limit(limit)
    return [row["_id"] async for row in rows]
