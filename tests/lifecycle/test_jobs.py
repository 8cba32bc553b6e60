"""Wake-ups over a real Redis: each to one worker, and Redis away costs delay only."""

import asyncio
import signal

import pytest
from bson import ObjectId
from redis.asyncio import Redis
from structlog.testing import capture_logs

import settings
from lifecycle.jobs import Jobs
from sandbox.valkey import Valkey
from tests.lifecycle.workers import BOUND_SECONDS, NAME, Log, jobs_on, working
from tests.live.reading import eventually


async def test_each_wake_up_reaches_one_of_two_workers(own_valkey: Valkey) -> None:
    log, ids = Log(), [ObjectId() for _ in range(50)]
    async with jobs_on(own_valkey) as one, jobs_on(own_valkey) as other:
        for jobs in (one, other):
            jobs.register(NAME, log)
        async with working(one), working(other):
            for document_id in ids:  # fifty at once would open fifty connections, and a kick waits half a second at most
                await one.kick(NAME, document_id)
            await log.until(len(ids))
    assert sorted(log.ids) == sorted(ids)


async def test_a_wake_up_waits_for_the_first_worker(own_valkey: Valkey) -> None:
    log, document_id = Log(), ObjectId()
    async with jobs_on(own_valkey) as api:
        await api.kick(NAME, document_id)
    async with jobs_on(own_valkey) as jobs:
        jobs.register(NAME, log)
        async with working(jobs):
            assert await log.until(1) == [document_id]


async def test_a_redis_that_is_killed_and_comes_back_empty_wakes_again(own_valkey: Valkey) -> None:
    log, before, after = Log(), ObjectId(), ObjectId()
    async with jobs_on(own_valkey) as jobs:
        jobs.register(NAME, log)
        async with working(jobs) as work:
            await jobs.kick(NAME, before)
            await log.until(1)
            with capture_logs() as logged:
                await own_valkey.kill()
                await asyncio.sleep(2)
            tries = [event for event in logged if event["event"] == "wake-ups are away"]
            # pauses of 0.1, 0.2, 0.4, 0.8 … and not as often as it can
            assert 1 <= len(tries) <= 8
            assert not work.done()
            await own_valkey.start()
            await jobs.kick(NAME, after)
            assert await log.until(2) == [before, after]


async def test_a_group_that_was_deleted_is_made_again_and_nothing_in_the_stream_is_lost(own_valkey: Valkey) -> None:
    log, document_id = Log(), ObjectId()
    async with jobs_on(own_valkey) as jobs, Redis.from_url(own_valkey.url) as redis:
        jobs.register(NAME, log)
        async with working(jobs):
            await redis.flushall()
            await jobs.kick(NAME, document_id)
            assert document_id in await log.until(1)


async def test_workers_and_callers_open_without_redis_and_find_it_when_it_comes(own_valkey: Valkey) -> None:
    log, document_id = Log(), ObjectId()
    await own_valkey.kill()
    async with asyncio.timeout(20), jobs_on(own_valkey) as jobs:
        jobs.register(NAME, log)
        async with working(jobs):
            await own_valkey.start()
            await jobs.kick(NAME, document_id)
            assert await log.until(1) == [document_id]


@pytest.mark.parametrize("is_frozen", [False, True], ids=["killed", "frozen"])
async def test_a_kick_without_redis_does_not_fail_and_gives_up_soon(own_valkey: Valkey, is_frozen: bool) -> None:
    loop = asyncio.get_running_loop()
    async with jobs_on(own_valkey) as jobs:
        await jobs.kick(NAME, ObjectId())
        if is_frozen:
            own_valkey.send(signal.SIGSTOP)
        else:
            await own_valkey.kill()
        began = loop.time()
        with capture_logs() as logged:
            await jobs.kick(NAME, ObjectId())
        assert loop.time() - began < BOUND_SECONDS + 2
        assert [event["event"] for event in logged] == ["wake-up not sent"]
        if is_frozen:
            own_valkey.send(signal.SIGCONT)


async def test_what_is_no_wake_up_of_ours_stops_nobody(own_valkey: Valkey) -> None:
    log, document_id = Log(), ObjectId()
    async with jobs_on(own_valkey) as jobs, Redis.from_url(own_valkey.url) as redis:
        jobs.register(NAME, log)
        async with working(jobs):
            await redis.xadd("viva:jobs", {"nothing": "of ours"})
            await redis.xadd("viva:jobs", {"data": "\x00 no json"})
            await jobs.kick("unknown job", ObjectId())
            await jobs.kick(NAME, document_id)
            assert await log.until(1) == [document_id]


