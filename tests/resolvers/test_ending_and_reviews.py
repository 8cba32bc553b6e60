"""What is stored when an interview ends, and when its evaluation is reviewed."""

from models.documents.evaluation import list_evaluations
from models.documents.interview import Decision, InterviewStatus
from models.documents.organization import Role
from resolvers.ending import end_interview
from resolvers.evaluations import OverrideRequest, ReviewRequest, review_evaluation
from tests.factories import reload_interview
from tests.resolvers.tenant import Tenant, global_id_of


async def test_end_reason_names_the_role_that_ended_the_interview_first(tenant: Tenant) -> None:
    for role, reason in ((Role.CANDIDATE, "CANDIDATE_ENDED"), (Role.RECRUITER, "RECRUITER_ENDED")):
        interview = await tenant.make_interview()
        caller = await tenant.principal(role, interview)
        for _ in range(2):
            ended = await end_interview(tenant.services, caller, global_id_of(interview), "a key")
            assert ended.end_reason == reason
        assert (await end_interview(tenant.services, await tenant.admin(), global_id_of(interview), None)).end_reason == reason


async def test_review_stores_reviewer_reason_and_overrides_and_leaves_the_outcome_unchanged(tenant: Tenant) -> None:
    interview, caller = await tenant.make_interview(InterviewStatus.COMPLETED), await tenant.admin()
    evaluation = await tenant.make_evaluation(interview)
    overrides = [OverrideRequest(criterion_key="communication", level=None, reason=" It was not asked. ")]
    request = ReviewRequest(evaluation_id=global_id_of(evaluation), decision=Decision.REJECT, reason=" No. ", overrides=overrides)
    [review] = (await review_evaluation(tenant.services, caller, request)).reviews
    assert (review.reviewer, review.decision, review.reason) == (caller.name, Decision.REJECT, "No.")
    [override] = review.overrides
    assert (override.criterion_key, override.level, override.reason) == ("communication", None, "It was not asked.")
    assert (await reload_interview(interview)).decision is Decision.REJECT
    [stored] = await list_evaluations(interview.id)
    assert stored.outcome == evaluation.outcome
