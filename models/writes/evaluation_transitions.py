"""The job that stands in an evaluation: taken, kept, given up, done; each step a compare-and-set by the lease's number."""

from collections.abc import Mapping
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
from models.documents.interview import TERMINAL_STATUSES, Interview, InterviewStatus, get_interview, update_interview
from models.storage.clock import now
from models.storage.compare_and_set import LEASE_IS_FREE, compare_and_set, extend_lease, from_now, lease_expression
from models.storage.transactions import run_in_transaction

_IS_DUE = {"$lte": ["$due_at", "$$NOW"]}
_JOB_CLEARED: dict[str, Any] = {"lease": None, "due_at": None}


async def claim_evaluation(evaluation_id: ObjectId, holder: str, lease_seconds: float) -> Evaluation | None:
    """Take the job if it is due and nobody holds its lease.

    The attempt is counted here, where it begins, so that it counts however it ends. The caller compares `attempts` with the
    limit, and fails an evaluation that is above it.
    """
    return await _change_with_interview(
        evaluation_id,
        {"status": {"$in": list(ACTIVE_STATUSES)}, "$expr": {"$and": [_IS_DUE, LEASE_IS_FREE]}},
        {"status": EvaluationStatus.RUNNING},
        {
            "fence": {"$add": ["$fence", 1]},
            "attempts": {"$add": ["$attempts", 1]},
            "lease": lease_expression(holder, lease_seconds),
        },
    )


async def renew_evaluation_lease(evaluation_id: ObjectId, fence: int, holder: str, lease_seconds: float) -> bool:
    """Keep the job; False when another has taken it or it is gone."""
    return await extend_lease(Evaluation, evaluation_id, _lease_condition(fence), holder, lease_seconds)


async def postpone_evaluation(evaluation_id: ObjectId, fence: int, failure: str, retry_seconds: float) -> Evaluation | None:
    """Give the job up for now: it is due again after `retry_seconds`, and says why."""
    values = {"status": EvaluationStatus.PENDING, "lease": None, "failure": failure}
    return await _change_with_interview(evaluation_id, _lease_condition(fence), values, {"due_at": from_now(retry_seconds)})


async def fail_evaluation(evaluation_id: ObjectId, fence: int, failure: str) -> Evaluation | None:
    """Give the job up for good: FAILED, with the reason, and no number anywhere."""
    values = {"status": EvaluationStatus.FAILED, "failure": failure, "completed_at": now(), **_JOB_CLEARED}
    return await _change_with_interview(evaluation_id, _lease_condition(fence), values)


async def record_usage(evaluation_id: ObjectId, fence: int, usage: Usage) -> Evaluation | None:
    """Add the cost of the call that was made under this fence, whoever holds the lease by now: it is paid for in any case.

    Repeating it changes nothing, so it can be retried when it is not known whether MongoDB has stored it. None when it was
    recorded before, or the evaluation has been erased.
    """
    amounts = {f"usage.{name}": {"$add": [f"$usage.{name}", amount]} for name, amount in usage}
    billed = {"billed_fences": {"$concatArrays": [{"$ifNull": ["$billed_fences", []]}, [fence]]}}
    return await _change_with_interview(evaluation_id, {"billed_fences": {"$ne": fence}}, {}, {**amounts, **billed})


async def complete_evaluation(
    evaluation: Evaluation, outcome: EvaluationOutcome, *, prompt_version: str, transcript_digest: str
) -> Evaluation | None:
    """Store the outcome and copy its score to the interview, in one transaction; None when the job or the data is gone.

    Only one version is at work at a time, so the newest completed one is what shows on the interview.
    """
    values = {
        "status": EvaluationStatus.COMPLETED,
        "outcome": outcome,
        "failure": None,
        "prompt_version": prompt_version,
        "transcript_digest": transcript_digest,
        "completed_at": now(),
        **_JOB_CLEARED,
    }
    # a new version's people have not decided yet: the decision of the older one does not carry over
    interview_values = {
        "evaluated": True,
        "score": outcome.overall_score,
        "recommendation": outcome.recommendation,
        "decision": None,
    }
    return await _change_with_interview(
        ObjectId(evaluation.id), _lease_condition(evaluation.fence), values, interview_values=interview_values
    )


def _lease_condition(fence: int) -> dict[str, Any]:
    return {"fence": fence, "status": EvaluationStatus.RUNNING}