async def test_a_job_that_fails_is_told_without_its_words_and_stops_nobody(own_valkey: Valkey) -> None:
    log, bad, good = Log(), ObjectId(), ObjectId()

    async def job(document_id: ObjectId) -> None:
        await log(document_id)
        if document_id == bad:
            raise ValueError("what the candidate said")

    async with jobs_on(own_valkey) as jobs:
        jobs.register(NAME, job)
        with capture_logs() as logged:
            async with working(jobs):
                await jobs.kick(NAME, bad)
                jobs.start_here(NAME, bad)
                await log.until(2)
                await jobs.kick(NAME, good)
                assert good in await log.until(3)
    failed = [event for event in logged if event["log_level"] == "error"]
    assert failed == [{"event": "job failed", "job": NAME, "id": str(bad), "reason": "ValueError", "log_level": "error"}] * 2
    assert "candidate" not in repr(logged)


@pytest.fixture
async def here(valkey: str) -> Jobs:
    """Jobs that never look at Redis."""
    return Jobs(settings.Redis(url=valkey), concurrency=2)


async def test_one_job_runs_here_once_at_a_time_and_again_when_it_has_ended(here: Jobs) -> None:
    log, document_id, other = Log(), ObjectId(), ObjectId()
    here.register(NAME, log)
    log.gate.clear()
    for _ in range(3):
        here.start_here(NAME, document_id)
    here.start_here(NAME, other)
    await log.until(2)
    assert log.ids == [document_id, other]
    log.gate.set()

    async def have_ended() -> bool:
        return not here._here

    await eventually(have_ended)
    here.start_here(NAME, document_id)
    assert await log.until(3) == [document_id, other, document_id]
    await eventually(have_ended)


async def test_no_more_jobs_run_here_at_once_than_there_are_slots(here: Jobs) -> None:
    log, running, most = Log(), 0, 0

    async def job(document_id: ObjectId) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.005)
        running -= 1
        await log(document_id)

    here.register(NAME, job)
    for _ in range(10):
        here.start_here(NAME, ObjectId())
    await log.until(10)
    assert most == 2


async def test_what_this_process_does_not_do_is_not_started_here(here: Jobs) -> None:
    here.start_here("unknown", ObjectId())
    assert not here._here


@pytest.mark.parametrize("is_here", [False, True], ids=["woken", "swept"])
async def test_a_job_that_runs_when_work_stops_may_end(own_valkey: Valkey, is_here: bool) -> None:
    log, document_id = Log(), ObjectId()
    log.gate.clear()
    async with jobs_on(own_valkey) as jobs:
        jobs.register(NAME, log)
        async with working(jobs):
            if is_here:
                jobs.start_here(NAME, document_id)
            else:
                await jobs.kick(NAME, document_id)
            await log.until(1)
            asyncio.get_running_loop().call_later(0.5, log.gate.set)
        assert log.ended == [document_id]


async def test_jobs_that_never_end_hold_up_the_stop_no_longer_than_they_may(own_valkey: Valkey) -> None:
    log, loop = Log(), asyncio.get_running_loop()
    log.gate.clear()
    async with jobs_on(own_valkey) as jobs:
        jobs.register(NAME, log)
        async with working(jobs, drain_seconds=2.0):
            await jobs.kick(NAME, ObjectId())
            jobs.start_here(NAME, ObjectId())
            await log.until(2)
            stopped = loop.time()
        # both kinds at the same time, not one after the other
        assert 1.9 < loop.time() - stopped < 3.8
        log.gate.set()

        async def have_ended() -> bool:
            return len(log.ended) == 2

        await eventually(have_ended)


async def test_a_stopped_worker_takes_no_more(own_valkey: Valkey) -> None:
    log, document_id = Log(), ObjectId()
    async with jobs_on(own_valkey) as one, jobs_on(own_valkey) as other:
        for jobs in (one, other):
            jobs.register(NAME, log)
        async with working(one):
            pass
        await one.kick(NAME, document_id)
        assert log.ids == []
        async with working(other):
            assert await log.until(1) == [document_id]
