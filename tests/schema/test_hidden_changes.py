"""Streams wake, and updatedAt moves, exactly where what the caller sees of the interview has changed."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from typing import Any

import pytest
from beanie import PydanticObjectId
from bson import ObjectId
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_object_type, is_required_argument
from strawberry.types.base import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from auth import PERMISSIONS, Action, Principal, authenticate
from models.documents.demographics import Demographics
from models.documents.evaluation import Evaluation, Rating
from models.documents.interview import (
    Adoption,
    Consent,
    Decision,
    EndReason,
    Interview,
    InterviewerRecord,
    InterviewStatus,
    LegalHold,
    RequestKind,
    RequestStatus,
    RoomState,
)
from models.documents.interview_views import HIDDEN_FIELDS, InterviewView
from models.documents.organization import Role
from models.documents.turn_correction import TurnCorrection
from models.documents.usage import Usage
from models.storage.clock import now
from models.writes.candidate_requests import NewRequest, add_request, answer_request
from models.writes.candidate_signals import request_more_time
from models.writes.demographics import store_demographics
from models.writes.evaluation_transitions import add_evaluation, add_rating, add_review, adopt_evaluation, record_usage
from models.writes.interview_transitions import mark_consent_withdrawn, mark_ending
from models.writes.interview_updates import insert_with_interview, update_interview
from models.writes.legal_hold import set_legal_hold
from models.writes.notes import add_note
from models.writes.reply_usage import ReplyUsage, add_reply_usage
from models.writes.room_transitions import mark_present
from models.writes.turn_corrections import add_correction
from resolvers.interview_views import get_limited_view
from resolvers.subscriptions import LiveEvent, LiveInterviewFilter, follow_interview, follow_live_list, follow_turns
from schema.build import build_schema
from schema.context import GraphQLContext
from schema.decorators import PermissionGuard, map_stored_fields
from schema.types import interview as interview_types
from tests.factories import new_evaluation, new_interview_note, new_outcome, new_recording, new_review, reload_interview
from tests.live.streams import StreamCollector, collect_stream
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import issue_token

USAGE = Usage(input_tokens=100, cached_input_tokens=10, output_tokens=5, cost_usd=0.25)
EVERY_STATUS = LiveInterviewFilter(statuses=tuple(InterviewStatus))
BLIND_REVIEWER = "RECRUITER"
"""In these tests the recruiter has not rated the interview, which is reviewed blind, and the administrator has."""
ALL = frozenset({"ADMIN", BLIND_REVIEWER, "INTEGRATION", "VIEWER", "CANDIDATE"})
UNCOMPARED = frozenset(
    {"updatedAt", "elapsedSeconds", "position", "interview", "url", "reportUrl", "explanationUrl", "feedbackLetterUrl"}
)
"""The subject of the test, what changes with time alone, another document, and links."""

Change = Callable[[Interview, Evaluation], Awaitable[object]]


def build_request(*kinds: RequestKind, **values: Any) -> NewRequest:
    return NewRequest(kinds=kinds, time_factor=1.0, requested_at=now(), id=PydanticObjectId(), **values)


async def answer_first_request(interview: Interview, _: Evaluation) -> object:
    request = (await reload_interview(interview)).requests[0]
    answer: dict[str, Any] = {"answer_id": ObjectId(), "note": "Sure.", "answered_by": "Ben", "time_factor": None}
    return await answer_request(interview.id, request.id, RequestStatus.DECLINED, **answer)


async def rate(_: Interview, evaluation: Evaluation) -> object:
    rating = Rating(id=PydanticObjectId(), reviewer_id=PydanticObjectId(), reviewer="Cem", created_at=now(), levels=[])
    return await add_rating(evaluation, rating)


async def adopt(_: Interview, evaluation: Evaluation) -> object:
    adoption = Adoption(id=PydanticObjectId(), version=1, reason="Closer reading.", adopted_by="Dora", adopted_at=now())
    return await adopt_evaluation(evaluation, new_outcome(5), adoption)


async def set_demographics(interview: Interview, _: Evaluation) -> object:
    stored = Demographics(interview_id=interview.id, organization_id=interview.organization_id, sex="x", updated_by="Eve")
    return await store_demographics(stored, ObjectId())


async def correct(interview: Interview, _: Evaluation) -> object:
    return await add_correction(TurnCorrection(interview_id=interview.id, seq=1, text="Good evening."), 24)


async def use_claude(interview: Interview, _: Evaluation) -> object:
    return await add_reply_usage(interview.id, ReplyUsage(USAGE, InterviewerRecord(model="claude", prompt_version="1")))


async def enter_room(interview: Interview, _: Evaluation) -> object:
    await interview.set({"room": RoomState(expected_until=now())})
    return await mark_present(interview.id, "PA_1")


async def hold(interview: Interview, _: Evaluation) -> object:
    return await set_legal_hold(interview.id, LegalHold(reason="A dispute.", set_by="Fay", set_at=now()))


RUNNING: dict[str, tuple[Change, frozenset[str]]] = {
    "signal": (lambda interview, _: request_more_time(interview.id, ObjectId()), frozenset()),
    "usage of a reply": (use_claude, frozenset({"ADMIN", BLIND_REVIEWER, "INTEGRATION"})),
    "recording": (
        lambda interview, _: insert_with_interview(new_recording(interview), {}),
        frozenset({"ADMIN", BLIND_REVIEWER, "INTEGRATION"}),
    ),
    "granted request": (
        lambda interview, _: add_request(interview.id, build_request(RequestKind.CAPTIONS)),
        ALL,
    ),
    "answer that changes no clock": (answer_first_request, frozenset({"ADMIN", BLIND_REVIEWER, "CANDIDATE"})),
    "presence": (enter_room, ALL - {"CANDIDATE"}),
    "end": (lambda interview, _: mark_ending(interview.id, EndReason.CANDIDATE_ENDED), ALL),
}
COMPLETED: dict[str, tuple[Change, frozenset[str]]] = {
    "rejection": (
        lambda _, evaluation: add_review(evaluation, new_review(Decision.REJECT)),
        frozenset({"ADMIN", "INTEGRATION"}),
    ),
    "rating": (rate, frozenset({"ADMIN", "INTEGRATION"})),
    "adoption": (adopt, frozenset({"ADMIN", "INTEGRATION"})),
    "new evaluation": (
        lambda interview, _: add_evaluation(new_evaluation(interview)),
        frozenset({"ADMIN", BLIND_REVIEWER, "INTEGRATION"}),
    ),
    "usage of an evaluation": (
        lambda _, evaluation: record_usage(evaluation.id, 7, USAGE),
        frozenset({"ADMIN", BLIND_REVIEWER, "INTEGRATION"}),
    ),
    "legal hold": (hold, frozenset({"ADMIN", BLIND_REVIEWER})),
    "demographic data": (set_demographics, frozenset()),
    "correction": (correct, ALL),
    "note": (lambda interview, _: add_note(interview.id, new_interview_note()), frozenset({"ADMIN", "INTEGRATION"})),
    "withdrawn consent": (lambda interview, _: mark_consent_withdrawn(interview.id, "No."), ALL),
}


async def select_interviews(events: AsyncGenerator[LiveEvent, None]) -> AsyncGenerator[Interview, None]:
    """Yield the interviews of the events."""
    async with aclosing(events):
        async for event in events:
            if event.interview is not None:
                yield event.interview


@pytest.mark.parametrize("kind", [*RUNNING, *COMPLETED])
async def test_only_those_who_see_a_change_are_woken_by_it(tenant: Tenant, kind: str) -> None:
    change, affected = {**RUNNING, **COMPLETED}[kind]
    callers: dict[str, tuple[Principal, str]] = {}
    interview, evaluation = await make_blind_interview(tenant, is_completed=kind in COMPLETED)
    other = await tenant.make_interview()
    for role in Role:
        token = await issue_token(tenant, role, interview)
        callers[role] = await authenticate(token, tenant.services.settings.auth, tenant.services.credentials), token
    await interview.set({"rated_by": [callers["ADMIN"][0].key_id]})
    states: dict[str, StreamCollector[Interview]] = {}
    lists: dict[str, StreamCollector[Interview]] = {}
    async with AsyncExitStack() as stack:
        services, global_id = tenant.services, global_id_of(interview)
        for name, (principal, _) in callers.items():
            stream = await follow_interview(services, principal, global_id)
            states[name] = await stack.enter_async_context(collect_stream(stream))
            if name != Role.CANDIDATE:
                list_stream = await follow_live_list(services, principal, EVERY_STATUS)
                lists[name] = await stack.enter_async_context(collect_stream(select_interviews(list_stream)))
        turns = await stack.enter_async_context(
            collect_stream(await follow_turns(services, callers["CANDIDATE"][0], global_id, interview.last_seq))
        )
        for collector in states.values():
            await collector.wait_for_first(1)
        for collector in lists.values():
            await collector.wait_for_first(2)
        before = {role: await read_view(tenant, token, interview) for role, (_, token) in callers.items()}

        assert await change(interview, evaluation)
        await services.live.publish_change(interview)
        # what is delivered of the change has been delivered with this one, or before it
        other = await touch(tenant, other)
        for collector in lists.values():
            await collector.wait_until(has_state(other))
        await states["ADMIN"].wait_for_first(2)
        after = {role: await read_view(tenant, token, interview) for role, (_, token) in callers.items()}
        interview = await touch(tenant, interview)
        for collector in (*states.values(), *lists.values()):
            await collector.wait_until(has_state(interview))

    assert {role for role in callers if before[role][0] != after[role][0]} == affected
    # nothing is hidden from the administrator, not even that an internal field has changed
    woken = affected | {"ADMIN"}
    assert {role for role in callers if before[role][1] != after[role][1]} == woken
    for collectors in (states, lists):
        counts = {role: len([item for item in found.items if item.id == interview.id]) for role, found in collectors.items()}
        assert counts == {role: 3 if role in woken else 2 for role in collectors}
    assert not turns.items


def has_state(interview: Interview) -> Callable[[list[Interview]], bool]:
    return lambda items: any(item.id == interview.id and item.updated_at == interview.updated_at for item in items)


async def make_blind_interview(tenant: Tenant, *, is_completed: bool) -> tuple[Interview, Evaluation]:
    consent = Consent(text_version="1", given_at=now(), recording=True)
    if not is_completed:
        interview = await tenant.make_interview(InterviewStatus.SCHEDULED, is_blind=True, consent=consent)
        await add_request(interview.id, build_request(RequestKind.OTHER, details="Slowly."))
        return await (await reload_interview(interview)).set({"status": InterviewStatus.IN_PROGRESS}), new_evaluation(interview)
    values: dict[str, Any] = {"evaluated": True, "counted_version": 1, "score": 50.0}
    interview = await tenant.make_completed_interview(is_blind=True, consent=consent.model_dump(), **values)
    return interview, await tenant.make_evaluation(interview)


async def touch(tenant: Tenant, interview: Interview) -> Interview:
    """Make and publish a change that all see."""
    changed = await update_interview(interview.id, {}, {}, {"last_seq": "$last_seq"})
    assert changed
    await tenant.services.live.publish_change(changed)
    return changed


def select_all(graphql_type: GraphQLObjectType, depth: int) -> list[str]:
    selected = []
    for name, field in graphql_type.fields.items():
        named = get_named_type(field.type)
        if name in UNCOMPARED or any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(named):
            selected.append(name)
        elif is_object_type(named) and depth and (fields := select_all(named, depth - 1)):
            selected.append(f"{name} {{ {' '.join(fields)} }}")
    return selected


SCHEMA = build_schema()
_interview_type = SCHEMA._schema.type_map["Interview"]
assert isinstance(_interview_type, GraphQLObjectType)
SELECTIONS = select_all(_interview_type, 2)
PARTS = [" ".join(SELECTIONS[start::4]) for start in range(4)]
"""All fields, in documents within the limits."""


async def read_view(tenant: Tenant, token: str, interview: Interview) -> tuple[dict[str, Any], str]:
    """Return everything that the caller can read of the interview, and its updatedAt."""
    context = GraphQLContext(services=tenant.services, request_id="x", authorization=f"Bearer {token}")
    view: dict[str, Any] = {}
    for selection in (*PARTS, "updatedAt"):
        query = f"query($id: ID!) {{ interview(id: $id) {{ {selection} }} }}"
        result = await SCHEMA.execute(query, {"id": global_id_of(interview)}, context)
        codes = {(error.extensions or {})["code"] for error in result.errors or ()}
        assert codes <= {"FORBIDDEN"} and result.data and result.data["interview"], result.errors
        view |= result.data["interview"]
    updated_at = view.pop("updatedAt")
    return view, updated_at


ROLES_WITH_REVIEWS = (Role.INTEGRATION, Role.ADMIN)
"""Roles whose tokens of `issue_tokens_of_a_blind_review` can read the reviews of the interview."""


async def issue_tokens_of_a_blind_review(tenant: Tenant, interview: Interview) -> dict[Role, str]:
    """Issue a token to each role that lists interviews. The recruiter has not rated the interview, and the administrator has."""
    tokens: dict[Role, str] = {role: await issue_token(tenant, role) for role in Role if role is not Role.CANDIDATE}
    administrator = await authenticate(tokens[Role.ADMIN], tenant.services.settings.auth, tenant.services.credentials)
    await interview.set({"rated_by": [administrator.key_id]})
    return tokens


async def test_filter_by_time_of_the_change_ignores_what_is_hidden(tenant: Tenant) -> None:
    interview, evaluation = await make_blind_interview(tenant, is_completed=True)
    await add_review(evaluation, new_review(Decision.REJECT))
    reviewed_at = (await reload_interview(interview)).updated_at
    query = (
        "query($after: DateTime!) { interviews(filter: {updatedAtOrAfter: $after}) { edges { node { updatedAt } } totalCount } }"
    )
    for role, token in (await issue_tokens_of_a_blind_review(tenant, interview)).items():
        context = GraphQLContext(services=tenant.services, request_id="x", authorization=f"Bearer {token}")
        result = await SCHEMA.execute(query, {"after": reviewed_at.isoformat()}, context)
        count = int(role in ROLES_WITH_REVIEWS)
        assert result.data and result.data["interviews"]["totalCount"] == count == len(result.data["interviews"]["edges"])


async def test_order_by_time_of_the_change_ignores_what_is_hidden(tenant: Tenant) -> None:
    interview, evaluation = await make_blind_interview(tenant, is_completed=True)
    tokens = await issue_tokens_of_a_blind_review(tenant, interview)
    other = await touch(tenant, await tenant.make_interview())
    await add_review(evaluation, new_review(Decision.REJECT))
    query = "{ interviews(orderBy: {field: UPDATED_AT}) { nodes { id updatedAt } } }"
    for role, token in tokens.items():
        context = GraphQLContext(services=tenant.services, request_id="x", authorization=f"Bearer {token}")
        result = await SCHEMA.execute(query, {}, context)
        assert result.data, result.errors
        nodes = result.data["interviews"]["nodes"]
        sees_review = role in ROLES_WITH_REVIEWS
        assert [node["id"] for node in nodes] == [
            global_id_of(each) for each in ((interview, other) if sees_review else (other, interview))
        ]
        assert nodes == sorted(nodes, key=lambda node: node["updatedAt"], reverse=True)


UNREAD = {
    *("id", "revision_id", "organization_id", "updated_at", "updated_for", "last_change", "is_blind", "candidate", "resume"),
    *("job_description", "invite_generation"),
}
"""Stored fields that only an erasure changes, that say when others did, or, like the last, that end the access of callers."""
READ_BY_LISTS = {"evaluated", "evaluation_status", "recommendation", "reply_usage", "score"}
"""Stored fields that the filters and orders of lists read, and Interview.usage."""


@pytest.mark.parametrize(
    ("role", "permissions", "view"),
    [
        (Role.ADMIN, None, None),
        (Role.RECRUITER, None, None),
        (Role.INTEGRATION, None, InterviewView.INTEGRATION),
        (Role.VIEWER, None, InterviewView.VIEWER),
        (Role.CANDIDATE, None, InterviewView.CANDIDATE),
        (Role.ADMIN, {Action.READ_INTERVIEW}, InterviewView.VIEWER),
        (Role.RECRUITER, {Action.READ_INTERVIEW, Action.READ_EVALUATION}, InterviewView.INTEGRATION),
        # no view contains requests but not evaluations
        (Role.RECRUITER, {Action.READ_INTERVIEW, Action.READ_REQUESTS}, None),
    ],
)
def test_view_of_a_narrowed_key_contains_what_it_may_read(
    role: Role, permissions: set[Action] | None, view: InterviewView | None
) -> None:
    narrowed = frozenset(permissions) if permissions else None
    principal = Principal(organization_id=ObjectId(), role=role, name="", caller="", permissions=narrowed)
    assert get_limited_view(principal) is view


@pytest.mark.parametrize(
    ("role", "view"),
    [
        (Role.INTEGRATION, InterviewView.INTEGRATION),
        (Role.VIEWER, InterviewView.VIEWER),
        (Role.CANDIDATE, InterviewView.CANDIDATE),
    ],
)
def test_each_stored_field_is_hidden_unless_the_role_can_read_it(role: Role, view: InterviewView) -> None:
    fields = get_object_definition(interview_types.Interview, strict=True).fields
    actions = {
        to_camel_case(field.python_name): [guard.action for guard in field.extensions if isinstance(guard, PermissionGuard)]
        for field in fields
    }
    readable = {
        stored
        for name, dependencies in map_stored_fields(interview_types.Interview).items()
        if PERMISSIONS[role].issuperset(actions[name]) and name != "updatedAt"
        for stored in dependencies
    }
    assert readable & HIDDEN_FIELDS[view] == set()
    assert set(Interview.model_fields) - readable - HIDDEN_FIELDS[view] - UNREAD <= READ_BY_LISTS
