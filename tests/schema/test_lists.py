"""Lists of interviews through the API: filters, orders, pages and invalid arguments.

tests/models/test_list_indexes.py and test_pagination.py test filters and pages with more interviews.
"""

from itertools import combinations
from typing import Any
from unittest.mock import AsyncMock

import pytest
from strawberry.utils.str_converters import to_camel_case

from errors import BadInput
from models.documents.interview import Candidate, Interview, InterviewStatus
from models.documents.organization import Role
from models.reads import interview_list
from models.reads.interview_list import InterviewOrderField
from resolvers.subscriptions import LiveInterviewFilter
from schema.arguments import RequestBuilder
from schema.inputs.lists import DEPRECATED_NAMES, LiveFilter
from tests.models.interview_list_cases import FILTERS, FilterCase, combine_filters
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, issue_token
from tests.schema.authorization_table import roles_by_field
from tests.schema.interview_lists import INTERVIEWS_QUERY, ids_of, make_listed_interview, read_interviews, sort_ids


def filter_input(case: FilterCase) -> dict[str, Any]:
    """Return the filter as the API takes it. Whether the email is searched depends on the caller's role."""
    return {to_camel_case(name): value for name, value in case.fields.items() if name != "search_email"}


def test_every_filter_field_has_a_case() -> None:
    names = set(roles_by_field("InterviewFilter")) - {to_camel_case(name) for name in DEPRECATED_NAMES}
    assert {name for case in FILTERS.values() for name in filter_input(case)} == names


async def test_filters_select_matching_interviews_alone_and_combined(
    api: ApiClient, tenant: Tenant, forty_interviews: list[Interview]
) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    pairs = [pair for pair in combinations(FILTERS.values(), 2) if not pair[0].fields.keys() & pair[1].fields.keys()]
    found, expected, nonempty = {}, {}, 0
    for case in [*FILTERS.values(), *(combine_filters(*pair) for pair in pairs)]:
        page = await read_interviews(api, token, filter=filter_input(case), first=100)
        matching = [interview for interview in forty_interviews if case.matches(interview)]
        found[str(case.fields)] = (ids_of(page), page["totalCount"])
        expected[str(case.fields)] = (sort_ids(matching, InterviewOrderField.CREATED_AT, descending=True), len(matching))
        nonempty += bool(matching)
    assert found == expected
    assert nonempty > len(FILTERS), "most of the filters match an interview"


async def test_deprecated_names_of_filters_select_the_same_and_are_refused_beside_the_new_names(
    api: ApiClient, tenant: Tenant, forty_interviews: list[Interview]
) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    for deprecated, name in DEPRECATED_NAMES.items():
        old, new = to_camel_case(deprecated), to_camel_case(name)
        value = next(case.fields[name] for case in FILTERS.values() if case.fields.keys() == {name})
        expected = await read_interviews(api, token, filter={new: value}, first=100)
        assert await read_interviews(api, token, filter={old: value, new: None}, first=100) == expected
        assert 0 < expected["totalCount"] < len(forty_interviews)
        both = await api.execute(INTERVIEWS_QUERY, token, filter={old: value, new: value})
        assert (both.codes, both.error["extensions"]["field"]) == (["BAD_INPUT"], f"filter.{old}")
        assert both.error["message"] == f"filter.{old} is the deprecated name of filter.{new}: send filter.{new} only."


def test_deprecated_names_of_the_live_filter_select_the_same() -> None:
    builder = RequestBuilder(LiveInterviewFilter, deprecated_names=DEPRECATED_NAMES, path="filter")
    completed, default = [InterviewStatus.COMPLETED], list(LiveInterviewFilter().statuses)
    assert builder.build(LiveFilter()) == LiveInterviewFilter()
    for sent in (LiveFilter(status=completed), LiveFilter(statuses=completed)):
        assert builder.build(sent) == LiveInterviewFilter(statuses=completed)
    assert builder.build(LiveFilter(position_key=["a"])) == LiveInterviewFilter(position_keys=["a"])
    with pytest.raises(BadInput, match=r"filter\.status is the deprecated name of filter\.statuses"):
        builder.build(LiveFilter(status=completed, statuses=default))


