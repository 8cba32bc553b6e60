"""PyMongo can lose a cancellation on Python 3.11; nothing may hang because of it."""

import asyncio

import pytest
from bson import ObjectId

import settings
from live import cancellation
from live.cancellation import cancel_and_wait
from live.hub import LiveHub
from tests.helpers import ignore_first_cancellation, wait_until

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def short_retry_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancellation, "CANCEL_RETRY_SECONDS", 0.05)


async def test_task_that_loses_a_cancellation_is_cancelled_again() -> None:
    begun = asyncio.Event()
    call = ignore_first_cancellation(begun, None)

    async def go_on() -> None:
        while True:
            await call()

    task = asyncio.create_task(go_on())
    await begun.wait()
    async with asyncio.timeout(10):
        await cancel_and_wait(task)
    assert task.cancelled()


async def test_finished_and_failing_tasks_are_awaited() -> None:
    async def fail() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            raise LookupError

    done, failing = asyncio.create_task(asyncio.sleep(0)), asyncio.create_task(fail())
    await done
    await cancel_and_wait(done, failing)
    assert isinstance(failing.exception(), LookupError)


async def test_cancelled_caller_still_waits_for_its_tasks() -> None:
    begun, cleaned = asyncio.Event(), asyncio.Event()
    call = ignore_first_cancellation(begun, None)

    async def go_on() -> None:
        try:
            while True:
                await call()
        finally:
            cleaned.set()

    inner = asyncio.create_task(go_on())
    await begun.wait()
    outer = asyncio.create_task(cancel_and_wait(inner))
    await asyncio.sleep(0)  # it has started
    async with asyncio.timeout(10):
        await cancel_and_wait(outer)
    assert outer.cancelled()
    assert cleaned.is_set()


async def test_live_hub_closes_if_its_poller_loses_a_cancellation(
    settings: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()
    monkeypatch.setattr("live.poller.read_watermarks", ignore_first_cancellation(begun, {}))
    async with asyncio.timeout(10):
        async with LiveHub(settings.redis, settings.auth) as live:
            turns = live.follow_turns(ObjectId(), 0)
            following = asyncio.ensure_future(anext(turns, None))
            await begun.wait()
        await cancel_and_wait(following)


async def test_organization_feed_that_loses_a_cancellation_ends_with_its_followers(
    live: LiveHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()
    monkeypatch.setattr("live.organization_feed.list_changes_since", ignore_first_cancellation(begun, []))
    before = asyncio.all_tasks()
    following = asyncio.ensure_future(anext(live.follow_interviews(ObjectId()), None))
    await begun.wait()
    await cancel_and_wait(following)

    async def is_clean() -> bool:
        return not asyncio.all_tasks() - before

    await wait_until(is_clean)
