"""State changes of evaluations: the job's lease, outcomes, versions and reviews."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from bson import ObjectId

from errors import Conflict, RateLimited
from models.documents.evaluation import (
    Evaluation,
    get_evaluation,
    list_evaluations,
    pick_evaluation,
)
from models.documents.interview import Adoption, Decision, EvaluationStatus, Interview, InterviewStatus, Recommendation
from models.documents.usage import Usage
from models.storage.clock import now
from models.storage.lease import renew_lease
from models.writes import evaluation_transitions
from models.writes.evaluation_transitions import (
    add_evaluation,
    add_review,
    adopt_evaluation,
    complete_evaluation,
    fail_evaluation,
    find_due_evaluations,
    postpone_evaluation,
    record_usage,
)
from models.writes.interview_erasure import mark_erased
from tests.factories import (
    LEASE_SECONDS,
    SHORT_LEASE_SECONDS,
    make_interview,
    new_evaluation,
    new_outcome,
    new_review,
    reload_interview,
)
from tests.helpers import wait_until

pytestmark = pytest.mark.usefixtures("database")

USAGE = Usage(input_tokens=100, cached_input_tokens=10, output_tokens=5, cost_usd=0.25)
COMPLETED = InterviewStatus.COMPLETED

claim_evaluation = partial(evaluation_transitions.claim_evaluation, prompt_version="new")


async def make_completed_interview() -> Interview:
    return await make_interview(status=COMPLETED)


async def make_running_evaluation(interview: Interview, **values: object) -> Evaluation:
    """Return a running evaluation leased to "holder"."""
    evaluation = await new_evaluation(interview, **values).insert()
    claimed = await claim_evaluation(evaluation.id, "holder", LEASE_SECONDS)
    assert claimed
    return claimed


async def complete_with_level(evaluation: Evaluation, level: int | None = 3) -> Evaluation | None:
    return await complete_evaluation(evaluation, new_outcome(level), transcript_digest="abc")


async def read_evaluation_summary(interview: Interview) -> tuple[bool, float | None, Recommendation | None, Decision | None]:
    """Return the interview's copy of the evaluation, which lists filter and sort by."""
    stored = await reload_interview(interview)
    return stored.evaluated, stored.score, stored.recommendation, stored.decision


async def test_concurrent_claims_of_an_evaluation_have_one_winner() -> None:
    evaluation = await new_evaluation(await make_completed_interview()).insert()
    claims = await asyncio.gather(*(claim_evaluation(evaluation.id, f"holder {n}", LEASE_SECONDS) for n in range(10)))
    [won] = [claimed for claimed in claims if claimed]
    assert (won.status, won.fence, won.attempts) == (EvaluationStatus.RUNNING, 1, 1)
    assert won.lease
    assert await get_evaluation(evaluation.id) == won


@pytest.mark.parametrize("status", [EvaluationStatus.COMPLETED, EvaluationStatus.FAILED])
async def test_completed_and_failed_evaluations_are_not_due(status: EvaluationStatus) -> None:
    evaluation = await new_evaluation(await make_completed_interview(), status=status).insert()
    assert await claim_evaluation(evaluation.id, "holder", LEASE_SECONDS) is None
    assert await find_due_evaluations(10) == []


async def test_former_holder_of_an_evaluation_can_change_nothing() -> None:
    interview = await make_completed_interview()
    evaluation = await new_evaluation(interview).insert()
    evaluation_id = evaluation.id
    zombie = await claim_evaluation(evaluation_id, "zombie", SHORT_LEASE_SECONDS)
    assert zombie
    heir = await wait_until(lambda: claim_evaluation(evaluation_id, "heir", LEASE_SECONDS))
    assert (heir.fence, heir.attempts) == (2, 2)
    assert not await renew_lease(Evaluation, evaluation_id, zombie.fence, "zombie", LEASE_SECONDS)
    assert await postpone_evaluation(evaluation_id, zombie.fence, "died", 1) is None
    assert await fail_evaluation(evaluation_id, zombie.fence, "died") is None
    assert await complete_with_level(zombie) is None
    assert await get_evaluation(evaluation_id) == heir
    assert await read_evaluation_summary(interview) == (False, None, None, None)


