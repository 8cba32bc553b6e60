"""Positions through the API: saving versions, lists, and the versions that interviews use."""

from copy import deepcopy
from typing import Any

import pytest

from models.documents.organization import Role
from models.documents.position import JobAnalysis, Position
from tests.factories import make_interview, make_position
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, GraphQLResponse, issue_token

POSITION_SELECTION = """key version title description language wrapUpAfterExchanges limitMinutes archived blindReview
keyTerms recognitionLanguage
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


async def test_saved_position_comes_with_warnings(api: ApiClient, tenant: Tenant) -> None:
    body = position_input(questions=[{"key": "age", "text": "How old are you?", "criterionKeys": ["technical"]}])
    selection = "position { key } warnings { path code message }"
    saved = await api.mutate("savePosition", await issue_token(tenant, Role.RECRUITER), selection, **body)
    (warning,) = saved["savePosition"]["warnings"]
    assert (warning["path"], warning["code"]) == ("questions[0].text", "PROTECTED_TOPIC")
    assert warning["message"].endswith(".")
    assert (await versions_by_key(tenant))["gardener"] == [1]


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
        "keyTerms": [],
        "recognitionLanguage": "en",
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
        language="en-ZA",
        wrapUpAfterExchanges=3,
        limitMinutes=7,
        blindReview=True,
        jobAnalysis=job_analysis_input(),
        keyTerms=["RHS", "Felco 2"],
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
    assert read[1] == {**first, "criteria": criteria, "version": 1, "archived": False, "recognitionLanguage": "en"}
    # omitted fields get their default, not the value of the previous version
    assert read[2] == read[None] == second["savePosition"]["position"]
    assert (read[2]["description"], read[2]["limitMinutes"], len(read[2]["questions"])) == ("", 30, 1)
    assert (read[2]["jobAnalysis"], read[2]["blindReview"], read[2]["keyTerms"]) == (None, False, [])


async def test_saving_over_an_outdated_version_is_a_conflict(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    await save_position(api, token, **position_input())
    refused = await save_position(api, token, **position_input())
    assert (refused.data, refused.codes) == ({"savePosition": None}, ["CONFLICT"])
    assert "its newest version is 1" in refused.error["message"]
    assert (await versions_by_key(tenant))["gardener"] == [1]


# one of each kind of path; tests/resolvers/test_positions.py tests the rules
INVALID_POSITIONS: list[tuple[dict[str, Any], str]] = [
    (changed_input("title", " "), "title"),
    (changed_input("basedOnVersion", 0), "basedOnVersion"),
    (changed_input("wrapUpAfterExchanges", 0), "wrapUpAfterExchanges"),
    (changed_input("questions", []), "questions"),
    (changed_input("questions.0.text", ""), "questions[0].text"),
    (changed_input("questions.0.listenFor", ["clay", " "]), "questions[0].listenFor[1]"),
    (changed_input("criteria.0.levels.4.value", 6), "criteria[0].levels[4].value"),
    (position_input(jobAnalysis=job_analysis_input("technical", "charm")), "jobAnalysis.criteria[1].key"),
]


@pytest.mark.parametrize(("body", "field"), INVALID_POSITIONS, ids=[field for _, field in INVALID_POSITIONS])
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
    expected = {"title": "Tester", "description": "You grow roses.", "jobAnalysis": None, "blindReview": None}
    assert (read.data, read.codes) == ({"interview": {"position": expected}}, ["FORBIDDEN", "FORBIDDEN"])


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


async def test_list_has_newest_versions_by_title_and_archived_ones_on_request(api: ApiClient, tenant: Tenant) -> None:
    for key, title in (("b", "Same"), ("a", "Same"), ("c", "Same"), ("z", "Early"), ("gone", "Gone")):
        await make_position(tenant.id, key=key, title=title)
    editor = await issue_token(tenant, Role.ADMIN)
    await save_position(api, editor, **position_input(key="z", title="Late", basedOnVersion=1))
    await save_position(api, editor, **position_input(key="gone", title="Gone", basedOnVersion=1, archived=True))
    # positions with equal titles are ordered by creation
    expected = [("z", 2), ("b", 1), ("a", 1), ("c", 1), ("tester", 1)]
    token = await issue_token(tenant, Role.VIEWER)
    for archived, versions in ((False, expected), (True, [("gone", 2), *expected])):
        whole = (await api.execute(POSITIONS_QUERY, token, archived=archived))["positions"]
        after = whole["pageInfo"]["startCursor"]
        page = (await api.execute(POSITIONS_QUERY, token, archived=archived, first=2, after=after))["positions"]
        for connection, found in ((whole, versions), (page, versions[1:3])):
            assert [(node["key"], node["version"]) for node in connection["nodes"]] == found
            assert connection["totalCount"] == len(versions)


async def test_titles_are_ordered_without_case_and_accents_over_pages(api: ApiClient, tenant: Tenant) -> None:
    titles = ["Zahnarzt", "accountant", "Ärztin", "Łucznik", "Lucy's driver", "ARZTIN", "luthier"]
    for number, title in enumerate(titles):
        await make_position(tenant.id, key=f"p{number}", title=title)
    expected = ["accountant", "Ärztin", "ARZTIN", "Lucy's driver", "Łucznik", "luthier", "Tester", "Zahnarzt"]
    token = await issue_token(tenant, Role.VIEWER)
    query = """query($first: Int, $after: String, $last: Int, $before: String) {
        positions(first: $first, after: $after, last: $last, before: $before) {
            pageInfo { startCursor endCursor } nodes { title }
        } }"""
    forward: list[str] = []
    backward: list[str] = []
    after = before = None
    for _ in range(4):
        page = (await api.execute(query, token, first=2, after=after))["positions"]
        forward += [node["title"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        page = (await api.execute(query, token, last=2, before=before))["positions"]
        backward[:0] = [node["title"] for node in page["nodes"]]
        before = page["pageInfo"]["startCursor"]
    assert forward == backward == expected


async def test_invalid_page_arguments_for_positions_are_refused(api: ApiClient, tenant: Tenant) -> None:
    response = await api.execute(POSITIONS_QUERY, await issue_token(tenant, Role.VIEWER), first=1, last=1)
    assert (response.codes, response.error["extensions"]["field"]) == (["BAD_INPUT"], "last")


# --- versions


async def test_versions_say_who_saved_them_and_when_newest_first(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    for version in (1, 2, 3):
        await save_position(api, token, **position_input(title=f"Gardener {version}"), basedOnVersion=version - 1 or None)
    query = """query($key: String!, $after: String) { positionVersions(key: $key, first: 2, after: $after) {
      totalCount pageInfo { endCursor hasNextPage } nodes { version title createdBy createdAt } } }"""
    read = (await api.execute(query, await issue_token(tenant, Role.VIEWER), key="gardener"))["positionVersions"]
    assert [(node["version"], node["title"]) for node in read["nodes"]] == [(3, "Gardener 3"), (2, "Gardener 2")]
    assert all(node["createdBy"] and node["createdAt"] for node in read["nodes"])
    assert read["totalCount"] == 3
    cursor = read["pageInfo"]["endCursor"]
    rest = (await api.execute(query, token, key="gardener", after=cursor))["positionVersions"]
    assert [node["version"] for node in rest["nodes"]] == [1]
    assert not rest["pageInfo"]["hasNextPage"]
    other = await api.execute(query, token, key=tenant.position.key, after=cursor)
    assert other.codes == ["BAD_INPUT"]
    assert (await api.execute(query, token, key="unknown")).codes == ["NOT_FOUND"]


async def test_interviews_of_each_position_are_counted_over_all_versions(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    await save_position(api, token, **position_input())
    first = await Position.find_one({"organization_id": tenant.id, "key": "gardener"})
    assert first
    await save_position(api, token, **position_input(), basedOnVersion=1)
    second = await Position.find_one({"organization_id": tenant.id, "key": "gardener", "version": 2})
    assert second
    for position in (first, second):
        await make_interview(position)
    before = await make_position(tenant.id, key="empty", title="Empty")
    read = await api.execute("{ positions { nodes { key interviewCount } } }", token)
    counts = {node["key"]: node["interviewCount"] for node in read["positions"]["nodes"]}
    assert counts["gardener"] == 2
    assert counts[before.key] == 0


async def test_checking_a_position_warns_or_refuses_like_saving_it_and_stores_nothing(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    query = "query($input: SavePositionInput!) { checkPosition(input: $input) { path code } }"
    body = position_input(questions=[{"key": "age", "text": "How old are you?", "criterionKeys": ["technical"]}])
    found = await api.execute(query, token, input=body)
    assert found["checkPosition"] == [{"path": "questions[0].text", "code": "PROTECTED_TOPIC"}]
    refused = await api.execute(query, token, input=changed_input("criteria.0.levels.1.anchor", " "))
    assert refused.errors[0]["extensions"]["field"] == "criteria[0].levels[1].anchor"
    assert "gardener" not in await versions_by_key(tenant)
