"""Ending tasks for sure."""

import asyncio
from typing import Any

CANCEL_RETRY_SECONDS = 1.0
"""what a task may take to clean up before it is cancelled once more"""


async def cancel_and_wait(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel the tasks and wait until each has ended, whatever it ended with.

    On Python 3.11 asyncio.wait_for, and with it PyMongo, loses a cancellation that comes just as it is done. A task that goes on
    for ever would never be cancelled again, and whoever waits for it would wait for ever. Who is cancelled while it waits here
    waits all the same, and raises CancelledError after that: what the tasks use must not be closed under them.
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
