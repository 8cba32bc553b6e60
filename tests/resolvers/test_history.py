"""Lists in the document of an interview or an evaluation do not grow without end."""

from dataclasses import replace
from typing import Any

import pytest
from beanie import PydanticObjectId

from errors import Conflict
from models.documents.evaluation import Evaluation, Rating, Review
from models.documents.interview import Adoption, Decision, EndReason, Interview, InterviewStatus, Reopening
from models.documents.organization import Role
from models.storage.clock import now
from resolvers.evaluations import (
    AdoptionRequest,
    LevelRating,
    RatingRequest,
    ReviewRequest,
    adopt_evaluation,
    rate_evaluation,
    review_evaluation,
)
from resolvers.history import MAX_ENTRIES
from resolvers.reopening import ReopenRequest, reopen_interview
from tests.resolvers.tenant import Tenant, global_id_of


def repeat(entry: Any, count: int) -> list[Any]:
    return [entry.model_copy(update={"id": PydanticObjectId()}) for _ in range(count)]


REVIEW = Review(
    id=PydanticObjectId(),
    decision=Decision.HOLD,
    reason="Unsure.",
    reviewer="a",
    created_at=now(),
    overrides=[],
    overall_score=None,
)
RATING = Rating(id=PydanticObjectId(), reviewer_id=PydanticObjectId(), reviewer="a", created_at=now(), levels=[])
ADOPTION = Adoption(id=PydanticObjectId(), version=1, reason="Better.", adopted_by="a", adopted_at=now())
REOPENING = Reopening(id=PydanticObjectId(), reopened_at=now(), status=InterviewStatus.COMPLETED, end_reason=EndReason.FAILED)


async def test_last_review_and_adoption_can_be_repeated_and_no_other_added(tenant: Tenant) -> None:
    interview = await tenant.make_completed_interview(adoptions=repeat(ADOPTION, MAX_ENTRIES - 1))
    evaluation = await tenant.make_evaluation(interview, reviews=repeat(REVIEW, MAX_ENTRIES - 1))
    recruiter, id_ = await tenant.principal(Role.RECRUITER), global_id_of(evaluation)
    review = ReviewRequest(evaluation_id=id_, decision=Decision.HOLD, reason="Unsure.", idempotency_key="last")
    adoption = AdoptionRequest(evaluation_id=id_, reason="Better.", idempotency_key="last")
    for _ in range(2):
        assert len((await review_evaluation(tenant.services, recruiter, review)).document.reviews) == MAX_ENTRIES
        assert len((await adopt_evaluation(tenant.services, recruiter, adoption))[0].adoptions) == MAX_ENTRIES
    with pytest.raises(Conflict, match="100 reviews of this version already"):
        await review_evaluation(
            tenant.services, recruiter, ReviewRequest(evaluation_id=id_, decision=Decision.HOLD, reason="No.")
        )
    with pytest.raises(Conflict, match="100 adoptions in this interview already"):
        await adopt_evaluation(tenant.services, recruiter, replace(adoption, idempotency_key=None))
    stored, stored_interview = await Evaluation.get(evaluation.id), await Interview.get(interview.id)
    assert stored and stored_interview
    assert (len(stored.reviews), len(stored_interview.adoptions)) == (MAX_ENTRIES, MAX_ENTRIES)


async def test_full_lists_of_ratings_and_reopenings_take_no_more(tenant: Tenant) -> None:
    interview = await tenant.make_completed_interview(is_blind=True, reopenings=repeat(REOPENING, MAX_ENTRIES))
    evaluation = await tenant.make_evaluation(interview, ratings=repeat(RATING, MAX_ENTRIES))
    assert evaluation.outcome
    levels = [LevelRating(criterion_key=criterion.key, level=3) for criterion in evaluation.outcome.criteria]
    recruiter = await tenant.principal(Role.RECRUITER)
    with pytest.raises(Conflict, match="100 ratings of this version already"):
        await rate_evaluation(tenant.services, recruiter, RatingRequest(evaluation_id=global_id_of(evaluation), ratings=levels))
    with pytest.raises(Conflict, match="reopened 100 times"):
        await reopen_interview(
            tenant.services, recruiter, ReopenRequest(interview_id=global_id_of(interview), reason="Once more.")
        )
