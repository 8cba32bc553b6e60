"""Authorization rules beyond the matrix of fields and roles in tests/schema/test_authorization.py."""

import pytest
from bson import ObjectId

from errors import NotFound, Unauthenticated
from models.documents.interview import Interview, InterviewStatus
from models.documents.organization import Role
from models.documents.turn import Turn
from models.writes.interview_erasure import mark_erased
from models.writes.interview_transitions import reschedule_interview
from resolvers.ids import IdKind, encode_id
from resolvers.interviews import get_interview
from resolvers.node import get_node
from tests.factories import add_candidate_turn
from tests.resolvers.tenant import Tenant, global_id_of


async def test_foreign_unknown_and_malformed_ids_cause_the_same_error(tenant: Tenant, other_tenant: Tenant) -> None:
    caller = await other_tenant.admin()
    messages = []
    for inaccessible_id in (
        global_id_of(await tenant.make_interview()),
        encode_id(IdKind.INTERVIEW, ObjectId()),
        "int_1",
        "unknown",
        "int_\udcff",
        "\0",
    ):
        with pytest.raises(NotFound) as caught:
            await get_interview(caller, inaccessible_id)
        messages.append(str(caught.value))
        with pytest.raises(NotFound, match="check the id, and that it belongs to your organization"):
            await get_node(caller, inaccessible_id)
    assert len(set(messages)) == 1


async def test_node_that_is_unknown_is_not_found_whatever_its_kind(tenant: Tenant) -> None:
    caller = await tenant.admin()
    for kind in IdKind:
        with pytest.raises(NotFound, match=f"There is no such {kind.name.lower().replace('_', ' ')}: check the id"):
            await get_node(caller, encode_id(kind, ObjectId()))


async def test_candidate_whose_invite_has_been_replaced_is_refused(tenant: Tenant) -> None:
    interview = await tenant.make_interview()
    caller = await tenant.principal(Role.CANDIDATE, interview)
    await reschedule_interview(interview.id, ObjectId(), None, interview.expires_at)
    with pytest.raises(Unauthenticated, match="newest invite"):
        await get_interview(caller, global_id_of(interview))


async def test_evaluation_is_hidden_as_soon_as_its_interview_is_marked_erased(tenant: Tenant) -> None:
    interview = await tenant.make_interview(InterviewStatus.COMPLETED)
    evaluation = await tenant.make_evaluation(interview)
    await mark_erased(interview.id)  # the evaluation itself is deleted later
    with pytest.raises(NotFound):
        await get_node(await tenant.admin(), global_id_of(evaluation))


async def test_turn_is_hidden_as_soon_as_its_transcript_is_marked_erased(tenant: Tenant) -> None:
    interviews = [await tenant.make_interview(InterviewStatus.IN_PROGRESS) for _ in range(2)]
    turns = [encode_id(IdKind.TURN, (await add_candidate_turn(interview, "I am Ada.")).id) for interview in interviews]
    admin = await tenant.admin()
    candidate = await tenant.principal(Role.CANDIDATE, interviews[0])
    assert isinstance(await get_node(admin, turns[0]), Turn)
    assert isinstance(await get_node(candidate, turns[0]), Turn)
    with pytest.raises(NotFound):
        await get_node(candidate, turns[1])
    await mark_erased(interviews[0].id)  # the turn itself is deleted later
    await interviews[1].set({Interview.last_seq: 0})  # as the erasure of a transcript by the retention policy does
    for turn in turns:
        with pytest.raises(NotFound):
            await get_node(admin, turn)
