"""Positions over the wire: saved as versions, listed, and kept by the interviews that use them."""

from copy import deepcopy
from typing import Any

import pytest

from models.organization import Role
from models.position import Position
from resolvers.positions import MAX_CRITERIA, MAX_QUESTIONS
from tests.factories import make_position
from tests.resolvers.tenant import Tenant
from tests.schema.api import Answer, Api, token_of

BODY = """key version title description language wrapUpAfterExchanges limitMinutes archived
questions { key text listenFor maxProbes criterionKeys }
criteria { key name description weight levels { value anchor } }"""
LIST = """query($archived: Boolean! = false, $first: Int, $after: String, $last: Int, $before: String) {
  positions(includeArchived: $archived, first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { key version }
  }
}"""


def a_position(**values: Any) -> dict[str, Any]:
    """Input of savePosition: as little as there must be."""
    levels = [{"value": value, "anchor": f"level {value}"} for value in range(1, 6)]
    least = {
        "key": "gardener",
        "title": "Gardener",
        "questions": [{"key": "soil", "text": "What is good soil?"}],
        "criteria": [{"key": "technical", "name": "Knows plants", "weight": 2.5, "levels": levels}],
    }
    return {**deepcopy(least), **values}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The same with another value at that place."""
    body = a_position()
    *way, last = path.split(".")
    part: Any = body
    for step in way:
        part = part[int(step)] if step.isdigit() else part[step]
    part[last] = value
    return body


async def save(api: Api, token: str, **given: Any) -> Answer:
    return await api.change("savePosition", token, f"position {{ {BODY} }}", **given)


async def keys_of(tenant: Tenant) -> dict[str, list[int]]:
    stored: dict[str, list[int]] = {}
    for position in await Position.find({"organization_id": tenant.id}).sort("version").to_list():
        stored.setdefault(position.key, []).append(position.version)
    return stored


# --- saving


async def test_a_new_position_has_defaults_where_nothing_was_given(api: Api, tenant: Tenant) -> None:
    saved = await save(api, await token_of(tenant, Role.RECRUITER), **a_position())
    assert saved["savePosition"]["position"] == {
        **a_position(),
        "version": 1,
        "description": "",
        "language": "en",
        "wrapUpAfterExchanges": 15,
        "limitMinutes": 30,
        "archived": False,
        "questions": [
            {"key": "soil", "text": "What is good soil?", "listenFor": [], "maxProbes": 2, "criterionKeys": []},
        ],
        "criteria": [{**a_position()["criteria"][0], "description": ""}],
    }


async def test_everything_that_was_given_is_read_again_in_every_version(api: Api, tenant: Tenant) -> None:
    token = await token_of(tenant, Role.ADMIN)
    first = a_position(
        description="Roses,\nmostly.",
        language="en-GB",
        wrapUpAfterExchanges=3,
        limitMinutes=7,
        questions=[
            {"key": "soil", "text": "What is soil?", "listenFor": ["clay"], "maxProbes": 0, "criterionKeys": ["technical"]},
            {"key": "roses", "text": "How do you prune?", "listenFor": [], "maxProbes": 5, "criterionKeys": []},
        ],
    )
    assert (await save(api, token, **first)).errors == []
    second = await save(api, token, **a_position(title="Head gardener", basedOnVersion=1, archived=True))
    query = f'query($v: Int) {{ position(key: "gardener", version: $v) {{ {BODY} }} }}'
    read = {version: (await api.ask(query, token, v=version))["position"] for version in (None, 1, 2)}
    criteria = [{**first["criteria"][0], "description": ""}]
    assert read[1] == {**first, "criteria": criteria, "version": 1, "archived": False}
    # the whole of the new version: what was left out has its default, not the old value
    assert read[2] == read[None] == second["savePosition"]["position"]
    assert (read[2]["description"], read[2]["limitMinutes"], len(read[2]["questions"])) == ("", 30, 1)


@pytest.mark.parametrize("based_on", [None, 1, 3])
async def test_whoever_edited_another_version_than_the_newest_is_told_so(api: Api, tenant: Tenant, based_on: int | None) -> None:
    token = await token_of(tenant, Role.RECRUITER)
    await save(api, token, **a_position())
    await save(api, token, **a_position(basedOnVersion=1))
    refused = await save(api, token, **a_position(basedOnVersion=based_on))
    assert (refused.data, refused.codes) == ({"savePosition": None}, ["CONFLICT"])
    assert "its newest version is 2" in refused.error["message"]
    assert (await keys_of(tenant))["gardener"] == [1, 2]


async def test_a_first_version_cannot_be_based_on_another(api: Api, tenant: Tenant) -> None:
    refused = await save(api, await token_of(tenant, Role.RECRUITER), **a_position(basedOnVersion=1))
    assert refused.codes == ["CONFLICT"]
    assert "there is no such position yet" in refused.error["message"]


LEVELS = a_position()["criteria"][0]["levels"]
QUESTION, CRITERION = a_position()["questions"][0], a_position()["criteria"][0]
MISFITS: list[tuple[dict[str, Any], str]] = [
    (changed("key", "Gardener"), "key"),
    (changed("key", ""), "key"),
    (changed("key", "a" * 65), "key"),
    (changed("title", " "), "title"),
    (changed("title", "a\0b"), "title"),
    (changed("description", "a" * 5001), "description"),
    (changed("language", "xx"), "language"),
    (changed("language", "no tag"), "language"),
    (changed("basedOnVersion", 0), "basedOnVersion"),
    (changed("wrapUpAfterExchanges", 0), "wrapUpAfterExchanges"),
    (changed("limitMinutes", 241), "limitMinutes"),
    (changed("questions", []), "questions"),
    (changed("questions", [{**QUESTION, "key": f"q{n}"} for n in range(MAX_QUESTIONS + 1)]), "questions"),
    (changed("questions", [QUESTION, QUESTION]), "questions[1].key"),
    (changed("questions.0.key", "9lives"), "questions[0].key"),
    (changed("questions.0.text", ""), "questions[0].text"),
    (changed("questions.0.text", "a" * 2001), "questions[0].text"),
    (changed("questions.0.text", "\x1b[31m"), "questions[0].text"),
    (changed("questions.0.listenFor", ["clay", " "]), "questions[0].listenFor[1]"),
    (changed("questions.0.maxProbes", 6), "questions[0].maxProbes"),
    (changed("questions.0.maxProbes", -1), "questions[0].maxProbes"),
    (changed("questions.0.criterionKeys", ["technical", "charm"]), "questions[0].criterionKeys[1]"),
    (changed("criteria", []), "criteria"),
    (changed("criteria", [{**CRITERION, "key": f"c{n}"} for n in range(MAX_CRITERIA + 1)]), "criteria"),
    (changed("criteria", [CRITERION, CRITERION]), "criteria[1].key"),
    (changed("criteria.0.name", ""), "criteria[0].name"),
    (changed("criteria.0.weight", 0), "criteria[0].weight"),
    (changed("criteria.0.weight", -1), "criteria[0].weight"),
    (changed("criteria.0.levels", LEVELS[:4]), "criteria[0].levels"),
    (changed("criteria.0.levels", [*LEVELS[:4], LEVELS[0]]), "criteria[0].levels"),
    (changed("criteria.0.levels.4.value", 6), "criteria[0].levels[4].value"),
    (changed("criteria.0.levels.2.anchor", ""), "criteria[0].levels[2].anchor"),
    (
        {**changed("questions", [{**QUESTION, "key": f"q{n}"} for n in range(6)]), "wrapUpAfterExchanges": 5},
        "wrapUpAfterExchanges",
    ),
    ({**changed("questions", [{**QUESTION, "key": f"q{n}"} for n in range(6)]), "limitMinutes": 5}, "limitMinutes"),
    (changed("idempotencyKey", ""), "idempotencyKey"),
]


@pytest.mark.parametrize(("body", "field"), MISFITS, ids=[f"{place}-{field}" for place, (_, field) in enumerate(MISFITS)])
async def test_what_does_not_fit_is_refused_by_its_path_and_nothing_is_stored(
    api: Api, tenant: Tenant, body: dict[str, Any], field: str
) -> None:
    refused = await save(api, await token_of(tenant, Role.RECRUITER), **body)
    assert (refused.data, refused.codes) == ({"savePosition": None}, ["BAD_INPUT"])
    assert refused.error["extensions"]["field"] == field
    assert refused.error["message"].startswith(field)
    assert set(await keys_of(tenant)) == {tenant.position.key}


async def test_an_interview_keeps_the_version_that_it_was_made_for(api: Api, tenant: Tenant) -> None:
    token = await token_of(tenant, Role.RECRUITER)
    await save(api, token, **a_position())
    given = {"candidateName": "Ada", "positionKey": "gardener", "channel": "TEXT"}
    selected = "interview { id position { version title questions { text } } progress { questions limitSeconds } }"
    old = (await api.change("scheduleInterview", token, selected, **given))["scheduleInterview"]["interview"]
    questions = [{"key": "rain", "text": "And rain?"}, {"key": "sun", "text": "And sun?"}]
    await save(api, token, **a_position(basedOnVersion=1, title="Head gardener", questions=questions, limitMinutes=10))
    new = (await api.change("scheduleInterview", token, selected, **given))["scheduleInterview"]["interview"]
    again = await api.ask(
        f"query($id: ID!) {{ i: node(id: $id) {{ ... on Interview {{ {selected[12:-2]} }} }} }}", token, id=old["id"]
    )
    assert again["i"] == old
    assert old["position"] == {"version": 1, "title": "Gardener", "questions": [{"text": "What is good soil?"}]}
    assert new["position"] == {"version": 2, "title": "Head gardener", "questions": [{"text": q["text"]} for q in questions]}
    assert (old["progress"], new["progress"]) == (
        {"questions": 1, "limitSeconds": 1800},
        {"questions": 2, "limitSeconds": 600},
    )


async def test_an_archived_position_takes_no_new_interview_and_comes_back_by_saving(api: Api, tenant: Tenant) -> None:
    token = await token_of(tenant, Role.RECRUITER)
    await save(api, token, **a_position(archived=True))
    given = {"candidateName": "Ada", "positionKey": "gardener", "channel": "TEXT"}
    refused = await api.change("scheduleInterview", token, "interview { id }", **given)
    assert refused.codes == ["CONFLICT"]
    await save(api, token, **a_position(basedOnVersion=1))
    assert (await api.change("scheduleInterview", token, "interview { id }", **given)).errors == []


# --- reading


@pytest.mark.parametrize(
    ("key", "version"), [("nobody", None), ("", None), ("t\0", None), ("é", None), ("tester", 2), ("tester", 0)]
)
async def test_what_is_not_there_is_not_found(api: Api, tenant: Tenant, key: str, version: int | None) -> None:
    query = "query($k: String!, $v: Int) { position(key: $k, version: $v) { title } }"
    answer = await api.ask(query, await token_of(tenant, Role.VIEWER), k=key, v=version)
    assert (answer.data, answer.codes) == ({"position": None}, ["NOT_FOUND"])


async def test_another_organizations_position_of_the_same_key_is_another(api: Api, tenant: Tenant, stranger: Tenant) -> None:
    await save(api, await token_of(stranger, Role.ADMIN), **a_position(key="tester", basedOnVersion=1, title="Theirs"))
    query = '{ position(key: "tester") { version title } positions { nodes { title } } }'
    answer = await api.ask(query, await token_of(tenant, Role.VIEWER))
    assert answer.data == {"position": {"version": 1, "title": "Tester"}, "positions": {"nodes": [{"title": "Tester"}]}}


async def test_the_list_has_the_newest_of_each_by_title_in_pages_both_ways(api: Api, tenant: Tenant) -> None:
    token = await token_of(tenant, Role.VIEWER)
    for key, title in (("b", "Same"), ("a", "Same"), ("c", "Same"), ("z", "Early"), ("gone", "Gone")):
        await make_position(tenant.id, key=key, title=title, archived=key == "gone")
    editor = await token_of(tenant, Role.ADMIN)
    await save(api, editor, **a_position(key="z", title="Late", basedOnVersion=1))
    # equal titles in the order in which they were made
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
                page = (await api.ask(LIST, token, archived=archived, **{size_name: 2, cursor_name: cursor}))["positions"]
                nodes = [(node["key"], node["version"]) for node in page["nodes"]]
                seen = nodes + seen if size_name == "last" else seen + nodes
                assert page["totalCount"] == len(names)
            assert seen == names


async def test_bad_pages_of_positions_are_refused(api: Api, tenant: Tenant) -> None:
    token = await token_of(tenant, Role.VIEWER)
    for arguments, field in (({"first": 101}, "first"), ({"after": "x"}, "after"), ({"first": 1, "last": 1}, "last")):
        answer = await api.ask(LIST, token, **arguments)
        assert (answer.codes, answer.error["extensions"]["field"]) == (["BAD_INPUT"], field)
