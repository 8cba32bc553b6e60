"""A list reads no more of an interview than was asked for, and shows the same as the interview alone."""

from typing import Any

import pytest
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from models import interview_list, page, position
from models.interview import Interview, InterviewStatus
from models.organization import Role
from schema.attributes import AttributeExecutor
from tests.resolvers.tenant import Tenant
from tests.schema.api import Api, token_of
from tests.schema.rights import World, field_of, rows


@pytest.mark.parametrize("name", rows("Interview"))
async def test_a_field_of_a_list_is_what_it_is_alone(api: Api, world: World, tenant: Tenant, name: str) -> None:
    await tenant.interview(InterviewStatus.SCHEDULED)  # of which most is null
    field = field_of("Interview", name)
    for role in (Role.ADMIN, Role.VIEWER):
        token = world.tokens[role]
        listed = await api.ask(f"{{ interviews {{ nodes {{ {field} }} edges {{ node {{ {field} }} }} }} }}", token)
        assert listed.data
        nodes = listed.data["interviews"]["nodes"]
        assert [edge["node"] for edge in listed.data["interviews"]["edges"]] == nodes
        ids = (await api.ask("{ interviews { nodes { id } } }", token))["interviews"]["nodes"]
        assert len(ids) == len(nodes) == 2
        codes = set()
        for node, found in zip(nodes, ids, strict=True):
            alone = await api.ask(f"query($id: ID!) {{ interview(id: $id) {{ {field} }} }}", token, id=found["id"])
            assert alone.data == {"interview": node}
            codes |= set(alone.codes)
        assert set(listed.codes) == codes


SELECTIONS = [
    "nodes { id status channel language createdAt startedAt endedAt lastSeq candidate { name } position { title } }",
    "nodes { position { id key version title limitMinutes __typename } progress { question questions elapsedSeconds } }",
    "nodes { position { description language questions { key text } } status }",
    "edges { cursor node { ...F } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount",
    "pageInfo { endCursor } edges { node { id candidate { name email } decision consent { textVersion } } }",
    "nodes { again: status status endReason ...F evaluation { overallScore summary } transcript(first: 1) { turns { text } } }",
    "nodes { url recordings { kind } latency { replies p50 { heard } } evaluations { version } durationSeconds erasedAt }",
    "totalCount nodes { __typename status @skip(if: true) channel @include(if: true) }",
]


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("role", [Role.ADMIN, Role.VIEWER])
async def test_what_is_read_in_short_is_byte_for_byte_what_graphql_core_says(
    api: Api, world: World, many: list[Interview], monkeypatch: pytest.MonkeyPatch, role: Role, selection: str
) -> None:
    fragment = (
        "fragment F on Interview { id scheduledFor candidate { experience } position { title } }" if "...F" in selection else ""
    )
    text = f"{fragment} {{ interviews(first: 7, orderBy: {{field: CANDIDATE, direction: ASC}}) {{ {selection} }} }}"
    headers = {"X-Request-Id": "the-same"}
    told = [await asked(api, world.tokens[role], text, headers) for _ in range(2)]
    monkeypatch.setattr(AttributeExecutor, "execute_fields", StrawberryGraphQLCoreExecutionContext.execute_fields)
    assert told == [await asked(api, world.tokens[role], text, headers)] * 2


async def asked(api: Api, token: str, text: str, headers: dict[str, str]) -> bytes:
    response = (await api.post({"query": text}, headers={"Authorization": f"Bearer {token}", **headers})).response
    content: bytes = response.content
    # errors come in the order in which they are found
    parts: Any = response.json()
    return content if not parts.get("errors") else str((parts["data"], sorted(map(str, parts["errors"])))).encode()


async def test_a_position_is_loaded_only_for_what_the_interview_does_not_keep_of_it(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = 0
    original = position.get_positions

    async def counted(*arguments: Any) -> Any:
        nonlocal loaded
        loaded += 1
        return await original(*arguments)

    monkeypatch.setattr("schema.loaders.get_positions", counted)
    token = world.tokens[Role.VIEWER]
    kept = await api.ask("{ interviews { nodes { position { id key version title limitMinutes } } } }", token)
    assert loaded == 0
    whole = await api.ask("{ interviews { nodes { position { id key version title limitMinutes archived } } } }", token)
    assert loaded == 1
    [node] = whole["interviews"]["nodes"]
    assert node["position"].pop("archived") is False
    assert kept["interviews"] == {"nodes": [node]}


async def test_a_list_reads_what_is_asked_for(api: Api, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    await tenant.interview(resume="a long text", scheduled_for=None)
    read: list[set[str]] = []
    find_rows = page.find_rows

    async def noted(*arguments: Any) -> Any:
        found = await find_rows(*arguments)
        read.append(set(found.items[0]))
        return found

    monkeypatch.setattr(interview_list, "find_rows", noted)
    token = await token_of(tenant, Role.VIEWER)
    await api.ask("{ interviews(orderBy: {field: CANDIDATE}) { nodes { id status took: durationSeconds } } }", token)
    assert read == [{"_id", "candidate_order", "status", "started_at", "ended_at"}]
