"""Repairs without wake-ups: each kind of work that a crash or an outage left undone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId
from pymongo.errors import PyMongoError
from structlog.testing import capture_logs

from lifecycle.jobs import EVALUATE, REPLY
from lifecycle.repairs import repair_all, run_repairs
from lifecycle.services import Services
from lifecycle.states import finish_interview
from models.documents.evaluation import list_evaluations
from models.documents.interview import Candidate, Interview, InterviewStatus, build_name_keys
from models.documents.repair_attempt import RepairAttempt
from models.documents.turn import read_turns
from models.storage.clock import now
from models.storage.transactions import APP_NAME
from models.writes.evaluation_transitions import claim_evaluation
from models.writes.interview_erasure import mark_erased
from models.writes.interview_transitions import claim_reply
from models.writes.name_keys import rebuild_outdated_name_keys
from models.writes.repair_attempts import MAX_ATTEMPTS, claim_repair, count_repairs_given_up
from sandbox.mongod import Mongod
from tests.factories import add_candidate_turn, make_interview, new_evaluation, reload_interview, seconds_ago
from tests.helpers import wait_until
from tests.lifecycle.job_worker import JobSpy
from tests.lifecycle.redis_probe import RedisProbe, change_channels_of
from tests.models.open_transactions import leave_transaction_open

ENDING, COMPLETED = InterviewStatus.ENDING, InterviewStatus.COMPLETED


@pytest.fixture
def reply_jobs(services: Services) -> JobSpy:
    log = JobSpy()
    services.jobs.register(REPLY, log)
    return log


@pytest.fixture
def evaluation_jobs(services: Services) -> JobSpy:
    log = JobSpy()
    services.jobs.register(EVALUATE, log)
    return log


async def repair_and_start_jobs(services: Services) -> None:
    """Run one round of repairs and let the jobs that it started begin."""
    await repair_all(services)
    await asyncio.sleep(0)


async def test_interview_that_nobody_joined_expires(services: Services, redis_probe: RedisProbe) -> None:
    late = await make_interview(status=InterviewStatus.SCHEDULED, expires_at=seconds_ago(1))
    early = await make_interview(status=InterviewStatus.SCHEDULED)
    joined = await make_interview(status=InterviewStatus.WAITING, expires_at=seconds_ago(1))
    await repair_all(services)
    assert [(await reload_interview(each)).status for each in (late, early, joined)] == [
        InterviewStatus.EXPIRED,
        InterviewStatus.SCHEDULED,
        InterviewStatus.WAITING,
    ]
    assert await redis_probe.read_published_channels() == change_channels_of(late)


async def test_ending_interview_without_a_lease_is_finished_after_the_grace_period(
    services: Services, redis_probe: RedisProbe
) -> None:
    left = await make_interview(status=ENDING, ended_at=seconds_ago(6))
    young = await make_interview(status=ENDING, ended_at=seconds_ago(2))
    await asyncio.gather(*(repair_all(services) for _ in range(3)))
    assert ((await reload_interview(left)).status, (await reload_interview(young)).status) == (COMPLETED, ENDING)
    [evaluation] = await list_evaluations(left.id)
    assert await redis_probe.read_published_channels() == change_channels_of(left)
    assert await redis_probe.read_enqueued_jobs() == [(EVALUATE, evaluation.id)]


async def test_ending_interview_is_left_to_its_lease_holder(services: Services) -> None:
    interview = await make_interview(due_at=seconds_ago(60))
    assert await claim_reply(interview.id, "holder", 60)
    await interview.set({"status": ENDING, "ended_at": seconds_ago(60)})
    await repair_all(services)
    assert (await reload_interview(interview)).status is ENDING


async def test_reply_whose_wake_up_was_lost_is_started_locally(services: Services, reply_jobs: JobSpy) -> None:
    lost = await make_interview(due_at=seconds_ago(2))
    await make_interview(due_at=now() + timedelta(seconds=60))
    await make_interview(due_at=seconds_ago(0.01))  # its wake-up may be on its way
    held = await make_interview(due_at=seconds_ago(60))
    await claim_reply(held.id, "holder", 60)
    await repair_and_start_jobs(services)
    assert reply_jobs.started_ids == [lost.id]


async def test_due_evaluation_is_started_locally(services: Services, evaluation_jobs: JobSpy) -> None:
    interviews = [await make_interview(status=COMPLETED) for _ in range(3)]
    due = await new_evaluation(interviews[0], due_at=seconds_ago(1)).insert()
    await new_evaluation(interviews[1], due_at=now() + timedelta(seconds=60)).insert()
    held = await new_evaluation(interviews[2], due_at=seconds_ago(60)).insert()
    await claim_evaluation(held.id, "holder", 60, prompt_version="test")
    await repair_and_start_jobs(services)
    assert evaluation_jobs.started_ids == [due.id]


async def test_running_job_is_not_started_again(services: Services, reply_jobs: JobSpy) -> None:
    await make_interview(due_at=seconds_ago(2))
    reply_jobs.gate.clear()
    for _ in range(3):
        await repair_and_start_jobs(services)
    assert len(reply_jobs.started_ids) == 1
    reply_jobs.gate.set()


async def test_pending_erasure_is_completed(services: Services) -> None:
    interview, other = await make_interview(), await make_interview()
    for each in (interview, other):
        await add_candidate_turn(each, "a secret")
        await new_evaluation(each).insert()
    await mark_erased(interview.id)
    await repair_all(services)
    stored = await reload_interview(interview)
    assert stored.erasure
    assert (stored.erasure.pending, stored.erasure.turns, stored.erasure.evaluations) == (False, 1, 1)
    left = [(await read_turns(each.id), await list_evaluations(each.id)) for each in (interview, other)]
    assert [(len(turns), len(versions)) for turns, versions in left] == [(0, 0), (1, 1)]


async def test_failing_repair_does_not_stop_the_others(services: Services, reply_jobs: JobSpy, evaluation_jobs: JobSpy) -> None:
    # cannot be finished, because it already has an evaluation
    broken = await make_interview(status=ENDING, ended_at=seconds_ago(60))
    due = await new_evaluation(broken, due_at=seconds_ago(1)).insert()
    # cannot be read by any version of the code
    unreadable = await make_interview(status=ENDING, ended_at=seconds_ago(50))
    await Interview.get_pymongo_collection().update_one({"_id": unreadable.id}, {"$set": {"progress": "what was said"}})
    left = await make_interview(status=ENDING, ended_at=seconds_ago(6))
    erased = await make_interview()
    await add_candidate_turn(erased, "a secret")
    await mark_erased(erased.id)
    late = await make_interview(due_at=seconds_ago(2))
    with capture_logs() as logged:
        await repair_and_start_jobs(services)
    assert (await reload_interview(left)).status is COMPLETED
    assert await read_turns(erased.id) == []
    assert late.id in reply_jobs.started_ids
    assert due.id in evaluation_jobs.started_ids
    errors = [(event["id"], event["reason"]) for event in logged if event["log_level"] == "error"]
    assert errors == [(str(broken.id), "DuplicateKeyError"), (str(unreadable.id), "ValidationError")]
    assert "what was said" not in repr(logged)


async def test_repair_that_kills_its_process_every_time_is_given_up_and_stops_no_other(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadly = await make_interview(status=ENDING, ended_at=seconds_ago(60))
    attempts = 0

    async def finish_or_die(services: Services, interview: Interview) -> Interview:
        nonlocal attempts
        if interview.id != deadly.id:
            return await finish_interview(services, interview)
        attempts += 1
        # not caught by repairs, so nothing after it runs, as when the process is killed
        raise asyncio.CancelledError

    monkeypatch.setattr("lifecycle.repairs.finish_interview", finish_or_die)
    others = []
    for number in range(1, MAX_ATTEMPTS + 1):
        others.append(await make_interview(status=ENDING, ended_at=seconds_ago(6)))
        with pytest.raises(asyncio.CancelledError):
            await repair_all(services)
        assert (attempts, await count_repairs_given_up()) == (number, int(number == MAX_ATTEMPTS))
        # the next process does not begin with the same document
        await repair_all(services)
        assert (await reload_interview(others[-1])).status is COMPLETED
        await RepairAttempt.get_pymongo_collection().update_many({}, {"$set": {"due_at": seconds_ago(1)}})
    await repair_all(services)
    assert (attempts, (await reload_interview(deadly)).status) == (MAX_ATTEMPTS, ENDING)
    # a day later, after which MongoDB deletes the attempts
    await RepairAttempt.delete_all()
    monkeypatch.undo()
    await repair_all(services)
    assert (await reload_interview(deadly)).status is COMPLETED
    assert await RepairAttempt.count() == 0


async def test_documents_whose_repair_fails_do_not_fill_the_batch(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lifecycle.repairs.BATCH_SIZE", 2)
    for seconds in (60, 50, 40):
        # cannot be read by any version of the code
        broken = await make_interview(status=ENDING, ended_at=seconds_ago(seconds))
        await Interview.get_pymongo_collection().update_one({"_id": broken.id}, {"$set": {"progress": "what was said"}})
    last = await make_interview(status=ENDING, ended_at=seconds_ago(6))
    for _ in range(2):
        await repair_all(services)
    assert (await reload_interview(last)).status is COMPLETED


@pytest.mark.usefixtures("database")
async def test_concurrent_claims_make_one_attempt_and_an_erasure_is_never_given_up() -> None:
    erased = await make_interview(status=COMPLETED)
    await mark_erased(erased.id)
    pauses = []
    for _ in range(3):
        claimed = await asyncio.gather(*(claim_repair("erase", erased.id, is_bounded=False) for _ in range(5)))
        pauses.append([number for number in claimed if number])
        await RepairAttempt.get_pymongo_collection().update_many({}, {"$set": {"due_at": seconds_ago(1)}})
    assert pauses == [[1], [2], [3]]
    await RepairAttempt.get_pymongo_collection().update_many({}, {"$set": {"attempts": MAX_ATTEMPTS}})
    assert await claim_repair("erase", erased.id, is_bounded=True) is None
    assert await claim_repair("erase", erased.id, is_bounded=False) == MAX_ATTEMPTS + 1, "an erasure is never given up"


@asynccontextmanager
async def running_repairs(services: Services) -> AsyncIterator[asyncio.Task[None]]:
    """Run repairs while the block runs."""
    stop = asyncio.Event()
    task = asyncio.create_task(run_repairs(services, stop))
    try:
        yield task
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await task


async def test_repairs_run_until_stopped(services: Services, reply_jobs: JobSpy) -> None:
    async with running_repairs(services):
        for count in (1, 2, 3):
            await make_interview(due_at=seconds_ago(2))
            await reply_jobs.wait_until_called(count)


async def test_error_in_one_round_does_not_end_repairs(
    services: Services, reply_jobs: JobSpy, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = 0

    async def fail(_: int) -> list[ObjectId]:
        nonlocal failures
        failures += 1
        raise RuntimeError("what was said")

    async def has_failed() -> bool:
        return failures > 0

    with capture_logs() as logged:
        async with running_repairs(services):
            with monkeypatch.context() as patch:
                patch.setattr("models.writes.interview_transitions.find_expired_interviews", fail)
                await wait_until(has_failed)
            await make_interview(due_at=seconds_ago(2))
            await reply_jobs.wait_until_called(1)
    assert {"event": "periodic task failed", "reason": "RuntimeError", "log_level": "warning"} in logged
    assert "what was said" not in repr(logged)


async def test_repairs_survive_a_mongodb_outage(services: Services, own_mongod: Mongod) -> None:
    interview = await make_interview(status=ENDING, ended_at=seconds_ago(60))
    with capture_logs() as logged:
        await own_mongod.kill()

        async def has_failed() -> bool:
            return any(event["event"] == "periodic task failed" for event in logged)

        async with running_repairs(services) as task:
            await wait_until(has_failed)
            assert not task.done()
            await own_mongod.start()

            async def is_repaired() -> bool:
                return (await reload_interview(interview)).status is COMPLETED

            await wait_until(is_repaired)
    assert len(await list_evaluations(interview.id)) == 1


async def test_repair_round_without_mongodb_raises(services: Services, own_mongod: Mongod) -> None:
    await own_mongod.kill()
    with pytest.raises(PyMongoError):
        async with asyncio.timeout(10):
            await repair_all(services)


async def test_interview_locked_by_a_dead_process_is_repaired(services: Services, own_mongod: Mongod) -> None:
    interview = await make_interview(status=ENDING, ended_at=seconds_ago(60))
    async with leave_transaction_open(own_mongod, interview, APP_NAME), running_repairs(services):

        async def is_repaired() -> bool:
            return (await reload_interview(interview)).status is COMPLETED

        await wait_until(is_repaired)


async def test_name_keys_of_earlier_releases_are_rebuilt(services: Services) -> None:
    outdated_keys: dict[str, Any] = {
        "candidate_order": "łukasz o'brien",
        "name_terms": ["brien", "o", "łukasz"],
        "email_terms": ["brien"],
    }
    candidate = Candidate(name="Łukasz O'Brien", email="lo@example.org")
    outdated = [await make_interview(candidate=candidate, **outdated_keys) for _ in range(3)]
    erased = await make_interview(candidate=None, candidate_order="", name_terms=[], email_terms=[])
    assert await rebuild_outdated_name_keys(2) == 2
    await repair_all(services)
    for interview in outdated:
        assert await reload_interview(interview) == interview.model_copy(
            update=build_name_keys("Łukasz O'Brien", "lo@example.org")
        )
    assert await reload_interview(erased) == erased
    assert await rebuild_outdated_name_keys(100) == 0


@pytest.mark.usefixtures("database")
async def test_rebuilding_name_keys_does_not_undo_an_erasure(monkeypatch: pytest.MonkeyPatch) -> None:
    interview = await make_interview(status=COMPLETED, candidate_order="ada lovelace")

    async def erase_meanwhile(compute: Callable[..., Any], *arguments: Any) -> Any:
        updates = compute(*arguments)
        await mark_erased(interview.id)
        return updates

    monkeypatch.setattr("models.writes.name_keys.asyncio.to_thread", erase_meanwhile)
    assert await rebuild_outdated_name_keys(100) == 1
    erased = await reload_interview(interview)
    assert (erased.candidate_order, erased.name_terms, erased.email_terms) == ("", [], [])
