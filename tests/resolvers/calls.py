"""Every use case as one call on one interview, for tables of who may do what."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from auth import Principal
from errors import NotFound
from models.evaluation import Evaluation
from models.interview import Decision, Interview, InterviewStatus
from models.interview_list import InterviewOrderField
from models.organization import Role
from resolvers.endings import cancel_interview, end_interview, erase_interview
from resolvers.evaluations import ReviewRequest, evaluate_interview, evaluations_of, get_evaluation, review_evaluation
from resolvers.following import LiveFilter, follow_interims, follow_interview, follow_interviews, follow_turns
from resolvers.interviews import count_interviews, get_interview, list_interviews
from resolvers.invites import RenewRequest, renew_invite
from resolvers.messages import send_message
from resolvers.node import get_node
from resolvers.positions import count_positions, get_position, list_positions, position_of, save_position
from resolvers.starts import schedule_interview, start_interview
from resolvers.transcripts import get_transcript
from resolvers.viewer import get_viewer
from tests.factories import position_body
from tests.resolvers.tenant import Tenant, id_of

EVERYBODY = frozenset(Role)
STAFF = frozenset({Role.ADMIN, Role.RECRUITER, Role.INTEGRATION})
WATCHERS = STAFF | {Role.VIEWER}


@dataclass(frozen=True)
class World:
    """A tenant with one interview, which has been evaluated if it is completed."""

    tenant: Tenant
    interview: Interview
    evaluation: Evaluation | None


@dataclass(frozen=True)
class Call:
    """A use case: who may, in which state of the interview it succeeds, and whether it names something by its id."""

    use_case: Callable[..., Any]
    roles: frozenset[Role]
    run: Callable[[World, Principal], Awaitable[Any]]
    status: InterviewStatus = InterviewStatus.IN_PROGRESS
    names_something: bool = True

    def __str__(self) -> str:
        return f"{self.use_case.__module__.removeprefix('resolvers.')}.{self.use_case.__name__}"

    async def world(self, tenant: Tenant) -> World:
        """What the call acts in."""
        interview = await tenant.interview(self.status)
        completed = self.status is InterviewStatus.COMPLETED
        return World(tenant, interview, await tenant.evaluation(interview) if completed else None)


async def first_of(beginning: Awaitable[AsyncGenerator[Any, None]]) -> Any:
    async with aclosing(await beginning) as stream:
        return await anext(stream, None)


async def node_of(world: World, principal: Principal, document: Any) -> Any:
    """The node; NotFound stands for the null that callers get, so that one table serves all."""
    node = await get_node(world.tenant.services, principal, id_of(document))
    if node is None:
        raise NotFound("null")
    return node


COMPLETED = InterviewStatus.COMPLETED
SCHEDULED = InterviewStatus.SCHEDULED

CALLS = [
    Call(get_viewer, EVERYBODY, lambda w, p: get_viewer(w.tenant.services, p), names_something=False),
    Call(get_interview, EVERYBODY, lambda w, p: get_interview(w.tenant.services, p, id_of(w.interview))),
    Call(
        list_interviews,
        WATCHERS,
        lambda w, p: list_interviews(
            w.tenant.services, p, None, InterviewOrderField.CREATED_AT, True, None, None, None, None, ["status"]
        ),
        names_something=False,
    ),
    Call(count_interviews, WATCHERS, lambda w, p: count_interviews(w.tenant.services, p, None), names_something=False),
    Call(get_transcript, EVERYBODY, lambda w, p: get_transcript(w.tenant.services, p, id_of(w.interview), 0, None)),
    Call(get_evaluation, STAFF, lambda w, p: get_evaluation(w.tenant.services, p, id_of(w.interview), None), COMPLETED),
    Call(evaluations_of, STAFF, lambda w, p: evaluations_of(p, w.interview), COMPLETED, names_something=False),
    Call(
        get_position,
        WATCHERS,
        lambda w, p: get_position(w.tenant.services, p, w.tenant.position.key, None),
        names_something=False,
    ),
    Call(position_of, EVERYBODY, lambda w, p: position_of(p, w.interview), names_something=False),
    Call(
        list_positions,
        WATCHERS,
        lambda w, p: list_positions(w.tenant.services, p, False, None, None, None, None),
        names_something=False,
    ),
    Call(count_positions, WATCHERS, lambda w, p: count_positions(w.tenant.services, p, False), names_something=False),
    Call(
        start_interview,
        STAFF,
        lambda w, p: start_interview(w.tenant.services, p, w.tenant.start_request()),
        names_something=False,
    ),
    Call(
        schedule_interview,
        STAFF,
        lambda w, p: schedule_interview(w.tenant.services, p, w.tenant.schedule_request()),
        names_something=False,
    ),
    Call(renew_invite, STAFF, lambda w, p: renew_invite(w.tenant.services, p, RenewRequest(interview_id=id_of(w.interview)))),
    Call(
        send_message,
        frozenset({Role.CANDIDATE}),
        lambda w, p: send_message(w.tenant.services, p, id_of(w.interview), "Good morning.", None),
    ),
    Call(end_interview, STAFF | {Role.CANDIDATE}, lambda w, p: end_interview(w.tenant.services, p, id_of(w.interview), None)),
    Call(
        cancel_interview,
        STAFF,
        lambda w, p: cancel_interview(w.tenant.services, p, id_of(w.interview), None, None),
        SCHEDULED,
    ),
    Call(
        erase_interview,
        frozenset({Role.ADMIN}),
        lambda w, p: erase_interview(w.tenant.services, p, id_of(w.interview), None),
    ),
    Call(
        evaluate_interview,
        STAFF,
        lambda w, p: evaluate_interview(w.tenant.services, p, id_of(w.interview), None),
        COMPLETED,
    ),
    Call(
        review_evaluation,
        frozenset({Role.ADMIN, Role.RECRUITER}),
        lambda w, p: review_evaluation(
            w.tenant.services,
            p,
            ReviewRequest(evaluation_id=id_of(w.evaluation or w.interview), decision=Decision.HOLD, reason="Not sure yet."),
        ),
        COMPLETED,
    ),
    Call(
        save_position,
        frozenset({Role.ADMIN, Role.RECRUITER}),
        lambda w, p: save_position(w.tenant.services, p, position_body(key="a_new_one").model_dump(), None, None),
        names_something=False,
    ),
    Call(
        follow_turns,
        EVERYBODY,
        lambda w, p: first_of(follow_turns(w.tenant.services, p, id_of(w.interview), 0)),
        COMPLETED,
    ),
    Call(
        follow_interims,
        EVERYBODY,
        lambda w, p: first_of(follow_interims(w.tenant.services, p, id_of(w.interview))),
        COMPLETED,
    ),
    Call(follow_interview, EVERYBODY, lambda w, p: first_of(follow_interview(w.tenant.services, p, id_of(w.interview)))),
    Call(
        follow_interviews,
        WATCHERS,
        lambda w, p: first_of(follow_interviews(w.tenant.services, p, LiveFilter())),
        names_something=False,
    ),
]

NODES = [
    Call(get_node, EVERYBODY, lambda w, p: node_of(w, p, w.interview)),
    Call(get_node, STAFF, lambda w, p: node_of(w, p, w.evaluation), COMPLETED),
    Call(get_node, WATCHERS, lambda w, p: node_of(w, p, w.tenant.position)),
    Call(get_node, EVERYBODY, lambda w, p: node_of(w, p, w.tenant.organization)),
]
