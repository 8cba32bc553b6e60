"""MongoDB away: a call fails within its bound, nothing is half-written, and what was acknowledged stays."""

import asyncio
import signal

import pytest
from bson import ObjectId
from pymongo.errors import PyMongoError

from models.documents.interview import Interview, get_interview
from models.documents.position import find_position, save_position
from models.documents.turn import read_turns
from models.storage.transactions import APP_NAME, abort_orphaned_transactions
from sandbox.mongod import Mongod
from tests.factories import add_candidate_turn, make_interview, position_body
from tests.models.open_transactions import leave_transaction_open


async def test_a_call_that_finds_no_database_fails_soon_and_stores_nothing(own_mongod: Mongod) -> None:
    interview, organization_id = await make_interview(), ObjectId()
    await own_mongod.kill()
    for call in (add_candidate_turn(interview, "Hello.", "mine"), save_position(organization_id, position_body(), None)):
        with pytest.raises(PyMongoError) as failed:
            async with asyncio.timeout(10):
                await call
        assert failed.value.timeout, "told apart from a defect: callers are asked to come back"
    await own_mongod.start()
    stored = await get_interview(interview.id)
    assert stored
    assert (stored.last_seq, stored.due_at) == (0, None)
    assert await find_position(organization_id, "tester") is None
    assert (await add_candidate_turn(interview, "Hello.", "mine")).seq == 1


async def test_a_database_that_does_not_answer_costs_the_bound_only(own_mongod: Mongod) -> None:
    interview = await make_interview()
    writing = asyncio.create_task(add_candidate_turn(interview, "Hello.", "mine"))
    await asyncio.sleep(0)  # begun, and cut off in the middle
    own_mongod.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(PyMongoError):
            async with asyncio.timeout(10):
                await writing
    finally:
        own_mongod.send_signal(signal.SIGCONT)
    # whether the server took it after all: it is one turn
    assert await send_until_unlocked(interview) == 1


async def send_until_unlocked(interview: Interview) -> int:
    """The seq of a message that is sent again and again, while a sweep looks for what dead processes left."""
    async with asyncio.timeout(30):
        while True:
            await abort_orphaned_transactions()
            try:
                return (await add_candidate_turn(interview, "Hello.", "mine")).seq
            except PyMongoError:
                continue


async def test_what_a_killed_process_left_locked_is_freed_and_nothing_else(own_mongod: Mongod) -> None:
    interview, other = await make_interview(), await make_interview()
    async with (
        leave_transaction_open(own_mongod, other, "another program"),
        leave_transaction_open(own_mongod, interview, APP_NAME),
    ):
        await abort_orphaned_transactions()
        with pytest.raises(PyMongoError) as failed:  # its process may be alive, so soon
            await add_candidate_turn(interview, "Hello.", "mine")
        assert failed.value.timeout
        assert await send_until_unlocked(interview) == 1
        with pytest.raises(PyMongoError):
            await add_candidate_turn(other, "Hello.", "mine")
    assert [turn.seq for turn in await read_turns(interview.id)] == [1]


async def test_no_acknowledged_turn_is_lost_or_doubled_when_mongod_is_killed(own_mongod: Mongod) -> None:
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
        await own_mongod.kill()
        await own_mongod.start()
    turns = await read_turns(interview.id)
    assert [(turn.seq, turn.text) for turn in turns] == [(number, f"message {number}") for number in range(1, 41)]
