"""The change feed against a real change stream: slow writers, killed sequencers and pollers, two processes, lost history."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from unittest.mock import patch

import pytest
from beanie import PydanticObjectId
from bson import ObjectId
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError

from errors import CursorExpired
from lifecycle import change_sequencer
from lifecycle.change_sequencer import sequence_changes
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from models.documents.change import Change, ChangeKind, ChangePosition
from models.documents.change_sequencer import ChangeSequencer, StreamedChange, ensure_sequencer
from models.documents.interview import Interview, InterviewStatus
from models.documents.interview_views import InterviewView
from models.reads.change_list import ChangePage, ChangeSelection, read_changes
from models.storage.lease import LeaseLost
from models.storage.transactions import run_in_transaction
from models.writes import change_sequence
from models.writes.append_turns import append_candidate_turn, append_interviewer_turns
from models.writes.change_sequence import claim_sequencer, record_changes
from models.writes.evaluation_transitions import add_review, claim_evaluation
from models.writes.interview_erasure import delete_erased, mark_erased
from models.writes.interview_transitions import mark_completed, mark_consent_withdrawn
from models.writes.interview_updates import update_interview
from sandbox.mongod import Mongod
from tests.factories import (
    add_candidate_turn,
    make_interview,
    new_evaluation,
    new_interviewer_update,
    new_review,
    new_turn,
)

pytestmark = pytest.mark.usefixtures("database")

ALL_KINDS = list(ChangeKind)
TIMEOUT_SECONDS = 20.0


class Poller:
    """A program that follows the feed of one organization, and stores only its cursor and what it has read."""

    def __init__(self, organization_id: ObjectId, kinds: list[ChangeKind] = ALL_KINDS) -> None:
        self.organization_id = organization_id
        self.kinds = kinds
        self.cursor: int | None = None
        self.changes: list[tuple[ChangeKind, ObjectId]] = []

    async def poll(self, size: int = 3) -> ChangePage:
        page = await read_changes(ChangeSelection(self.organization_id, self.kinds), self.cursor, size)
        self.changes += [(change.kind, change.object_id) for change in page.changes]
        self.cursor = page.next_number
        return page

    async def poll_until(self, count: int) -> list[tuple[ChangeKind, ObjectId]]:
        """Poll until this many changes were read, then once more, and return all."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while len(self.changes) < count:
                await self.poll()
                await asyncio.sleep(0.01)
        await self.poll()
        return self.changes


@asynccontextmanager
async def run_sequencer(services: Services) -> AsyncIterator[asyncio.Task[None]]:
    """Number changes during the block, then stop abruptly, like a process that is killed."""
    task = asyncio.create_task(sequence_changes(services, asyncio.Event()))
    try:
        yield task
    finally:
        await cancel_and_wait(task)


@pytest.fixture
async def sequencer_began(database: AsyncDatabase[dict[str, object]]) -> None:
    """The feed has a beginning, as it has from the first start of a jobs process on."""
    await ensure_sequencer()


async def touch(interview: Interview) -> None:
    assert await update_interview(interview.id, {}, {"resume": str(ObjectId())})


async def end_lease() -> None:
    """Let the lease of the sequencer lapse, as time does after its process was killed."""
    await ChangeSequencer.find_all().update({"$set": {"lease": None}})


def interviews_in(changes: list[tuple[ChangeKind, ObjectId]]) -> list[ObjectId]:
    return [object_id for _, object_id in changes]


@pytest.mark.usefixtures("sequencer_began")
async def test_changes_are_in_commit_order_although_transactions_began_in_another(services: Services) -> None:
    interviews = [await make_interview() for _ in range(3)]
    organization_id = interviews[0].organization_id
    await Interview.find_all().update({"$set": {"organization_id": organization_id}})
    first = Poller(organization_id)
    may_commit = [asyncio.Event() for _ in interviews]
    has_written = [asyncio.Event() for _ in interviews]

    async def write_slowly(index: int) -> None:
        async def work(session: Any) -> None:
            await update_interview(interviews[index].id, {}, {"resume": "slow"}, session=session)
            has_written[index].set()
            await may_commit[index].wait()

        await run_in_transaction(Interview, interviews[index].id, work)

    async with run_sequencer(services):
        await first.poll_until(3)
        writers = []
        for index in range(3):
            writers.append(asyncio.create_task(write_slowly(index)))
            await has_written[index].wait()
        # a fast write between them, which a reader by time takes as the newest
        fast = await make_interview(organization_id=organization_id)
        await first.poll_until(4)
        for index in (2, 0, 1):
            may_commit[index].set()
            await writers[index]
        changes = await first.poll_until(7)
    expected = [*interviews, fast, interviews[2], interviews[0], interviews[1]]
    assert interviews_in(changes) == [interview.id for interview in expected]
    stored = [await Interview.get(interview.id) for interview in (interviews[0], interviews[2])]
    assert stored[0] and stored[1] and stored[0].updated_at < stored[1].updated_at, "the times are in the order of the writes"


