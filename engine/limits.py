"""Limits on operations while they are executed. engine.cost estimates before it what these limits bound for certain."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic_core import to_json

from engine.cost import MAX_COST
from errors import AppError, ResponseTooLarge, TimedOut

ERROR_BYTES = 300
"""Bytes for which an error of a field counts: its message, path, location, code and request id."""
ROW_BYTES = 500
"""Bytes for which a row that an operation has read counts, besides its texts."""
VALUE_BYTES = 8
"""Bytes for which a value counts besides its name and its text: quotes and separators, or a number."""


T = TypeVar("T")

FIELDS_PER_ITERATION = 10
"""Asynchronous fields that an execution completes in each iteration of the event loop. A transcript of 100 turns takes 3 ms."""
DOCUMENTS_PER_ITERATION = 10
"""Documents that a read returns in each iteration of the event loop. The driver returns thousands without a pause."""


@dataclass(frozen=True, slots=True)
class OperationLimits:
    """The limits of each query or mutation, and of each event of a subscription."""

    seconds: float = 20.0
    response_bytes: int = 8 * 1024 * 1024

    @asynccontextmanager
    async def enforce_time(self) -> AsyncIterator[asyncio.Timeout]:
        """Stop the block after `seconds`. Raises TimedOut."""
        timeout = asyncio.timeout(self.seconds)
        try:
            async with timeout:
                yield timeout
        except TimeoutError:
            # one that the block raised is not this one
            if timeout.expired():
                raise self.timed_out() from None
            raise

    def timed_out(self) -> TimedOut:
        """Return the error of an operation that has taken too long."""
        return TimedOut(
            f"The operation took longer than {self.seconds:g} seconds and was stopped. Request less at a time. A mutation may "
            "have taken effect: send it again with the same idempotencyKey, or read the state first."
        )

    def response_too_large(self) -> ResponseTooLarge:
        """Return the error of an operation that reads or returns too much."""
        return ResponseTooLarge(
            f"The response would be larger than {self.response_bytes / 1024 / 1024:g} MB. Request fewer items at a time (first), "
            "select less, or send several requests."
        )


DEFAULT_LIMITS = OperationLimits()


class ResponseMeter:
    """Counts what one execution puts into its response while it grows.

    When a limit is exceeded, the execution has failed: every method raises, so that it ends without executing further fields.
    Time is checked here as well, because asyncio cannot interrupt an execution that does not await.
    """

    __slots__ = ("_bytes", "_ends_at", "_fields", "_limits", "failure")

    def __init__(self, limits: OperationLimits) -> None:
        self.failure: AppError | None = None
        """Why the whole execution has failed. None if it has not."""
        self._limits = limits
        self._ends_at = time.monotonic() + limits.seconds
        self._fields = self._bytes = 0

    def add_fields(self, count: int) -> None:
        """Count the fields of an object before they are executed. Raises TimedOut and ResponseTooLarge."""
        self._fields += count
        if self._fields > MAX_COST or self._bytes > self._limits.response_bytes:
            self.fail(self._limits.response_too_large())
        elif time.monotonic() > self._ends_at:
            self.fail(self._limits.timed_out())
        if self.failure is not None:
            raise self.failure

    def add_value(self, value: object) -> None:
        """Count a completed value with everything in it. The next object is not executed if it is too large."""
        self._bytes += estimate_bytes(value)

    def add_error(self) -> None:
        """Count an error of a field."""
        self._bytes += ERROR_BYTES

    def fail(self, failure: AppError) -> None:
        """Make the whole execution fail, unless it has failed already."""
        self.failure = self.failure or failure

    def check_bytes(self) -> None:
        """Make the execution fail if its response has become too large since the last object was executed."""
        if self._bytes > self._limits.response_bytes:
            self.fail(self._limits.response_too_large())


class Pacer:
    """Lets other operations run while one completes thousands of asynchronous fields.

    A batched read returns to the fields of all objects in the same iteration of the event loop, which would run for as long as
    all of them take. So they go on a few in each iteration.
    """

    __slots__ = ("_idle", "_waiting")

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._idle = asyncio.Event()
        self._idle.set()

    async def wait_for_turn(self) -> None:
        """Return in the order of the calls, to FIELDS_PER_ITERATION callers in each iteration."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            self._idle.clear()
            loop.call_soon(self._release)
        turn = loop.create_future()
        self._waiting.append(turn)
        await turn

    def _release(self) -> None:
        for _ in range(min(FIELDS_PER_ITERATION, len(self._waiting))):
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._release)
        else:
            self._idle.set()

    async def wait_until_idle(self) -> None:
        """Return when no field waits for its turn, so that what they all need next is read together."""
        if not self._idle.is_set():
            await self._idle.wait()


class ReadMeter:
    """Counts what an operation reads from the database, before it becomes values of its response."""

    __slots__ = ("_limits", "bytes", "turn")

    def __init__(self, limits: OperationLimits) -> None:
        self._limits = limits
        self.bytes = 0
        """Bytes that the operation, or the event of a subscription, has read."""
        self.turn = asyncio.Lock()
        """Held by reads whose size is known only after them, so that they do not exceed the limit all together."""

    def reset(self) -> None:
        """Begin the execution of another event."""
        self.bytes = 0

    async def count(self, documents: AsyncIterable[T]) -> AsyncGenerator[T]:
        """Yield documents while they are read, and count each. Raises ResponseTooLarge."""
        number = 0
        async for document in documents:
            self.add_document(document)
            yield document
            number += 1
            if number % DOCUMENTS_PER_ITERATION == 0:
                await asyncio.sleep(0)

    def add_document(self, document: object) -> None:
        """Count a document, or several, with everything in it. Raises ResponseTooLarge."""
        self.add_bytes(len(to_json(document, fallback=str)))

    def add_row(self, text: str = "") -> None:
        """Count a row with its text. Raises ResponseTooLarge."""
        self.add_bytes(ROW_BYTES + len(text))

    def add_bytes(self, size: int) -> None:
        """Count so many bytes. Raises ResponseTooLarge."""
        self.bytes += size
        if self.bytes > self._limits.response_bytes:
            raise self._limits.response_too_large()


def estimate_bytes(value: object) -> int:
    """Return about the size of a completed value as JSON in UTF-8; escape sequences count as one byte.

    It is called for each object of a response, so it is written for speed.
    """
    items: Iterable[object]
    if type(value) is dict:
        size = sum(map(len, value)) + VALUE_BYTES * len(value)
        items = value.values()
    elif type(value) is list:
        size = VALUE_BYTES * len(value)
        items = value
    else:
        size = VALUE_BYTES
        items = (value,)
    for item in items:
        kind = type(item)
        if kind is str:
            text: Any = item
            size += len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        elif kind is dict or kind is list:
            size += estimate_bytes(item)
    return size
