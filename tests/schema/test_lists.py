"""Pages of interviews through the API, compared with interviews sorted in Python."""

from typing import Any

import pytest

from models.documents.interview import Interview
from models.documents.organization import Role
from models.reads import interview_list
from models.reads.interview_list import InterviewOrderField
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, issue_token
from tests.schema.interview_lists import INTERVIEWS_QUERY, ids_of, make_listed_interview, read_interviews, sort_ids

ORDERS = [(field, direction) for field in InterviewOrderField for direction in ("ASC", "DESC")]


@pytest.mark.parametrize(("field", "direction"), ORDERS)
async def test_paging_forward_and_backward_returns_every_item_once(
    api: ApiClient, tenant: Tenant, forty_interviews: list[Interview], field: InterviewOrderField, direction: str
) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    expected = sort_ids(forty_interviews, field, descending=direction == "DESC")
    order = {"field": field, "direction": direction}
    for size in (7, 10):  # the last page is short, or full
        for backward in (False, True):
            seen = await walk_pages(api, token, order, size, backward=backward)
            assert seen == expected


async def walk_pages(api: ApiClient, token: str, order: dict[str, Any], size: int, *, backward: bool) -> list[str]:
    """Return the ids of all pages in the list's order, and check the PageInfo of each."""
    size_name, cursor_name, end_name = ("last", "before", "startCursor") if backward else ("first", "after", "endCursor")
    seen: list[str] = []
    cursor = None
    while True:
        page = await read_interviews(api, token, orderBy=order, **{size_name: size, cursor_name: cursor})
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


async def test_page_may_start_at_any_item(api: ApiClient, tenant: Tenant, forty_interviews: list[Interview]) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    order = {"field": "SCORE", "direction": "ASC"}
    whole = await read_interviews(api, token, orderBy=order, first=100)
    ids = ids_of(whole)
    for index, edge in enumerate(whole["edges"]):
        after = await read_interviews(api, token, orderBy=order, first=3, after=edge["cursor"])
        assert ids_of(after) == ids[index + 1 : index + 4]
        before = await read_interviews(api, token, orderBy=order, last=3, before=edge["cursor"])
        assert ids_of(before) == ids[max(0, index - 3) : index]


async def test_default_page_has_fifty_items_newest_first(api: ApiClient, tenant: Tenant) -> None:
    interviews = [await make_listed_interview(tenant, index) for index in range(55)]
    page = await read_interviews(api, await issue_token(tenant, Role.VIEWER))
    assert ids_of(page) == sort_ids(interviews, InterviewOrderField.CREATED_AT, descending=True)[:50]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (55, True)


async def test_empty_page_reports_whether_more_items_exist(
    api: ApiClient, tenant: Tenant, forty_interviews: list[Interview]
) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    empty_page_info = {"hasNextPage": True, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert await read_interviews(api, token, first=0) == {"totalCount": 40, "edges": [], "nodes": [], "pageInfo": empty_page_info}
    empty_page = await read_interviews(api, token, filter={"positionKey": ["no_such_position"]})
    assert empty_page == {"totalCount": 0, "edges": [], "nodes": [], "pageInfo": {**empty_page_info, "hasNextPage": False}}


async def test_changes_between_pages_neither_repeat_nor_skip_items(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    interviews = [await make_listed_interview(tenant, index) for index in range(9)]
    expected = sort_ids(interviews, InterviewOrderField.CREATED_AT, descending=True)
    seen: list[str] = []
    cursor = None
    for index in range(3):
        page = await read_interviews(api, token, first=3, after=cursor)
        seen += ids_of(page)
        cursor = page["pageInfo"]["endCursor"]
        await make_listed_interview(tenant, 99 + index)  # newer than all others
    assert seen == expected


async def test_total_is_counted_only_if_selected(api: ApiClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    count_calls = 0
    original = interview_list.count_interviews

    async def counting_count(*arguments: Any) -> int:
        nonlocal count_calls
        count_calls += 1
        return await original(*arguments)

    monkeypatch.setattr(interview_list, "count_interviews", counting_count)
    token = await issue_token(tenant, Role.VIEWER)
    await api.execute("{ interviews { nodes { id } } }", token)
    assert count_calls == 0
    assert (await api.execute("{ interviews { totalCount } }", token))["interviews"] == {"totalCount": 0}
    assert count_calls == 1


# --- invalid arguments

TIMESTAMP = "2026-11-01T18:00:00.000Z"
LONG_LIST = [f"ATS-{number}" for number in range(101)]
INVALID_ARGUMENTS: list[tuple[dict[str, Any], str | None]] = [
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
    ({"filter": {"createdAfter": TIMESTAMP, "createdBefore": TIMESTAMP}}, "filter.createdAfter"),
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


@pytest.mark.parametrize(
    ("arguments", "field"), INVALID_ARGUMENTS, ids=[str(arguments)[:60] for arguments, _ in INVALID_ARGUMENTS]
)
async def test_invalid_arguments_are_refused_with_their_field(
    api: ApiClient, tenant: Tenant, arguments: dict[str, Any], field: str | None
) -> None:
    response = await api.execute(INTERVIEWS_QUERY, await issue_token(tenant, Role.ADMIN), **arguments)
    assert response.codes == ["BAD_INPUT"]
    assert response.error["extensions"].get("field") == field
    assert not response.data


async def read_end_cursor(api: ApiClient, token: str, query: str) -> str:
    response = await api.execute(query, token)
    (connection,) = (response.data or {}).values()
    cursor: str = connection["pageInfo"]["endCursor"]
    return cursor


@pytest.mark.parametrize(
    "other_query",
    [
        "{ interviews(orderBy: {field: UPDATED_AT, direction: DESC}) { pageInfo { endCursor } } }",
        "{ interviews(orderBy: {field: CREATED_AT, direction: ASC}) { pageInfo { endCursor } } }",
        "{ interviews(orderBy: {field: SCORE}) { pageInfo { endCursor } } }",
        "{ positions { pageInfo { endCursor } } }",
    ],
)
async def test_cursor_of_another_list_or_order_is_refused(api: ApiClient, tenant: Tenant, other_query: str) -> None:
    await make_listed_interview(tenant, 1)
    token = await issue_token(tenant, Role.ADMIN)
    response = await api.execute(INTERVIEWS_QUERY, token, after=await read_end_cursor(api, token, other_query))
    assert (response.codes, response.error["extensions"]["field"]) == (["BAD_INPUT"], "after")
    assert "send one that this list returned" in response.error["message"]


async def test_cursor_of_another_organization_reveals_none_of_its_interviews(
    api: ApiClient, tenant: Tenant, other_tenant: Tenant
) -> None:
    own = [await make_listed_interview(tenant, index) for index in (1, 9)]
    await make_listed_interview(other_tenant, 4)
    cursor = await read_end_cursor(api, await issue_token(other_tenant, Role.ADMIN), "{ interviews { pageInfo { endCursor } } }")
    page = await read_interviews(api, await issue_token(tenant, Role.ADMIN), after=cursor)
    assert ids_of(page) == [global_id_of(own[0])]
