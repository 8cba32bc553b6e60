"""Pages of interviews over the wire, compared with what a sort in Python gives."""

from typing import Any

import pytest

from models import interview_list
from models.interview import Interview
from models.interview_list import InterviewOrderField
from models.organization import Role
from tests.resolvers.tenant import Tenant, id_of
from tests.schema.api import Api, token_of
from tests.schema.lists import LIST, an_interview, ids_of, in_order, listed

ORDERS = [(field, direction) for field in InterviewOrderField for direction in ("ASC", "DESC")]


@pytest.mark.parametrize(("field", "direction"), ORDERS)
async def test_every_page_is_reached_once_forward_and_backward(
    api: Api, tenant: Tenant, many: list[Interview], field: InterviewOrderField, direction: str
) -> None:
    token = await token_of(tenant, Role.RECRUITER)
    expected = in_order(many, field, descending=direction == "DESC")
    order = {"field": field, "direction": direction}
    for size in (7, 10):  # the last page is short, or full
        for backward in (False, True):
            seen = await walk(api, token, order, size, backward=backward)
            assert seen == expected


async def walk(api: Api, token: str, order: dict[str, Any], size: int, *, backward: bool) -> list[str]:
    """The ids of all pages, in the list's order. Checks what each page says of itself."""
    size_name, cursor_name, end_name = ("last", "before", "startCursor") if backward else ("first", "after", "endCursor")
    seen: list[str] = []
    cursor = None
    while True:
        page = await listed(api, token, orderBy=order, **{size_name: size, cursor_name: cursor})
        info, cursors = page["pageInfo"], [edge["cursor"] for edge in page["edges"]]
        assert page["totalCount"] == 40
        assert (info["startCursor"], info["endCursor"]) == (cursors[0], cursors[-1])
        seen = ids_of(page) + seen if backward else seen + ids_of(page)
        behind, ahead = ("hasNextPage", "hasPreviousPage") if backward else ("hasPreviousPage", "hasNextPage")
        assert info[behind] == (cursor is not None)
        assert info[ahead] == (len(seen) < 40)
        if not info[ahead]:
            return seen
        assert len(cursors) == size
        cursor = info[end_name]


async def test_a_page_may_begin_at_any_row(api: Api, tenant: Tenant, many: list[Interview]) -> None:
    token = await token_of(tenant, Role.RECRUITER)
    order = {"field": "SCORE", "direction": "ASC"}
    whole = await listed(api, token, orderBy=order, first=100)
    ids = ids_of(whole)
    for place, edge in enumerate(whole["edges"]):
        after = await listed(api, token, orderBy=order, first=3, after=edge["cursor"])
        assert ids_of(after) == ids[place + 1 : place + 4]
        before = await listed(api, token, orderBy=order, last=3, before=edge["cursor"])
        assert ids_of(before) == ids[max(0, place - 3) : place]


async def test_newest_first_and_fifty_unless_asked_otherwise(api: Api, tenant: Tenant) -> None:
    interviews = [await an_interview(tenant, place) for place in range(55)]
    page = await listed(api, await token_of(tenant, Role.VIEWER))
    assert ids_of(page) == in_order(interviews, InterviewOrderField.CREATED_AT, descending=True)[:50]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (55, True)


