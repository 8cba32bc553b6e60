"""Ending, cancelling and erasing interviews through the API, with repetitions."""

import asyncio
from typing import Any

import jwt
import pytest
from gql import GraphQLRequest

from auth import Audience
from models.documents.evaluation import Evaluation
from models.documents.interview import OPEN_STATUSES, Interview, InterviewStatus
from models.documents.organization import Role
from models.documents.turn import get_turn_collection
from tests.factories import add_candidate_turn, reload_interview
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, ServerAddress, issue_token

STATE_SELECTION = "interview { status endReason endDetail startedAt endedAt durationSeconds lastSeq }"


# --- endInterview


@pytest.mark.parametrize("role", [Role.RECRUITER, Role.CANDIDATE])
async def test_ended_interview_states_who_ended_it_and_retains_its_turns(api: ApiClient, tenant: Tenant, role: Role) -> None:
    interview = await tenant.make_interview()
    turn = await add_candidate_turn(interview, "That is all.")
    token = await issue_token(tenant, role, interview)
    selection = "interview { status endReason durationSeconds lastSeq transcript { isComplete turns { text } } }"
    ended = (await api.mutate("endInterview", token, selection, interviewId=global_id_of(interview)))["endInterview"]["interview"]
    assert ended["status"] == "COMPLETED"
    assert ended["endReason"] == ("CANDIDATE_ENDED" if role is Role.CANDIDATE else "RECRUITER_ENDED")
    assert ended["transcript"] == {"isComplete": True, "turns": [{"text": turn.text}]}
    assert ended["lastSeq"] == 1
    assert ended["durationSeconds"] >= 0
    recruiter = await issue_token(tenant, Role.ADMIN)
    query = "query($id: ID!) { evaluation(interviewId: $id) { version status overallScore criteria { key } } }"
    pending = (await api.execute(query, recruiter, id=global_id_of(interview)))["evaluation"]
    assert pending == {"version": 1, "status": "PENDING", "overallScore": None, "criteria": []}


@pytest.mark.parametrize("again_by", [Role.RECRUITER, Role.CANDIDATE])
async def test_ending_an_ended_interview_returns_it_unchanged(api: ApiClient, tenant: Tenant, again_by: Role) -> None:
    interview = await tenant.make_interview()
    first = await api.mutate(
        "endInterview", await issue_token(tenant, Role.ADMIN), STATE_SELECTION, interviewId=global_id_of(interview)
    )
    token = await issue_token(tenant, again_by, interview)
    again = await api.mutate("endInterview", token, "interview { status endReason endedAt }", interviewId=global_id_of(interview))
    for name, value in again["endInterview"]["interview"].items():
        assert first["endInterview"]["interview"][name] == value
    assert await Evaluation.find({"interview_id": interview.id}).count() == 1


