"""MongoDB outages: calls fail within their timeout, nothing is partly stored, and acknowledged turns survive."""

import asyncio
from typing import Any

import pytest
from bson import ObjectId
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError
from pymongo.server_api import ServerApi
from structlog.testing import capture_logs

from models.database import get_database
from models.documents.interview import Interview
from models.documents.position import find_position
from models.documents.turn import read_turns
from models.storage.transactions import APP_NAME, TransactionReaper
from models.writes.position_versions import save_position
from sandbox.mongod import Mongod
from tests.factories import add_candidate_turn, make_interview, position_body, reload_interview
from tests.helpers import Outage, outage
from tests.models.open_transactions import leave_transaction_open


async def test_append_without_mongodb_fails_within_the_timeout_and_stores_nothing(own_mongod: Mongod) -> None:
    interview, organization_id = await make_interview(), ObjectId()
    async with outage(own_mongod, Outage.KILLED):
        for call in (add_candidate_turn(interview, "Hello.", "mine"), save_position(organization_id, position_body(), None)):
            with pytest.raises(PyMongoError) as failed:
                async with asyncio.timeout(10):
                    await call
            assert failed.value.timeout, "callers are asked to retry, unlike after a defect"
    stored = await reload_interview(interview)
    assert (stored.last_seq, stored.due_at) == (0, None)
    assert await find_position(organization_id, "tester") is None
    assert (await add_candidate_turn(interview, "Hello.", "mine")).seq == 1


async def test_append_to_a_frozen_mongodb_fails_within_the_timeout(own_mongod: Mongod) -> None:
    interview = await make_interview()
    writing = asyncio.create_task(add_candidate_turn(interview, "Hello.", "mine"))
    await asyncio.sleep(0)  # started, then interrupted
    async with outage(own_mongod, Outage.FROZEN), asyncio.timeout(10):
        with pytest.raises(PyMongoError):
            await writing
    # whether or not the server stored it, there is one turn
    assert await send_until_unlocked(interview) == 1


async def send_until_unlocked(interview: Interview) -> int:
    """Retry a message, with sweeps for orphaned transactions in between, and return its seq."""
    async with asyncio.timeout(30):
        while True:
            await TransactionReaper().abort_orphaned_transactions(get_database().client)
            try:
                return (await add_candidate_turn(interview, "Hello.", "mine")).seq
            except PyMongoError:
                continue


async def test_only_orphaned_transactions_are_aborted(own_mongod: Mongod) -> None:
    interview, other = await make_interview(), await make_interview()
    async with (
        leave_transaction_open(own_mongod, other, "another program"),
        leave_transaction_open(own_mongod, interview, APP_NAME),
    ):
        await TransactionReaper().abort_orphaned_transactions(get_database().client)
        with pytest.raises(PyMongoError) as failed:  # its process may still be alive
            await add_candidate_turn(interview, "Hello.", "mine")
        assert failed.value.timeout
        assert await send_until_unlocked(interview) == 1
        with pytest.raises(PyMongoError):
            await add_candidate_turn(other, "Hello.", "mine")
    assert [turn.seq for turn in await read_turns(interview.id)] == [1]


async def test_user_who_may_not_list_transactions_is_warned_once(mongod: str) -> None:
    # the strict stable API refuses $currentOp, as a missing privilege does
    async with AsyncMongoClient[dict[str, Any]](mongod, server_api=ServerApi("1", strict=True)) as client:
        reaper = TransactionReaper()
        with capture_logs() as logs:
            for _ in range(3):
                await reaper.abort_orphaned_transactions(client)
    assert [entry["event"] for entry in logs] == ["orphaned transactions cannot be listed"]


async def test_acknowledged_turns_survive_a_killed_mongod_exactly_once(own_mongod: Mongod) -> None:
    interview = await make_interview()
    acknowledged = 0
    killed = asyncio.Event()

    async def write() -> None:
        nonlocal acknowledged
        while acknowledged < 40:
            try:
                turn = await add_candidate_turn(interview, f"message {acknowledged + 1}", f"{acknowledged + 1}")
            except PyMongoError:
                assert killed.is_set(), "nothing fails while the server is up"
                continue
            acknowledged += 1
            assert turn.seq == acknowledged

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(write())
        while acknowledged < 10:
            await asyncio.sleep(0.001)
        killed.set()
        async with outage(own_mongod, Outage.KILLED):
            pass
    turns = await read_turns(interview.id)
    assert [(turn.seq, turn.text) for turn in turns] == [(number, f"message {number}") for number in range(1, 41)]
