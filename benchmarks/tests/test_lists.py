"""The archive that lists are measured on is made of what the product stores, and the verdicts say what was measured."""

from typing import Any

import pytest
from bson import ObjectId
from pymongo.asynchronous.database import AsyncDatabase

from benchmarks.list_archive import Archive, fill
from benchmarks.list_measures import Measured, Task, pooled
from benchmarks.list_query import Answered, Server, verdicts
from models.documents.interview import Interview
from models.reads.interview_list import InterviewOrderField

COUNT = 300


async def test_the_archive_holds_interviews_as_the_product_stores_them(database: AsyncDatabase[Any]) -> None:
    owner = ObjectId()
    await fill([Archive(owner, COUNT)])
    stored = await Interview.find({"organization_id": owner}).to_list()
    assert len(stored) == COUNT
    for interview in stored:
        assert interview.updated_at >= interview.created_at
        assert interview.evaluated or interview.decision is None
        assert (interview.score is None) <= (interview.recommendation in (None, "INCONCLUSIVE"))
    assert len({interview.status for interview in stored}) >= 4
    assert len({interview.position.key for interview in stored}) > 4


def answered(server: Server, connections: int, *rates: float) -> list[Answered]:
    return [Answered(server, connections, rate, 1.0, 2.0) for rate in rates]


def test_a_ratio_is_of_the_same_round() -> None:
    # the machine was twice as fast in the second round
    figures = [
        *answered(Server.STOCK, 1, 100, 200, 100),
        *answered(Server.VIVA, 1, 300, 600, 150),
        *answered(Server.STOCK, 32, 100, 100, 100),
        *answered(Server.VIVA, 32, 190, 199, 210),
    ]
    rows = {(row["server"], row["connections"]): row for row in verdicts(figures)}
    assert rows[Server.VIVA, 1]["times_stock"] == 3.0
    assert rows[Server.VIVA, 1]["reached"] is True
    assert rows[Server.VIVA, 32]["times_stock"] == pytest.approx(1.99)
    assert rows[Server.VIVA, 32]["reached"] is False
    assert rows[Server.STOCK, 1]["reached"] is None


def test_the_pages_of_a_filter_in_an_order_are_one_row() -> None:
    order = InterviewOrderField.SCORE
    tasks = [Task("page", "none", order, descending, deep) for descending in (True, False) for deep in (True, False)]
    measured = [Measured(task, [0.001 * (place + 1)], [0.002 * (place + 1)], 20, 20) for place, task in enumerate(tasks)]
    [row] = pooled([*measured, Measured(Task("count", "none"), [1.0], [9.0])])
    assert row.figures() == {
        "filter": "none",
        "order": "score",
        "found": 20,
        "found_large": 20,
        "p50": pytest.approx(2.0),
        "p95": pytest.approx(4.0),
        "p50_large": pytest.approx(4.0),
        "p95_large": pytest.approx(8.0),
        "ratio": pytest.approx(2.0),
    }