async def test_errors_name_filters_as_the_caller_sent_them(api: ApiClient, tenant: Tenant) -> None:
    recruiter, viewer = await issue_token(tenant, Role.RECRUITER), await issue_token(tenant, Role.VIEWER)
    refused = await api.execute(INTERVIEWS_QUERY, viewer, filter={"decision": ["HOLD"]})
    assert (refused.codes, refused.error["extensions"]["field"]) == (["FORBIDDEN"], "filter.decision")
    invalid = await api.execute(INTERVIEWS_QUERY, recruiter, filter={"positionKey": ["a\0"]})
    assert (invalid.codes, invalid.error["extensions"]["field"]) == (["BAD_INPUT"], "filter.positionKey[0]")
    assert "filter.positionKey[0]" in invalid.error["message"]


async def test_viewer_finds_candidates_by_name_but_not_by_email(
    api: ApiClient, tenant: Tenant, forty_interviews: list[Interview]
) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    assert (await read_interviews(api, token, filter={"candidate": "lovelace"}))["totalCount"] > 0
    assert (await read_interviews(api, token, filter={"candidate": "mail.example"}))["totalCount"] == 0


async def test_list_is_sorted_by_any_field_in_both_directions(
    api: ApiClient, tenant: Tenant, forty_interviews: list[Interview]
) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    for field in InterviewOrderField:
        for direction in ("ASC", "DESC"):
            page = await read_interviews(api, token, orderBy={"field": field, "direction": direction}, first=100)
            assert ids_of(page) == sort_ids(forty_interviews, field, descending=direction == "DESC"), (field, direction)


@pytest.mark.parametrize("backward", [False, True])
async def test_paging_returns_every_matching_item_once(
    api: ApiClient, tenant: Tenant, forty_interviews: list[Interview], backward: bool
) -> None:
    token = await issue_token(tenant, Role.RECRUITER)
    matching = [interview for interview in forty_interviews if FILTERS["to review"].matches(interview)]
    size_name, cursor_name, end_name = ("last", "before", "startCursor") if backward else ("first", "after", "endCursor")
    behind, ahead = ("hasNextPage", "hasPreviousPage") if backward else ("hasPreviousPage", "hasNextPage")
    arguments = {"filter": {"reviewed": False}, "orderBy": {"field": "SCORE", "direction": "DESC"}, size_name: 4}
    seen: list[str] = []
    cursor, has_more = None, True
    while has_more:
        page = await read_interviews(api, token, **arguments, **{cursor_name: cursor})
        info, cursors = page["pageInfo"], [edge["cursor"] for edge in page["edges"]]
        seen = ids_of(page) + seen if backward else seen + ids_of(page)
        assert page["totalCount"] == len(matching)
        assert (info["startCursor"], info["endCursor"]) == (cursors[0], cursors[-1])
        assert (info[behind], info[ahead]) == (cursor is not None, len(seen) < len(matching))
        cursor, has_more = info[end_name], info[ahead]
    assert seen == sort_ids(matching, InterviewOrderField.SCORE, descending=True)


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
    for size in (None, 0):
        empty_page = await read_interviews(api, token, filter={"positionKeys": ["no_such_position"]}, first=size)
        assert empty_page == {"totalCount": 0, "edges": [], "nodes": [], "pageInfo": {**empty_page_info, "hasNextPage": False}}


