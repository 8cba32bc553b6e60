"""Authorization rules beyond the matrix of fields and roles in tests/schema/test_authorization.py."""

import pytest
from bson import ObjectId

from errors import NotFound, Unauthenticated
from models.documents.interview import InterviewStatus
from models.documents.organization import Role
from models.writes.interview_erasure import mark_erased
from models.writes.interview_transitions import reschedule_interview
from resolvers.ids import IdKind, encode_id
from resolvers.interviews import get_interview
from resolvers.node import get_node
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
        assert await get_node(caller, inaccessible_id) is None
    assert len(set(messages)) == 1


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
    assert await get_node(await tenant.admin(), global_id_of(evaluation)) is None
