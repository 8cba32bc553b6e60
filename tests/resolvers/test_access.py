"""Every use case by every role, in its own organization and in another's."""

import importlib
import inspect
import pkgutil

import pytest
from bson import ObjectId

import resolvers
from auth import Principal
from errors import Forbidden, NotFound, Unauthenticated
from models.documents.interview import InterviewStatus
from models.documents.organization import Role
from models.writes.interview_erasure import mark_erased
from models.writes.interview_transitions import reschedule_interview
from resolvers.ids import IdKind, encode_id
from resolvers.interviews import get_interview, list_interviews
from resolvers.node import get_node
from tests.resolvers.tenant import Tenant, global_id_of
from tests.resolvers.use_cases import NODE_CALLS, USE_CASE_CALLS, UseCaseCall

EXEMPT_FUNCTIONS = {"load_interview", "find_evaluation", "read_transcript", "idempotent", "get_node"}
"""take a principal, and are used by use cases only, or have a table of their own"""


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("call", USE_CASE_CALLS, ids=str)
async def test_a_use_case_is_for_its_roles_only(tenant: Tenant, call: UseCaseCall, role: Role) -> None:
    world = await call.make_scenario(tenant)
    caller = await tenant.principal(role, world.interview)
    if role in call.roles:
        await call.run(world, caller)
    else:
        with pytest.raises(Forbidden, match=role):
            await call.run(world, caller)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("call", NODE_CALLS, ids=["interview", "evaluation", "position", "organization"])
async def test_a_node_is_null_for_roles_that_may_not_read_it(tenant: Tenant, call: UseCaseCall, role: Role) -> None:
    world = await call.make_scenario(tenant)
    caller = await tenant.principal(role, world.interview)
    if role in call.roles:
        await call.run(world, caller)
    else:
        with pytest.raises(NotFound, match="null"):
            await call.run(world, caller)


def test_no_use_case_is_missing_from_the_table() -> None:
    modules = [importlib.import_module(f"resolvers.{module.name}") for module in pkgutil.iter_modules(resolvers.__path__)]
    use_cases = {
        name
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and any(parameter.annotation is Principal for parameter in inspect.signature(function).parameters.values())
    }
    assert use_cases - EXEMPT_FUNCTIONS == {call.use_case.__name__ for call in USE_CASE_CALLS}


CALLS_WITH_ID = [*(call for call in USE_CASE_CALLS if call.takes_id), *NODE_CALLS]


@pytest.mark.parametrize("call", CALLS_WITH_ID, ids=[f"{call}-{place}" for place, call in enumerate(CALLS_WITH_ID)])
async def test_what_another_organization_has_is_not_found(tenant: Tenant, other_tenant: Tenant, call: UseCaseCall) -> None:
    world = await call.make_scenario(tenant)
    candidate_only = call.roles == {Role.CANDIDATE}
    other = await other_tenant.make_interview()
    caller = await other_tenant.principal(Role.CANDIDATE if candidate_only else Role.ADMIN, other)
    with pytest.raises(NotFound):
        await call.run(world, caller)


@pytest.mark.parametrize("call", [call for call in USE_CASE_CALLS if call.takes_id and Role.CANDIDATE in call.roles], ids=str)
async def test_another_interview_is_not_found_by_a_candidate(tenant: Tenant, call: UseCaseCall) -> None:
    world = await call.make_scenario(tenant)
    caller = await tenant.principal(Role.CANDIDATE, await tenant.make_interview())
    with pytest.raises(NotFound):
        await call.run(world, caller)


async def test_a_stranger_is_told_the_same_as_of_an_id_that_never_was(tenant: Tenant, other_tenant: Tenant) -> None:
    caller = await other_tenant.admin()
    messages = []
    for unknown in (
        global_id_of(await tenant.make_interview()),
        encode_id(IdKind.INTERVIEW, ObjectId()),
        "int_1",
        "rubbish",
        "int_\udcff",
        "\0",
    ):
        with pytest.raises(NotFound) as refused:
            await get_interview(tenant.services, caller, unknown)
        messages.append(str(refused.value))
        assert await get_node(tenant.services, caller, unknown) is None
    assert len(set(messages)) == 1


async def test_an_id_of_another_kind_is_not_found(tenant: Tenant) -> None:
    with pytest.raises(NotFound):
        await get_interview(tenant.services, await tenant.admin(), global_id_of(tenant.position))


async def test_a_list_holds_the_own_organizations_interviews_only(tenant: Tenant, other_tenant: Tenant) -> None:
    mine = await tenant.make_interview()
    foreign = await other_tenant.make_interview()
    call = next(call for call in USE_CASE_CALLS if call.use_case is list_interviews)
    page = await call.run(await call.make_scenario(tenant), await tenant.admin())
    shown = {item.id for item in page.items}
    assert mine.id in shown
    assert foreign.id not in shown


async def test_a_candidate_whose_invite_was_replaced_meanwhile_is_sent_away(tenant: Tenant) -> None:
    interview = await tenant.make_interview()
    caller = await tenant.principal(Role.CANDIDATE, interview)
    await reschedule_interview(interview.id, ObjectId(), None, interview.expires_at)
    with pytest.raises(Unauthenticated, match="newest invite"):
        await get_interview(tenant.services, caller, global_id_of(interview))


async def test_an_erased_interview_shows_no_evaluation_by_any_way(tenant: Tenant) -> None:
    interview = await tenant.make_interview(InterviewStatus.COMPLETED)
    evaluation = await tenant.make_evaluation(interview)
    # marked, and the deletion has not come that far yet
    await mark_erased(interview.id)
    assert await get_node(tenant.services, await tenant.admin(), global_id_of(evaluation)) is None