@pytest.mark.usefixtures("sequencer_began")
async def test_changes_made_while_no_sequencer_runs_are_delayed_and_not_lost(services: Services) -> None:
    interview = await make_interview()
    poller = Poller(interview.organization_id)
    assert (await poller.poll()).changes == []
    async with run_sequencer(services):
        await poller.poll_until(1)
    await touch(interview)
    await end_lease()
    async with run_sequencer(services):
        assert await poller.poll_until(2) == [(ChangeKind.INTERVIEW, interview.id)] * 2


STEPS = ("_advance", "_allot_numbers", "_find_organizations")


@pytest.mark.usefixtures("sequencer_began")
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
async def test_sequencer_killed_at_a_step_neither_loses_nor_repeats_a_change(
    services: Services, step: str, is_after: bool
) -> None:
    interviews = [await make_interview() for _ in range(2)]
    organization_id = interviews[0].organization_id
    await Interview.find_all().update({"$set": {"organization_id": organization_id}})
    real: Callable[..., Awaitable[Any]] = getattr(change_sequence, step)

    class Killed(BaseException):
        pass

    async def kill(*args: Any) -> Any:
        if is_after:
            await real(*args)
        raise Killed

    with patch.object(change_sequence, step, kill), pytest.raises(Killed):
        await sequence_changes(services, asyncio.Event())
    await end_lease()
    poller = Poller(organization_id)
    async with run_sequencer(services):
        assert interviews_in(await poller.poll_until(2)) == [interview.id for interview in interviews]


@pytest.mark.usefixtures("sequencer_began")
async def test_commit_of_unknown_result_is_recorded_once(services: Services) -> None:
    interview = await make_interview()
    real = run_in_transaction

    async def commit_then_disconnect(*args: Any) -> Any:
        await real(*args)
        raise AutoReconnect("the connection was lost after the commit")

    with patch.object(change_sequence, "run_in_transaction", commit_then_disconnect), pytest.raises(AutoReconnect):
        await sequence_changes(services, asyncio.Event())
    await end_lease()
    poller = Poller(interview.organization_id)
    async with run_sequencer(services):
        await touch(interview)
        assert len(await poller.poll_until(2)) == 2
    assert [change.number for change in await Change.find_all().sort("+number").to_list()] == [1, 2]


@pytest.mark.usefixtures("sequencer_began")
async def test_replaced_sequencer_stores_nothing(services: Services) -> None:
    interview = await make_interview()
    zombie = await claim_sequencer("zombie", 60)
    assert zombie
    await end_lease()
    poller = Poller(interview.organization_id)
    async with run_sequencer(services):
        await poller.poll_until(1)
        stored = await Change.find_all().first_or_none()
        assert stored
        repeated = StreamedChange(interview.id, [(ChangeKind.INTERVIEW, interview.id)], [], stored.changed_at)
        with pytest.raises(LeaseLost):
            await record_changes(zombie, [repeated], {"_data": "00"}, 60)
        await touch(interview)
        assert len(await poller.poll_until(2)) == 2


@pytest.mark.usefixtures("sequencer_began")
async def test_second_process_takes_over_when_the_first_stops(services: Services) -> None:
    interview = await make_interview()
    poller = Poller(interview.organization_id)
    stop = asyncio.Event()
    first = asyncio.create_task(sequence_changes(services, stop))
    await poller.poll_until(1)
    await sequence_changes(services, asyncio.Event())  # returns: the first has the lease
    stop.set()
    await first
    await touch(interview)
    async with run_sequencer(services):
        assert len(await poller.poll_until(2)) == 2