async def test_lapsed_evaluation_lease_can_be_renewed_if_nobody_claimed_it() -> None:
    evaluation = await new_evaluation(await make_completed_interview()).insert()
    evaluation_id = evaluation.id
    claimed = await claim_evaluation(evaluation_id, "holder", SHORT_LEASE_SECONDS)
    assert claimed
    assert await wait_until(lambda: find_due_evaluations(10)) == [evaluation_id]
    assert await renew_lease(Evaluation, evaluation_id, claimed.fence, "holder", LEASE_SECONDS)
    assert await find_due_evaluations(10) == []
    assert await claim_evaluation(evaluation_id, "another", LEASE_SECONDS) is None


async def test_postponed_evaluation_has_a_reason_and_becomes_due_again() -> None:
    evaluation = await make_running_evaluation(await make_completed_interview())
    evaluation_id = evaluation.id
    postponed = await postpone_evaluation(evaluation_id, evaluation.fence, "overloaded", 0)
    assert postponed
    assert (postponed.status, postponed.lease, postponed.failure) == (EvaluationStatus.PENDING, None, "overloaded")
    claimed = await wait_until(lambda: claim_evaluation(evaluation_id, "holder", LEASE_SECONDS))
    assert claimed.attempts == 2
    later = await postpone_evaluation(evaluation_id, claimed.fence, "overloaded again", 60)
    assert later
    assert await claim_evaluation(evaluation_id, "holder", LEASE_SECONDS) is None
    assert await find_due_evaluations(10) == []


async def test_usage_is_added_once_per_fence_regardless_of_the_lease() -> None:
    interview = await make_completed_interview()
    evaluation = await make_running_evaluation(interview)
    evaluation_id = evaluation.id
    await postpone_evaluation(evaluation_id, evaluation.fence, "overloaded", 0)
    await wait_until(lambda: claim_evaluation(evaluation_id, "another", LEASE_SECONDS))
    await asyncio.gather(*(record_usage(evaluation_id, fence, USAGE) for fence in (1, 2, 1, 2, 1)))
    stored = await get_evaluation(evaluation_id)
    assert stored
    assert stored.usage == Usage(input_tokens=200, cached_input_tokens=20, output_tokens=10, cost_usd=0.5)
    assert stored.fence == 2
    await mark_erased(interview.id)
    assert await record_usage(evaluation_id, 3, USAGE) is None


async def test_failed_evaluation_has_a_reason_and_no_score() -> None:
    interview = await make_completed_interview()
    evaluation = await make_running_evaluation(interview)
    failed = await fail_evaluation(evaluation.id, evaluation.fence, "refused")
    assert failed
    assert (failed.status, failed.failure, failed.outcome, failed.due_at) == (EvaluationStatus.FAILED, "refused", None, None)
    assert failed.completed_at
    assert await read_evaluation_summary(interview) == (False, None, None, None)


async def test_completed_evaluation_sets_the_score_of_the_interview_once() -> None:
    interview = await make_completed_interview()
    evaluation = await make_running_evaluation(interview, failure="overloaded")
    results = await asyncio.gather(*(complete_with_level(evaluation) for _ in range(5)))
    [done] = [result for result in results if result]
    assert (done.status, done.failure, done.lease, done.due_at) == (EvaluationStatus.COMPLETED, None, None, None)
    assert (done.outcome, done.prompt_version, done.transcript_digest) == (new_outcome(3), "new", "abc")
    assert await read_evaluation_summary(interview) == (True, 50.0, Recommendation.HIRE, None)


async def complete_another_version(interview: Interview, level: int | None) -> Evaluation:
    """Request another version and complete it."""
    claimed = await claim_evaluation((await add_evaluation(new_evaluation(interview))).id, "holder", LEASE_SECONDS)
    assert claimed
    completed = await complete_with_level(claimed, level)
    assert completed
    return completed


