"""Keyset pagination, compared with lists sorted in Python. test_list_indexes.py compares filtered lists."""

import base64
from typing import Any

import pytest
from bson import BSON, ObjectId
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from errors import BadInput
from models.documents.interview import Interview
from models.reads.pagination import Page, PageRequest, SortOrder, encode_cursor, fill_page, find_page, merge_pages, slice_numbers
from models.storage.clock import now
from tests.factories import make_interview, make_position

pytestmark = pytest.mark.usefixtures("database")

BY_SCORE = SortOrder("score")


async def make_scored_interviews(scores: list[float | None]) -> ObjectId:
    """Return the id of an organization with one interview per score."""
    position = await make_position()
    template = await make_interview(position)
    interviews = [template.model_copy(update={"id": ObjectId(), "score": score}) for score in scores]
    await template.delete()
    if interviews:
        await Interview.insert_many(interviews)
    return position.organization_id


async def walk_pages(organization_id: ObjectId, order: SortOrder, *, backward: bool, sizes: list[int]) -> list[list[Any]]:
    """Return the ids of all pages in one direction, with varying page sizes."""
    pages, cursor = [], None
    for number in range(100):
        size = sizes[number % len(sizes)]
        page = await find_page(Interview, {"organization_id": organization_id}, PageRequest(order, size, cursor, backward))
        pages.append([item.id for item in page.items])
        more = page.has_previous if backward else page.has_next
        assert (page.has_next if backward else page.has_previous) is (cursor is not None)
        if not more:
            return pages
        cursor = page.cursors[0] if backward else page.cursors[-1]
    raise AssertionError("the list never ends")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    scores=st.lists(st.sampled_from([None, None, 0.0, 12.5, 50.0, 50, 99.5]), max_size=12),
    descending=st.booleans(),
    backward=st.booleans(),
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=3),
)
async def test_consecutive_pages_cover_the_whole_list(
    scores: list[float | None], descending: bool, backward: bool, sizes: list[int]
) -> None:
    organization_id = await make_scored_interviews(scores)
    stored = await Interview.find({"organization_id": organization_id}).to_list()
    # missing values come first in ascending order; equal ones are ordered by id in the same direction
    expected = sorted(stored, key=lambda item: (item.score is not None, item.score or 0.0, item.id), reverse=descending)
    pages = await walk_pages(organization_id, SortOrder("score", descending), backward=backward, sizes=sizes)
    in_order = [item_id for page in (reversed(pages) if backward else pages) for item_id in page]
    assert in_order == [item.id for item in expected]


async def test_insertions_and_deletions_neither_repeat_nor_skip_other_rows() -> None:
    organization_id = await make_scored_interviews([10, 20, 30, 40])
    first = await find_page(Interview, {"organization_id": organization_id}, PageRequest(BY_SCORE, 2))
    await first.items[1].delete()
    other = await make_interview(organization_id=organization_id, score=5)
    second = await find_page(Interview, {"organization_id": organization_id}, PageRequest(BY_SCORE, 2, first.cursors[-1]))
    assert [item.score for item in second.items] == [30, 40]
    assert other.id not in {item.id for item in second.items}
    assert not second.has_next


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ((1, None, 1, None), "last"),
        ((1, None, None, "x"), "before"),
        ((None, "x", 1, None), "after"),
        ((None, "x", None, "x"), "after"),
        ((-1, None, None, None), "first"),
        ((None, None, -1, None), "last"),
        ((101, None, None, None), "first"),
        ((None, None, 101, None), "last"),
    ],
)
def test_contradictory_page_arguments_raise_bad_input(arguments: tuple[Any, Any, Any, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        PageRequest.from_relay_arguments(BY_SCORE, *arguments)
    assert refused.value.field == field


ROW_ID = ObjectId()


def forge_cursor(data: dict[str, Any]) -> str:
    """Return a cursor of this list with forged contents."""
    return base64.urlsafe_b64encode(BSON.encode({"o": "score", "d": False, "v": 1.0, "i": ROW_ID, **data})).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "rubbish",
        "\0",
        "é",
        "Aa" * 5000,
        encode_cursor(SortOrder("created_at"), now(), ROW_ID),
        encode_cursor(SortOrder("score", descending=True), 1.0, ROW_ID),
        forge_cursor({"v": {"$gt": ""}}),
        forge_cursor({"v": [1]}),
        forge_cursor({"i": {"$ne": None}}),
        forge_cursor({"i": "text"}),
    ],
    ids=range(11),
)
async def test_cursor_of_another_list_raises_bad_input(cursor: str) -> None:
    for backward, field in ((False, "after"), (True, "before")):
        with pytest.raises(BadInput, match="is not a cursor of this list") as refused:
            await find_page(Interview, {}, PageRequest(BY_SCORE, 1, cursor, backward))
        assert refused.value.field == field


