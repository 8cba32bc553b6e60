"""Lists of interviews and positions use indexes, by MongoDB's query plans with thousands of documents."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId
from pymongo.asynchronous.database import AsyncDatabase

from models.database import DOCUMENTS
from models.documents import position
from models.documents.interview import Decision, Interview, InterviewStatus, Recommendation
from models.documents.interview_indexes import FILTER_INDEX_ORDERS
from models.documents.turn import Channel
from models.reads import position_list
from models.reads.interview_list import (
    NULLABLE_ORDERS,
    ORDER_FIELDS,
    InterviewFilter,
    InterviewOrderField,
    build_criteria,
    count_interviews,
    list_interviews,
    to_sort_order,
)
from models.reads.pagination import Page, PageRequest, SortOrder
from tests.models.dataset import SampleDataset, assert_uses_indexes
from tests.models.profiler import Profiler

PAGE_SIZE = 20


FILTERS: dict[str, Callable[[SampleDataset], InterviewFilter]] = {
    "none": lambda _: InterviewFilter(),
    "status": lambda _: InterviewFilter(status=[InterviewStatus.COMPLETED]),
    "statuses": lambda _: InterviewFilter(status=[InterviewStatus.WAITING, InterviewStatus.IN_PROGRESS, InterviewStatus.ENDING]),
    "position": lambda _: InterviewFilter(position_key=["position1"]),
    "positions": lambda _: InterviewFilter(position_key=["position1", "position2", "nobody"]),
    "channel": lambda _: InterviewFilter(channel=[Channel.TEXT]),
    "external id": lambda _: InterviewFilter(external_id=["ATS-7", "ATS-8", "ATS-9"]),
    "recommendation": lambda _: InterviewFilter(recommendation=[Recommendation.HIRE]),
    "decision": lambda _: InterviewFilter(decision=[Decision.HOLD, Decision.ADVANCE]),
    "reviewed": lambda _: InterviewFilter(reviewed=True),
    "to review": lambda _: InterviewFilter(reviewed=False),
    "name": lambda _: InterviewFilter(candidate="some name12"),
    "email": lambda _: InterviewFilter(candidate="example name12", search_email=True),
    "word": lambda _: InterviewFilter(candidate="name12"),
    "one name": lambda _: InterviewFilter(candidate="some unique1999"),
    "one email": lambda _: InterviewFilter(candidate="example unique1999", search_email=True),
    "no word": lambda _: InterviewFilter(candidate="!"),
    "created": lambda data: InterviewFilter(
        created_after=data.stored_at - timedelta(days=60), created_before=data.stored_at - timedelta(days=30)
    ),
    "updated": lambda data: InterviewFilter(updated_after=data.stored_at - timedelta(days=30)),
    "score": lambda _: InterviewFilter(min_score=40, max_score=60),
    "nothing": lambda _: InterviewFilter(status=[]),
    "status of a position": lambda _: InterviewFilter(status=[InterviewStatus.COMPLETED], position_key=["position1"]),
    "typed and live": lambda _: InterviewFilter(status=[InterviewStatus.IN_PROGRESS], channel=[Channel.TEXT]),
    "good, to review": lambda _: InterviewFilter(reviewed=False, min_score=70, recommendation=[Recommendation.HIRE]),
    "recent of a name": lambda data: InterviewFilter(candidate="name1", created_after=data.stored_at - timedelta(days=60)),
    "every filter": lambda data: InterviewFilter(
        status=[InterviewStatus.COMPLETED],
        position_key=["position1"],
        channel=[Channel.TEXT],
        created_after=data.stored_at - timedelta(days=90),
        updated_after=data.stored_at - timedelta(days=90),
        min_score=10,
        max_score=90,
        recommendation=list(Recommendation),
        decision=list(Decision),
        reviewed=True,
        candidate="some",
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
"""Filters on the fields of one index, by their names in FILTERS."""

NULLS_FIRST = {InterviewOrderField(name.upper()) for name in NULLABLE_ORDERS}
ORDERS = [(field, descending) for field in InterviewOrderField for descending in (True, False)]


async def sample_pages(dataset: SampleDataset, name: str, order: SortOrder) -> list[tuple[PageRequest, Page[Interview]]]:
    """Return the first and last page and, for long lists, pages from the middle forward and backward."""
    where = FILTERS[name](dataset)

    async def read_page(**values: Any) -> tuple[PageRequest, Page[Interview]]:
        request = PageRequest(order, **{"size": PAGE_SIZE, **values})
        return request, await list_interviews(dataset.organization_id, where, request)

    read_pages = [await read_page(), await read_page(backward=True)]
    _, long = await read_page(size=40)
    if long.has_next:
        middle = long.cursors[-1]
        _, further = await read_page(size=40, cursor=middle)
        read_pages += [await read_page(cursor=middle), await read_page(cursor=further.cursors[-1], backward=True)]
    return read_pages


@pytest.mark.parametrize("name", FILTERS)
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
        [plan] = await profiler.plans(list_interviews(dataset.organization_id, InterviewFilter(), request))
        assert not plan.sorts, plan
        assert plan.keys <= 2 * plan.returned, plan


@pytest.mark.parametrize("name", SINGLE_KIND_FILTERS)
async def test_page_of_one_filter_reads_only_its_own_interviews_where_an_index_has_its_order(
    dataset: SampleDataset, profiler: Profiler, name: str
) -> None:
    where, kind = FILTERS[name](dataset), SINGLE_KIND_FILTERS[name]
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
    where, kind = FILTERS[name](dataset), SINGLE_KIND_FILTERS[name]
    found = await count_interviews(dataset.organization_id, where)
    for field, descending in ORDERS:
        if ORDER_FIELDS[field] in FILTER_INDEX_ORDERS[kind] or (field in NULLS_FIRST and not descending):
            continue
        request = PageRequest(to_sort_order(field, descending=descending), PAGE_SIZE)
        [plan] = await profiler.plans(list_interviews(dataset.organization_id, where, request))
        assert plan.documents <= found, plan


@pytest.mark.parametrize("name", FILTERS)
async def test_pages_match_the_list_sorted_in_python(dataset: SampleDataset, name: str) -> None:
    rows = Interview.get_pymongo_collection()
    found = await rows.find(build_criteria(dataset.organization_id, FILTERS[name](dataset))).to_list()
    for field, descending in ORDERS:
        ordered = sorted(found, key=lambda row: sort_key_of(row, ORDER_FIELDS[field]), reverse=descending)
        ids = [row["_id"] for row in ordered]
        expected = [ids[:PAGE_SIZE], ids[-PAGE_SIZE:]]
        if len(ids) > 40:
            beyond = min(80, len(ids)) - 1
            expected += [ids[40 : 40 + PAGE_SIZE], ids[beyond - PAGE_SIZE : beyond]]
        pages = await sample_pages(dataset, name, to_sort_order(field, descending=descending))
        assert [[item.id for item in page.items] for _, page in pages] == expected, (field, descending)


def sort_key_of(row: dict[str, Any], field: str) -> tuple[Any, ...]:
    # missing values sort first
    return row[field] is not None, *([] if row[field] is None else [row[field]]), row["_id"]


async def test_ranges_are_filtered_by_index_keys_before_documents_are_read(dataset: SampleDataset, profiler: Profiler) -> None:
    by_name = PageRequest(to_sort_order(InterviewOrderField.CANDIDATE, descending=False), PAGE_SIZE)
    for name in ("created", "score"):
        [plan] = await profiler.plans(list_interviews(dataset.organization_id, FILTERS[name](dataset), by_name))
        assert plan.documents <= plan.returned == PAGE_SIZE + 1, plan


async def test_every_declared_index_exists(dataset: SampleDataset, bound_database: AsyncDatabase[Any]) -> None:
    # Beanie silently drops one of two indexes on the same fields, whatever their order
    for document in DOCUMENTS:
        declared = {index.document["name"] for index in document.Settings.indexes}
        assert declared <= set(await document.get_pymongo_collection().index_information())


@pytest.mark.parametrize("name", ["external id", "one name", "one email"])
async def test_search_for_one_interview_reads_few_keys(dataset: SampleDataset, profiler: Profiler, name: str) -> None:
    newest = PageRequest(to_sort_order(InterviewOrderField.CREATED_AT, descending=True), PAGE_SIZE)
    [plan] = await profiler.plans(list_interviews(dataset.organization_id, FILTERS[name](dataset), newest))
    assert plan.returned > 0
    assert plan.keys <= 10, plan


@pytest.mark.parametrize("name", FILTERS)
async def test_counts_never_scan_the_collection(dataset: SampleDataset, profiler: Profiler, name: str) -> None:
    assert_uses_indexes(await profiler.plans(count_interviews(dataset.organization_id, FILTERS[name](dataset))), 1)


@pytest.mark.parametrize("include_archived", [True, False])
async def test_position_queries_use_indexes(dataset: SampleDataset, profiler: Profiler, include_archived: bool) -> None:
    order, owner = SortOrder("title"), dataset.organization_id
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
        position.get_positions([ObjectId(first.items[0].id)]),
        position.get_position(ObjectId(first.items[0].id)),
    )
    assert_uses_indexes(found, 4)
    assert all(plan.keys <= 3 for plan in found), found