@pytest.mark.parametrize("level", [5, 1, None])
async def test_new_version_changes_neither_the_counted_score_nor_the_decision(level: int | None) -> None:
    interview = await make_completed_interview()
    first = await complete_with_level(await make_running_evaluation(interview), 3)
    assert first
    await add_review(first, new_review(Decision.REJECT))
    counted = (True, 50.0, Recommendation.HIRE, Decision.REJECT)
    assert await read_evaluation_summary(interview) == counted
    await complete_another_version(interview, level)
    assert await read_evaluation_summary(interview) == counted
    stored = await reload_interview(interview)
    assert (stored.counted_version, stored.decision_version) == (1, 1)


async def test_inconclusive_first_version_counts_as_well() -> None:
    interview = await make_completed_interview()
    await complete_with_level(await make_running_evaluation(interview), None)
    await complete_another_version(interview, 5)
    assert await read_evaluation_summary(interview) == (True, None, Recommendation.INCONCLUSIVE, None)


async def test_version_after_failed_ones_counts_when_it_is_the_first_completed() -> None:
    interview = await make_completed_interview()
    failed = await make_running_evaluation(interview)
    await fail_evaluation(failed.id, failed.fence, "refused")
    assert (await reload_interview(interview)).counted_version is None
    await complete_another_version(interview, 4)
    stored = await reload_interview(interview)
    assert (stored.counted_version, stored.score) == (2, 75.0)


async def test_interview_stored_before_versions_were_pinned_keeps_its_newest_completed_version() -> None:
    interview = await make_completed_interview()
    for version, level in ((1, 2), (2, 4)):
        await new_evaluation(
            interview, version=version, status=EvaluationStatus.COMPLETED, outcome=new_outcome(level), due_at=None
        ).insert()
    # as an older release stored it: the copy of the newest completed version, and none of the new fields
    older = {"evaluated": True, "score": 75.0, "recommendation": "HIRE", "decision": "HOLD"}
    newer = dict.fromkeys(
        ("counted_version", "adoptions", "evaluation_requests", "decision_version", "decided_by", "decided_at"), ""
    )
    await Interview.get_pymongo_collection().update_one({"_id": interview.id}, {"$set": older, "$unset": newer})
    stored = await reload_interview(interview)
    picked = pick_evaluation(await list_evaluations(interview.id), None, stored.counted_version)
    assert picked
    assert picked.version == 2
    newest = await complete_another_version(interview, 5)
    stored = await reload_interview(interview)
    assert (stored.counted_version, stored.score, stored.decision, stored.decision_version) == (2, 75.0, Decision.HOLD, None)
    assert newest.outcome
    adopted = await adopt_evaluation(newest, newest.outcome, new_adoption(newest))
    assert adopted
    assert (adopted.counted_version, adopted.score, adopted.decision) == (3, 100.0, Decision.HOLD)


def new_adoption(evaluation: Evaluation) -> Adoption:
    return Adoption(id=ObjectId(), version=evaluation.version, reason="More passes.", adopted_by="somebody", adopted_at=now())


async def test_adopted_version_counts_until_another_is_adopted() -> None:
    interview = await make_completed_interview()
    first = await complete_with_level(await make_running_evaluation(interview), 3)
    assert first
    await add_review(first, new_review(Decision.HOLD))
    second = await complete_another_version(interview, 5)
    assert first.outcome
    assert second.outcome
    forward, back = new_adoption(second), new_adoption(first)
    await asyncio.gather(*(adopt_evaluation(second, second.outcome, forward) for _ in range(5)))
    assert await read_evaluation_summary(interview) == (True, 100.0, Recommendation.STRONG_HIRE, Decision.HOLD)
    assert pick_evaluation(await list_evaluations(interview.id), None, 2) == second
    await adopt_evaluation(first, first.outcome, back)
    repeated = await adopt_evaluation(second, second.outcome, forward)
    assert repeated
    assert (repeated.counted_version, repeated.score) == (1, 50.0), "a repeated adoption does not override a later one"
    assert repeated.adoptions == [forward, back]
    await complete_another_version(interview, 1)
    assert (await reload_interview(interview)).counted_version == 1


