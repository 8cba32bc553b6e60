"""Positions through the API: saving versions, lists, and the versions that interviews use."""

from copy import deepcopy
from typing import Any

import pytest

from models.documents.organization import Role
from models.documents.position import JobAnalysis, Position
from resolvers.positions import MAX_CRITERIA, MAX_QUESTIONS
from tests.factories import make_interview, make_position
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, GraphQLResponse, issue_token

POSITION_SELECTION = """key version title description language wrapUpAfterExchanges limitMinutes archived blindReview
jobAnalysis { tasks method criteria { key reason weightReason } }
questions { key text listenFor maxProbes criterionKeys }
criteria { key name description weight levels { value anchor } }"""
POSITIONS_QUERY = """query($archived: Boolean! = false, $first: Int, $after: String, $last: Int, $before: String) {
  positions(includeArchived: $archived, first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { key version }
  }
}"""


def position_input(**values: Any) -> dict[str, Any]:
    """Return a minimal input of savePosition."""
    levels = [{"value": value, "anchor": f"level {value}"} for value in range(1, 6)]
    least = {
        "key": "gardener",
        "title": "Gardener",
        "questions": [{"key": "soil", "text": "What is good soil?"}],
        "criteria": [{"key": "technical", "name": "Knows plants", "weight": 2.5, "levels": levels}],
    }
    return {**deepcopy(least), **values}


def job_analysis_input(*criterion_keys: str) -> dict[str, Any]:
    """Return a job analysis with reasons for these criteria, by default for `technical`."""
    criteria = [{"key": key, "reason": "Plants die.", "weightReason": "Alone."} for key in criterion_keys or ("technical",)]
    return {"tasks": ["Plants roses.", "Prunes roses."], "method": "By watching two gardeners.", "criteria": criteria}


def changed_input(path: str, value: Any) -> dict[str, Any]:
    """Return a copy of the input with another value at the path."""
    body = position_input()
    *path_to_parent, last = path.split(".")
    part: Any = body
    for step in path_to_parent:
        part = part[int(step)] if step.isdigit() else part[step]
    part[last] = value
    return body


async def save_position(api: ApiClient, token: str, **fields: Any) -> GraphQLResponse:
    return await api.mutate("savePosition", token, f"position {{ {POSITION_SELECTION} }}", **fields)


async def versions_by_key(tenant: Tenant) -> dict[str, list[int]]:
    stored: dict[str, list[int]] = {}
    for position in await Position.find({"organization_id": tenant.id}).sort("version").to_list():
        stored.setdefault(position.key, []).append(position.version)
    return stored


# --- saving


async def test_omitted_fields_of_a_new_position_get_their_defaults(api: ApiClient, tenant: Tenant) -> None:
    saved = await save_position(api, await issue_token(tenant, Role.RECRUITER), **position_input())
    assert saved["savePosition"]["position"] == {
        **position_input(),
        "version": 1,
        "description": "",
        "language": "en",
        "wrapUpAfterExchanges": 15,
        "limitMinutes": 30,
        "archived": False,
        "blindReview": False,
        "jobAnalysis": None,
        "questions": [
            {"key": "soil", "text": "What is good soil?", "listenFor": [], "maxProbes": 2, "criterionKeys": []},
        ],
        "criteria": [{**position_input()["criteria"][0], "description": ""}],
    }


async def test_saved_position_is_readable_in_every_version(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.ADMIN)
    first = position_input(
        description="Roses,\nmostly.",
        language="en-GB",
        wrapUpAfterExchanges=3,
        limitMinutes=7,
        blindReview=True,
        jobAnalysis=job_analysis_input(),
        questions=[
            {"key": "soil", "text": "What is soil?", "listenFor": ["clay"], "maxProbes": 0, "criterionKeys": ["technical"]},
            {"key": "roses", "text": "How do you prune?", "listenFor": [], "maxProbes": 5, "criterionKeys": []},
        ],
    )
    assert (await save_position(api, token, **first)).errors == []
    second = await save_position(api, token, **position_input(title="Head gardener", basedOnVersion=1, archived=True))
    query = f'query($v: Int) {{ position(key: "gardener", version: $v) {{ {POSITION_SELECTION} }} }}'
    read = {version: (await api.execute(query, token, v=version))["position"] for version in (None, 1, 2)}
    criteria = [{**first["criteria"][0], "description": ""}]
    assert read[1] == {**first, "criteria": criteria, "version": 1, "archived": False}
    # omitted fields get their default, not the value of the previous version
    assert read[2] == read[None] == second["savePosition"]["position"]
    assert (read[2]["description"], read[2]["limitMinutes"], len(read[2]["questions"])) == ("", 30, 1)
    assert (read[2]["jobAnalysis"], read[2]["blindReview"]) == (None, False)


