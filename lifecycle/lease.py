"""Keeping a lease while one works: who loses it stops at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from live.cancellation import cancel_and_wait
from models.writes.append_turns import LeaseLost

log = structlog.get_logger(__name__)


@asynccontextmanager
async def hold_lease(renew: Callable[[], Awaitable[bool]], lease_seconds: float) -> AsyncIterator[None]:
    """Renew four times in a lease's life while the block runs; when `renew` answers False, cancel it and raise LeaseLost.

    MongoDB away is no loss: a holder whose number nobody has raised gets the lease back with its next renewal.
    """
    body = asyncio.current_task()
    if body is None:
        raise RuntimeError("a lease is kept by a task")
    lost = False

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
            lost = True
            body.cancel()
            return

    renewal = asyncio.create_task(renew_until_lost())
    try:
        yield
    except asyncio.CancelledError:
        if lost and body.uncancel() == 0:
            raise LeaseLost from None
        raise
    finally:
        await cancel_and_wait(renewal)