async def test_an_empty_page_says_whether_there_is_more(api: Api, tenant: Tenant, many: list[Interview]) -> None:
    token = await token_of(tenant, Role.VIEWER)
    none = {"hasNextPage": True, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert await listed(api, token, first=0) == {"totalCount": 40, "edges": [], "nodes": [], "pageInfo": none}
    nothing = await listed(api, token, filter={"positionKey": ["no_such_position"]})
    assert nothing == {"totalCount": 0, "edges": [], "nodes": [], "pageInfo": {**none, "hasNextPage": False}}


async def test_what_is_made_or_changed_between_two_pages_repeats_and_loses_nothing(api: Api, tenant: Tenant) -> None:
    token = await token_of(tenant, Role.VIEWER)
    interviews = [await an_interview(tenant, place) for place in range(9)]
    expected = in_order(interviews, InterviewOrderField.CREATED_AT, descending=True)
    seen: list[str] = []
    cursor = None
    for place in range(3):
        page = await listed(api, token, first=3, after=cursor)
        seen += ids_of(page)
        cursor = page["pageInfo"]["endCursor"]
        await an_interview(tenant, 99 + place)  # newer than all of them
    assert seen == expected


async def test_the_total_is_counted_only_when_it_is_asked_for(api: Api, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = 0
    original = interview_list.count_interviews

    async def counted(*arguments: Any) -> int:
        nonlocal counts
        counts += 1
        return await original(*arguments)

    monkeypatch.setattr(interview_list, "count_interviews", counted)
    token = await token_of(tenant, Role.VIEWER)
    await api.ask("{ interviews { nodes { id } } }", token)
    assert counts == 0
    assert (await api.ask("{ interviews { totalCount } }", token))["interviews"] == {"totalCount": 0}
    assert counts == 1


# --- what is refused

STAMP = "2026-11-01T18:00:00.000Z"
LONG_LIST = [f"ATS-{number}" for number in range(101)]
REFUSED: list[tuple[dict[str, Any], str | None]] = [
    ({"first": 101}, "first"),
    ({"first": -1}, "first"),
    ({"last": 101}, "last"),
    ({"last": -1}, "last"),
    ({"first": 1, "last": 1}, "last"),
    ({"first": 1, "before": "x"}, "before"),
    ({"last": 1, "after": "x"}, "after"),
    ({"after": "x"}, "after"),
    ({"after": ""}, "after"),
    ({"after": "é"}, "after"),
    ({"after": "A" * 5000}, "after"),
    ({"before": "AAAA"}, "before"),
    ({"filter": {"minScore": 60, "maxScore": 50}}, "filter.minScore"),
    ({"filter": {"createdAfter": STAMP, "createdBefore": STAMP}}, "filter.createdAfter"),
    ({"filter": {"externalId": LONG_LIST}}, "filter.externalId"),
    ({"filter": {"positionKey": ["a\0"]}}, "filter.positionKey[0]"),
    ({"filter": {"candidate": "\x1b"}}, "filter.candidate"),
    ({"filter": {"candidate": ""}}, "filter.candidate"),
    ({"filter": {"createdAfter": "yesterday"}}, None),
    ({"filter": {"createdAfter": "2026-11-01T18:00:00"}}, None),
    ({"filter": {"status": ["ASLEEP"]}}, None),
    ({"filter": {"minScore": "high"}}, None),
    ({"filter": {"unknown": 1}}, None),
    ({"orderBy": {"field": "EMAIL"}}, None),
]


@pytest.mark.parametrize(("arguments", "field"), REFUSED, ids=[str(arguments)[:60] for arguments, _ in REFUSED])
async def test_what_makes_no_sense_is_refused_by_its_field(
    api: Api, tenant: Tenant, arguments: dict[str, Any], field: str | None
) -> None:
    answer = await api.ask(LIST, await token_of(tenant, Role.ADMIN), **arguments)
    assert answer.codes == ["BAD_INPUT"]
    assert answer.error["extensions"].get("field") == field
    assert not answer.data


async def cursor_of(api: Api, token: str, query: str) -> str:
    answer = await api.ask(query, token)
    (connection,) = (answer.data or {}).values()
    cursor: str = connection["pageInfo"]["endCursor"]
    return cursor


@pytest.mark.parametrize(
    "other",
    [
        "{ interviews(orderBy: {field: UPDATED_AT, direction: DESC}) { pageInfo { endCursor } } }",
        "{ interviews(orderBy: {field: CREATED_AT, direction: ASC}) { pageInfo { endCursor } } }",
        "{ interviews(orderBy: {field: SCORE}) { pageInfo { endCursor } } }",
        "{ positions { pageInfo { endCursor } } }",
    ],
)
async def test_a_cursor_of_another_list_or_order_is_refused(api: Api, tenant: Tenant, other: str) -> None:
    await an_interview(tenant, 1)
    token = await token_of(tenant, Role.ADMIN)
    answer = await api.ask(LIST, token, after=await cursor_of(api, token, other))
    assert (answer.codes, answer.error["extensions"]["field"]) == (["BAD_INPUT"], "after")
    assert "send one that this list gave" in answer.error["message"]


async def test_a_cursor_of_another_organization_shows_nothing_of_it(api: Api, tenant: Tenant, stranger: Tenant) -> None:
    mine = [await an_interview(tenant, place) for place in (1, 9)]
    await an_interview(stranger, 4)
    cursor = await cursor_of(api, await token_of(stranger, Role.ADMIN), "{ interviews { pageInfo { endCursor } } }")
    page = await listed(api, await token_of(tenant, Role.ADMIN), after=cursor)
    assert ids_of(page) == [id_of(mine[0])]