async def test_requests_of_one_interview_are_limited_in_parallel() -> None:
    interview = await make_completed_interview()

    async def request() -> Evaluation | RateLimited:
        try:
            evaluation = await add_evaluation(new_evaluation(interview), max_requests=3)
        except RateLimited as limited:
            return limited
        # the next request would otherwise return this version
        await Evaluation.find({"_id": evaluation.id}).update({"$set": {"status": EvaluationStatus.FAILED}})
        return evaluation

    results = [result for _ in range(4) for result in await asyncio.gather(*(request() for _ in range(3)))]
    assert len({result.id for result in results if isinstance(result, Evaluation)}) == 3
    assert len(await list_evaluations(interview.id)) == 3
    last = results[-1]
    assert isinstance(last, RateLimited)
    assert last.retry_after_seconds is not None
    assert 24 * 3600 - 60 < last.retry_after_seconds <= 24 * 3600


async def test_request_that_returns_an_existing_version_does_not_count() -> None:
    interview = await make_completed_interview()
    asked = new_evaluation(interview)
    for _ in range(3):
        await add_evaluation(new_evaluation(interview, id=asked.id), max_requests=1)
        await add_evaluation(new_evaluation(interview), max_requests=1)
    assert len((await reload_interview(interview)).evaluation_requests) == 1


async def test_requests_older_than_a_day_no_longer_count() -> None:
    interview = await make_completed_interview()
    day = timedelta(hours=24)
    await interview.set({Interview.evaluation_requests: [now() - day - timedelta(minutes=1), now() - day + timedelta(minutes=1)]})
    with pytest.raises(RateLimited) as limited:
        await add_evaluation(new_evaluation(interview), max_requests=1)
    assert limited.value.retry_after_seconds is not None
    assert 0 < limited.value.retry_after_seconds <= 60
    await add_evaluation(new_evaluation(interview), max_requests=2)
    assert len((await reload_interview(interview)).evaluation_requests) == 2


async def test_interview_has_the_status_of_its_newest_evaluation() -> None:
    interview = await make_completed_interview()

    async def read_status() -> EvaluationStatus | None:
        return (await reload_interview(interview)).evaluation_status

    assert await read_status() is None
    first = await add_evaluation(new_evaluation(interview))
    assert await read_status() is EvaluationStatus.PENDING
    claimed = await claim_evaluation(first.id, "holder", LEASE_SECONDS)
    assert claimed
    assert await read_status() is EvaluationStatus.RUNNING
    await postpone_evaluation(first.id, claimed.fence, "overloaded", 0)
    assert await read_status() is EvaluationStatus.PENDING
    claimed = await claim_evaluation(first.id, "holder", LEASE_SECONDS)
    assert claimed
    await fail_evaluation(first.id, claimed.fence, "refused")
    assert await read_status() is EvaluationStatus.FAILED
    second = await add_evaluation(new_evaluation(interview))
    await record_usage(first.id, claimed.fence, USAGE)
    assert await read_status() is EvaluationStatus.PENDING, "recording the usage of an older version changes nothing"
    claimed = await claim_evaluation(second.id, "holder", LEASE_SECONDS)
    assert claimed
    completed = await complete_with_level(claimed)
    assert completed
    await add_review(completed, new_review())
    assert await read_status() is EvaluationStatus.COMPLETED


