"""Wake-ups over a real Redis: each reaches one worker, and a Redis outage costs only delay."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from bson import ObjectId
from redis.asyncio import Redis
from structlog.testing import capture_logs

import settings
from lifecycle.jobs import Jobs
from sandbox.valkey import Valkey
from tests.helpers import AUTH, Outage, outage, wait_until
from tests.lifecycle.job_worker import JOB_NAME, PUBLISH_TIMEOUT_SECONDS, JobSpy, make_jobs, run_worker


async def test_each_wake_up_reaches_one_of_two_workers(own_valkey: Valkey) -> None:
    log, ids = JobSpy(), [ObjectId() for _ in range(50)]
    async with make_jobs(own_valkey) as one, make_jobs(own_valkey) as other:
        for jobs in (one, other):
            jobs.register(JOB_NAME, log)
        async with run_worker(one), run_worker(other):
            for document_id in ids:  # fifty concurrent kicks would open fifty connections, and some would time out
                await one.kick(JOB_NAME, document_id)
            await log.wait_until_called(len(ids))
    assert sorted(log.started_ids) == sorted(ids)


async def test_wake_up_waits_for_the_first_worker(own_valkey: Valkey) -> None:
    log, document_id = JobSpy(), ObjectId()
    async with make_jobs(own_valkey) as api:
        await api.kick(JOB_NAME, document_id)
    async with make_jobs(own_valkey) as jobs:
        jobs.register(JOB_NAME, log)
        async with run_worker(jobs):
            assert await log.wait_until_called(1) == [document_id]


async def test_wake_ups_resume_after_redis_lost_its_data(own_valkey: Valkey) -> None:
    log, before, after = JobSpy(), ObjectId(), ObjectId()
    async with make_jobs(own_valkey) as jobs:
        jobs.register(JOB_NAME, log)
        async with run_worker(jobs) as work:
            await jobs.kick(JOB_NAME, before)
            await log.wait_until_called(1)
            async with outage(own_valkey, Outage.KILLED):
                with capture_logs() as logged:
                    await asyncio.sleep(2)
                failures = [event for event in logged if event["event"] == "wake-ups unavailable"]
                # with pauses of 0.1, 0.2, 0.4, 0.8 … seconds between them
                assert 1 <= len(failures) <= 8
                assert not work.done()
            await jobs.kick(JOB_NAME, after)
            assert await log.wait_until_called(2) == [before, after]


async def test_deleted_consumer_group_is_recreated_without_losing_wake_ups(own_valkey: Valkey) -> None:
    log, document_id = JobSpy(), ObjectId()
    async with make_jobs(own_valkey) as jobs, Redis.from_url(own_valkey.url) as redis:
        jobs.register(JOB_NAME, log)
        async with run_worker(jobs):
            await redis.flushall()
            await jobs.kick(JOB_NAME, document_id)
            assert document_id in await log.wait_until_called(1)


async def test_jobs_open_without_redis_and_connect_once_it_is_up(own_valkey: Valkey) -> None:
    log, document_id = JobSpy(), ObjectId()
    async with AsyncExitStack() as stack, asyncio.timeout(20):
        async with outage(own_valkey, Outage.KILLED):
            jobs = await stack.enter_async_context(make_jobs(own_valkey))
            jobs.register(JOB_NAME, log)
            await stack.enter_async_context(run_worker(jobs))
        await jobs.kick(JOB_NAME, document_id)
        assert await log.wait_until_called(1) == [document_id]


@pytest.mark.parametrize("kind", Outage)
async def test_kick_without_redis_gives_up_soon_without_raising(own_valkey: Valkey, kind: Outage) -> None:
    loop = asyncio.get_running_loop()
    async with make_jobs(own_valkey) as jobs:
        await jobs.kick(JOB_NAME, ObjectId())
        async with outage(own_valkey, kind):
            began = loop.time()
            with capture_logs() as logged:
                await jobs.kick(JOB_NAME, ObjectId())
            assert loop.time() - began < PUBLISH_TIMEOUT_SECONDS + 2
        assert [event["event"] for event in logged] == ["wake-up not sent"]


async def test_worker_ignores_malformed_and_unknown_wake_ups(own_valkey: Valkey) -> None:
    log, document_id = JobSpy(), ObjectId()
    async with make_jobs(own_valkey) as jobs, Redis.from_url(own_valkey.url) as redis:
        jobs.register(JOB_NAME, log)
        async with run_worker(jobs):
            await redis.xadd("viva:jobs", {"unknown": "field"})
            await redis.xadd("viva:jobs", {"data": "\x00 no json"})
            await jobs.kick("unknown job", ObjectId())
            await jobs.kick(JOB_NAME, document_id)
            assert await log.wait_until_called(1) == [document_id]


async def test_failed_job_is_logged_without_its_message_and_does_not_stop_the_worker(own_valkey: Valkey) -> None:
    log, bad, good = JobSpy(), ObjectId(), ObjectId()

    async def job(document_id: ObjectId) -> None:
        await log(document_id)
        if document_id == bad:
            raise ValueError("what the candidate said")

    async with make_jobs(own_valkey) as jobs:
        jobs.register(JOB_NAME, job)
        with capture_logs() as logged:
            async with run_worker(jobs):
                await jobs.kick(JOB_NAME, bad)
                jobs.start_locally(JOB_NAME, bad)
                await log.wait_until_called(2)
                await jobs.kick(JOB_NAME, good)
                assert good in await log.wait_until_called(3)
    failed = [event for event in logged if event["log_level"] == "error"]
    assert failed == [{"event": "job failed", "job": JOB_NAME, "id": str(bad), "reason": "ValueError", "log_level": "error"}] * 2
    assert "candidate" not in repr(logged)


@pytest.fixture
async def local_jobs(valkey: str) -> Jobs:
    """Jobs that never read from Redis."""
    return Jobs(settings.RedisSettings(url=valkey), AUTH, concurrency=2)


async def test_local_job_runs_once_at_a_time_and_again_after_it_has_ended(local_jobs: Jobs) -> None:
    log, document_id, other = JobSpy(), ObjectId(), ObjectId()
    local_jobs.register(JOB_NAME, log)
    log.gate.clear()
    for _ in range(3):
        local_jobs.start_locally(JOB_NAME, document_id)
    local_jobs.start_locally(JOB_NAME, other)
    await log.wait_until_called(2)
    assert log.started_ids == [document_id, other]
    log.gate.set()

    async def have_ended() -> bool:
        return not local_jobs._local_tasks

    await wait_until(have_ended)
    local_jobs.start_locally(JOB_NAME, document_id)
    assert await log.wait_until_called(3) == [document_id, other, document_id]
    await wait_until(have_ended)


async def test_local_jobs_are_limited_to_the_concurrency(local_jobs: Jobs) -> None:
    log, running, most = JobSpy(), 0, 0

    async def job(document_id: ObjectId) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.005)
        running -= 1
        await log(document_id)

    local_jobs.register(JOB_NAME, job)
    for _ in range(10):
        local_jobs.start_locally(JOB_NAME, ObjectId())
    await log.wait_until_called(10)
    assert most == 2


async def test_exclusive_job_is_skipped_while_another_runs(local_jobs: Jobs) -> None:
    log, first, second = JobSpy(), ObjectId(), ObjectId()
    local_jobs.register(JOB_NAME, log, exclusive=True)
    log.gate.clear()
    local_jobs.start_locally(JOB_NAME, first)
    await log.wait_until_called(1)
    local_jobs.start_locally(JOB_NAME, second)

    async def only_first_runs() -> bool:
        return local_jobs._local_tasks.keys() == {(JOB_NAME, first)}

    await wait_until(only_first_runs)
    assert log.started_ids == [first]
    log.gate.set()

    async def have_ended() -> bool:
        return not local_jobs._local_tasks

    await wait_until(have_ended)
    local_jobs.start_locally(JOB_NAME, second)
    assert await log.wait_until_called(2) == [first, second]
    await wait_until(have_ended)


async def test_unregistered_job_is_not_started_locally(local_jobs: Jobs) -> None:
    local_jobs.start_locally("unknown", ObjectId())
    assert not local_jobs._local_tasks


@pytest.mark.parametrize("is_local", [False, True], ids=["woken", "local"])
async def test_running_job_may_finish_when_the_worker_stops(own_valkey: Valkey, is_local: bool) -> None:
    log, document_id = JobSpy(), ObjectId()
    log.gate.clear()
    async with make_jobs(own_valkey) as jobs:
        jobs.register(JOB_NAME, log)
        async with run_worker(jobs):
            if is_local:
                jobs.start_locally(JOB_NAME, document_id)
            else:
                await jobs.kick(JOB_NAME, document_id)
            await log.wait_until_called(1)
            asyncio.get_running_loop().call_later(0.5, log.gate.set)
        assert log.ended_ids == [document_id]


async def test_jobs_that_never_end_delay_the_stop_by_the_drain_time_only(own_valkey: Valkey) -> None:
    log, loop = JobSpy(), asyncio.get_running_loop()
    log.gate.clear()
    async with make_jobs(own_valkey) as jobs:
        jobs.register(JOB_NAME, log)
        async with run_worker(jobs, drain_seconds=2.0):
            await jobs.kick(JOB_NAME, ObjectId())
            jobs.start_locally(JOB_NAME, ObjectId())
            await log.wait_until_called(2)
            stopped = loop.time()
        # both kinds are drained at the same time, not one after the other
        assert 1.9 < loop.time() - stopped < 3.8
        log.gate.set()

        async def have_ended() -> bool:
            return len(log.ended_ids) == 2

        await wait_until(have_ended)


async def test_stopped_worker_accepts_no_more_wake_ups(own_valkey: Valkey) -> None:
    log, document_id = JobSpy(), ObjectId()
    async with make_jobs(own_valkey) as one, make_jobs(own_valkey) as other:
        for jobs in (one, other):
            jobs.register(JOB_NAME, log)
        async with run_worker(one):
            pass
        await one.kick(JOB_NAME, document_id)
        assert log.started_ids == []
        async with run_worker(other):
            assert await log.wait_until_called(1) == [document_id]
