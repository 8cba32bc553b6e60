"""Every use case as one call on one interview, for tables of who may do what."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from auth import Principal
from errors import NotFound
from models.documents.evaluation import Evaluation
from models.documents.interview import Decision, Interview, InterviewStatus
from models.documents.organization import Role
from models.reads.interview_list import InterviewOrderField
from resolvers.ending import cancel_interview, end_interview, erase_interview
from resolvers.evaluations import ReviewRequest, evaluate_interview, get_evaluation, list_interview_evaluations, review_evaluation
from resolvers.interviews import count_interviews, get_interview, list_interviews
from resolvers.invites import RenewRequest, renew_invite
from resolvers.messages import send_message
from resolvers.node import get_node
from resolvers.positions import count_positions, get_interview_position, get_position, list_positions, save_position
from resolvers.starting import schedule_interview, start_interview
from resolvers.subscriptions import LiveInterviewFilter, follow_interims, follow_interview, follow_interviews, follow_turns
from resolvers.transcripts import get_transcript
from resolvers.viewer import get_viewer
from tests.factories import position_body
from tests.resolvers.tenant import Tenant, global_id_of

ALL_ROLES = frozenset(Role)
STAFF = frozenset({Role.ADMIN, Role.RECRUITER, Role.INTEGRATION})
ORGANIZATION_ROLES = STAFF | {Role.VIEWER}


@dataclass(frozen=True)
class UseCaseScenario:
    """A tenant with one interview, which has been evaluated if it is completed."""

    tenant: Tenant
    interview: Interview
    evaluation: Evaluation | None


@dataclass(frozen=True)
class UseCaseCall:
    """A use case: who may, in which state of the interview it succeeds, and whether it names something by its id."""

    use_case: Callable[..., Any]
    roles: frozenset[Role]
    run: Callable[[UseCaseScenario, Principal], Awaitable[Any]]
    status: InterviewStatus = InterviewStatus.IN_PROGRESS
    takes_id: bool = True

    def __str__(self) -> str:
        return f"{self.use_case.__module__.removeprefix('resolvers.')}.{self.use_case.__name__}"

    async def make_scenario(self, tenant: Tenant) -> UseCaseScenario:
        """What the call acts in."""
        interview = await tenant.make_interview(self.status)
        completed = self.status is InterviewStatus.COMPLETED
        return UseCaseScenario(tenant, interview, await tenant.make_evaluation(interview) if completed else None)


async def read_first_event(opening: Awaitable[AsyncGenerator[Any, None]]) -> Any:
    async with aclosing(await opening) as stream:
        return await anext(stream, None)


async def get_existing_node(scenario: UseCaseScenario, principal: Principal, document: Any) -> Any:
    """The node; NotFound stands for the null that callers get, so that one table serves all."""
    node = await get_node(scenario.tenant.services, principal, global_id_of(document))
    if node is None:
        raise NotFound("null")
    return node


COMPLETED = InterviewStatus.COMPLETED
SCHEDULED = InterviewStatus.SCHEDULED

USE_CASE_CALLS = [
    UseCaseCall(get_viewer, ALL_ROLES, lambda w, p: get_viewer(w.tenant.services, p), takes_id=False),
    UseCaseCall(get_interview, ALL_ROLES, lambda w, p: get_interview(w.tenant.services, p, global_id_of(w.interview))),
    UseCaseCall(
        list_interviews,
        ORGANIZATION_ROLES,
        lambda w, p: list_interviews(
            w.tenant.services, p, None, InterviewOrderField.CREATED_AT, True, None, None, None, None, ["status"]
        ),
        takes_id=False,
    ),
    UseCaseCall(count_interviews, ORGANIZATION_ROLES, lambda w, p: count_interviews(w.tenant.services, p, None), takes_id=False),
    UseCaseCall(get_transcript, ALL_ROLES, lambda w, p: get_transcript(w.tenant.services, p, global_id_of(w.interview), 0, None)),
    UseCaseCall(
        get_evaluation, STAFF, lambda w, p: get_evaluation(w.tenant.services, p, global_id_of(w.interview), None), COMPLETED
    ),
    UseCaseCall(
        list_interview_evaluations, STAFF, lambda w, p: list_interview_evaluations(p, w.interview), COMPLETED, takes_id=False
    ),
    UseCaseCall(
        get_position,
        ORGANIZATION_ROLES,
        lambda w, p: get_position(w.tenant.services, p, w.tenant.position.key, None),
        takes_id=False,
    ),
    UseCaseCall(get_interview_position, ALL_ROLES, lambda w, p: get_interview_position(p, w.interview), takes_id=False),
    UseCaseCall(
        list_positions,
        ORGANIZATION_ROLES,
        lambda w, p: list_positions(w.tenant.services, p, False, None, None, None, None),
        takes_id=False,
    ),
    UseCaseCall(count_positions, ORGANIZATION_ROLES, lambda w, p: count_positions(w.tenant.services, p, False), takes_id=False),
    UseCaseCall(
        start_interview,
        STAFF,
        lambda w, p: start_interview(w.tenant.services, p, w.tenant.start_request()),
        takes_id=False,
    ),
    UseCaseCall(
        schedule_interview,
        STAFF,
        lambda w, p: schedule_interview(w.tenant.services, p, w.tenant.schedule_request()),
        takes_id=False,
    ),
    UseCaseCall(
        renew_invite, STAFF, lambda w, p: renew_invite(w.tenant.services, p, RenewRequest(interview_id=global_id_of(w.interview)))
    ),
    UseCaseCall(
        send_message,
        frozenset({Role.CANDIDATE}),
        lambda w, p: send_message(w.tenant.services, p, global_id_of(w.interview), "Good morning.", None),
    ),
    UseCaseCall(
        end_interview, STAFF | {Role.CANDIDATE}, lambda w, p: end_interview(w.tenant.services, p, global_id_of(w.interview), None)
    ),
    UseCaseCall(
        cancel_interview,
        STAFF,
        lambda w, p: cancel_interview(w.tenant.services, p, global_id_of(w.interview), None, None),
        SCHEDULED,
    ),
    UseCaseCall(
        erase_interview,
        frozenset({Role.ADMIN}),
        lambda w, p: erase_interview(w.tenant.services, p, global_id_of(w.interview), None),
    ),
    UseCaseCall(
        evaluate_interview,
        STAFF,
        lambda w, p: evaluate_interview(w.tenant.services, p, global_id_of(w.interview), None),
        COMPLETED,
    ),
    UseCaseCall(
        review_evaluation,
        frozenset({Role.ADMIN, Role.RECRUITER}),
        lambda w, p: review_evaluation(
            w.tenant.services,
            p,
            ReviewRequest(
                evaluation_id=global_id_of(w.evaluation or w.interview), decision=Decision.HOLD, reason="Not sure yet."
            ),
        ),
        COMPLETED,
    ),
    UseCaseCall(
        save_position,
        frozenset({Role.ADMIN, Role.RECRUITER}),
        lambda w, p: save_position(w.tenant.services, p, position_body(key="a_new_one").model_dump(), None, None),
        takes_id=False,
    ),
    UseCaseCall(
        follow_turns,
        ALL_ROLES,
        lambda w, p: read_first_event(follow_turns(w.tenant.services, p, global_id_of(w.interview), 0)),
        COMPLETED,
    ),
    UseCaseCall(
        follow_interims,
        ALL_ROLES,
        lambda w, p: read_first_event(follow_interims(w.tenant.services, p, global_id_of(w.interview))),
        COMPLETED,
    ),
    UseCaseCall(
        follow_interview,
        ALL_ROLES,
        lambda w, p: read_first_event(follow_interview(w.tenant.services, p, global_id_of(w.interview))),
    ),
    UseCaseCall(
        follow_interviews,
        ORGANIZATION_ROLES,
        lambda w, p: read_first_event(follow_interviews(w.tenant.services, p, LiveInterviewFilter())),
        takes_id=False,
    ),
]

NODE_CALLS = [
    UseCaseCall(get_node, ALL_ROLES, lambda w, p: get_existing_node(w, p, w.interview)),
    UseCaseCall(get_node, STAFF, lambda w, p: get_existing_node(w, p, w.evaluation), COMPLETED),
    UseCaseCall(get_node, ORGANIZATION_ROLES, lambda w, p: get_existing_node(w, p, w.tenant.position)),
    UseCaseCall(get_node, ALL_ROLES, lambda w, p: get_existing_node(w, p, w.tenant.organization)),
]