async def test_outcome_is_stored_completely_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    interview = await make_completed_interview()
    evaluation = await make_running_evaluation(interview)

    async def crash(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr("models.writes.interview_updates.update_interview", crash)
        with pytest.raises(ConnectionError):
            await complete_with_level(evaluation)
    assert await get_evaluation(evaluation.id) == evaluation
    assert await read_evaluation_summary(interview) == (False, None, None, None)


async def test_concurrent_requests_create_one_new_version() -> None:
    interview = await make_completed_interview()
    await complete_with_level(await make_running_evaluation(interview))
    asked = await asyncio.gather(*(add_evaluation(new_evaluation(interview)) for _ in range(5)))
    assert len({evaluation.id for evaluation in asked}) == 1
    versions = await list_evaluations(interview.id)
    assert [(version.version, version.status) for version in versions] == [
        (2, EvaluationStatus.PENDING),
        (1, EvaluationStatus.COMPLETED),
    ]


async def test_request_during_an_active_evaluation_returns_that_one() -> None:
    interview = await make_completed_interview()
    active = await make_running_evaluation(interview)
    assert (await add_evaluation(new_evaluation(interview))).id == active.id
    assert len(await list_evaluations(interview.id)) == 1


async def test_retried_request_returns_its_version_in_any_state() -> None:
    interview = await make_completed_interview()
    asked = new_evaluation(interview)
    first = await add_evaluation(asked)
    claimed = await claim_evaluation(first.id, "holder", LEASE_SECONDS)
    assert claimed
    await complete_with_level(claimed)
    again = await add_evaluation(new_evaluation(interview, id=asked.id))
    assert (again.id, again.status) == (asked.id, EvaluationStatus.COMPLETED)


@pytest.mark.parametrize("status", [status for status in InterviewStatus if status is not COMPLETED])
async def test_evaluation_requires_a_completed_interview(status: InterviewStatus) -> None:
    interview = await make_interview(status=status)
    is_over = status in ("CANCELLED", "EXPIRED", "FAILED", "OPTED_OUT")
    with pytest.raises(Conflict, match=status if is_over else "end it first"):
        await add_evaluation(new_evaluation(interview))
    assert await Evaluation.count() == 0


async def test_review_is_added_once_and_sets_the_decision() -> None:
    interview = await make_completed_interview()
    done = await complete_with_level(await make_running_evaluation(interview))
    assert done
    advance, reject = new_review(Decision.ADVANCE), new_review(Decision.REJECT)
    await asyncio.gather(*(add_review(done, advance) for _ in range(5)))
    reviewed = await add_review(done, reject)
    assert reviewed
    assert reviewed.reviews == [advance, reject]
    assert reviewed.outcome == done.outcome
    assert (await read_evaluation_summary(interview))[3] is Decision.REJECT
    assert await add_review(done, advance) == reviewed
    assert (await read_evaluation_summary(interview))[3] is Decision.REJECT, "a retried review does not override the decision"


async def test_newest_review_of_any_version_sets_the_decision_with_its_version_and_person() -> None:
    interview = await make_completed_interview()
    older = await complete_with_level(await make_running_evaluation(interview))
    assert older
    newer = await complete_another_version(interview, 5)
    hold, reject = new_review(Decision.HOLD), new_review(Decision.REJECT)
    for evaluation, review in ((newer, hold), (older, reject)):
        assert await add_review(evaluation, review)
        stored = await reload_interview(interview)
        assert (stored.decision, stored.decision_version) == (review.decision, evaluation.version)
        assert (stored.decided_by, stored.decided_at) == (review.reviewer, review.created_at)
    await add_review(newer, hold)
    stored = await reload_interview(interview)
    assert (stored.decision, stored.decision_version) == (Decision.REJECT, 1), "a repeated review does not override a later one"


async def test_due_evaluations_are_found_longest_due_first() -> None:
    at = now()
    interviews = [await make_completed_interview() for _ in range(3)]
    first = await new_evaluation(interviews[0], due_at=at - timedelta(minutes=2)).insert()
    second = await new_evaluation(interviews[1], due_at=at - timedelta(minutes=1)).insert()
    await new_evaluation(interviews[2], due_at=at + timedelta(minutes=1)).insert()
    assert await find_due_evaluations(10) == [first.id, second.id]
    assert await find_due_evaluations(1) == [first.id]


async def test_default_version_is_the_counted_or_the_newest_completed_or_else_the_newest() -> None:
    interview = await make_completed_interview()
    evaluations = [
        new_evaluation(interview, version=version, status=status)
        for version, status in ((3, EvaluationStatus.FAILED), (2, EvaluationStatus.COMPLETED), (1, EvaluationStatus.COMPLETED))
    ]
    assert pick_evaluation(evaluations, None, None) is evaluations[1]
    assert pick_evaluation(evaluations, None, 1) is evaluations[2]
    assert pick_evaluation(evaluations, 3, 1) is evaluations[0]
    assert pick_evaluation(evaluations, 4, 1) is None
    assert pick_evaluation(evaluations[:1], None, None) is evaluations[0]
    assert pick_evaluation([], None, None) is None
