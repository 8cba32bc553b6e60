"""Fields of interviews in lists: equal to those of a single interview, and read only if selected."""

from typing import Any
from unittest.mock import Mock

import pytest
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from engine.fast_fields import FastFieldExecutor
from models.documents import position
from models.documents.interview import Interview, InterviewStatus
from models.documents.organization import Role
from models.reads import interview_list, pagination
from models.storage.clock import now
from tests.resolvers.tenant import Tenant
from tests.schema.api_client import ApiClient, issue_token
from tests.schema.authorization_table import AuthorizationScenario, field_selection, roles_by_field


@pytest.mark.parametrize("role", [Role.ADMIN, Role.VIEWER])
async def test_field_in_a_list_equals_the_field_of_a_single_interview(
    api: ApiClient, scenario: AuthorizationScenario, tenant: Tenant, role: Role
) -> None:
    await tenant.make_interview(InterviewStatus.SCHEDULED)  # of which most is null
    token = scenario.tokens[role]
    ids = [node["id"] for node in (await api.execute("{ interviews { nodes { id } } }", token))["interviews"]["nodes"]]
    assert len(ids) == 6, "those of the scenario and the scheduled one"
    for field in (field_selection("Interview", name) for name in roles_by_field("Interview")):
        listed = await api.execute(f"{{ interviews {{ nodes {{ {field} }} edges {{ node {{ {field} }} }} }} }}", token)
        assert listed.data, field
        nodes = listed.data["interviews"]["nodes"]
        assert [edge["node"] for edge in listed.data["interviews"]["edges"]] == nodes, field
        alone = [await api.execute(f"query($id: ID!) {{ interview(id: $id) {{ {field} }} }}", token, id=each) for each in ids]
        assert [response.data for response in alone] == [{"interview": node} for node in nodes], field
        assert set(listed.codes) == {code for response in alone for code in response.codes}, field


SELECTIONS = [
    "nodes { id status channel language createdAt startedAt endedAt lastSeq candidate { name } position { title } }",
    "nodes { position { id key version title limitMinutes __typename } progress { question questions elapsedSeconds } }",
    "nodes { position { description language questions { key text } } status }",
    "edges { cursor node { ...F } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount",
    "pageInfo { endCursor } edges { node { id candidate { name email } decision consent { textVersion } } }",
    "nodes { again: status status endReason ...F evaluation { overallScore summary } transcript(first: 1) { turns { text } } }",
    "nodes { url recordings { kind } latency { replies p50 { heard } } evaluations { version } durationSeconds erasedAt }",
    "nodes { usage { replies { inputTokens } evaluations { outputTokens } total { costUsd } } }",
    "totalCount nodes { __typename status @skip(if: true) channel @include(if: true) }",
]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.VIEWER])
async def test_fast_path_response_equals_that_of_graphql_core_byte_for_byte(
    api: ApiClient,
    scenario: AuthorizationScenario,
    forty_interviews: list[Interview],
    monkeypatch: pytest.MonkeyPatch,
    role: Role,
) -> None:
    fragment = "fragment F on Interview { id scheduledFor candidate { experience } position { title } }"
    headers = {"X-Request-Id": "the-same"}
    current_time = now()
    monkeypatch.setattr("schema.types.interview.now", lambda: current_time)
    for selection in SELECTIONS:
        text = f"{{ interviews(first: 7, orderBy: {{field: CANDIDATE, direction: ASC}}) {{ {selection} }} }}"
        if "...F" in selection:
            text = f"{fragment} {text}"
        fast_responses = [await post_and_normalize(api, scenario.tokens[role], text, headers) for _ in range(2)]
        with monkeypatch.context() as patch:
            patch.setattr(FastFieldExecutor, "execute_fields", StrawberryGraphQLCoreExecutionContext.execute_fields)
            assert fast_responses == [await post_and_normalize(api, scenario.tokens[role], text, headers)] * 2, selection


async def post_and_normalize(api: ApiClient, token: str, text: str, headers: dict[str, str]) -> bytes:
    response = (await api.post({"query": text}, headers={"Authorization": f"Bearer {token}", **headers})).http_response
    # what remains of the caller's limit differs, too
    content: bytes = response.content.split(b',"extensions":{"cost"')[0]
    # the order of errors differs between the two ways of execution
    parts: Any = response.json()
    return content if not parts.get("errors") else str((parts["data"], sorted(map(str, parts["errors"])))).encode()


async def test_position_is_loaded_only_for_fields_without_a_copy_in_the_interview(
    api: ApiClient, scenario: AuthorizationScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_positions = Mock(wraps=position.find_positions)
    monkeypatch.setattr("schema.loaders.find_positions", find_positions)
    token = scenario.tokens[Role.VIEWER]
    copied = await api.execute("{ interviews { nodes { position { id key version title limitMinutes } } } }", token)
    assert find_positions.call_count == 0
    loaded_positions = await api.execute(
        "{ interviews { nodes { position { id key version title limitMinutes archived } } } }", token
    )
    assert find_positions.call_count == 1
    nodes = loaded_positions["interviews"]["nodes"]
    assert [node["position"].pop("archived") for node in nodes] == [False] * len(nodes)
    assert copied["interviews"] == {"nodes": nodes}


async def test_list_reads_only_the_stored_fields_that_are_selected(
    api: ApiClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tenant.make_interview(resume="a long text", scheduled_for=None)
    read: list[set[str]] = []
    find_rows = pagination.find_rows

    async def recording_find_rows(*arguments: Any) -> Any:
        found = await find_rows(*arguments)
        read.append(set(found.items[0]))
        return found

    monkeypatch.setattr(interview_list, "find_rows", recording_find_rows)
    token = await issue_token(tenant, Role.VIEWER)
    await api.execute("{ interviews(orderBy: {field: CANDIDATE}) { nodes { id status took: durationSeconds } } }", token)
    assert read == [{"_id", "candidate_order", "status", "started_at", "ended_at"}]