async def _change_with_interview(
    evaluation_id: ObjectId,
    condition: Mapping[str, Any],
    values: Mapping[str, Any],
    computed: Mapping[str, Any] | None = None,
    interview_values: Mapping[str, Any] | None = None,
) -> Evaluation | None:
    """Change the evaluation and, since callers see that, the interview (`interview_values`, updated_at), in one transaction.

    None when `condition` does not hold (any more), or the interview has been erased.
    """

    async def work(session: AsyncClientSession) -> Evaluation | None:
        changed = await compare_and_set(Evaluation, evaluation_id, condition, values, computed, session)
        if changed is None:
            return None
        interview_id = ObjectId(changed.interview_id)
        if await update_interview(interview_id, {"erased_at": None}, interview_values or {}, session=session) is None:
            await session.abort_transaction()
            return None
        return changed

    return await run_in_transaction(work)


async def add_evaluation(evaluation: Evaluation) -> Evaluation:
    """Add a version that is due now; while one is at work, answers that one instead.

    Raises Conflict when the interview is not completed, or erased.
    """
    interview_id = ObjectId(evaluation.interview_id)

    async def work(session: AsyncClientSession) -> bool:
        condition = {"status": InterviewStatus.COMPLETED, "erased_at": None}
        if await update_interview(interview_id, condition, {}, session=session) is None:
            return False
        await evaluation.insert(session=session)
        return True

    for _ in range(3):
        _require_completed(await get_interview(interview_id))
        versions = await list_evaluations(interview_id)
        for stored in versions:
            if stored.id == evaluation.id or stored.status in ACTIVE_STATUSES:
                return stored
        evaluation.version = (versions[0].version if versions else 0) + 1
        try:
            if await run_in_transaction(work):
                return evaluation
        except DuplicateKeyError:
            pass
        # another came first, or the interview was erased: look again
    raise Conflict("Several evaluations of this interview were asked for at once: ask again.")


def _require_completed(interview: Interview | None) -> None:
    if interview is None or interview.erased_at is not None:
        raise Conflict("The interview has been erased: nothing is left to evaluate.")
    if interview.status not in TERMINAL_STATUSES:
        raise Conflict("Only a completed interview can be evaluated: end it first (endInterview).")
    if interview.status is not InterviewStatus.COMPLETED:
        raise Conflict(f"Only a completed interview can be evaluated: this one is {interview.status}.")


async def add_review(evaluation: Evaluation, review: Review) -> Evaluation | None:
    """Put a review beside the evaluation, once, and its decision on the interview; None when the data is gone."""
    evaluation_id = ObjectId(evaluation.id)

    async def work(session: AsyncClientSession) -> Evaluation | None:
        reviews = {"reviews": {"$concatArrays": ["$reviews", [{"$literal": Encoder().encode(review)}]]}}
        added = await compare_and_set(Evaluation, evaluation_id, {"reviews.id": {"$ne": review.id}}, {}, reviews, session)
        # a repeated review decides nothing again: another may have come after it
        sets_decision = added is not None and await _is_newest_completed(added, session)
        interview_values = {"decision": review.decision} if sets_decision else {}
        if (
            await update_interview(ObjectId(evaluation.interview_id), {"erased_at": None}, interview_values, session=session)
            is None
        ):
            await session.abort_transaction()
            return None
        return added or await Evaluation.get(evaluation.id, session=session)

    return await run_in_transaction(work)


async def _is_newest_completed(evaluation: Evaluation, session: AsyncClientSession) -> bool:
    newer = {
        "interview_id": evaluation.interview_id,
        "version": {"$gt": evaluation.version},
        "status": EvaluationStatus.COMPLETED,
    }
    return await Evaluation.find_one(newer, session=session) is None


async def find_due_evaluations(limit: int) -> list[ObjectId]:
    """Evaluations that are due and in nobody's hands, the longest first."""
    criteria = {
        "status": {"$in": list(ACTIVE_STATUSES)},
        "due_at": {"$ne": None},
        "$expr": {"$and": [_IS_DUE, LEASE_IS_FREE]},
    }
    rows = Evaluation.get_pymongo_collection().find(criteria, {"_id": 1}).sort("due_at", 1).limit(limit)
    return [row["_id"] async for row in rows]
