"""Every mutation five times at once with one key, over the wire: one effect, one answer; with another input a CONFLICT."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from lifecycle.consent import CURRENT
from models.evaluation import Evaluation
from models.idempotency import Claim
from models.interview import Interview, InterviewStatus
from models.organization import Role
from models.position import Position
from models.turn import TurnDocument
from tests.resolvers.tenant import Tenant, id_of
from tests.schema.api import Answer, Api, token_of
from tests.schema.rights import fields_of, inputs_of
from tests.schema.test_positions_api import a_position


@dataclass
class World:
    """A tenant with an interview that has been evaluated if it is completed."""

    tenant: Tenant
    interview: Interview
    evaluation: Evaluation | None

    @classmethod
    async def of(cls, tenant: Tenant, status: InterviewStatus) -> "World":
        interview = await tenant.interview(status)
        is_evaluated = status is InterviewStatus.COMPLETED
        return cls(tenant, interview, await tenant.evaluation(interview) if is_evaluated else None)


@dataclass(frozen=True)
class Case:
    """A mutation: its input and another, what it is asked for, how its effects are counted, and how many there must be."""

    given: Callable[[World], dict[str, Any]]
    other: dict[str, Any]
    selected: str
    effects: Callable[[World], Awaitable[int]]
    status: InterviewStatus = InterviewStatus.IN_PROGRESS
    role: Role = Role.ADMIN


async def interviews_made(world: World) -> int:
    return await Interview.find({"organization_id": world.tenant.id}).count() - 1


async def generation(world: World) -> int:
    return (await present(world)).invite_generation - 1


async def turns(world: World) -> int:
    return await TurnDocument.find({"interview_id": world.interview.id}).count()


async def versions_made(world: World) -> int:
    return await Evaluation.find({"interview_id": world.interview.id}).count() - 1


async def reviews(world: World) -> int:
    evaluation = await Evaluation.find_one({"interview_id": world.interview.id})
    assert evaluation
    return len(evaluation.reviews)


async def positions_saved(world: World) -> int:
    return await Position.find({"organization_id": world.tenant.id}).count() - 1


async def is_over(world: World) -> int:
    return int((await present(world)).ended_at is not None)


async def present(world: World) -> Interview:
    interview = await Interview.get(world.interview.id)
    assert interview
    return interview


def person(_: World) -> dict[str, Any]:
    return {"candidateName": "Grace Hopper", "positionKey": "tester", "channel": "TEXT"}


def named(world: World) -> dict[str, Any]:
    return {"interviewId": id_of(world.interview)}


CONSENT = {"textVersion": CURRENT, "recording": False}
CASES: dict[str, Case] = {
    "startInterview": Case(
        lambda w: {**person(w), "consent": CONSENT},
        {"candidateName": "Grace  Hopper II"},
        "interview { id createdAt candidate { name } } invite { token expiresAt }",
        interviews_made,
    ),
    "scheduleInterview": Case(
        person, {"resume": "COBOL."}, "interview { id createdAt } invite { token expiresAt }", interviews_made
    ),
    "renewInvite": Case(named, {"expiresAt": "2026-12-24T00:00:00Z"}, "interview { id } invite { token expiresAt }", generation),
    "sendMessage": Case(
        lambda w: {**named(w), "text": "Good morning."}, {"text": "Good evening."}, "turn { id seq }", turns, role=Role.CANDIDATE
    ),
    "endInterview": Case(named, {"interviewId": "another"}, "interview { id endReason endedAt }", is_over),
    "cancelInterview": Case(
        lambda w: {**named(w), "reason": "Filled."},
        {"reason": "Forgotten."},
        "interview { id endDetail endedAt }",
        is_over,
        InterviewStatus.SCHEDULED,
    ),
    "evaluateInterview": Case(
        named, {"interviewId": "another"}, "evaluation { id version }", versions_made, InterviewStatus.COMPLETED
    ),
    "reviewEvaluation": Case(
        lambda w: {"evaluationId": id_of(w.evaluation or w.interview), "decision": "HOLD", "reason": "Not sure."},
        {"decision": "REJECT"},
        "evaluation { id reviews { decision createdAt } }",
        reviews,
        InterviewStatus.COMPLETED,
    ),
    "savePosition": Case(lambda _: a_position(), {"title": "Head gardener"}, "position { id version title }", positions_saved),
    "eraseInterview": Case(named, {"interviewId": "another"}, "interview { id erasedAt } receipt", is_over),
}


def test_every_mutation_with_a_key_is_tried() -> None:
    mutations = fields_of("Mutation")
    with_key = {name for name, it in mutations.items() if "idempotencyKey" in inputs_of(it)}
    assert with_key == set(CASES)
    assert set(mutations) - with_key == {"joinInterview"}, "an invite's repetition is safe by itself"


@pytest.fixture(params=CASES)
async def mutation(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def world(tenant: Tenant, mutation: str) -> World:
    return await World.of(tenant, CASES[mutation].status)


async def token_for(world: World, role: Role) -> str:
    return await token_of(world.tenant, role, world.interview)


async def test_five_at_once_are_one_effect_and_one_answer(api: Api, world: World, mutation: str) -> None:
    case = CASES[mutation]
    token, given = await token_for(world, case.role), {**case.given(world), "idempotencyKey": "once"}

    async def call() -> Answer:
        return await api.change(mutation, token, case.selected, **given)

    answers = await asyncio.gather(*(call() for _ in range(5)))
    assert [answer.errors for answer in answers] == [[]] * 5
    assert all(answer.data == answers[0].data for answer in answers)
    assert (await call()).data == answers[0].data
    assert await case.effects(world) == 1


async def test_the_same_key_with_another_input_is_a_conflict_and_has_no_effect(api: Api, world: World, mutation: str) -> None:
    case = CASES[mutation]
    token, given = await token_for(world, case.role), {**case.given(world), "idempotencyKey": "once"}
    first = await api.change(mutation, token, case.selected, **given)
    assert first.errors == []
    other = dict(case.other)
    if "interviewId" in other:
        other["interviewId"] = id_of(await world.tenant.interview(case.status))
    before = await Interview.find({"organization_id": world.tenant.id}).sort("_id").to_list()
    refused = await api.change(mutation, token, case.selected, **{**given, **other})
    assert (refused.data, refused.codes) == ({mutation: None}, ["CONFLICT"])
    assert refused.error["extensions"]["field"] == "idempotencyKey"
    assert await case.effects(world) == 1 or "interviewId" in other
    assert await Interview.find({"organization_id": world.tenant.id}).sort("_id").to_list() == before


async def test_another_caller_and_another_mutation_have_keys_of_their_own(api: Api, tenant: Tenant) -> None:
    given = {"candidateName": "Grace Hopper", "positionKey": "tester", "channel": "TEXT", "idempotencyKey": "once"}
    made = set()
    for role in (Role.ADMIN, Role.RECRUITER):
        token = await token_of(tenant, role)
        for mutation, more in (("scheduleInterview", {}), ("startInterview", {"consent": CONSENT})):
            answer = await api.change(mutation, token, "interview { id }", **given, **more)
            made.add(answer[mutation]["interview"]["id"])
    assert len(made) == 4


async def test_tokens_are_issued_afresh_and_kept_nowhere(api: Api, tenant: Tenant, database: Any) -> None:
    token = await token_of(tenant, Role.ADMIN)
    given = {"candidateName": "Grace", "positionKey": "tester", "channel": "TEXT", "consent": CONSENT, "idempotencyKey": "once"}
    answer = await api.change("startInterview", token, "access { token } invite { token }", **given)
    secrets = [part["token"] for part in answer["startInterview"].values()]
    for name in await database.list_collection_names():
        kept = str(await database[name].find().to_list())
        assert not any(secret in kept for secret in [*secrets, token])
    (claim,) = await Claim.find_all().to_list()
    assert "Grace" not in str(claim)


@pytest.mark.parametrize("key", ["", "  ", "\0", "a" * 201])
async def test_what_is_no_key_is_refused_before_anything_happens(api: Api, tenant: Tenant, key: str) -> None:
    for mutation, case in CASES.items():
        world = await World.of(tenant, case.status)
        given = {**case.given(world), "idempotencyKey": key}
        refused = await api.change(mutation, await token_for(world, case.role), "__typename", **given)
        assert (mutation, refused.codes) == (mutation, ["BAD_INPUT"])
        assert refused.error["extensions"]["field"] == "idempotencyKey"
        assert (await present(world)).updated_at == world.interview.updated_at
