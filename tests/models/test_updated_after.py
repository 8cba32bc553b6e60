"""Polling by `updated_at_or_after` with the documented overlap."""

import asyncio
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from models.documents.interview import Interview
from models.reads.interview_list import (
    UPDATED_AFTER_OVERLAP,
    InterviewFilter,
    InterviewOrderField,
    list_interviews,
    to_sort_order,
)
from models.reads.pagination import PageRequest
from models.storage.transactions import run_in_transaction
from models.writes.interview_updates import update_interview
from tests.factories import make_interview


async def test_overlap_covers_a_change_that_commits_after_a_later_one(database: AsyncDatabase[dict[str, object]]) -> None:
    slow = await make_interview()
    other = await make_interview(organization_id=slow.organization_id)
    has_written, may_commit = asyncio.Event(), asyncio.Event()

    async def write_slowly(session: Any) -> Interview | None:
        changed = await update_interview(slow.id, {}, {"resume": "slow"}, session=session)
        has_written.set()
        await may_commit.wait()
        return changed

    writing = asyncio.create_task(run_in_transaction(Interview, slow.id, write_slowly))
    await has_written.wait()
    later = await update_interview(other.id, {}, {"resume": "fast"})
    may_commit.set()
    changed = await writing
    assert changed and later and changed.updated_at < later.updated_at

    async def poll(since: Any) -> set[Any]:
        order = PageRequest(to_sort_order(InterviewOrderField.UPDATED_AT, descending=False))
        page = await list_interviews(slow.organization_id, InterviewFilter(updated_at_or_after=since), order)
        return {item.id for item in page.items}

    assert await poll(later.updated_at) == {other.id}, "without an overlap, the change is missed"
    assert await poll(later.updated_at - UPDATED_AFTER_OVERLAP) == {slow.id, other.id}


async def test_overlap_is_longer_than_any_transaction(database: AsyncDatabase[dict[str, object]]) -> None:
    limit = await database.client.admin.command({"getParameter": 1, "transactionLifetimeLimitSeconds": 1})
    # MongoDB looks for expired transactions every half of the limit
    assert UPDATED_AFTER_OVERLAP.total_seconds() >= 1.5 * limit["transactionLifetimeLimitSeconds"]
