"""Writers of one interview: they queue instead of failing each other's transactions, and the excess is refused by name."""

import asyncio
from uuid import uuid4

import pymongo
import pytest
from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import NetworkTimeout

from engine.errors import to_failure
from errors import ErrorCode
from models.documents.interview import Interview
from models.documents.turn import read_turns
from models.storage import transactions
from models.storage.transactions import DocumentBusy, run_in_transaction
from tests.factories import add_candidate_turn, make_interview
from tests.helpers import wait_until


class SlowWriter:
    """A transaction that changes nothing and holds its document's queue until `finish` is set."""

    def __init__(self, document_id: ObjectId) -> None:
        self.started, self.finish = asyncio.Event(), asyncio.Event()
        self.task = asyncio.create_task(run_in_transaction(Interview, document_id, self._work))

    async def _work(self, _: AsyncClientSession) -> None:
        self.started.set()
        await self.finish.wait()


async def test_forty_writers_of_an_interview_are_served_in_order_without_a_conflict(interview: Interview) -> None:
    runs: list[int] = []

    async def write(number: int) -> None:
        async def work(session: AsyncClientSession) -> None:
            runs.append(number)
            change = {"$set": {"detail": str(number)}}
            await Interview.get_pymongo_collection().update_one({"_id": interview.id}, change, session=session)

        await run_in_transaction(Interview, interview.id, work)

    await asyncio.gather(*map(write, range(40)))
    # a transaction that loses a conflict runs again
    assert runs == list(range(40))


@pytest.mark.usefixtures("database")
async def test_messages_sent_at_once_are_all_stored_and_repeated_keys_once() -> None:
    interview = await make_interview()
    keys = [str(number) for number in range(10)] * 3
    turns = await asyncio.gather(*(add_candidate_turn(interview, f"message {key}", key) for key in keys))
    stored = await read_turns(interview.id)
    assert [turn.seq for turn in stored] == list(range(1, 11))
    assert sorted({turn.text for turn in stored}) == sorted({turn.text for turn in turns})


async def test_excess_writers_are_refused_as_rate_limited_and_other_interviews_are_not(
    interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "MAX_WAITING", 2)
    writer = SlowWriter(interview.id)
    await writer.started.wait()
    key = uuid4().hex
    waiting = [asyncio.create_task(add_candidate_turn(interview, "Hello.", key)) for _ in range(2)]
    queue = transactions._queues[interview.id]
    await wait_until(lambda: queue.waiting == 2)
    with pytest.raises(DocumentBusy) as refused:
        await add_candidate_turn(interview, "Hello.", key)
    await add_candidate_turn(await make_interview(), "Hello.")
    failure = to_failure(refused.value, "")
    assert (failure.code, failure.retry_after_seconds) == (ErrorCode.RATE_LIMITED, 1)
    assert failure.message == (
        "The interview is busy: too many requests change it at the same time. Repeat this one in 1 second."
    )
    writer.finish.set()
    await writer.task
    # the refused message may be repeated: its key is used once
    assert {turn.seq for turn in [*await asyncio.gather(*waiting), await add_candidate_turn(interview, "Hello.", key)]} == {1}


async def test_cancelled_writer_leaves_the_queue(interview: Interview) -> None:
    writer = SlowWriter(interview.id)
    await writer.started.wait()
    waiting = asyncio.create_task(add_candidate_turn(interview, "cancelled"))
    queue = transactions._queues[interview.id]
    await wait_until(lambda: queue.waiting == 1)
    for task in (waiting, writer.task):
        task.cancel()
    await asyncio.gather(waiting, writer.task, return_exceptions=True)
    assert (queue.waiting, queue.lock.locked()) == (0, False)
    assert (await add_candidate_turn(interview, "next")).seq == 1


async def test_writer_behind_one_that_has_no_answer_reports_the_database_and_not_a_queue(
    interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "QUEUE_SHARE", 0.001)
    writer = SlowWriter(interview.id)
    await writer.started.wait()
    with pytest.raises(NetworkTimeout) as failed:
        await add_candidate_turn(interview, "Hello.")
    assert to_failure(failed.value, "").code is ErrorCode.UNAVAILABLE
    writer.finish.set()
    await writer.task


async def test_interview_that_another_process_keeps_changing_is_busy_and_the_database_is_not_blamed(interview: Interview) -> None:
    interviews = Interview.get_pymongo_collection()
    async with interviews.database.client.start_session() as session, await session.start_transaction():
        await interviews.update_one({"_id": interview.id}, {"$set": {"detail": "changed elsewhere"}}, session=session)
        with pymongo.timeout(1.0), pytest.raises(DocumentBusy) as refused:
            await add_candidate_turn(interview, "Hello.", "mine")
    assert refused.value.timeout, "workers retry it like an outage"
    assert to_failure(refused.value, "").code is ErrorCode.RATE_LIMITED
    assert (await add_candidate_turn(interview, "Hello.", "mine")).seq == 1
