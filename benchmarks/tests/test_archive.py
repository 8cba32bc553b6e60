from pathlib import Path

import pytest
from bson import ObjectId
from rich.table import Table

from benchmarks import lists
from benchmarks.archive import Archive, store
from benchmarks.lists import BOUND_SECONDS, FilterValues
from benchmarks.rig import Rig
from models import database
from models.documents.interview import Interview
from models.reads.interview_list import InterviewOrderField
from models.storage.clock import now

COUNT = 300


@pytest.mark.servers
async def test_archive_has_interviews_as_the_product_stores_them(rig: Rig, restored_documents: None) -> None:
    owner = ObjectId()
    async with database.connect(rig.settings.mongodb):
        await store([Archive(owner, COUNT)])
        stored = await Interview.find({"organization_id": owner}).to_list()
    assert len(stored) == COUNT
    for interview in stored:
        assert interview.updated_at >= interview.created_at
        assert interview.evaluated or interview.decision is None
        assert (interview.score is None) <= (interview.recommendation in (None, "INCONCLUSIVE"))
    assert len({interview.status for interview in stored}) >= 4
    assert len({interview.position.key for interview in stored}) > 4


FAST, SLOW = [BOUND_SECONDS] * 20, [BOUND_SECONDS / 10] * 18 + [2 * BOUND_SECONDS] * 2


def first_cells(table: Table) -> list[object]:
    return [next(iter(column.cells)) for column in table.columns]


def test_tables_name_the_orders_that_exceed_the_bound() -> None:
    seconds = {("none", InterviewOrderField.CREATED_AT): FAST, ("none", InterviewOrderField.SCORE): SLOW}
    assert first_cells(lists.format_filters(seconds, 1000)) == ["none", "1 of 2", "score", "5.0", "100.0"]
    assert first_cells(lists.format_slow_pairs(seconds)) == ["none", "score", "5.0", "100.0"]


def test_only_slow_lists_that_the_file_does_not_name_are_unexpected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lists, "SLOW_LISTS", tmp_path / "slow_lists.yaml")
    lists.SLOW_LISTS.write_text("reviewed: [SCORE, STARTED_AT]", "utf-8")
    score, started_at = InterviewOrderField.SCORE, InterviewOrderField.STARTED_AT
    seconds = {("reviewed", score): SLOW, ("reviewed", started_at): FAST, ("channel", score): SLOW}
    unexpected, notes = lists.compare_with_slow_lists(seconds)
    assert unexpected == {("channel", score)}
    assert notes[1].endswith(": channel by score.")
    assert notes[2].endswith(": reviewed by started_at.")


def test_slow_lists_are_filters_of_the_benchmark() -> None:
    values = FilterValues("a", "b", "c", "d", "e f", now())
    assert {name for name, _ in lists.read_slow_lists()} <= lists.make_filters(values).keys()