@pytest.mark.parametrize("based_on", [None, 1, 3])
async def test_saving_over_an_outdated_version_is_a_conflict(api: ApiClient, tenant: Tenant, based_on: int | None) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    await save_position(api, token, **position_input())
    await save_position(api, token, **position_input(basedOnVersion=1))
    refused = await save_position(api, token, **position_input(basedOnVersion=based_on))
    assert (refused.data, refused.codes) == ({"savePosition": None}, ["CONFLICT"])
    assert "its newest version is 2" in refused.error["message"]
    assert (await versions_by_key(tenant))["gardener"] == [1, 2]


async def test_first_version_with_based_on_version_is_a_conflict(api: ApiClient, tenant: Tenant) -> None:
    refused = await save_position(api, await issue_token(tenant, Role.RECRUITER), **position_input(basedOnVersion=1))
    assert refused.codes == ["CONFLICT"]
    assert "there is no such position yet" in refused.error["message"]


LEVELS = position_input()["criteria"][0]["levels"]
QUESTION, CRITERION = position_input()["questions"][0], position_input()["criteria"][0]
INVALID_POSITIONS: list[tuple[dict[str, Any], str]] = [
    (changed_input("key", "Gardener"), "key"),
    (changed_input("key", ""), "key"),
    (changed_input("key", "a" * 65), "key"),
    (changed_input("title", " "), "title"),
    (changed_input("title", "a\0b"), "title"),
    (changed_input("description", "a" * 5001), "description"),
    (changed_input("language", "xx"), "language"),
    (changed_input("language", "no tag"), "language"),
    (changed_input("basedOnVersion", 0), "basedOnVersion"),
    (changed_input("wrapUpAfterExchanges", 0), "wrapUpAfterExchanges"),
    (changed_input("limitMinutes", 241), "limitMinutes"),
    (changed_input("questions", []), "questions"),
    (changed_input("questions", [{**QUESTION, "key": f"q{n}"} for n in range(MAX_QUESTIONS + 1)]), "questions"),
    (changed_input("questions", [QUESTION, QUESTION]), "questions[1].key"),
    (changed_input("questions.0.key", "9lives"), "questions[0].key"),
    (changed_input("questions.0.text", ""), "questions[0].text"),
    (changed_input("questions.0.text", "a" * 2001), "questions[0].text"),
    (changed_input("questions.0.text", "\x1b[31m"), "questions[0].text"),
    (changed_input("questions.0.listenFor", ["clay", " "]), "questions[0].listenFor[1]"),
    (changed_input("questions.0.maxProbes", 6), "questions[0].maxProbes"),
    (changed_input("questions.0.maxProbes", -1), "questions[0].maxProbes"),
    (changed_input("questions.0.criterionKeys", ["technical", "charm"]), "questions[0].criterionKeys[1]"),
    (changed_input("criteria", []), "criteria"),
    (changed_input("criteria", [{**CRITERION, "key": f"c{n}"} for n in range(MAX_CRITERIA + 1)]), "criteria"),
    (changed_input("criteria", [CRITERION, CRITERION]), "criteria[1].key"),
    (changed_input("criteria.0.name", ""), "criteria[0].name"),
    (changed_input("criteria.0.weight", 0), "criteria[0].weight"),
    (changed_input("criteria.0.weight", -1), "criteria[0].weight"),
    (changed_input("criteria.0.levels", LEVELS[:4]), "criteria[0].levels"),
    (changed_input("criteria.0.levels", [*LEVELS[:4], LEVELS[0]]), "criteria[0].levels"),
    (changed_input("criteria.0.levels.4.value", 6), "criteria[0].levels[4].value"),
    (changed_input("criteria.0.levels.2.anchor", ""), "criteria[0].levels[2].anchor"),
    (
        {**changed_input("questions", [{**QUESTION, "key": f"q{n}"} for n in range(6)]), "wrapUpAfterExchanges": 5},
        "wrapUpAfterExchanges",
    ),
    ({**changed_input("questions", [{**QUESTION, "key": f"q{n}"} for n in range(6)]), "limitMinutes": 5}, "limitMinutes"),
    (position_input(jobAnalysis={**job_analysis_input(), "tasks": []}), "jobAnalysis.tasks"),
    (position_input(jobAnalysis={**job_analysis_input(), "method": " "}), "jobAnalysis.method"),
    (position_input(jobAnalysis=job_analysis_input("technical", "charm")), "jobAnalysis.criteria[1].key"),
    (position_input(jobAnalysis=job_analysis_input("technical", "technical")), "jobAnalysis.criteria[1].key"),
    (changed_input("idempotencyKey", ""), "idempotencyKey"),
]


