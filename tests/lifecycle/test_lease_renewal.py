"""hold_lease renews the lease while its block runs, and cancels the block when the lease is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from pymongo.errors import AutoReconnect

from lifecycle.lease_renewal import hold_lease
from models.storage.lease import LeaseLost

LEASE_SECONDS = 0.08


class ScriptedRenewal:
    """A renewal that returns or raises the given answers in order, repeats the last one, and counts its calls."""

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


async def test_lease_is_renewed_while_the_block_runs_and_not_after() -> None:
    renewals = ScriptedRenewal(True)
    async with hold_lease(renewals, LEASE_SECONDS):
        await renewals.wait_for_count(8)
    count = renewals.count
    await asyncio.sleep(LEASE_SECONDS)
    assert renewals.count == count


async def test_lease_is_renewed_before_it_lapses() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    renewals = ScriptedRenewal(True)
    async with hold_lease(renewals, 2.0):
        await renewals.wait_for_count(1)
    assert 0.4 < loop.time() - began < 2.0


async def test_losing_the_lease_cancels_the_block_and_raises_lease_lost() -> None:
    renewals = ScriptedRenewal(True, True, False)
    with pytest.raises(LeaseLost):
        async with asyncio.timeout(10), hold_lease(renewals, LEASE_SECONDS):
            await wait_forever()
    assert renewals.count == 3
    task = asyncio.current_task()
    assert task
    assert task.cancelling() == 0, "the task itself is not cancelled"
    await asyncio.sleep(0)


@pytest.mark.parametrize("error", [AutoReconnect("unreachable"), RuntimeError("a defect")], ids=["outage", "defect"])
async def test_failed_renewal_is_retried(error: Exception) -> None:
    renewals = ScriptedRenewal(error, error, True)
    async with hold_lease(renewals, LEASE_SECONDS):
        await renewals.wait_for_count(5)
    renewals = ScriptedRenewal(error, error, False)
    with pytest.raises(LeaseLost):
        async with asyncio.timeout(10), hold_lease(renewals, LEASE_SECONDS):
            await wait_forever()


async def test_error_raised_in_the_block_is_propagated() -> None:
    with pytest.raises(ValueError, match="mine"):
        async with hold_lease(ScriptedRenewal(True), LEASE_SECONDS):
            raise ValueError("mine")


async def work_under_lease(renew: Callable[[], Awaitable[bool]], lease_seconds: float = LEASE_SECONDS) -> None:
    async with hold_lease(renew, lease_seconds):
        await wait_forever()


async def test_cancellation_from_outside_is_propagated() -> None:
    renewals = ScriptedRenewal(True)
    task = asyncio.create_task(work_under_lease(renewals))
    await renewals.wait_for_count(2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_cancellation_while_losing_the_lease_is_propagated() -> None:
    task: asyncio.Task[None]

    async def lose() -> bool:
        task.cancel()
        return False

    task = asyncio.create_task(work_under_lease(lose))
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_cancellation_while_the_renewal_is_stopped_is_propagated() -> None:
    task: asyncio.Task[None]
    renewing = asyncio.Event()
    continued = False

    async def renew() -> bool:
        renewing.set()
        try:
            await wait_forever()
        except asyncio.CancelledError:
            # the block has ended, and hold_lease waits for this renewal
            task.cancel()
            raise
        return True

    async def end_block_during_renewal() -> None:
        nonlocal continued
        async with hold_lease(renew, LEASE_SECONDS):
            await renewing.wait()
        await asyncio.sleep(0)
        continued = True

    task = asyncio.create_task(end_block_during_renewal())
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not continued


async def test_hanging_renewal_does_not_delay_the_end_of_the_block() -> None:
    renewing = asyncio.Event()

    async def hang() -> bool:
        renewing.set()
        await wait_forever()
        return True

    async with asyncio.timeout(10), hold_lease(hang, LEASE_SECONDS):
        await renewing.wait()


async def test_block_ends_although_the_running_renewal_loses_its_cancellation() -> None:
    loop = asyncio.get_running_loop()
    renewals = 0
    renewed = asyncio.Event()

    async def renew() -> bool:
        # PyMongo on Python 3.11 waits like this: done in the same iteration of the event loop in which it is cancelled
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


async def test_renewal_that_fails_after_the_block_does_not_cancel_the_caller() -> None:
    is_renewing = asyncio.Event()

    async def renew() -> bool:
        is_renewing.set()
        # like PyMongo at times, this loses the cancellation
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        return False

    async with hold_lease(renew, 0.04):
        await is_renewing.wait()
    task = asyncio.current_task()
    assert task
    assert task.cancelling() == 0
