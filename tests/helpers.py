"""Helpers for all tests: waiting for effects, and failing where a process could crash."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")

TIMEOUT_SECONDS = 60.0
"""Far longer than any effect takes, even on a busy machine: an effect that is missing after it will not come."""
POLL_SECONDS = 0.01


@overload
async def wait_until(condition: Callable[[], Awaitable[T]], seconds: float = TIMEOUT_SECONDS) -> T: ...


@overload
async def wait_until(condition: Callable[[], T], seconds: float = TIMEOUT_SECONDS) -> T: ...


async def wait_until(condition: Callable[[], Any], seconds: float = TIMEOUT_SECONDS) -> Any:
    """Wait until the condition holds, and return its value. Raises TimeoutError if it does not hold in time.

    Use it only for effects that have no event to await, such as a change in a server or in a document.
    """
    async with asyncio.timeout(seconds):
        while True:
            result = condition()
            value = await result if inspect.isawaitable(result) else result
            if value:
                return value
            await asyncio.sleep(POLL_SECONDS)


async def fail_with_connection_error(*_: object, **__: object) -> None:
    """Replace a function with this one to interrupt its caller at that point, as a crash would."""
    raise ConnectionError