# --- lists of known numbers

LIST_ID = ObjectId()


@given(
    count=st.integers(0, 12),
    descending=st.booleans(),
    backward=st.booleans(),
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=3),
)
def test_consecutive_pages_cover_the_whole_list_of_numbers(
    count: int, descending: bool, backward: bool, sizes: list[int]
) -> None:
    order, numbers = SortOrder("seq", descending), range(count, 0, -1) if descending else range(1, count + 1)
    found: list[int] = []
    cursor, has_more = None, True
    for index in range(count + 1):
        page = slice_numbers(numbers, LIST_ID, PageRequest(order, sizes[index % len(sizes)], cursor, backward))
        assert len(page.items) <= sizes[index % len(sizes)]
        found = page.items + found if backward else found + page.items
        has_more = page.has_previous if backward else page.has_next
        assert (page.has_next if backward else page.has_previous) is (cursor is not None)
        if not has_more:
            break
        cursor = page.cursors[0] if backward else page.cursors[-1]
    assert (found, has_more) == (list(numbers), False)


def test_cursor_of_a_number_that_is_gone_continues_behind_it() -> None:
    order = SortOrder("version", descending=True)
    cursor = encode_cursor(order, 4, LIST_ID)
    assert slice_numbers([6, 5, 3, 2], LIST_ID, PageRequest(order, 1, cursor)).items == [3]
    assert slice_numbers([6, 5, 3, 2], LIST_ID, PageRequest(order, 1, cursor, backward=True)).items == [5]


def test_cursor_of_another_objects_list_is_refused() -> None:
    order = SortOrder("seq")
    for cursor in (encode_cursor(order, 1, ObjectId()), encode_cursor(order, "1", LIST_ID), encode_cursor(order, 1.5, LIST_ID)):
        with pytest.raises(BadInput, match="after is not a cursor of this list"):
            slice_numbers([1, 2], LIST_ID, PageRequest(order, 1, cursor))


def test_item_that_was_deleted_in_the_meantime_is_left_out() -> None:
    page = fill_page(slice_numbers(range(1, 9), LIST_ID, PageRequest(SortOrder("seq"), 3)), {1: "one", 3: "three"})
    assert (page.items, len(page.cursors), page.has_next) == (["one", "three"], 2, True)


@pytest.mark.parametrize("backward", [False, True])
def test_item_that_moves_between_merged_lists_is_listed_once_with_its_greater_value(backward: bool) -> None:
    moved, other = ObjectId(), ObjectId()
    before = Page(["before"], [(1, moved)], BY_SCORE, has_next=False, has_previous=False)
    after = Page(["other", "after"], [(2, other), (3, moved)], BY_SCORE, has_next=False, has_previous=False)
    for pages in ([before, after], [after, before]):
        merged = merge_pages(pages, PageRequest(BY_SCORE, backward=backward))
        assert (merged.items, merged.sort_keys) == (["other", "after"], [(2, other), (3, moved)])
