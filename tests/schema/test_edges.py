"""Edges beside the ids of related objects: where they lead, and how many reads they need."""

from unittest.mock import Mock

import pytest
from gql import GraphQLRequest
from gql.transport.exceptions import TransportQueryError
from graphql import GraphQLObjectType

from auth import Action
from models.documents.interview import InterviewStatus, find_interviews
from models.documents.organization import Role, create_key
from models.documents.position import find_positions
from schema import loaders
from tests.resolvers.tenant import Tenant
from tests.schema.api_client import ApiClient, ServerAddress, issue_token
from tests.schema.authorization_table import SCHEMA, AuthorizationScenario

EDGES = """query($id: ID!) {
  interview(id: $id) {
    transcript { interviewId interview { id } turns { id interviewId interview { id } } }
    recordings { interview { id } }
  }
  evaluation(interviewId: $id) { interviewId interview { id } positionVersion position { key version } }
}"""


async def test_edges_lead_to_the_object_of_the_id_beside_them(api: ApiClient, scenario: AuthorizationScenario) -> None:
    interview_id = scenario.variables["interview"]
    read = await api.execute(EDGES, scenario.tokens[Role.INTEGRATION], id=interview_id)
    interview, evaluation = read["interview"], read["evaluation"]
    objects = [interview["transcript"], *interview["transcript"]["turns"], *interview["recordings"], evaluation]
    assert len(objects) == 5
    assert [each["interview"]["id"] for each in objects] == [interview_id] * 5
    assert {each["interviewId"] for each in objects if "interviewId" in each} == {interview_id}
    assert evaluation["position"] == {"key": scenario.variables["position"], "version": evaluation["positionVersion"]}
    stored = await api.mutate(
        "setDemographics", scenario.tokens[Role.RECRUITER], "interviewId interview { id }", interviewId=interview_id, sex="f"
    )
    assert stored["setDemographics"] == {"interviewId": interview_id, "interview": {"id": interview_id}}


async def test_edge_to_the_interview_needs_the_permission_to_read_interviews(
    api: ApiClient, scenario: AuthorizationScenario, tenant: Tenant
) -> None:
    _, secret = await create_key(tenant.id, Role.INTEGRATION, "narrow", permissions=[Action.READ_EVALUATION.name])
    query = "query($id: ID!) { node(id: $id) { ... on Evaluation { version interview { id } position { version } } } }"
    read = await api.execute(query, secret, id=scenario.variables["evaluation"])
    # Position.version is not nullable, so its refusal makes the position null
    assert read.data == {"node": {"version": 1, "interview": None, "position": None}}
    assert read.codes == ["FORBIDDEN", "FORBIDDEN"]


async def test_turn_is_a_node_with_its_fields(api: ApiClient, scenario: AuthorizationScenario) -> None:
    token = scenario.tokens[Role.VIEWER]
    turns = (await api.execute(EDGES, token, id=scenario.variables["interview"])).data
    assert turns
    query = "query($id: ID!) { node(id: $id) { __typename id ... on Turn { seq interviewId interview { status } } } }"
    for turn in turns["interview"]["transcript"]["turns"]:
        node = (await api.execute(query, token, id=turn["id"]))["node"]
        assert (node["__typename"], node["id"], node["interviewId"]) == ("Turn", turn["id"], turn["interviewId"])
        assert node["interview"] == {"status": "COMPLETED"}


async def test_edges_of_a_page_are_loaded_in_one_read(api: ApiClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        interview = await tenant.make_interview(InterviewStatus.COMPLETED)
        for version in (1, 2):
            await tenant.make_evaluation(interview, version=version)
    readers = {"find_interviews": Mock(wraps=find_interviews), "find_positions": Mock(wraps=find_positions)}
    for name, reader in readers.items():
        monkeypatch.setattr(loaders, name, reader)
    query = "{ interviews { nodes { id evaluations { interview { id } position { title } } } } }"
    nodes = (await api.execute(query, await issue_token(tenant, Role.INTEGRATION)))["interviews"]["nodes"]
    assert [[each["interview"]["id"] for each in node["evaluations"]] for node in nodes] == [[node["id"]] * 2 for node in nodes]
    assert [reader.call_count for reader in readers.values()] == [1, 1]


async def test_interview_behind_a_followed_turn_has_the_fields_that_the_role_may_read(
    server: ServerAddress, scenario: AuthorizationScenario
) -> None:
    text = "subscription($id: ID!) { turnAdded(interviewId: $id) { interview { id decision } } }"
    for role, decision in ((Role.INTEGRATION, "ADVANCE"), (Role.VIEWER, None)):
        async with server.open_client(scenario.tokens[role]) as session:
            request = GraphQLRequest(text, variable_values={"id": scenario.variables["interview"]})
            if decision:
                events = [event async for event in session.subscribe(request)]
                expected = {"turnAdded": {"interview": {"id": scenario.variables["interview"], "decision": decision}}}
                assert events == [expected] * 2
            else:
                with pytest.raises(TransportQueryError, match="FORBIDDEN"):
                    _ = [event async for event in session.subscribe(request)]


def test_every_id_of_another_object_has_an_edge_beside_it() -> None:
    missing = {
        f"{name}.{field}"
        for name, kind in SCHEMA.type_map.items()
        if isinstance(kind, GraphQLObjectType)
        for field in kind.fields
        if field.endswith("Id") and field.removesuffix("Id") not in kind.fields
    }
    assert missing == {
        # the invite is no credential for the interview behind it
        "Invitation.interviewId",
        # an entry of the audit log names what may have been erased since, and reading it must not read that
        *("AuditEntry.interviewId", "AuditEntry.requestId", "AuditActor.interviewId"),
        *("AuditActor.apiKeyId", "AuditActor.issuedToApiKeyId", "AuditActor.memberId", "AuditActor.issuedToMemberId"),
        "ErrorExtensions.requestId",
        # what logs and the collector of traces are searched for
        *("InterviewTrace.requestId", "InterviewTrace.traceId"),
        # objects of other systems
        *("Interview.externalId", "CandidateImportRow.externalId"),
        "JudgePass.messageId",
    }