async def test_total_is_counted_only_if_selected(api: ApiClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    count = AsyncMock(wraps=interview_list.count_interviews)
    monkeypatch.setattr(interview_list, "count_interviews", count)
    token = await issue_token(tenant, Role.VIEWER)
    await api.execute("{ interviews { nodes { id } } }", token)
    assert count.await_count == 0
    assert (await api.execute("{ interviews { totalCount } }", token))["interviews"] == {"totalCount": 0}
    assert count.await_count == 1


# --- invalid arguments

TIMESTAMP = "2026-11-01T18:00:00.000Z"
LONG_LIST = [f"ATS-{number}" for number in range(101)]
INVALID_ARGUMENTS: list[tuple[dict[str, Any], str | None]] = [
    ({"first": 101}, "first"),
    ({"first": 1, "last": 1}, "last"),
    ({"after": "x"}, "after"),
    ({"before": "AAAA"}, "before"),
    ({"filter": {"minScore": 60, "maxScore": 50}}, "filter.minScore"),
    ({"filter": {"createdAtOrAfter": TIMESTAMP, "createdBefore": TIMESTAMP}}, "filter.createdAtOrAfter"),
    ({"filter": {"externalIds": LONG_LIST}}, "filter.externalIds"),
    ({"filter": {"positionKeys": ["a\0"]}}, "filter.positionKeys[0]"),
    ({"filter": {"candidate": "\x1b"}}, "filter.candidate"),
    ({"filter": {"candidate": ""}}, "filter.candidate"),
    ({"filter": {"createdAtOrAfter": "yesterday"}}, None),
    ({"filter": {"statuses": ["ASLEEP"]}}, None),
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


async def read_end_cursor(api: ApiClient, token: str, connection: str) -> str:
    response = await api.execute(f"{{ connection: {connection} {{ pageInfo {{ endCursor }} }} }}", token)
    cursor: str = response["connection"]["pageInfo"]["endCursor"]
    return cursor


async def test_cursor_of_another_list_is_refused(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.ADMIN)
    response = await api.execute(INTERVIEWS_QUERY, token, after=await read_end_cursor(api, token, "positions"))
    assert (response.codes, response.error["extensions"]["field"]) == (["BAD_INPUT"], "after")
    assert "send one that this list returned" in response.error["message"]


async def test_cursor_of_another_organization_reveals_none_of_its_interviews(
    api: ApiClient, tenant: Tenant, other_tenant: Tenant
) -> None:
    own = [await make_listed_interview(tenant, index) for index in (1, 9)]
    await make_listed_interview(other_tenant, 4)
    cursor = await read_end_cursor(api, await issue_token(other_tenant, Role.ADMIN), "interviews")
    page = await read_interviews(api, await issue_token(tenant, Role.ADMIN), after=cursor)
    assert ids_of(page) == [global_id_of(own[0])]


async def test_names_are_found_and_ordered_without_accents(api: ApiClient, tenant: Tenant) -> None:
    names = [
        "Maya Lindqvist",
        "Zoë Plain",
        "Øyvind Berg",
        "Łukasz Żółć",
        "Lukas Meyer",
        "Đặng Văn",
        "Sean O'Brien",
        "प्रिया",
        "पूजा राय",
    ]
    for name in names:
        await tenant.make_interview(name=name, candidate=Candidate(name=name))
    token = await issue_token(tenant, Role.VIEWER)
    query = """query($filter: InterviewFilter, $order: InterviewOrder, $first: Int, $after: String) {
        interviews(filter: $filter, orderBy: $order, first: $first, after: $after) {
            pageInfo { endCursor } nodes { candidate { name } }
        } }"""
    for search, name in (("lukasz zolc", "Łukasz Żółć"), ("obrien", "Sean O'Brien"), ("ÖYV", "Øyvind Berg"), ("प्रिया", "प्रिया")):
        found = (await api.execute(query, token, filter={"candidate": search}))["interviews"]["nodes"]
        assert [node["candidate"]["name"] for node in found] == [name]
    listed: list[str] = []
    after = None
    while len(listed) < len(names):
        order = {"field": "CANDIDATE", "direction": "ASC"}
        page = (await api.execute(query, token, order=order, first=2, after=after))["interviews"]
        listed += [node["candidate"]["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert listed == [
        *(
            "Đặng Văn",
            "Lukas Meyer",
            "Łukasz Żółć",
            "Maya Lindqvist",
            "Øyvind Berg",
            "Sean O'Brien",
            "Zoë Plain",
            "पूजा राय",
            "प्रिया",
        )
    ]
