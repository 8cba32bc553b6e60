"""The job that stands in an evaluation: taken, kept, given up, done; each step a compare-and-set by the lease's number."""

from beanie.odm.utils.encoder import Encoder
from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from errors import Conflict
from models.clock import now
from models.compare_and_set import LAPSED, compare_and_set, from_now, lease_of
from models.evaluation import ACTIVE, Evaluation, EvaluationStatus, Outcome, Review, list_evaluations
from models.interview import InterviewStatus, change
from models.session import in_transaction

_DUE = {"$lte": ["$due_at", "$$NOW"]}


async def claim_evaluation(evaluation_id: ObjectId, holder: str, lease_seconds: float) -> Evaluation | None:
    """Take the job if it is due and in nobody's hands; counts the attempt."""
    return await compare_and_set(
        Evaluation,
        evaluation_id,
        {"status": {"$in": list(ACTIVE)}, "$expr": {"$and": [_DUE, LAPSED]}},
        {"status": EvaluationStatus.RUNNING},
        {
            "fence": {"$add": ["$fence", 1]},
            "attempts": {"$add": ["$attempts", 1]},
            "lease": lease_of(holder, lease_seconds),
        },
    )


async def renew_evaluation(evaluation_id: ObjectId, fence: int, holder: str, lease_seconds: float) -> bool:
    """Keep the job; False when another has taken it or it is gone."""
    lease = {"lease": lease_of(holder, lease_seconds)}
    return (
        await compare_and_set(Evaluation, evaluation_id, {"fence": fence, "status": EvaluationStatus.RUNNING}, {}, lease)
        is not None
    )


async def postpone_evaluation(evaluation_id: ObjectId, fence: int, failure: str, retry_seconds: float) -> Evaluation | None:
    """Give the job up for now: it is due again after `retry_seconds`, and says why."""
    values = {"status": EvaluationStatus.PENDING, "lease": None, "failure": failure}
    condition = {"fence": fence, "status": EvaluationStatus.RUNNING}
    return await compare_and_set(Evaluation, evaluation_id, condition, values, {"due_at": from_now(retry_seconds)})


async def fail_evaluation(evaluation_id: ObjectId, fence: int, failure: str) -> Evaluation | None:
    """Give the job up for good: FAILED, with the reason, and no number anywhere."""
    values = {
        "status": EvaluationStatus.FAILED,
        "lease": None,
        "failure": failure,
        "due_at": None,
        "completed_at": now(),
    }
    return await compare_and_set(Evaluation, evaluation_id, {"fence": fence, "status": EvaluationStatus.RUNNING}, values)


async def complete_evaluation(
    evaluation: Evaluation, outcome: Outcome, *, prompt_version: str, transcript_digest: str
) -> Evaluation | None:
    """Store the outcome and copy its score to the interview, in one transaction; None when the job or the data is gone.

    Only the newest completed version shows on the interview.
    """
    evaluation_id, interview_id = ObjectId(evaluation.id), ObjectId(evaluation.interview_id)
    values = {
        "status": EvaluationStatus.COMPLETED,
        "outcome": outcome,
        "failure": None,
        "prompt_version": prompt_version,
        "transcript_digest": transcript_digest,
        "lease": None,
        "due_at": None,
        "completed_at": now(),
    }
    # a new version's people have not decided yet: the decision of the older one does not carry over
    summary = {
        "evaluated": True,
        "score": outcome.overall_score,
        "recommendation": outcome.recommendation,
        "decision": None,
    }

    async def work(session: AsyncClientSession) -> Evaluation | None:
        if await change(interview_id, {"erased_at": None}, summary, session=session) is None:
            return None
        condition = {"fence": evaluation.fence, "status": EvaluationStatus.RUNNING}
        done = await compare_and_set(Evaluation, evaluation_id, condition, values, session=session)
        if done is None:
            await session.abort_transaction()
        return done

    return await in_transaction(work)


async def add_evaluation(evaluation: Evaluation) -> Evaluation:
    """Add a version that is due now; while one is at work, answers that one instead.

    Raises Conflict when the interview is not completed, or erased.
    """
    interview_id = ObjectId(evaluation.interview_id)

    async def work(session: AsyncClientSession) -> bool:
        condition = {"status": InterviewStatus.COMPLETED, "erased_at": None}
        if await change(interview_id, condition, {}, session=session) is None:
            return False
        await evaluation.insert(session=session)
        return True

    for _ in range(3):
        versions = await list_evaluations(interview_id)
        for stored in versions:
            if stored.id == evaluation.id or stored.status in ACTIVE:
                return stored
        evaluation.version = (versions[0].version if versions else 0) + 1
        try:
            if await in_transaction(work):
                return evaluation
        except DuplicateKeyError:
            continue  # another came first: look again
        raise Conflict("Only a completed interview can be evaluated: end it first (endInterview).")
    raise Conflict("Several evaluations of this interview were asked for at once: ask again.")


async def add_review(evaluation: Evaluation, review: Review) -> Evaluation | None:
    """Put a review beside the evaluation, once, and its decision on the interview; None when the data is gone."""
    evaluation_id = ObjectId(evaluation.id)

    async def work(session: AsyncClientSession) -> Evaluation | None:
        newest = next(
            iter(
                await Evaluation.find({"interview_id": evaluation.interview_id, "status": "COMPLETED"}, session=session)
                .sort("-version")
                .limit(1)
                .to_list()
            ),
            None,
        )
        shown = {"decision": review.decision} if newest and newest.id == evaluation.id else {}
        if await change(ObjectId(evaluation.interview_id), {"erased_at": None}, shown, session=session) is None:
            return None
        reviews = {"reviews": {"$concatArrays": ["$reviews", [{"$literal": Encoder().encode(review)}]]}}
        added = await compare_and_set(Evaluation, evaluation_id, {"reviews.id": {"$ne": review.id}}, {}, reviews, session)
        return added or await Evaluation.get(evaluation.id, session=session)

    return await in_transaction(work)


async def find_due_evaluations(limit: int) -> list[ObjectId]:
    """Evaluations that are due and in nobody's hands, the longest first."""
    criteria = {
        "status": {"$in": list(ACTIVE)},
        "due_at": {"$ne": None},
        "$expr": {"$and": [_DUE, LAPSED]},
    }
    rows = Evaluation.get_pymongo_collection().find(criteria, {"_id": 1}).sort("due_at", 1).limit(limit)
    return [row["_id"] async for row in rows]
