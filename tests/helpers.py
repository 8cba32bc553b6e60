"""Helpers for all tests: waiting for effects, outages of servers, and failing where a process could crash."""

import asyncio
import inspect
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar, overload

import pytest
from pydantic import SecretStr
from pymongo.asynchronous.collection import AsyncCollection

from sandbox.processes import ChildProcess
from settings import AuthSettings

AUTH = AuthSettings(secret=SecretStr("a secret that is long enough for tests"))
"""Settings of processes that share a Redis server in tests."""

T = TypeVar("T")

ROOT = Path(__file__).parents[1]
"""The folder of the project."""

TIMEOUT_SECONDS = 60.0
"""Far longer than any effect takes, even on a busy machine: an effect that is missing after it will not come."""
POLL_SECONDS = 0.01


@overload
async def wait_until(
    condition: Callable[[], Awaitable[T | None]], seconds: float = TIMEOUT_SECONDS, poll_seconds: float = POLL_SECONDS
) -> T: ...


@overload
async def wait_until(
    condition: Callable[[], T | None], seconds: float = TIMEOUT_SECONDS, poll_seconds: float = POLL_SECONDS
) -> T: ...


async def wait_until(condition: Callable[[], Any], seconds: float = TIMEOUT_SECONDS, poll_seconds: float = POLL_SECONDS) -> Any:
    """Wait until the condition holds, and return its value. Raises TimeoutError if it does not hold in time.

    Use it only for effects that have no event to await, such as a change in a server or in a document.
    """
    async with asyncio.timeout(seconds):
        while True:
            result = condition()
            value = await result if inspect.isawaitable(result) else result
            if value:
                return value
            await asyncio.sleep(poll_seconds)


def ignore_first_cancellation(begun: asyncio.Event, result: T) -> Callable[..., Awaitable[T]]:
    """Return a function that blocks forever, except that it answers the first cancellation with the result.

    PyMongo can lose a cancellation in this way on Python 3.11.
    """
    results = [result]

    async def blocking_call(*_: object) -> T:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if results:
                return results.pop()
            raise
        raise AssertionError("nothing sets the event")

    return blocking_call


class Outage(StrEnum):
    """How a process becomes unavailable: its connections are refused, or it accepts them and does not answer."""

    KILLED = "killed"
    FROZEN = "frozen"


@asynccontextmanager
async def outage(process: ChildProcess, kind: Outage) -> AsyncIterator[None]:
    """Make the process unavailable during the block."""
    if kind is Outage.KILLED:
        await process.kill()
    else:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        if kind is Outage.KILLED:
            await process.start()
        else:
            process.send_signal(signal.SIGCONT)


async def fail_with_connection_error(*_: object, **__: object) -> None:
    """Replace a function with this one to interrupt its caller at that point, as a crash would."""
    raise ConnectionError


def count_steps(work: Callable[[], object]) -> int:
    """Return the number of bytecode instructions that `work` executes."""
    steps = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal steps
        frame.f_trace_opcodes = True
        steps += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return steps


class Killed(BaseException):
    """The process has been killed."""


@contextmanager
def killed_after(calls: int, *methods: str) -> Iterator[None]:
    """Kill the process after that many calls of these methods of pymongo's AsyncCollection."""
    left = calls

    def kill_after(method: Any) -> Any:
        async def call(*args: Any, **options: Any) -> Any:
            nonlocal left
            result = await method(*args, **options)
            left -= 1
            if left <= 0:
                raise Killed
            return result

        return call

    with pytest.MonkeyPatch.context() as patch, suppress(Killed):
        for name in methods:
            patch.setattr(AsyncCollection, name, kill_after(getattr(AsyncCollection, name)))
        yield
