import pytest
from bson import ObjectId

from benchmarks.archive import Archive, store
from benchmarks.lists import BOUND_SECONDS, pages_table
from benchmarks.rig import Rig
from models.documents.interview import Interview
from models.reads.interview_list import InterviewOrderField
from models.storage import database

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


def test_pages_table_counts_orders_that_exceed_the_bound() -> None:
    fast, slow = InterviewOrderField.CREATED_AT, InterviewOrderField.SCORE
    seconds = {("none", fast): [BOUND_SECONDS] * 20, ("none", slow): [BOUND_SECONDS / 10] * 18 + [2 * BOUND_SECONDS] * 2}
    table, exceeding = pages_table(seconds, 1000)
    assert exceeding == 1
    cells = [next(iter(column.cells)) for column in table.columns]
    assert cells[:3] == ["none", "1 of 2", "score"]
