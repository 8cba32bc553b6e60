"""Reliable cancellation of tasks."""

import asyncio
from typing import Any

CANCEL_RETRY_SECONDS = 1.0
"""Seconds that a task has to clean up before it is cancelled again."""


async def cancel_and_wait(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel the tasks and wait until each has ended, regardless of its result.

    On Python 3.11 asyncio.wait_for, and with it PyMongo, can lose a cancellation that arrives as it completes,
    so a task that still runs is cancelled again. If the caller is cancelled while waiting, it still waits for the
    tasks, then raises CancelledError, so that resources they use are not closed under them.
    """
    is_cancelled = False
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        try:
            await asyncio.wait(pending, timeout=CANCEL_RETRY_SECONDS)
        except asyncio.CancelledError:
            is_cancelled = True
    if is_cancelled:
        raise asyncio.CancelledError
