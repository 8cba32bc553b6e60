"""Rate limits on a real server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from engine.metrics import RATE_LIMITED, RATE_SYNC_FAILURES
from errors import RateLimited
from live import rate_limits
from live.rate_limits import Allowance, Rate, RateLimits
from sandbox.valkey import Valkey
from settings import RateSettings, RedisSettings, Settings
from tests.helpers import Outage, outage, wait_until


class Clock:
    """A clock that stands still unless a test sets it."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def _synchronize_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "SYNC_SECONDS", 3600.0)


@asynccontextmanager
async def open_limits(redis: RedisSettings, clock: Clock, **rates: str) -> AsyncIterator[RateLimits]:
    async with RateLimits(redis, RateSettings(**rates), clock=clock) as limits:
        yield limits


async def test_limit_refuses_until_its_window_ends(settings: Settings) -> None:
    clock = Clock()
    before = RATE_LIMITED.labels(Rate.JOINS)._value.get()
    async with open_limits(settings.redis, clock, joins="3/10minutes") as limits:
        clock.seconds += 100
        assert [limits.spend(Rate.JOINS, "a") for _ in range(3)] == [Allowance(3, left, 500) for left in (2, 1, 0)]
        with capture_logs() as logs:
            for _ in range(2):
                with pytest.raises(RateLimited, match=r"the limit is 3 in 600 seconds\. Try again in 500 seconds\.") as refused:
                    limits.spend(Rate.JOINS, "a")
                assert refused.value.retry_after_seconds == 500
        assert logs == [{"event": "rate limit exceeded", "log_level": "warning", "rate": Rate.JOINS}]
        assert RATE_LIMITED.labels(Rate.JOINS)._value.get() == before + 2
        assert limits.spend(Rate.JOINS, "b") == Allowance(3, 2, 500)
        await limits.synchronize()
        clock.seconds += 500
        assert limits.spend(Rate.JOINS, "a") == Allowance(3, 2, 600)


async def test_second_limit_bounds_how_fast_the_first_is_used(settings: Settings) -> None:
    clock = Clock()
    async with open_limits(settings.redis, clock, requests="5/minute;2/second") as limits:
        assert [limits.spend(Rate.REQUESTS, "a") for _ in range(2)] == [Allowance(5, left, 60) for left in (4, 3)]
        with pytest.raises(RateLimited, match=r"the limit is 2 in 1 second\. Try again in 1 second\.$"):
            limits.spend(Rate.REQUESTS, "a")
        clock.seconds += 1
        assert [limits.spend(Rate.REQUESTS, "a") for _ in range(2)] == [Allowance(5, left, 59) for left in (1, 0)]
        clock.seconds += 1
        with pytest.raises(RateLimited, match="the limit is 5 in 60 seconds"):
            limits.spend(Rate.REQUESTS, "a")


async def test_processes_count_together_and_each_rate_counts_alone(settings: Settings) -> None:
    clock = Clock()
    rates = {"operations": "10/hour", "messages": "10/hour", "requests": ""}
    async with open_limits(settings.redis, clock, **rates) as one, open_limits(settings.redis, clock, **rates) as other:
        assert one.spend(Rate.OPERATIONS, "key", 6) == Allowance(10, 4, 3600)
        await one.synchronize()
        # it learns the total with its first call
        assert other.spend(Rate.OPERATIONS, "key") == Allowance(10, 9, 3600)
        await other.synchronize()
        assert other.spend(Rate.OPERATIONS, "key", 3) == Allowance(10, 0, 3600)
        await other.synchronize()
        one.spend(Rate.OPERATIONS, "key")
        await one.synchronize()
        for limits in (one, other):
            with pytest.raises(RateLimited):
                limits.spend(Rate.OPERATIONS, "key")
        assert other.spend(Rate.MESSAGES, "key") == Allowance(10, 9, 3600)
        assert one.spend(Rate.REQUESTS, "key") is None


async def test_redis_forgets_counts_when_their_window_ends(settings: Settings) -> None:
    async with open_limits(settings.redis, Clock()) as limits, Redis.from_url(settings.redis.url) as redis:
        # requests have two limits
        limits.spend(Rate.REQUESTS, "a")
        limits.spend(Rate.MESSAGES, "a")
        await limits.synchronize()
        keys = [key async for key in redis.scan_iter(f"{settings.redis.prefix}:rates:*")]
        assert len(keys) == 3
        assert all([0 < await redis.ttl(key) <= 60 for key in keys])


async def test_process_remembers_a_bounded_number_of_counters(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "MAX_COUNTERS", 3)
    clock = Clock()
    async with open_limits(settings.redis, clock, joins="10/minute", messages="10/hour") as limits:
        for caller in ("a", "b"):
            limits.spend(Rate.JOINS, caller)
        limits.spend(Rate.MESSAGES, "a")
        await limits.synchronize()
        clock.seconds += 60
        # the windows of the first two have ended
        limits.spend(Rate.JOINS, "c")
        assert len(limits._counters) == 2
        assert limits.spend(Rate.MESSAGES, "a") == Allowance(10, 8, 3540)
        await limits.synchronize()
        for caller in ("d", "e"):
            limits.spend(Rate.JOINS, caller)
        assert len(limits._counters) == 1
        limits.spend(Rate.MESSAGES, "a")
        await limits.synchronize()
        assert limits.spend(Rate.MESSAGES, "a") == Allowance(10, 6, 3540)


@pytest.mark.parametrize("kind", Outage)
async def test_each_process_counts_for_itself_while_redis_is_away(
    settings: Settings, own_valkey: Valkey, kind: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "SYNC_SECONDS", 0.01)
    monkeypatch.setattr(rate_limits, "REDIS_SECONDS", 0.1)
    redis, clock = RedisSettings(url=own_valkey.url, prefix="outage"), Clock()
    before = RATE_SYNC_FAILURES._value.get()
    async with open_limits(redis, clock, joins="3/hour") as limits, open_limits(redis, clock, joins="3/hour") as other:
        with capture_logs() as logs:
            async with outage(own_valkey, kind):
                assert [limits.spend(Rate.JOINS, "a") for _ in range(2)] == [Allowance(3, left, 3600) for left in (2, 1)]
                assert other.spend(Rate.JOINS, "a") == Allowance(3, 2, 3600)
                await wait_until(lambda: RATE_SYNC_FAILURES._value.get() > before + 2)
        assert {entry["event"] for entry in logs} == {"Redis unavailable: each process counts rates for itself"}
        # once for each of the two
        assert len(logs) == 2
        await wait_until(lambda: not limits._unsent and not other._unsent)
        # Redis has counted the calls of the outage: two and one, and once more a call that it did not answer in time
        with pytest.raises(RateLimited):
            other.spend(Rate.JOINS, "a", 3)
        limits.spend(Rate.JOINS, "b", 3)
