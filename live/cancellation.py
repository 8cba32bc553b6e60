"""Ending tasks for sure."""

import asyncio
from typing import Any

AGAIN_SECONDS = 1.0
"""what a task may take to clean up before it is cancelled once more"""


async def end(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel the tasks and wait until each has ended, whatever it ended with.

    On Python 3.11 asyncio.wait_for, and with it PyMongo, loses a cancellation that comes just as it is done. A task that goes on
    for ever would never be cancelled again, and whoever waits for it would wait for ever.
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_SECONDS)