async def test_feed_continues_after_mongod_was_killed(services: Services, own_mongod: Mongod) -> None:
    await ensure_sequencer()
    interview = await make_interview()
    poller = Poller(interview.organization_id)
    async with run_sequencer(services) as task:
        await poller.poll_until(1)
        await touch(interview)
        await own_mongod.kill()
        with pytest.raises(PyMongoError):
            await task
    await own_mongod.start()
    await touch(interview)
    await end_lease()
    async with run_sequencer(services):
        assert await poller.poll_until(3) == [(ChangeKind.INTERVIEW, interview.id)] * 3


@pytest.mark.usefixtures("sequencer_began")
async def test_random_writers_pollers_and_kills_agree_with_what_is_stored(services: Services) -> None:
    """Writers in transactions of any length, sequencers that are killed again and again, and a poller that starts over."""
    interviews = [await make_interview() for _ in range(4)]
    organization_id = interviews[0].organization_id
    await Interview.find_all().update({"$set": {"organization_id": organization_id}})
    poller = Poller(organization_id)
    writes = 15

    async def write(interview: Interview, delay: float) -> None:
        for _ in range(writes):

            async def work(session: Any) -> None:
                await update_interview(interview.id, {}, {"resume": str(ObjectId())}, session=session)
                await asyncio.sleep(delay)

            await run_in_transaction(Interview, interview.id, work)

    async def kill_sequencers() -> None:
        while True:
            async with run_sequencer(services) as task:
                await asyncio.wait({task}, timeout=0.1)
            await end_lease()

    killer = asyncio.create_task(kill_sequencers())
    try:
        await asyncio.gather(*(write(interview, 0.004 * index) for index, interview in enumerate(interviews)))
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while len(poller.changes) < 4 + 4 * writes:
                # a poller that crashes before it has stored what it read begins at its last cursor
                await read_changes(ChangeSelection(organization_id, ALL_KINDS), poller.cursor, 5)
                await poller.poll(5)
                await asyncio.sleep(0.005)
    finally:
        await cancel_and_wait(killer)
    await poller.poll()
    counts = {interview.id: interviews_in(poller.changes).count(interview.id) for interview in interviews}
    assert counts == {interview.id: 1 + writes for interview in interviews}
    numbers = [change.number for change in await Change.find_all().sort("+number").to_list()]
    assert numbers == list(range(1, len(poller.changes) + 1))


@pytest.mark.usefixtures("sequencer_began")
async def test_each_organization_sees_only_its_own_changes_and_numbers(services: Services) -> None:
    one, other = await make_interview(), await make_interview()
    assert one.organization_id != other.organization_id
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(run_sequencer(services))
        for _ in range(2):
            await touch(other)
        await touch(one)
        pollers = Poller(one.organization_id), Poller(other.organization_id)
        assert interviews_in(await pollers[0].poll_until(2)) == [one.id] * 2
        assert interviews_in(await pollers[1].poll_until(3)) == [other.id] * 3
    assert (pollers[0].cursor, pollers[1].cursor) == (2, 3), "a cursor tells nothing of other organizations"


@pytest.mark.usefixtures("sequencer_began")
async def test_kinds_name_the_objects_that_changed(services: Services) -> None:
    interview = await make_interview()
    poller = Poller(interview.organization_id)
    evaluation = new_evaluation(interview)
    await update_interview(interview.id, {}, {"status": "ENDING"})
    assert await mark_completed(evaluation.interview_id, evaluation, None)
    assert await claim_evaluation(evaluation.id, "holder", 60, prompt_version="test")
    review = new_review()
    assert await add_review(evaluation, review)
    assert await add_review(evaluation, review)
    assert await mark_consent_withdrawn(interview.id, None)
    assert await mark_erased(interview.id)
    await delete_erased(interview.id)
    async with run_sequencer(services):
        changes = await poller.poll_until(10)
    this, evaluated = interview.id, evaluation.id
    assert changes == [
        (ChangeKind.INTERVIEW, this),
        (ChangeKind.INTERVIEW, this),
        (ChangeKind.INTERVIEW, this),
        (ChangeKind.EVALUATION, evaluated),
        (ChangeKind.EVALUATION, evaluated),
        (ChangeKind.REVIEW, evaluated),
        (ChangeKind.INTERVIEW, this),
        (ChangeKind.EVALUATION, evaluated),
        (ChangeKind.ERASURE, this),
        (ChangeKind.ERASURE, this),
    ]
    values = [value async for row in Change.get_pymongo_collection().find() for value in row.values()]
    assert {value for value in values if isinstance(value, str)} <= set(ALL_KINDS), "ids and kinds, and nobody's words"
    assert {view for value in values if isinstance(value, list) for view in value} <= set(InterviewView)
    assert {type(value) for value in values} <= {ObjectId, int, str, list, type(interview.created_at)}