async def test_ending_a_scheduled_interview_is_a_conflict(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_interview(InterviewStatus.SCHEDULED)
    refused = await api.mutate(
        "endInterview", await issue_token(tenant, Role.ADMIN), STATE_SELECTION, interviewId=global_id_of(interview)
    )
    assert (refused.data, refused.codes) == ({"endInterview": None}, ["CONFLICT"])
    assert "cancelInterview" in refused.error["message"]


# --- cancelInterview


async def test_cancelling_twice_retains_the_first_reason(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_interview(InterviewStatus.SCHEDULED)
    token = await issue_token(tenant, Role.RECRUITER)
    input_fields = {"interviewId": global_id_of(interview), "reason": "The position has been filled."}
    first = (await api.mutate("cancelInterview", token, STATE_SELECTION, **input_fields))["cancelInterview"]["interview"]
    assert (first["status"], first["endReason"], first["endDetail"]) == ("CANCELLED", None, input_fields["reason"])
    again = await api.mutate("cancelInterview", token, STATE_SELECTION, interviewId=global_id_of(interview), reason="Another.")
    assert again["cancelInterview"]["interview"] == first
    assert await Evaluation.find({"interview_id": interview.id}).count() == 0


async def test_cancelling_a_started_interview_is_a_conflict(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_interview()
    refused = await api.mutate(
        "cancelInterview", await issue_token(tenant, Role.ADMIN), STATE_SELECTION, interviewId=global_id_of(interview)
    )
    assert refused.codes == ["CONFLICT"]
    assert "endInterview" in refused.error["message"]


@pytest.mark.parametrize(("reason", "code"), [("a" * 2001, "BAD_INPUT"), ("\0", "BAD_INPUT"), (" ", None), (None, None)])
async def test_cancellation_reason_is_cleaned_or_refused(
    api: ApiClient, tenant: Tenant, reason: str | None, code: str | None
) -> None:
    interview = await tenant.make_interview(InterviewStatus.SCHEDULED)
    input_fields = {"interviewId": global_id_of(interview), "reason": reason}
    response = await api.mutate("cancelInterview", await issue_token(tenant, Role.ADMIN), STATE_SELECTION, **input_fields)
    assert response.codes == ([code] if code else [])
    if code:
        assert response.error["extensions"]["field"] == "reason"
        assert (await reload_interview(interview)).status is InterviewStatus.SCHEDULED


# --- eraseInterview

ERASED_SELECTION = """interview {
  id status erasedAt endedAt endDetail externalId decision lastSeq
  candidate { name } evaluation { id } evaluations { id } recordings { id }
  transcript { isComplete turns { text } } position { title }
} receipt"""


async def erase_interview(api: ApiClient, tenant: Tenant, interview: Interview) -> dict[str, Any]:
    response = await api.mutate(
        "eraseInterview", await issue_token(tenant, Role.ADMIN), ERASED_SELECTION, interviewId=global_id_of(interview)
    )
    payload: dict[str, Any] = response["eraseInterview"]
    return payload


@pytest.mark.parametrize("status", [*OPEN_STATUSES, InterviewStatus.SCHEDULED, InterviewStatus.COMPLETED])
async def test_erased_interview_has_no_personal_data(api: ApiClient, tenant: Tenant, status: InterviewStatus) -> None:
    interview = await tenant.make_interview(external_id="ATS-7", end_detail="She left early.")
    await add_candidate_turn(interview, "My name is Ada.")
    await interview.set({Interview.status: status})
    evaluation = await tenant.make_evaluation(interview)
    erased = await erase_interview(api, tenant, interview)
    left = erased["interview"]
    assert left["status"] == ("COMPLETED" if status is InterviewStatus.COMPLETED else "CANCELLED")
    assert left["erasedAt"] is not None and left["endedAt"] is not None
    assert [left[name] for name in ("candidate", "evaluation", "decision", "endDetail", "externalId")] == [None] * 5
    assert (left["evaluations"], left["recordings"]) == ([], [])
    assert left["transcript"] == {"isComplete": True, "turns": []}
    assert left["position"] == {"title": "Tester"}
    admin = await issue_token(tenant, Role.ADMIN)
    query = "query($i: ID!, $e: ID!) { evaluation(interviewId: $i) { id } node(id: $e) { id } interviews { nodes { id } } }"
    read = await api.execute(query, admin, i=global_id_of(interview), e=global_id_of(evaluation))
    assert read.data == {"evaluation": None, "node": None, "interviews": {"nodes": [{"id": global_id_of(interview)}]}}
    search = 'query { interviews(filter: {candidate: "Ada"}) { totalCount } }'
    assert (await api.execute(search, admin))["interviews"]["totalCount"] == 0
    assert await get_turn_collection().count_documents({"interview_id": interview.id}) == 0


async def test_receipt_counts_what_was_erased_without_personal_data(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_interview(InterviewStatus.IN_PROGRESS, external_id="ATS-7")
    for number in range(3):
        await add_candidate_turn(interview, f"answer {number}")
    await tenant.make_evaluation(interview)
    erased = await erase_interview(api, tenant, interview)
    secret = tenant.services.settings.auth.secret.get_secret_value()
    claims = jwt.decode(erased["receipt"], secret, algorithms=["HS256"], audience=Audience.RECEIPT)
    assert (claims["sub"], claims["turns"], claims["evaluations"], claims["recordings"]) == (global_id_of(interview), 3, 1, 0)
    assert claims.keys() == {"sub", "aud", "erasedAt", "turns", "evaluations", "recordings"}
    assert await erase_interview(api, tenant, interview) == erased, "the same receipt each time"


async def test_erased_interview_accepts_no_mutation(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_interview()
    invite, evaluation = tenant.invite_token(interview), await tenant.make_evaluation(interview)
    candidate, admin = await issue_token(tenant, Role.CANDIDATE, interview), await issue_token(tenant, Role.ADMIN)
    await erase_interview(api, tenant, interview)
    named = {"interviewId": global_id_of(interview)}
    review = {"evaluationId": global_id_of(evaluation), "decision": "HOLD", "reason": "Too late."}
    responses = {
        "sendMessage": await api.mutate("sendMessage", candidate, "turn { seq }", **named, text="Hello?"),
        "joinInterview": await api.mutate("joinInterview", None, "access { token }", invite=invite),
        "renewInvite": await api.mutate("renewInvite", admin, "invite { token }", **named),
        "endInterview": await api.mutate("endInterview", admin, "interview { id }", **named),
        "evaluateInterview": await api.mutate("evaluateInterview", admin, "evaluation { id }", **named),
        "reviewEvaluation": await api.mutate("reviewEvaluation", admin, "evaluation { id }", **review),
    }
    assert {name: response.codes for name, response in responses.items()} == {
        "sendMessage": ["UNAUTHENTICATED"],
        "joinInterview": ["NOT_FOUND"],
        "renewInvite": ["CONFLICT"],
        "endInterview": ["CONFLICT"],
        "evaluateInterview": ["CONFLICT"],
        "reviewEvaluation": ["NOT_FOUND"],
    }


async def test_subscribers_are_notified_of_an_erasure(server: ServerAddress, api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_interview()
    await add_candidate_turn(interview, "My name is Ada.")
    variables = {"id": global_id_of(interview)}
    turns = GraphQLRequest("subscription($id: ID!) { turnAdded(interviewId: $id) { text } }", variable_values=variables)
    states = GraphQLRequest(
        "subscription($id: ID!) { interviewChanged(interviewId: $id) { status erasedAt candidate { name } } }",
        variable_values=variables,
    )
    dashboard = GraphQLRequest("subscription { interviewsChanged { status erasedAt candidate { name } } }")
    async with server.open_client(await issue_token(tenant, Role.VIEWER)) as session, asyncio.timeout(15):
        turns_stream, interview_stream, dashboard_stream = (
            session.subscribe(turns),
            session.subscribe(states),
            session.subscribe(dashboard),
        )
        assert (await anext(turns_stream))["turnAdded"] == {"text": "My name is Ada."}
        for stream in (interview_stream, dashboard_stream):
            assert next(iter((await anext(stream)).values()))["candidate"] == {"name": "Ada Lovelace"}
        await erase_interview(api, tenant, interview)
        assert await anext(turns_stream, None) is None, "the stream of turns completes"
        for stream in (interview_stream, dashboard_stream):
            state = next(iter((await anext(stream)).values()))
            assert (state["status"], state["candidate"]) == ("CANCELLED", None)
            assert state["erasedAt"] is not None
            await stream.aclose()
