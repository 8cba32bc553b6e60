"""Keeping a lease: renewed while one works, and who loses it stops at once."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from pymongo.errors import AutoReconnect

from lifecycle.lease import hold_lease
from models.writes.append_turns import LeaseLost

LEASE_SECONDS = 0.08


class ScriptedRenewal:
    """Answers renewals as it is told, the last answer for ever, and counts them."""

    def __init__(self, *answers: bool | Exception) -> None:
        self.answers = answers
        self.count = 0

    async def __call__(self) -> bool:
        answer = self.answers[min(self.count, len(self.answers) - 1)]
        self.count += 1
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def wait_for_count(self, count: int) -> None:
        async with asyncio.timeout(10):
            while self.count < count:
                await asyncio.sleep(0.001)


async def wait_forever() -> None:
    await asyncio.Event().wait()


async def test_the_lease_is_renewed_while_one_works_and_not_after() -> None:
    renewals = ScriptedRenewal(True)
    async with hold_lease(renewals, LEASE_SECONDS):
        await renewals.wait_for_count(8)
    count = renewals.count
    await asyncio.sleep(LEASE_SECONDS)
    assert renewals.count == count


async def test_it_is_renewed_several_times_before_it_lapses() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    renewals = ScriptedRenewal(True)
    async with hold_lease(renewals, 2.0):
        await renewals.wait_for_count(1)
    assert 0.4 < loop.time() - began < 2.0


async def test_who_loses_the_lease_is_stopped_in_mid_work() -> None:
    renewals = ScriptedRenewal(True, True, False)
    with pytest.raises(LeaseLost):
        async with asyncio.timeout(10), hold_lease(renewals, LEASE_SECONDS):
            await wait_forever()
    assert renewals.count == 3
    task = asyncio.current_task()
    assert task
    assert task.cancelling() == 0, "the task itself goes on"
    await asyncio.sleep(0)


@pytest.mark.parametrize("error", [AutoReconnect("away"), RuntimeError("a defect")], ids=["away", "defect"])
async def test_a_renewal_that_fails_is_tried_again(error: Exception) -> None:
    renewals = ScriptedRenewal(error, error, True)
    async with hold_lease(renewals, LEASE_SECONDS):
        await renewals.wait_for_count(5)
    renewals = ScriptedRenewal(error, error, False)
    with pytest.raises(LeaseLost):
        async with asyncio.timeout(10), hold_lease(renewals, LEASE_SECONDS):
            await wait_forever()


async def test_an_error_of_the_work_passes() -> None:
    with pytest.raises(ValueError, match="mine"):
        async with hold_lease(ScriptedRenewal(True), LEASE_SECONDS):
            raise ValueError("mine")


async def work_under_lease(renew: Callable[[], Awaitable[bool]], lease_seconds: float = LEASE_SECONDS) -> None:
    async with hold_lease(renew, lease_seconds):
        await wait_forever()


async def test_who_is_cancelled_from_outside_is_cancelled() -> None:
    renewals = ScriptedRenewal(True)
    task = asyncio.create_task(work_under_lease(renewals))
    await renewals.wait_for_count(2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_who_is_cancelled_while_losing_the_lease_is_cancelled() -> None:
    task: asyncio.Task[None]

    async def lose() -> bool:
        task.cancel()
        return False

    task = asyncio.create_task(work_under_lease(lose))
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_at_the_very_end_is_not_swallowed() -> None:
    task: asyncio.Task[None]
    renewing = asyncio.Event()
    went_on = False

    async def renew() -> bool:
        renewing.set()
        try:
            await wait_forever()
        except asyncio.CancelledError:
            # the block has ended and waits for us
            task.cancel()
            raise
        return True

    async def end_in_mid_renewal() -> None:
        nonlocal went_on
        async with hold_lease(renew, LEASE_SECONDS):
            await renewing.wait()
        await asyncio.sleep(0)
        went_on = True

    task = asyncio.create_task(end_in_mid_renewal())
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not went_on


async def test_a_renewal_that_hangs_does_not_hold_up_the_end() -> None:
    renewing = asyncio.Event()

    async def hang() -> bool:
        renewing.set()
        await wait_forever()
        return True

    async with asyncio.timeout(10), hold_lease(hang, LEASE_SECONDS):
        await renewing.wait()


async def test_it_ends_though_the_renewal_under_way_loses_its_cancellation() -> None:
    loop = asyncio.get_running_loop()
    renewals = 0
    renewed = asyncio.Event()

    async def renew() -> bool:
        # as PyMongo waits on Python 3.11: done in the same round of the loop in which it is cancelled
        nonlocal renewals
        renewals += 1
        answer: asyncio.Future[bool] = loop.create_future()
        loop.call_soon(answer.set_result, True)
        loop.call_soon(renewed.set)
        return await asyncio.wait_for(answer, 1)

    async with asyncio.timeout(20):
        async with hold_lease(renew, 0.04):
            await renewed.wait()
        ended_after = renewals
        await asyncio.sleep(0.1)
    assert renewals == ended_after
