"""A call that died half-way and is sent again: the second finishes what the first began, and has no second effect."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from bson import ObjectId

from auth import Audience, Principal
from errors import BadInput, Conflict
from models.documents.evaluation import get_evaluation, list_evaluations
from models.documents.interview import Decision, Interview, InterviewStatus, get_interview
from models.documents.organization import Role
from models.documents.position import Position
from models.documents.turn import read_turns
from resolvers.ending import cancel_interview, end_interview, erase_interview
from resolvers.evaluations import OverrideRequest, ReviewRequest, evaluate_interview, review_evaluation
from resolvers.invites import RenewRequest, renew_invite
from resolvers.positions import save_position
from tests.factories import add_candidate_turn, position_body
from tests.resolvers.tenant import Tenant, global_id_of, minutes_from_now

KEY = "a key"
SCHEDULED, IN_PROGRESS, COMPLETED = InterviewStatus.SCHEDULED, InterviewStatus.IN_PROGRESS, InterviewStatus.COMPLETED


async def reload_interview(interview: Interview) -> Interview:
    stored = await get_interview(interview.id)
    assert stored
    return stored


async def send_review(tenant: Tenant, caller: Principal, interview: Interview) -> object:
    [evaluation] = await list_evaluations(interview.id)
    request = ReviewRequest(
        evaluation_id=global_id_of(evaluation), decision=Decision.HOLD, reason="Not sure yet.", idempotency_key=KEY
    )
    return await review_evaluation(tenant.services, caller, request)


async def send_renewal(tenant: Tenant, caller: Principal, interview: Interview) -> object:
    return await renew_invite(tenant.services, caller, RenewRequest(interview_id=global_id_of(interview), idempotency_key=KEY))


async def read_invite_generation(interview: Interview) -> object:
    return (await reload_interview(interview)).invite_generation


async def read_status(interview: Interview) -> object:
    return (await reload_interview(interview)).status


async def count_evaluations(interview: Interview) -> object:
    return len(await list_evaluations(interview.id))


async def count_reviews(interview: Interview) -> object:
    [evaluation] = await list_evaluations(interview.id)
    return len(evaluation.reviews)


async def is_deleted(interview: Interview) -> object:
    stored = await reload_interview(interview)
    return bool(stored.erasure) and await read_turns(interview.id) == []


async def count_position_versions(interview: Interview) -> object:
    return await Position.find({"organization_id": interview.organization_id, "key": "tester"}).count()


@dataclass(frozen=True)
class RepeatedCall:
    """A mutation with a key, where it dies, and what it comes to: before it, and after it whenever it was finished."""

    name: str
    origin: InterviewStatus
    fails_at: str
    call: Callable[[Tenant, Principal, Interview], Awaitable[Any]]
    effect: Callable[[Interview], Awaitable[object]]
    before: object
    after: object


REPEATED_CALLS = [
    RepeatedCall(
        "endInterview",
        IN_PROGRESS,
        "models.writes.interview_transitions.close",
        lambda t, p, i: end_interview(t.services, p, global_id_of(i), KEY),
        read_status,
        IN_PROGRESS,
        COMPLETED,
    ),
    RepeatedCall(
        "cancelInterview",
        SCHEDULED,
        "models.writes.interview_transitions.cancel",
        lambda t, p, i: cancel_interview(t.services, p, global_id_of(i), None, KEY),
        read_status,
        SCHEDULED,
        InterviewStatus.CANCELLED,
    ),
    RepeatedCall(
        "eraseInterview",
        IN_PROGRESS,
        "models.writes.interview_erasure.mark_erased",
        lambda t, p, i: erase_interview(t.services, p, global_id_of(i), KEY),
        is_deleted,
        False,
        True,
    ),
    RepeatedCall(
        "eraseInterview, marked",
        IN_PROGRESS,
        "models.writes.interview_erasure.delete_erased",
        lambda t, p, i: erase_interview(t.services, p, global_id_of(i), KEY),
        is_deleted,
        False,
        True,
    ),
    RepeatedCall("renewInvite", SCHEDULED, "resolvers.invites.reschedule", send_renewal, read_invite_generation, 1, 2),
    RepeatedCall(
        "evaluateInterview",
        COMPLETED,
        "lifecycle.states.add_evaluation",
        lambda t, p, i: evaluate_interview(t.services, p, global_id_of(i), KEY),
        count_evaluations,
        1,
        2,
    ),
    RepeatedCall(
        "reviewEvaluation", COMPLETED, "models.writes.evaluation_transitions.add_review", send_review, count_reviews, 0, 1
    ),
    RepeatedCall(
        "savePosition",
        SCHEDULED,
        "models.documents.position.save_position",
        lambda t, p, _: save_position(t.services, p, position_body().model_dump(), 1, KEY),
        count_position_versions,
        1,
        2,
    ),
]


@pytest.mark.parametrize("repeated", REPEATED_CALLS, ids=[repeated.name for repeated in REPEATED_CALLS])
async def test_a_call_that_died_is_finished_by_its_repetition_and_by_no_other(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, repeated: RepeatedCall
) -> None:
    interview, caller = await tenant.make_interview(repeated.origin), await tenant.admin()
    if repeated.origin is COMPLETED:
        await tenant.make_evaluation(interview)
    if repeated.origin is IN_PROGRESS:
        await add_candidate_turn(interview, "a secret")

    async def raise_connection_error(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(repeated.fails_at, raise_connection_error)
        with pytest.raises(ConnectionError):
            await repeated.call(tenant, caller, interview)
    assert await repeated.effect(interview) == repeated.before
    for _ in range(3):
        await repeated.call(tenant, caller, interview)
        assert await repeated.effect(interview) == repeated.after


async def test_a_receipt_is_the_same_however_the_first_call_ended(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    interview, caller = await tenant.make_interview(COMPLETED), await tenant.admin()
    await tenant.make_evaluation(interview)

    async def raise_connection_error(_: ObjectId) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr("models.writes.interview_erasure.delete_erased", raise_connection_error)
        with pytest.raises(ConnectionError):
            await erase_interview(tenant.services, caller, global_id_of(interview), None)
    receipts = {(await erase_interview(tenant.services, caller, global_id_of(interview), None))[1] for _ in range(3)}
    assert len(receipts) == 1
    secret = tenant.services.settings.auth.secret.get_secret_value()
    claims = jwt.decode(receipts.pop(), secret, algorithms=["HS256"], audience=Audience.RECEIPT)
    assert (claims["sub"], claims["turns"], claims["evaluations"]) == (global_id_of(interview), 0, 1)


async def test_an_end_says_by_whom(tenant: Tenant) -> None:
    for role, reason in ((Role.CANDIDATE, "CANDIDATE_ENDED"), (Role.RECRUITER, "RECRUITER_ENDED")):
        interview = await tenant.make_interview()
        caller = await tenant.principal(role, interview)
        for _ in range(2):
            ended = await end_interview(tenant.services, caller, global_id_of(interview), KEY)
            assert ended.end_reason == reason
        assert (await end_interview(tenant.services, await tenant.admin(), global_id_of(interview), None)).end_reason == reason


async def test_an_older_renewal_that_is_repeated_brings_its_link_not_back(tenant: Tenant) -> None:
    interview, caller = await tenant.make_interview(SCHEDULED), await tenant.admin()
    request = RenewRequest(interview_id=global_id_of(interview), idempotency_key="first")
    first = await renew_invite(tenant.services, caller, request)
    second = await renew_invite(
        tenant.services, caller, RenewRequest(interview_id=global_id_of(interview), idempotency_key="second")
    )
    again = await renew_invite(tenant.services, caller, request)
    assert (first.interview.invite_generation, again.interview.invite_generation) == (2, 3)
    assert again.invite == second.invite != first.invite


async def test_a_renewal_is_answered_after_the_interview_has_ended_if_it_was_made_before(tenant: Tenant) -> None:
    interview, caller = await tenant.make_interview(), await tenant.admin()
    request = RenewRequest(interview_id=global_id_of(interview), idempotency_key=KEY)
    made = await renew_invite(tenant.services, caller, request)
    await end_interview(tenant.services, caller, global_id_of(interview), None)
    assert (await renew_invite(tenant.services, caller, request)).invite == made.invite
    with pytest.raises(Conflict, match="cannot be renewed"):
        await renew_invite(tenant.services, caller, RenewRequest(interview_id=global_id_of(interview), idempotency_key="another"))


async def test_a_renewal_without_times_keeps_the_interviews_and_gives_a_whole_life(tenant: Tenant) -> None:
    at = minutes_from_now(60)
    interview, caller = (
        await tenant.make_interview(SCHEDULED, scheduled_for=at, expires_at=minutes_from_now(1)),
        await tenant.admin(),
    )
    renewal = await renew_invite(tenant.services, caller, RenewRequest(interview_id=global_id_of(interview)))
    assert renewal.interview.scheduled_for == at
    assert (renewal.invite.expires_at - at).days == tenant.services.settings.auth.invite_days
    past = await tenant.make_interview(SCHEDULED, scheduled_for=minutes_from_now(-60), expires_at=minutes_from_now(1))
    renewal = await renew_invite(tenant.services, caller, RenewRequest(interview_id=global_id_of(past)))
    assert renewal.invite.expires_at > minutes_from_now(60 * 24 * 6), "counted from now, not from a time that is past"


async def test_a_version_that_was_asked_for_is_answered_when_it_is_done(tenant: Tenant) -> None:
    interview, caller = await tenant.make_interview(COMPLETED), await tenant.admin()
    asked = await evaluate_interview(tenant.services, caller, global_id_of(interview), KEY)
    stored = await get_evaluation(asked.id)
    assert stored
    await stored.set({"status": "FAILED", "due_at": None})
    again = await evaluate_interview(tenant.services, caller, global_id_of(interview), KEY)
    assert (again.id, again.status) == (asked.id, "FAILED")
    other = await evaluate_interview(tenant.services, caller, global_id_of(interview), "another")
    assert (other.version, await count_evaluations(interview)) == (2, 2)


INVALID_OVERRIDES: list[tuple[list[OverrideRequest], str]] = [
    ([OverrideRequest(criterion_key="charm", level=3, reason="because")], "overrides[0].criterionKey"),
    ([OverrideRequest(criterion_key="", level=3, reason="because")], "overrides[0].criterionKey"),
    ([OverrideRequest(criterion_key="technical", level=3, reason="because")] * 2, "overrides[1].criterionKey"),
    ([OverrideRequest(criterion_key="technical", level=0, reason="because")], "overrides[0].level"),
    ([OverrideRequest(criterion_key="technical", level=6, reason="because")], "overrides[0].level"),
    ([OverrideRequest(criterion_key="technical", level=None, reason=" ")], "overrides[0].reason"),
    ([OverrideRequest(criterion_key="technical", level=1, reason="a" * 2001)], "overrides[0].reason"),
]


@pytest.mark.parametrize(("overrides", "field"), INVALID_OVERRIDES)
async def test_overrides_that_do_not_fit_are_named_and_nothing_is_stored(
    tenant: Tenant, overrides: list[OverrideRequest], field: str
) -> None:
    interview, caller = await tenant.make_interview(COMPLETED), await tenant.admin()
    evaluation = await tenant.make_evaluation(interview)
    request = ReviewRequest(
        evaluation_id=global_id_of(evaluation), decision=Decision.HOLD, reason="a reason", overrides=overrides
    )
    with pytest.raises(BadInput) as refused:
        await review_evaluation(tenant.services, caller, request)
    assert refused.value.field == field
    assert await count_reviews(interview) == 0
    assert (await reload_interview(interview)).decision is None


async def test_a_review_keeps_who_decided_why_and_what_was_put_in_place(tenant: Tenant) -> None:
    interview, caller = await tenant.make_interview(COMPLETED), await tenant.admin()
    evaluation = await tenant.make_evaluation(interview)
    overrides = [OverrideRequest(criterion_key="communication", level=None, reason=" It was not asked. ")]
    request = ReviewRequest(evaluation_id=global_id_of(evaluation), decision=Decision.REJECT, reason=" No. ", overrides=overrides)
    [review] = (await review_evaluation(tenant.services, caller, request)).reviews
    assert (review.reviewer, review.decision, review.reason) == (caller.name, Decision.REJECT, "No.")
    [override] = review.overrides
    assert (override.criterion_key, override.level, override.reason) == ("communication", None, "It was not asked.")
    assert (await reload_interview(interview)).decision is Decision.REJECT
    [stored] = await list_evaluations(interview.id)
    assert stored.outcome == evaluation.outcome, "the judge's own numbers stand"