@pytest.mark.parametrize(
    ("body", "field"), INVALID_POSITIONS, ids=[f"{place}-{field}" for place, (_, field) in enumerate(INVALID_POSITIONS)]
)
async def test_invalid_position_is_refused_with_a_path_and_nothing_is_stored(
    api: ApiClient, tenant: Tenant, body: dict[str, Any], field: str
) -> None:
    refused = await save_position(api, await issue_token(tenant, Role.RECRUITER), **body)
    assert (refused.data, refused.codes) == ({"savePosition": None}, ["BAD_INPUT"])
    assert refused.error["extensions"]["field"] == field
    assert refused.error["message"].startswith(field)
    assert set(await versions_by_key(tenant)) == {tenant.position.key}


async def test_interview_retains_the_version_it_was_created_with(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    await save_position(api, token, **position_input())
    input_fields = {"candidateName": "Ada", "positionKey": "gardener", "channel": "TEXT"}
    selected = "interview { id position { version title questions { text } } progress { questions limitSeconds } }"
    old = (await api.mutate("scheduleInterview", token, selected, **input_fields))["scheduleInterview"]["interview"]
    questions = [{"key": "rain", "text": "And rain?"}, {"key": "sun", "text": "And sun?"}]
    await save_position(
        api, token, **position_input(basedOnVersion=1, title="Head gardener", questions=questions, limitMinutes=10)
    )
    new = (await api.mutate("scheduleInterview", token, selected, **input_fields))["scheduleInterview"]["interview"]
    again = await api.execute(
        f"query($id: ID!) {{ i: node(id: $id) {{ ... on Interview {{ {selected[12:-2]} }} }} }}", token, id=old["id"]
    )
    assert again["i"] == old
    assert old["position"] == {"version": 1, "title": "Gardener", "questions": [{"text": "What is good soil?"}]}
    assert new["position"] == {"version": 2, "title": "Head gardener", "questions": [{"text": q["text"]} for q in questions]}
    assert (old["progress"], new["progress"]) == (
        {"questions": 1, "limitSeconds": 1800},
        {"questions": 2, "limitSeconds": 600},
    )


async def test_archived_position_refuses_interviews_until_saved_as_active(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    await save_position(api, token, **position_input(archived=True))
    input_fields = {"candidateName": "Ada", "positionKey": "gardener", "channel": "TEXT"}
    refused = await api.mutate("scheduleInterview", token, "interview { id }", **input_fields)
    assert refused.codes == ["CONFLICT"]
    await save_position(api, token, **position_input(basedOnVersion=1))
    assert (await api.mutate("scheduleInterview", token, "interview { id }", **input_fields)).errors == []


# --- reading


async def test_candidate_reads_the_description_but_neither_job_analysis_nor_blind_review(api: ApiClient, tenant: Tenant) -> None:
    position = await make_position(
        tenant.id, key="gardener", description="You grow roses.", job_analysis=JobAnalysis(tasks=["Plants."], method="By survey.")
    )
    interview = await make_interview(position)
    query = "query($id: ID!) { interview(id: $id) { position { title description jobAnalysis { method } blindReview } } }"
    read = await api.execute(query, await issue_token(tenant, Role.CANDIDATE, interview), id=global_id_of(interview))
    # blindReview and position are not nullable, so a refusal makes the whole interview null
    assert (read.data, set(read.codes)) == ({"interview": None}, {"FORBIDDEN"})
    query = "query($id: ID!) { interview(id: $id) { position { title description jobAnalysis { method } } } }"
    read = await api.execute(query, await issue_token(tenant, Role.CANDIDATE, interview), id=global_id_of(interview))
    expected = {"title": "Tester", "description": "You grow roses.", "jobAnalysis": None}
    assert (read.data, read.codes) == ({"interview": {"position": expected}}, ["FORBIDDEN"])


async def test_position_stored_before_job_analyses_existed_is_readable(api: ApiClient, tenant: Tenant) -> None:
    fields = {"job_analysis": "", "blind_review": ""}
    await Position.get_pymongo_collection().update_one({"_id": tenant.position.id}, {"$unset": fields})
    query = '{ position(key: "tester") { title blindReview jobAnalysis { tasks } } }'
    read = await api.execute(query, await issue_token(tenant, Role.VIEWER))
    assert read.data == {"position": {"title": "Tester", "blindReview": False, "jobAnalysis": None}}


@pytest.mark.parametrize(
    ("key", "version"), [("nobody", None), ("", None), ("t\0", None), ("é", None), ("tester", 2), ("tester", 0)]
)
async def test_unknown_position_is_not_found(api: ApiClient, tenant: Tenant, key: str, version: int | None) -> None:
    query = "query($k: String!, $v: Int) { position(key: $k, version: $v) { title } }"
    response = await api.execute(query, await issue_token(tenant, Role.VIEWER), k=key, v=version)
    assert (response.data, response.codes) == ({"position": None}, ["NOT_FOUND"])


async def test_positions_with_the_same_key_are_separate_for_each_organization(
    api: ApiClient, tenant: Tenant, other_tenant: Tenant
) -> None:
    await save_position(
        api, await issue_token(other_tenant, Role.ADMIN), **position_input(key="tester", basedOnVersion=1, title="Theirs")
    )
    query = '{ position(key: "tester") { version title } positions { nodes { title } } }'
    response = await api.execute(query, await issue_token(tenant, Role.VIEWER))
    assert response.data == {"position": {"version": 1, "title": "Tester"}, "positions": {"nodes": [{"title": "Tester"}]}}


async def test_list_has_newest_versions_by_title_in_both_directions(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    for key, title in (("b", "Same"), ("a", "Same"), ("c", "Same"), ("z", "Early"), ("gone", "Gone")):
        await make_position(tenant.id, key=key, title=title, archived=key == "gone")
    editor = await issue_token(tenant, Role.ADMIN)
    await save_position(api, editor, **position_input(key="z", title="Late", basedOnVersion=1))
    # positions with equal titles are ordered by creation
    expected = [("z", 2), ("b", 1), ("a", 1), ("c", 1), ("tester", 1)]
    for archived, names in ((False, expected), (True, [("gone", 1), *expected])):
        for size_name, cursor_name, end, more in (
            ("first", "after", "endCursor", "hasNextPage"),
            ("last", "before", "startCursor", "hasPreviousPage"),
        ):
            seen: list[tuple[str, int]] = []
            page: dict[str, Any] = {"pageInfo": {end: None, more: True}}
            while page["pageInfo"][more]:
                cursor = page["pageInfo"][end]
                page = (await api.execute(POSITIONS_QUERY, token, archived=archived, **{size_name: 2, cursor_name: cursor}))[
                    "positions"
                ]
                nodes = [(node["key"], node["version"]) for node in page["nodes"]]
                seen = nodes + seen if size_name == "last" else seen + nodes
                assert page["totalCount"] == len(names)
            assert seen == names


async def test_invalid_page_arguments_for_positions_are_refused(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    for arguments, field in (({"first": 101}, "first"), ({"after": "x"}, "after"), ({"first": 1, "last": 1}, "last")):
        response = await api.execute(POSITIONS_QUERY, token, **arguments)
        assert (response.codes, response.error["extensions"]["field"]) == (["BAD_INPUT"], field)
