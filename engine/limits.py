"""Limits on operations while they are executed. engine.cost estimates before it what these limits bound for certain."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable
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
COSTLY = 5_000
"""Operations above this cost take turns with each other. A page of 100 interviews with 40 values of each costs 4,000."""
COSTLY_SHARE = 0.25
"""Share of the event loop's time in which they are executed, all together."""
SLICE_SECONDS = 0.004
"""Seconds after which they give way to others. Each piece takes 1 ms to 3 ms."""
MAX_PAUSE_SECONDS = 0.5
"""Ceiling of the time for which they give way."""


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


class LoopShare:
    """A share of the event loop's time, which the costly operations of a process divide among them, a piece at a time.

    After SLICE_SECONDS of pieces the loop is free for as long as the share demands. Time in which others ran between two pieces
    counts as well, so that a busy loop has more time for them.
    """

    __slots__ = ("_free_at", "_is_running", "_pause_ratio", "_pieces", "_started_at")

    def __init__(self, share: float = COSTLY_SHARE) -> None:
        self._pause_ratio = 1 / share - 1
        self._pieces: deque[Callable[[], None]] = deque()
        self._is_running = False
        self._started_at = self._free_at = 0.0

    def call(self, piece: Callable[[], None]) -> None:
        """Call the function in its turn. What it wakes up belongs to the piece."""
        self._pieces.append(piece)
        if not self._is_running:
            self._schedule()

    async def turn(self) -> None:
        """Return when it is the caller's turn."""
        turn = asyncio.get_running_loop().create_future()
        self.call(lambda: _wake(turn))
        await turn

    def _schedule(self) -> None:
        self._is_running = True
        asyncio.get_running_loop().call_later(max(0.0, self._free_at - time.monotonic()), self._start_slice)

    def _start_slice(self) -> None:
        self._started_at = time.monotonic()
        self._continue()

    def _continue(self) -> None:
        now = time.monotonic()
        seconds = now - self._started_at
        if self._pieces and seconds < SLICE_SECONDS:
            self._pieces.popleft()()
            # the loop runs what the piece has woken up before this
            asyncio.get_running_loop().call_soon(self._continue)
            return
        self._free_at = now + min(seconds * self._pause_ratio, MAX_PAUSE_SECONDS)
        self._is_running = False
        if self._pieces:
            self._schedule()


class Pacer:
    """Lets other operations run while one completes thousands of asynchronous fields.

    A batched read returns to the fields of all objects in the same iteration of the event loop, which would run for as long as
    all of them take. So they go on a few in each iteration, and those of a costly operation in its share of the loop.
    """

    __slots__ = ("_idle", "_share", "_waiting")

    def __init__(self, share: LoopShare | None = None) -> None:
        """`share` is that of costly operations."""
        self._share = share
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._idle = asyncio.Event()
        self._idle.set()

    async def wait_for_turn(self) -> None:
        """Return in the order of the calls: to FIELDS_PER_ITERATION callers in each iteration, or to one for each piece."""
        if not self._waiting:
            self._idle.clear()
            self._schedule()
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        await turn

    def _schedule(self) -> None:
        if self._share is None:
            asyncio.get_running_loop().call_soon(self._release)
        else:
            self._share.call(self._release)

    def _release(self) -> None:
        for _ in range(min(FIELDS_PER_ITERATION if self._share is None else 1, len(self._waiting))):
            _wake(self._waiting.popleft())
        if self._waiting:
            self._schedule()
        else:
            self._idle.set()

    async def wait_until_idle(self) -> None:
        """Return when no field waits for its turn, so that what they all need next is read together."""
        if not self._idle.is_set():
            await self._idle.wait()


def _wake(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)


class ReadMeter:
    """Counts what an operation reads from the database, before it becomes values of its response."""

    __slots__ = ("_limits", "_share", "bytes", "turn")

    def __init__(self, limits: OperationLimits, share: LoopShare | None = None) -> None:
        """`share` is that of costly operations."""
        self._limits = limits
        self._share = share
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
                await self.give_way()

    async def give_way(self) -> None:
        """Let other operations run. A costly operation continues in its share of the loop."""
        if self._share is None:
            await asyncio.sleep(0)
        else:
            await self._share.turn()

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
