"""Validating positions: the error names the invalid value by its path. Saving them, and seeding starter positions."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from bson import ObjectId

from errors import BadInput, Conflict
from models.documents.idempotency_claim import IdempotencyClaim
from models.documents.position import Position, find_position
from resolvers.positions import MAX_CRITERIA, MAX_QUESTIONS, save_position, seed_positions, validate_position_body
from tests.factories import position_body
from tests.resolvers.tenant import Tenant

RawBody = dict[str, Any]


def new_raw_body(**values: Any) -> RawBody:
    return position_body(**values).model_dump()


def set_value(*path: str | int, value: Any) -> Callable[[RawBody], None]:
    """Return a function that sets the value at the path."""

    def change(body: RawBody) -> None:
        parent: Any = body
        for step in path[:-1]:
            parent = parent[step]
        parent[path[-1]] = value

    return change


def remove_value(*path: str | int) -> Callable[[RawBody], None]:
    """Return a function that deletes the value at the path."""

    def change(body: RawBody) -> None:
        parent: Any = body
        for step in path[:-1]:
            parent = parent[step]
        del parent[path[-1]]

    return change


def new_job_analysis(*criterion_keys: str) -> RawBody:
    criteria = [{"key": key, "reason": "It matters.", "weight_reason": "It matters much."} for key in criterion_keys]
    return {"tasks": ["Tests programs."], "method": "By survey.", "criteria": criteria}


LEVELS = [{"value": value, "anchor": "an anchor"} for value in (1, 2, 3, 4, 5)]
QUESTION = {"key": "more", "text": "What else?"}
MANY_QUESTIONS = [{**QUESTION, "key": f"q{n}"} for n in range(MAX_QUESTIONS)]
MANY_CRITERIA = [{"key": f"c{n}", "name": "a name", "weight": 1, "levels": LEVELS} for n in range(MAX_CRITERIA)]

INVALID_BODIES: list[tuple[str, Callable[[RawBody], None], str]] = [
    ("key", set_value("key", value="Not Snake"), "a letter first"),
    ("key", set_value("key", value=""), "a letter first"),
    ("key", set_value("key", value="a" * 65), "a letter first"),
    ("key", remove_value("key"), "required"),
    ("title", set_value("title", value="   "), "at least 1"),
    ("title", set_value("title", value="a" * 2001), "at most 2000"),
    ("title", set_value("title", value="Tester\0"), "U+0000"),
    ("description", set_value("description", value="a" * 5001), "at most 5000"),
    ("language", set_value("language", value="english"), "BCP 47"),
    ("language", set_value("language", value="xx"), "the interviewer speaks"),
    ("questions", set_value("questions", value=[]), "1 to 30 questions, not 0"),
    ("questions", set_value("questions", value=[*MANY_QUESTIONS, QUESTION]), "not 31"),
    ("questions", set_value("questions", value="What?"), "list"),
    ("questions[1].key", set_value("questions", 1, "key", value="motivation"), "'motivation' occurs twice"),
    ("questions[1].key", set_value("questions", 1, "key", value="1st"), "a letter first"),
    ("questions[2].text", set_value("questions", 2, "text", value=""), "at least 1"),
    ("questions[2].text", set_value("questions", 2, "text", value="a" * 2001), "at most 2000"),
    ("questions[2].text", set_value("questions", 2, "text", value="\x1b\u200b"), "at least 1"),
    ("questions[0].maxProbes", set_value("questions", 0, "max_probes", value=6), "must be at most 5"),
    ("questions[0].maxProbes", set_value("questions", 0, "max_probes", value=-1), "must be at least 0"),
    ("questions[0].listenFor[1]", set_value("questions", 0, "listen_for", value=["a fact", " "]), "at least 1"),
    (
        "questions[0].criterionKeys[1]",
        set_value("questions", 0, "criterion_keys", value=["technical", "nothing"]),
        "no criterion 'nothing'",
    ),
    ("criteria", set_value("criteria", value=[]), "1 to 20 criteria, not 0"),
    ("criteria", set_value("criteria", value=[*MANY_CRITERIA, {**MANY_CRITERIA[0], "key": "more"}]), "not 21"),
    ("criteria[1].key", set_value("criteria", 1, "key", value="technical"), "'technical' occurs twice"),
    ("criteria[0].weight", set_value("criteria", 0, "weight", value=0), "greater than 0"),
    ("criteria[0].weight", set_value("criteria", 0, "weight", value=-1), "greater than 0"),
    ("criteria[0].weight", set_value("criteria", 0, "weight", value=float("inf")), "must be at most 1000"),
    ("criteria[0].weight", set_value("criteria", 0, "weight", value=float("nan")), "1000"),
    ("criteria[0].name", set_value("criteria", 0, "name", value=None), "string"),
    ("criteria[0].name", set_value("criteria", 0, "name", value=""), "at least 1"),
    ("criteria[2].levels", set_value("criteria", 2, "levels", value=LEVELS[:4]), "levels 1 to 5"),
    ("criteria[2].levels", set_value("criteria", 2, "levels", value=[*LEVELS, LEVELS[0]]), "levels 1 to 5"),
    ("criteria[2].levels", set_value("criteria", 2, "levels", value=[*LEVELS[:4], LEVELS[0]]), "levels 1 to 5"),
    ("criteria[2].levels[0].value", set_value("criteria", 2, "levels", 0, "value", value=0), "must be at least 1"),
    ("criteria[2].levels[4].value", set_value("criteria", 2, "levels", 4, "value", value=6), "must be at most 5"),
    ("criteria[2].levels[4].anchor", set_value("criteria", 2, "levels", 4, "anchor", value=""), "at least 1"),
    ("jobAnalysis.tasks", set_value("job_analysis", value={"tasks": [], "method": "By survey."}), "at least 1"),
    ("jobAnalysis.tasks", set_value("job_analysis", value={"tasks": ["Tests."] * 51, "method": "By survey."}), "at most 50"),
    ("jobAnalysis.tasks[0]", set_value("job_analysis", value={"tasks": [" "], "method": "By survey."}), "at least 1"),
    ("jobAnalysis.method", set_value("job_analysis", value={"tasks": ["Tests."]}), "required"),
    ("jobAnalysis.method", set_value("job_analysis", value={"tasks": ["Tests."], "method": " "}), "at least 1"),
    (
        "jobAnalysis.criteria[1].key",
        set_value("job_analysis", value=new_job_analysis("technical", "charm")),
        "no criterion 'charm'",
    ),
    ("jobAnalysis.criteria[1].key", set_value("job_analysis", value=new_job_analysis("technical", "technical")), "occurs twice"),
    ("wrapUpAfterExchanges", set_value("wrap_up_after_exchanges", value=2), "3 questions need at least as many exchanges"),
    ("wrapUpAfterExchanges", set_value("wrap_up_after_exchanges", value=0), "must be at least 1"),
    ("wrapUpAfterExchanges", set_value("wrap_up_after_exchanges", value=101), "must be at most 100"),
    ("limitMinutes", set_value("limit_minutes", value=2), "3 questions need at least a minute each"),
    ("limitMinutes", set_value("limit_minutes", value=241), "must be at most 240"),
]


@pytest.mark.parametrize(
    ("path", "change", "message"), INVALID_BODIES, ids=[f"{path}: {message}" for path, _, message in INVALID_BODIES]
)
def test_error_names_the_path_of_the_invalid_value(path: str, change: Callable[[RawBody], None], message: str) -> None:
    body = new_raw_body()
    change(body)
    with pytest.raises(BadInput) as refused:
        validate_position_body(body)
    assert refused.value.field == path
    assert str(refused.value).startswith(path)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "values",
    [
        {"limit_minutes": 3},
        {"wrap_up_after_exchanges": 3},
        {"questions": MANY_QUESTIONS, "wrap_up_after_exchanges": MAX_QUESTIONS, "limit_minutes": MAX_QUESTIONS},
        {"criteria": MANY_CRITERIA, "questions": [QUESTION]},
        {"description": ""},
        {"job_analysis": {**new_job_analysis(), "tasks": ["Tests programs."] * 50}},
        {"job_analysis": new_job_analysis("technical")},
    ],
    ids=["minutes", "exchanges", "questions", "criteria", "no description", "tasks", "one analysed criterion"],
)
def test_position_at_its_limits_is_accepted(values: RawBody) -> None:
    validate_position_body(new_raw_body() | values)


@pytest.mark.parametrize(("language", "stored"), [("DE", "de"), ("de-AT", "de-AT"), (" fr ", "fr")])
def test_language_is_accepted_with_any_region(language: str, stored: str) -> None:
    assert validate_position_body(new_raw_body() | {"language": language}).language == stored


def test_texts_are_normalized() -> None:
    body = validate_position_body(new_raw_body() | {"title": "  Tester ", "description": "one\r\ntwo"})
    assert (body.title, body.description) == ("Tester", "one\ntwo")


def test_text_that_shows_nothing_is_refused_with_its_path() -> None:
    body = new_raw_body()
    body["questions"][0]["text"] = "\u2063"
    for changed, path in ((new_raw_body() | {"title": "\u200b"}, "title"), (body, "questions[0].text")):
        with pytest.raises(BadInput) as refused:
            validate_position_body(changed)
        assert refused.value.field == path


def test_levels_are_sorted() -> None:
    body = new_raw_body()
    body["criteria"][0]["levels"].reverse()
    assert [level.value for level in validate_position_body(body).criteria[0].levels] == [1, 2, 3, 4, 5]


async def test_refused_position_leaves_no_trace(tenant: Tenant) -> None:
    before = await Position.count()
    caller = await tenant.admin()
    for body, based_on in ((new_raw_body() | {"title": ""}, 1), (new_raw_body(), 0), (new_raw_body(), -1)):
        with pytest.raises(BadInput):
            await save_position(tenant.services, caller, body, based_on, "a key")
    assert await Position.count() == before
    assert await IdempotencyClaim.count() == 0


async def test_save_based_on_an_old_version_is_a_conflict_each_time(tenant: Tenant) -> None:
    caller = await tenant.admin()
    await save_position(tenant.services, caller, new_raw_body(title="Theirs"), 1, None)
    for _ in range(2):
        with pytest.raises(Conflict, match="newest version is 2"):
            await save_position(tenant.services, caller, new_raw_body(title="Mine"), 1, "a key")


@pytest.mark.usefixtures("database")
async def test_seeding_stores_each_starter_once_and_never_overwrites() -> None:
    organization_id = ObjectId()
    starters = [new_raw_body(key="one"), new_raw_body(key="two")]
    seeded = await asyncio.gather(*(seed_positions(organization_id, starters) for _ in range(3)))
    assert sorted(key for keys in seeded for key in keys) == ["one", "two"]
    await Position.find({"organization_id": organization_id, "key": "one"}).set({"title": "Theirs"})
    assert await seed_positions(organization_id, [*starters, new_raw_body(key="three")]) == ["three"]
    stored = await find_position(organization_id, "one")
    assert stored
    assert (stored.title, stored.version) == ("Theirs", 1)


@pytest.mark.usefixtures("database")
async def test_invalid_starter_is_named_and_none_is_stored() -> None:
    organization_id = ObjectId()
    with pytest.raises(BadInput, match="limitMinutes"):
        await seed_positions(organization_id, [new_raw_body(key="one"), new_raw_body(key="two") | {"limit_minutes": 1}])
    assert await Position.find({"organization_id": organization_id}).count() == 0
