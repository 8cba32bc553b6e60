"""Lists of interviews and positions use indexes, by MongoDB's query plans with thousands of documents."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from bson import ObjectId
from pymongo.asynchronous.database import AsyncDatabase

from models.database import DOCUMENTS
from models.documents import position
from models.documents.interview import TURN_STATUSES, Interview
from models.documents.interview_indexes import FILTER_INDEX_ORDERS
from models.documents.interview_views import InterviewView
from models.reads import position_list
from models.reads.evaluation_counts import count_unfinished_evaluations
from models.reads.interview_list import (
    NULLABLE_ORDERS,
    ORDER_FIELDS,
    InterviewFilter,
    InterviewOrderField,
    count_interviews,
    count_interviews_by_position,
    list_interview_rows,
    list_interviews,
    to_sort_order,
)
from models.reads.pagination import Page, PageRequest, SortOrder
from tests.models.dataset import REVIEWER_ID, SampleDataset, assert_uses_indexes
from tests.models.interview_list_cases import FILTERS, MIDDLE_TIME, combine_filters, sort_interviews
from tests.models.profiler import Plan, Profiler

PAGE_SIZE = 20
FILTER_CASES = {
    **FILTERS,
    "none": combine_filters(),
    "status of a position": combine_filters(FILTERS["status"], FILTERS["position"]),
    "live by voice": combine_filters(FILTERS["statuses"], FILTERS["channel"]),
    "good, to review": combine_filters(FILTERS["to review"], FILTERS["min score"], FILTERS["recommendation"]),
    "recent of a name": combine_filters(FILTERS["rare name"], FILTERS["created after"]),
    "every field": combine_filters(
        *(FILTERS[name] for name in ("status", "position", "channel", "created after", "updated after", "min score")),
        *(FILTERS[name] for name in ("recommendation", "decision", "reviewed", "name")),
    ),
}

SINGLE_KIND_FILTERS = {
    "status": ("status",),
    "statuses": ("status",),
    "position": ("position.key",),
    "positions": ("position.key",),
    "channel": ("channel",),
    "recommendation": ("recommendation",),
    "decision": ("evaluated", "decision"),
    "reviewed": ("evaluated", "decision"),
    "to review": ("evaluated", "decision"),
}
"""Filters on the fields of one index, by their names in FILTER_CASES."""

NULLS_FIRST = {InterviewOrderField(name.upper()) for name in NULLABLE_ORDERS}
ORDERS = [(field, descending) for field in InterviewOrderField for descending in (True, False)]


def make_filter(name: str) -> InterviewFilter:
    return InterviewFilter(**FILTER_CASES[name].fields)


def select_plan_by_index(dataset: SampleDataset, plans: list[Plan], field: InterviewOrderField) -> Plan:
    """Return the plan of a page's read in the order of an index or of the planner's choice.

    A page by last change may first read the interviews that store turns, and these only.
    """
    *before, plan = plans
    assert len(before) <= (field is InterviewOrderField.UPDATED_AT), plans
    storing_turns = sum(interview.status in TURN_STATUSES for interview in dataset.interviews)
    assert all((each.documents <= storing_turns, each.keys <= storing_turns + 2) == (True, True) for each in before), before
    return plan


async def sample_pages(dataset: SampleDataset, name: str, order: SortOrder) -> list[tuple[PageRequest, Page[Interview]]]:
    """Return the first and last page and, for long lists, pages from the middle forward and backward."""

    async def read_page(**values: Any) -> tuple[PageRequest, Page[Interview]]:
        request = PageRequest(order, **{"size": PAGE_SIZE, **values})
        return request, await list_interviews(dataset.organization_id, make_filter(name), request)

    read_pages = [await read_page(), await read_page(backward=True)]
    _, long = await read_page(size=40)
    if long.has_next:
        middle = long.cursors[-1]
        _, further = await read_page(size=40, cursor=middle)
        read_pages += [await read_page(cursor=middle), await read_page(cursor=further.cursors[-1], backward=True)]
    return read_pages


@pytest.mark.parametrize("name", FILTER_CASES)
async def test_interview_lists_never_scan_the_collection(dataset: SampleDataset, profiler: Profiler, name: str) -> None:
    plans = await profiler.plans(
        *(sample_pages(dataset, name, to_sort_order(field, descending=descending)) for field, descending in ORDERS)
    )
    assert_uses_indexes(plans)
    assert len(plans) >= 3 * len(ORDERS)


@pytest.mark.parametrize(("field", "descending"), ORDERS)
async def test_unfiltered_page_reads_only_its_rows_in_order(
    dataset: SampleDataset, profiler: Profiler, field: InterviewOrderField, descending: bool
) -> None:
    read_pages = await sample_pages(dataset, "none", to_sort_order(field, descending=descending))
    assert len(read_pages) == 4
    for request, page in read_pages:
        assert len(page.items) == PAGE_SIZE
        plans = await profiler.plans(list_interviews(dataset.organization_id, InterviewFilter(), request))
        plan = select_plan_by_index(dataset, plans, field)
        assert not plan.sorts, plan
        assert plan.keys <= 2 * plan.returned, plan


@pytest.mark.parametrize("name", SINGLE_KIND_FILTERS)
async def test_page_of_one_filter_reads_only_its_own_interviews_where_an_index_has_its_order(
    dataset: SampleDataset, profiler: Profiler, name: str
) -> None:
    where, kind = make_filter(name), SINGLE_KIND_FILTERS[name]
    for field, descending in ORDERS:
        if ORDER_FIELDS[field] not in FILTER_INDEX_ORDERS[kind]:
            continue
        for request, page in await sample_pages(dataset, name, to_sort_order(field, descending=descending)):
            assert len(page.items) == PAGE_SIZE
            [plan] = await profiler.plans(list_interviews(dataset.organization_id, where, request))
            # hundreds or thousands match; with so few MongoDB may read past a cursor, or sort the rest
            assert plan.documents <= 5 * plan.returned, plan


@pytest.mark.parametrize("name", SINGLE_KIND_FILTERS)
async def test_page_of_one_filter_in_another_order_reads_fewer_interviews_than_match(
    dataset: SampleDataset, profiler: Profiler, name: str
) -> None:
    where, kind = make_filter(name), SINGLE_KIND_FILTERS[name]
    found = await count_interviews(dataset.organization_id, where)
    for field, descending in ORDERS:
        if ORDER_FIELDS[field] in FILTER_INDEX_ORDERS[kind] or (field in NULLS_FIRST and not descending):
            continue
        request = PageRequest(to_sort_order(field, descending=descending), PAGE_SIZE)
        plan = select_plan_by_index(
            dataset, await profiler.plans(list_interviews(dataset.organization_id, where, request)), field
        )
        assert plan.documents <= found, plan


@pytest.mark.parametrize("name", ["failed", "unfinished"])
async def test_unfinished_evaluations_are_found_without_reading_other_interviews(
    dataset: SampleDataset, profiler: Profiler, name: str
) -> None:
    where = make_filter(name)
    found = await count_interviews(dataset.organization_id, where)
    for field, descending in ORDERS:
        request = PageRequest(to_sort_order(field, descending=descending), PAGE_SIZE)
        [plan] = await profiler.plans(list_interviews(dataset.organization_id, where, request))
        assert plan.documents <= found, plan
    newest = PageRequest(to_sort_order(InterviewOrderField.CREATED_AT, descending=True), PAGE_SIZE)
    [plan] = await profiler.plans(list_interviews(dataset.organization_id, where, newest))
    assert (plan.sorts, plan.documents) == (False, plan.returned), plan


async def test_unfinished_evaluations_are_counted_from_an_index(dataset: SampleDataset, profiler: Profiler) -> None:
    plans = await profiler.plans(count_unfinished_evaluations())
    assert_uses_indexes(plans, 3)
    assert all(plan.documents == 0 for plan in plans), plans


@pytest.mark.parametrize("name", FILTER_CASES)
async def test_pages_match_the_list_sorted_in_python(dataset: SampleDataset, name: str) -> None:
    matching = [interview for interview in dataset.interviews if FILTER_CASES[name].matches(interview)]
    assert await count_interviews(dataset.organization_id, make_filter(name)) == len(matching)
    for field, descending in ORDERS:
        ids = [interview.id for interview in sort_interviews(matching, field, descending=descending)]
        expected = [ids[:PAGE_SIZE], ids[-PAGE_SIZE:]]
        if len(ids) > 40:
            beyond = min(80, len(ids)) - 1
            expected += [ids[40 : 40 + PAGE_SIZE], ids[beyond - PAGE_SIZE : beyond]]
        pages = await sample_pages(dataset, name, to_sort_order(field, descending=descending))
        assert [[item.id for item in page.items] for _, page in pages] == expected, (field, descending)


LIMITED_CALLERS: dict[str, tuple[InterviewFilter, Callable[[Interview], InterviewView | None]]] = {
    "viewer": (InterviewFilter(view=InterviewView.VIEWER), lambda _: InterviewView.VIEWER),
    "integration": (InterviewFilter(view=InterviewView.INTEGRATION), lambda _: InterviewView.INTEGRATION),
    "blind reviewer": (
        InterviewFilter(blind_reviewer=REVIEWER_ID),
        lambda interview: InterviewView.BLIND if interview.is_blind and REVIEWER_ID not in interview.rated_by else None,
    ),
}
"""Callers from whom some changes are hidden: the filter of their lists, and which view they have of an interview."""


@pytest.mark.parametrize("caller", LIMITED_CALLERS)
@pytest.mark.parametrize("descending", [True, False])
async def test_list_by_time_of_the_last_visible_change_reads_few_interviews(
    dataset: SampleDataset, profiler: Profiler, caller: str, descending: bool
) -> None:
    where, view_of = LIMITED_CALLERS[caller]
    order = to_sort_order(InterviewOrderField.UPDATED_AT, descending=descending)
    ordered = sorted(dataset.interviews, key=lambda each: (each.get_updated_at(view_of(each)), each.id), reverse=descending)
    assert ordered != sorted(dataset.interviews, key=lambda each: (each.updated_at, each.id), reverse=descending)
    ids, cursor = [each.id for each in ordered], None
    for start in range(0, 5 * PAGE_SIZE, PAGE_SIZE):
        request = PageRequest(order, PAGE_SIZE, cursor)
        page = await list_interviews(dataset.organization_id, where, request)
        assert [each.id for each in page.items] == ids[start : start + PAGE_SIZE]
        assert (page.has_next, page.has_previous) == (True, start > 0)
        plans = await profiler.plans(list_interviews(dataset.organization_id, where, request))
        assert_uses_indexes(plans, 3)
        # the second read is that of interviews that store turns
        assert [plan.sorts for plan in plans] == [False, True, False], plans
        assert sum(plan.documents for plan in plans) <= 15 * PAGE_SIZE, plans
        if cursor is not None:
            before = await list_interviews(dataset.organization_id, where, PageRequest(order, PAGE_SIZE, cursor, backward=True))
            assert [each.id for each in before.items] == ids[max(0, start - 1 - PAGE_SIZE) : start - 1]
        cursor = page.cursors[-1]
    last = await list_interview_rows(
        dataset.organization_id, where, PageRequest(order, PAGE_SIZE, backward=True), ["updated_at", "updated_for", "status"]
    )
    assert [row.id for row in last.items] == ids[-PAGE_SIZE:]
    assert (last.has_next, last.has_previous) == (False, True)
    nothing = await list_interviews(dataset.organization_id, where, PageRequest(order, 0))
    assert (nothing.items, nothing.has_next) == ([], True)
    # a page of other fields, from a position's interviews, with a cursor of another page
    position = replace(where, position_keys=["other"], updated_at_or_after=MIDDLE_TIME)
    expected = [each.id for each in ordered if each.position.key == "other" and each.get_updated_at(view_of(each)) >= MIDDLE_TIME]
    page = await list_interviews(dataset.organization_id, position, PageRequest(order, PAGE_SIZE))
    further = await list_interviews(dataset.organization_id, position, PageRequest(order, PAGE_SIZE, page.cursors[-1]))
    assert [each.id for each in (*page.items, *further.items)] == expected[: 2 * PAGE_SIZE]


async def test_ranges_are_filtered_by_index_keys_before_documents_are_read(dataset: SampleDataset, profiler: Profiler) -> None:
    by_name = PageRequest(to_sort_order(InterviewOrderField.CANDIDATE, descending=False), PAGE_SIZE)
    for name in ("created after", "min score"):
        [plan] = await profiler.plans(list_interviews(dataset.organization_id, make_filter(name), by_name))
        assert plan.documents <= plan.returned == PAGE_SIZE + 1, plan


async def test_every_declared_index_exists(dataset: SampleDataset, bound_database: AsyncDatabase[Any]) -> None:
    for document in DOCUMENTS:
        declared = {index.document["name"] for index in document.Settings.indexes}
        assert declared <= set(await document.get_pymongo_collection().index_information())


@pytest.mark.parametrize("name", ["external id", "unique name", "unique email"])
async def test_search_for_one_interview_reads_few_keys(dataset: SampleDataset, profiler: Profiler, name: str) -> None:
    newest = PageRequest(to_sort_order(InterviewOrderField.CREATED_AT, descending=True), PAGE_SIZE)
    [plan] = await profiler.plans(list_interviews(dataset.organization_id, make_filter(name), newest))
    assert plan.returned > 0
    assert plan.keys <= 10, plan


@pytest.mark.parametrize("name", FILTER_CASES)
async def test_counts_never_scan_the_collection(dataset: SampleDataset, profiler: Profiler, name: str) -> None:
    assert_uses_indexes(await profiler.plans(count_interviews(dataset.organization_id, make_filter(name))), 1)


@pytest.mark.parametrize("include_archived", [True, False])
async def test_position_queries_use_indexes(dataset: SampleDataset, profiler: Profiler, include_archived: bool) -> None:
    order, owner = position_list.BY_TITLE, dataset.organization_id
    requests = [PageRequest(order, PAGE_SIZE), PageRequest(order, PAGE_SIZE, backward=True)]
    first = await position_list.list_positions(owner, requests[0], include_archived=include_archived)
    requests.append(PageRequest(order, PAGE_SIZE, first.cursors[-1]))
    for request in requests:
        [plan] = await profiler.plans(position_list.list_positions(owner, request, include_archived=include_archived))
        assert_uses_indexes([plan])
        assert not plan.sorts, plan
        assert plan.keys <= 2 * plan.returned, plan
    assert_uses_indexes(await profiler.plans(position_list.count_positions(owner, include_archived=include_archived)), 1)
    found = await profiler.plans(
        position.find_position(owner, "p7"),
        position.find_position(owner, "p7", 1),
        position.find_positions([ObjectId(first.items[0].id)]).to_list(),
        position.get_position(ObjectId(first.items[0].id)),
    )
    assert_uses_indexes(found, 4)
    assert all(plan.keys <= 3 for plan in found), found
    plans = await profiler.plans(count_interviews_by_position(owner, [each.key for each in first.items]))
    assert_uses_indexes(plans)
    assert all(plan.documents == 0 for plan in plans), "interviews are counted from the index alone"
    newest = await position.find_position(owner, "p7")
    assert newest
    versions = await profiler.plans(position_list.list_versions(newest, PageRequest(position_list.NEWEST_VERSION_FIRST)))
    assert_uses_indexes(versions, 2)
    assert all(plan.keys <= newest.version + 1 for plan in versions), versions
