"""Hold a lease while a block of code runs, and cancel the block when the lease is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from engine.metrics import LEASES_LOST
from live.cancellation import cancel_and_wait
from models.storage.lease import LeaseLost

log = structlog.get_logger(__name__)


@asynccontextmanager
async def hold_lease(renew: Callable[[], Awaitable[bool]], lease_seconds: float) -> AsyncIterator[None]:
    """Call `renew` four times per `lease_seconds` while the block runs.

    If `renew` returns False, the lease is lost: the block is cancelled and LeaseLost is raised. If `renew` raises, as during
    a MongoDB outage, it is called again: a lease that lapsed unclaimed is recovered by its next renewal.
    """
    block_task = asyncio.current_task()
    if block_task is None:
        raise RuntimeError("hold_lease must be used in a task")
    lost = block_has_ended = False

    async def renew_until_lost() -> None:
        nonlocal lost
        while True:
            await asyncio.sleep(lease_seconds / 4)
            try:
                if await renew():
                    continue
            except Exception as error:
                log.warning("lease not renewed", reason=type(error).__name__)
                continue
            # on Python 3.11 PyMongo can lose a cancellation, so that a renewal returns although it was cancelled below
            if not block_has_ended:
                lost = True
                LEASES_LOST.inc()
                block_task.cancel()
            return

    renewal = asyncio.create_task(renew_until_lost())
    try:
        yield
    except asyncio.CancelledError:
        # a task that others have cancelled, too, must end as cancelled
        if lost and block_task.uncancel() == 0:
            raise LeaseLost from None
        raise
    finally:
        block_has_ended = True
        await cancel_and_wait(renewal)
