"""Rate limits, which all processes of a deployment share: how often a caller may do something.

Each process decides by what it has counted itself and by the total in Redis, with which it synchronizes every second. So a check
costs no round trip, and Redis delays nobody: while it does not answer, each process counts for itself. In exchange, a caller who
uses several processes may exceed a limit by the calls of a second.

Limits count in windows of fixed length that begin at the same moment everywhere (multiples of the length since 1970). A caller
can use the amounts of two windows in a row: choose amounts with that in mind. A second limit with a shorter window bounds how
fast the amount of the first can be used. One of a second is over before the processes synchronize, so each counts it alone.
"""

import asyncio
import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

import structlog
from limits import RateLimitItem, parse_many
from limits.aio.storage import RedisStorage
from redis.asyncio import Redis
from redis.exceptions import RedisError

import settings
from engine.metrics import RATE_LIMITED, RATE_SYNC_FAILURES
from errors import RateLimited
from live.cancellation import cancel_and_wait
from live.redis_backend import open_pool

log = structlog.get_logger(__name__)

SYNC_SECONDS = 1.0
"""Seconds between two synchronizations with Redis."""
REDIS_SECONDS = 1.0
"""Seconds that Redis has to answer one command."""
MAX_COUNTERS = 20_000
"""Counters that a process remembers. It takes the totals of the others from Redis again."""
LOG_SECONDS = 60.0
"""Seconds between two log entries about the same condition."""


class Rate(StrEnum):
    """What is limited, named as in settings.RateSettings."""

    REQUESTS = "requests"
    OPERATIONS = "operations"
    FAILED_CREDENTIALS = "failed_credentials"
    INVITES = "invites"
    JOINS = "joins"
    MESSAGES = "messages"


_DESCRIPTIONS = {
    Rate.REQUESTS: "requests from your network address",
    Rate.OPERATIONS: "operations, by their cost, of one caller",
    Rate.FAILED_CREDENTIALS: "invalid credentials from your network address",
    Rate.INVITES: "invites of one organization",
    Rate.JOINS: "joins of one interview",
    Rate.MESSAGES: "messages in one interview",
}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a caller has left after a call."""

    limit: int
    remaining: int
    reset_seconds: int
    """Seconds until the whole limit is available again."""


@dataclass(slots=True)
class _Counter:
    expiry: int
    """Seconds for which Redis remembers it: the length of its window."""
    ends_at: float
    total: int = 0
    """What all processes had counted at the last synchronization."""
    unsent: int = 0
    """What this process has counted since then."""


class RateLimits:
    """Counts calls, and refuses those above a limit. It synchronizes with Redis while it is open."""

    def __init__(
        self, redis: settings.RedisSettings, rates: settings.RateSettings, *, clock: Callable[[], float] = time.time
    ) -> None:
        """`clock` returns seconds since 1970."""
        configured = rates.model_dump()
        self._items: dict[Rate, list[RateLimitItem]] = {rate: parse_many(configured[rate]) for rate in Rate if configured[rate]}
        self._pool = open_pool(redis)
        self._storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix=f"{redis.prefix}:rates",
            connection_pool=self._pool,  # type: ignore[arg-type]  # documented, but missing in the annotation
        )
        self._clock = clock
        self._counters: dict[str, _Counter] = {}
        self._unsent: set[str] = set()
        self._has_unsent = asyncio.Event()
        self._is_suspect = False
        self._next_log: dict[str, float] = {}
        self._synchronizer: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start synchronizing."""
        self._synchronizer = asyncio.create_task(self._keep_synchronized(), name="rate limits")
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop synchronizing. What was not sent yet is lost."""
        if self._synchronizer:
            await cancel_and_wait(self._synchronizer)
        with suppress(RedisError):
            await self._pool.aclose()

    def spend(self, rate: Rate, caller: str, cost: int = 1) -> Allowance | None:
        """Count a call, and return what the caller has left of the first limit; None without one.

        Raises RateLimited above any of the limits. Calls that were refused count, too.
        """
        allowances = [self._spend(rate, item, caller, cost) for item in self._items.get(rate, ())]
        return allowances[0] if allowances else None

    def _spend(self, rate: Rate, item: RateLimitItem, caller: str, cost: int) -> Allowance:
        current_time, length = self._clock(), item.get_expiry()
        window = int(current_time // length)
        ends_at = (window + 1.0) * length
        key = item.key_for(rate, caller, str(window))
        counter = self._counters.get(key)
        if counter is None:
            self._forget_counters(current_time)
            counter = self._counters[key] = _Counter(length, ends_at)
        counter.unsent += cost
        self._unsent.add(key)
        self._has_unsent.set()
        remaining = item.amount - counter.total - counter.unsent
        reset_seconds = math.ceil(ends_at - current_time)
        if remaining >= 0:
            return Allowance(item.amount, remaining, reset_seconds)
        RATE_LIMITED.labels(rate).inc()
        self._log("rate limit exceeded", rate=rate)
        raise RateLimited(
            f"Too many {_DESCRIPTIONS[rate]}: the limit is {item.amount} in {_format(length)}. Try again in "
            f"{_format(reset_seconds)}.",
            retry_after_seconds=reset_seconds,
        )

    async def synchronize(self) -> None:
        """Send to Redis what was counted, and receive the totals of all processes. Raises RedisError, OSError or TimeoutError."""
        if self._is_suspect:
            # a frozen server executes later what it did not answer, so nothing is counted before it answers again
            async with asyncio.timeout(REDIS_SECONDS):
                await Redis(connection_pool=self._pool).ping()
            self._is_suspect = False
        for key in list(self._unsent):
            self._unsent.discard(key)
            counter = self._counters.get(key)
            if counter is None or counter.ends_at <= self._clock():
                continue
            sent = counter.unsent
            try:
                async with asyncio.timeout(REDIS_SECONDS):
                    counter.total = await self._storage.incr(key, counter.expiry, sent)
            except BaseException:
                self._unsent.add(key)
                self._is_suspect = True
                raise
            counter.unsent -= sent

    async def _keep_synchronized(self) -> None:
        while True:
            await self._has_unsent.wait()
            self._has_unsent.clear()
            await asyncio.sleep(SYNC_SECONDS)
            try:
                await self.synchronize()
            except (RedisError, OSError) as error:
                RATE_SYNC_FAILURES.inc()
                self._has_unsent.set()
                self._log("Redis unavailable: each process counts rates for itself", reason=type(error).__name__)

    def _forget_counters(self, current_time: float) -> None:
        if len(self._counters) < MAX_COUNTERS:
            return
        current = {key: counter for key, counter in self._counters.items() if counter.ends_at > current_time}
        self._counters = current if len(current) < MAX_COUNTERS else {}

    def _log(self, event: str, **details: str) -> None:
        current_time = time.monotonic()
        name = f"{event} {details.get('rate', '')}"
        if current_time >= self._next_log.get(name, 0.0):
            self._next_log[name] = current_time + LOG_SECONDS
            log.warning(event, **details)


def _format(seconds: int) -> str:
    return "1 second" if seconds == 1 else f"{seconds} seconds"