@pytest.mark.usefixtures("sequencer_began")
async def test_turns_are_changes_only_if_they_change_more_than_the_transcript(services: Services) -> None:
    interview = await make_interview(status=InterviewStatus.WAITING)
    poller = Poller(interview.organization_id)
    await add_candidate_turn(interview, "This starts the interview.")
    for index in range(3):
        await add_candidate_turn(interview, f"Answer {index}.")
    asked = interview.progress.model_copy(update={"question": 1})
    for key in ("question", "probe"):
        await append_interviewer_turns(interview.id, [new_turn(key)], new_interviewer_update(progress=asked))
    await append_candidate_turn(interview.id, new_turn("last"))
    await touch(interview)
    async with run_sequencer(services):
        assert len(await poller.poll_until(4)) == 4, "created, started, question 1, and the last one"


@pytest.mark.usefixtures("sequencer_began")
async def test_lost_history_invalidates_every_cursor_and_is_counted(services: Services) -> None:
    one, other = await make_interview(), await make_interview()
    await (
        Interview.get_pymongo_collection()
        .database["organizations"]
        .insert_many([{"_id": interview.organization_id, "name": str(interview.id)} for interview in (one, other)])
    )
    poller, new_poller = Poller(one.organization_id), Poller(other.organization_id)
    await new_poller.poll()
    async with run_sequencer(services):
        await poller.poll_until(1)
    await end_lease()
    lost = await make_interview(organization_id=one.organization_id)
    forgotten = OperationFailure("the oplog no longer has it", code=286)
    with patch.object(change_sequencer, "open_change_stream", side_effect=forgotten):
        await sequence_changes(services, asyncio.Event())
    for stale in (poller, new_poller):
        with pytest.raises(CursorExpired, match="read the lists again"):
            await stale.poll()
    state = await ChangeSequencer.find_all().first_or_none()
    assert state and state.gaps == 1 and state.last_gap_at
    restarted = Poller(one.organization_id)
    page = await restarted.poll()
    assert page.changes == [] and page.next_number == page.latest_number
    async with run_sequencer(services):
        await touch(lost)
        assert interviews_in(await restarted.poll_until(1)) == [lost.id]


@pytest.mark.usefixtures("sequencer_began")
async def test_cursor_expires_once_the_next_change_is_deleted(services: Services) -> None:
    interview = await make_interview()
    poller, late = Poller(interview.organization_id), Poller(interview.organization_id)
    async with run_sequencer(services):
        await poller.poll_until(1)
        late.cursor = 1
        for _ in range(3):
            await touch(interview)
        await poller.poll_until(4)
    # what MongoDB's TTL does after 30 days
    await Change.find({"number": {"$lte": 2}}).delete()
    with pytest.raises(CursorExpired):
        await late.poll()
    late.cursor = 2
    assert [change.number for change in (await late.poll()).changes] == [3, 4]
    assert [change.number for change in (await Poller(interview.organization_id).poll()).changes] == [3, 4]
    await Change.find_all().delete()
    late.cursor = 3
    with pytest.raises(CursorExpired):
        await late.poll()
    late.cursor = 4
    assert (await late.poll()).changes == []
    late.cursor = 5
    with pytest.raises(CursorExpired):
        await late.poll()


async def test_page_passes_hidden_changes_with_bounded_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.reads.change_list.MAX_NUMBERS_PER_PAGE", 4)
    organization_id = PydanticObjectId()
    interview_id = PydanticObjectId()
    kinds = [ChangeKind.EVALUATION] * 9 + [ChangeKind.INTERVIEW]
    await ChangePosition(id=organization_id, number=10).insert()
    await Change.insert_many(
        [
            Change(
                organization_id=organization_id,
                number=number,
                kind=kind,
                object_id=interview_id,
                interview_id=interview_id,
                changed_at=(await make_interview()).created_at,
            )
            for number, kind in enumerate(kinds, 1)
        ]
    )
    poller = Poller(organization_id, [ChangeKind.INTERVIEW])
    pages = [await poller.poll() for _ in range(3)]
    assert [(page.next_number, page.has_more, len(page.changes)) for page in pages] == [
        (4, True, 0),
        (8, True, 0),
        (10, False, 1),
    ]
