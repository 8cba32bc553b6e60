"""Idempotency keys: which calls count as the same, and repeating a call that was interrupted.

tests/models/test_claims.py tests the claims, tests/schema/test_idempotency_api.py every mutation over HTTP.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from bson import ObjectId
from pydantic import SecretStr

from auth import Audience, Principal
from errors import Conflict
from models.documents.evaluation import get_evaluation, list_evaluations
from models.documents.idempotency_claim import IdempotencyClaim
from models.documents.interview import Decision, Interview, InterviewStatus
from models.documents.position import Position
from models.documents.turn import read_turns
from resolvers.ending import cancel_interview, end_interview, erase_interview
from resolvers.evaluations import AdoptionRequest, ReviewRequest, adopt_evaluation, evaluate_interview, review_evaluation
from resolvers.idempotency import IdempotentCall, idempotent
from resolvers.invites import RenewRequest, renew_invite
from resolvers.positions import save_position
from tests.factories import add_candidate_turn, position_body, reload_interview
from tests.helpers import fail_with_connection_error
from tests.resolvers.tenant import Tenant, global_id_of

KEY = "a key"
SCHEDULED, IN_PROGRESS, COMPLETED = InterviewStatus.SCHEDULED, InterviewStatus.IN_PROGRESS, InterviewStatus.COMPLETED

# --- which calls count as the same


@dataclass(frozen=True, slots=True)
class SampleInput:
    text: str = "a secret text"
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    level: int | None = None


async def new_call(tenant: Tenant, body: object = SampleInput()) -> IdempotentCall:
    return idempotent(tenant.services, await tenant.admin(), "start", KEY, body)


@pytest.mark.parametrize(
    "other_input",
    [
        SampleInput(text="another"),
        SampleInput(level=1),
        replace(SampleInput(), at=datetime(2026, 1, 2, tzinfo=UTC)),
        ["a secret text"],
        None,
    ],
)
async def test_reusing_a_key_with_another_input_is_a_conflict(tenant: Tenant, other_input: object) -> None:
    await (await new_call(tenant)).claim(ObjectId())
    changed = await new_call(tenant, other_input)
    with pytest.raises(Conflict):
        await changed.find_claimed_id()
    with pytest.raises(Conflict):
        await changed.claim(ObjectId())


async def test_order_of_names_in_the_input_does_not_matter(tenant: Tenant) -> None:
    result_id = await (await new_call(tenant, {"a": 1, "b": [2]})).claim(ObjectId())
    assert await (await new_call(tenant, {"b": [2], "a": 1})).find_claimed_id() == result_id


async def test_input_cannot_be_recovered_from_its_claim(tenant: Tenant, database: Any) -> None:
    await (await new_call(tenant)).claim(ObjectId())
    [stored] = await IdempotencyClaim.find({}).to_list()
    assert "secret" not in repr([row async for row in database[IdempotencyClaim.Settings.name].find({})])
    auth = tenant.services.settings.auth.model_copy(update={"secret": SecretStr("another secret" * 4)})
    settings = tenant.services.settings.model_copy(update={"auth": auth})
    same_input = idempotent(replace(tenant.services, settings=settings), await tenant.admin(), "start", KEY, SampleInput())
    assert stored.digest not in same_input.digests, "without the secret, guessed inputs cannot be compared with the digest"


# --- repeating an interrupted call


async def send_review(tenant: Tenant, caller: Principal, interview: Interview) -> object:
    [evaluation] = await list_evaluations(interview.id)
    request = ReviewRequest(
        evaluation_id=global_id_of(evaluation), decision=Decision.HOLD, reason="Not sure yet.", idempotency_key=KEY
    )
    return await review_evaluation(tenant.services, caller, request)


async def send_adoption(tenant: Tenant, caller: Principal, interview: Interview) -> object:
    [evaluation] = await list_evaluations(interview.id)
    request = AdoptionRequest(evaluation_id=global_id_of(evaluation), reason="Chosen.", idempotency_key=KEY)
    return await adopt_evaluation(tenant.services, caller, request)


async def count_adoptions(interview: Interview) -> object:
    return len((await reload_interview(interview)).adoptions)


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
class InterruptedCall:
    """A mutation with a key, the function at which it is interrupted, and its effect before and after it is complete."""

    name: str
    status: InterviewStatus
    fails_at: str
    call: Callable[[Tenant, Principal, Interview], Awaitable[Any]]
    effect: Callable[[Interview], Awaitable[object]]
    before: object
    after: object


INTERRUPTED_CALLS = [
    InterruptedCall(
        "endInterview",
        IN_PROGRESS,
        "models.writes.interview_transitions.mark_ending",
        lambda t, p, i: end_interview(t.services, p, global_id_of(i), KEY),
        read_status,
        IN_PROGRESS,
        COMPLETED,
    ),
    InterruptedCall(
        "cancelInterview",
        SCHEDULED,
        "models.writes.interview_transitions.mark_cancelled",
        lambda t, p, i: cancel_interview(t.services, p, global_id_of(i), None, KEY),
        read_status,
        SCHEDULED,
        InterviewStatus.CANCELLED,
    ),
    InterruptedCall(
        "eraseInterview",
        IN_PROGRESS,
        "models.writes.interview_erasure.mark_erased",
        lambda t, p, i: erase_interview(t.services, p, global_id_of(i), KEY),
        is_deleted,
        False,
        True,
    ),
    InterruptedCall(
        "eraseInterview after it is marked",
        IN_PROGRESS,
        "models.writes.interview_erasure.delete_erased",
        lambda t, p, i: erase_interview(t.services, p, global_id_of(i), KEY),
        is_deleted,
        False,
        True,
    ),
    InterruptedCall(
        "renewInvite", SCHEDULED, "resolvers.invites.reschedule_interview", send_renewal, read_invite_generation, 1, 2
    ),
    InterruptedCall(
        "evaluateInterview",
        COMPLETED,
        "lifecycle.states.add_evaluation",
        lambda t, p, i: evaluate_interview(t.services, p, global_id_of(i), KEY),
        count_evaluations,
        1,
        2,
    ),
    InterruptedCall(
        "reviewEvaluation", COMPLETED, "models.writes.evaluation_transitions.add_review", send_review, count_reviews, 0, 1
    ),
    InterruptedCall(
        "adoptEvaluation",
        COMPLETED,
        "models.writes.evaluation_transitions.adopt_evaluation",
        send_adoption,
        count_adoptions,
        0,
        1,
    ),
    InterruptedCall(
        "savePosition",
        SCHEDULED,
        "models.writes.position_versions.save_position",
        lambda t, p, _: save_position(t.services, p, position_body().model_dump(), 1, KEY),
        count_position_versions,
        1,
        2,
    ),
]


@pytest.mark.parametrize("case", INTERRUPTED_CALLS, ids=[case.name for case in INTERRUPTED_CALLS])
async def test_repetition_completes_an_interrupted_call_once(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, case: InterruptedCall
) -> None:
    interview, caller = await tenant.make_interview(case.status), await tenant.admin()
    if case.status is COMPLETED:
        await tenant.make_evaluation(interview)
    if case.status is IN_PROGRESS:
        await add_candidate_turn(interview, "a secret")
    with monkeypatch.context() as patch:
        patch.setattr(case.fails_at, fail_with_connection_error)
        with pytest.raises(ConnectionError):
            await case.call(tenant, caller, interview)
    assert await case.effect(interview) == case.before
    for _ in range(3):
        await case.call(tenant, caller, interview)
        assert await case.effect(interview) == case.after


async def test_erasure_receipt_is_the_same_after_an_interrupted_call(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    interview, caller = await tenant.make_interview(COMPLETED), await tenant.admin()
    await tenant.make_evaluation(interview)
    with monkeypatch.context() as patch:
        patch.setattr("models.writes.interview_erasure.delete_erased", fail_with_connection_error)
        with pytest.raises(ConnectionError):
            await erase_interview(tenant.services, caller, global_id_of(interview), None)
    receipts = {(await erase_interview(tenant.services, caller, global_id_of(interview), None))[1] for _ in range(3)}
    assert len(receipts) == 1
    secret = tenant.services.settings.auth.secret.get_secret_value()
    claims = jwt.decode(receipts.pop(), secret, algorithms=["HS256"], audience=Audience.RECEIPT)
    assert (claims["sub"], claims["turns"], claims["evaluations"]) == (global_id_of(interview), 0, 1)


async def test_key_counts_after_a_rotation_of_the_secret(tenant: Tenant) -> None:
    auth, principal = tenant.services.settings.auth, await tenant.admin()
    call = idempotent(tenant.services, principal, "endInterview", KEY, ["an input"])
    claimed = await call.claim(ObjectId())
    rotated = auth.model_copy(update={"secret": SecretStr("r" * 40), "previous_secrets": [auth.secret]})
    services = replace(tenant.services, settings=tenant.services.settings.model_copy(update={"auth": rotated}))
    assert await idempotent(services, principal, "endInterview", KEY, ["an input"]).find_claimed_id() == claimed
    with pytest.raises(Conflict):
        await idempotent(services, principal, "endInterview", KEY, ["another input"]).find_claimed_id()


async def test_repeating_an_evaluation_request_returns_the_version_in_its_present_state(tenant: Tenant) -> None:
    interview, caller = await tenant.make_interview(COMPLETED), await tenant.admin()
    requested = await evaluate_interview(tenant.services, caller, global_id_of(interview), KEY)
    stored = await get_evaluation(requested.document.id)
    assert stored
    await stored.set({"status": "FAILED", "due_at": None})
    repeated = await evaluate_interview(tenant.services, caller, global_id_of(interview), KEY)
    assert (repeated.document.id, repeated.document.status) == (requested.document.id, "FAILED")
    other = await evaluate_interview(tenant.services, caller, global_id_of(interview), "another")
    assert (other.document.version, await count_evaluations(interview)) == (2, 2)
