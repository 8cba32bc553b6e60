"""Process that holds all dashboards of a load. The harness runs it as `python -m tests.faults.subscribers_process PORT`."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.results import percentile
from tests.faults.oracle import KINDS
from tests.faults.rpc import run, serve_calls
from tests.faults.subscriber import Subscriber, cancel_and_raise

LAG_INTERVAL_SECONDS = 0.02
"""Between two measurements of this process's own scheduling lag."""


class Subscribers:
    """The dashboards that are open, by group. The harness calls its public coroutines."""

    def __init__(self) -> None:
        self._groups: dict[str, list[tuple[Subscriber, asyncio.Task[None]]]] = {}
        self._latencies: list[tuple[float, float]] = []
        self._lags: list[tuple[float, float]] = []
        self._churn: asyncio.Task[None] | None = None

    async def open(self, group: str, url: str, token: str, followed: list[list[str]], small_buffers: bool = False) -> None:
        """Open a subscriber for each list of interviews; it follows them from the beginning."""
        for interview_ids in followed:
            # latencies are those of the load, not of subscribers that a scenario disturbs
            latencies = self._latencies if group == "load" else []
            subscriber = Subscriber(url, token, interview_ids, latencies, small_buffers=small_buffers)
            self._groups.setdefault(group, []).append((subscriber, asyncio.create_task(subscriber.follow())))

    async def close(self) -> None:
        """Close all subscribers and discard what they recorded."""
        await self.stop_churn()
        tasks = [task for group in self._groups.values() for _, task in group]
        self._groups.clear()
        self._latencies.clear()
        self._lags.clear()
        await asyncio.gather(*map(cancel_and_raise, tasks))

    async def wait_until_connected(self, group: str = "load", seconds: float = 20.0) -> None:
        """Wait until each subscriber has connected once. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            await _wait_until(lambda: all(subscriber.connections for subscriber in self._members(group)))

    async def wait_until_caught_up(self, stored: dict[str, int], group: str = "load", seconds: float = 15.0) -> float | None:
        """Return the seconds until each subscriber had every stored turn (interview id to last seq); None on timeout."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                oracles = [oracle for subscriber in self._members(group) for oracle in subscriber.oracles]
                await _wait_until(lambda: all(oracle.last >= stored[oracle.interview_id] for oracle in oracles))
        except TimeoutError:
            return None
        return time.monotonic() - began

    async def wait_until_ended(self, group: str = "load", seconds: float = 15.0) -> float | None:
        """Return when the last subscriber was told that nothing more comes, as time.time() counts; None on timeout."""
        try:
            async with asyncio.timeout(seconds):
                await _wait_until(lambda: all(subscriber.ended_at is not None for subscriber in self._members(group)))
        except TimeoutError:
            return None
        return max(subscriber.ended_at or 0.0 for subscriber in self._members(group))

    async def report(self, group: str = "load") -> dict[str, Any]:
        """Return what the oracles found, and how connections ended."""
        subscribers = self._members(group)
        failed = [task.exception() for _, task in self._groups.get(group, []) if task.done() and not task.cancelled()]
        codes = sum((subscriber.close_codes for subscriber in subscribers), Counter[int]())
        violations: Mapping[str, int] = {
            kind: sum(oracle.violations()[kind] for subscriber in subscribers for oracle in subscriber.oracles) for kind in KINDS
        }
        return {
            "subscribers": len(subscribers),
            "violations": violations,
            "turns": sum(oracle.last for subscriber in subscribers for oracle in subscriber.oracles),
            "connections": sum(subscriber.connections for subscriber in subscribers),
            "close_codes": {str(code): count for code, count in codes.items()},
            "completed": sum(subscriber.is_completed for subscriber in subscribers),
            "failed": [str(error) for error in failed if error],
        }

    async def latencies(self, since: float, until: float) -> dict[str, float]:
        """Return seconds from written to received for turns written in a window, and this process's own lag in it."""
        seconds = [latency for at, latency in self._latencies if since <= at <= until]
        lags = [lag for at, lag in self._lags if since <= at <= until]
        return {
            "count": len(seconds),
            "p50": percentile(seconds, 0.5),
            "p95": percentile(seconds, 0.95),
            "p99": percentile(seconds, 0.99),
            "max": max(seconds, default=0.0),
            "lag": percentile(lags, 0.99),
        }

    async def stall(self, group: str) -> None:
        """Make a group stop reading, until `resume`."""
        for subscriber in self._members(group):
            subscriber.stall()

    async def resume(self, group: str) -> None:
        """Make a group read again."""
        for subscriber in self._members(group):
            subscriber.resume()

    async def start_churn(self, share: float, group: str = "load") -> None:
        """Disconnect this share of a group per second; each reconnects immediately."""
        self._churn = asyncio.create_task(self._keep_disconnecting(self._members(group), share))

    async def stop_churn(self) -> None:
        """Stop disconnecting."""
        if self._churn:
            await cancel_and_raise(self._churn)
            self._churn = None

    async def _keep_disconnecting(self, subscribers: Sequence[Subscriber], share: float) -> None:
        while True:
            await asyncio.sleep(1 / (share * len(subscribers)))
            await random.choice(subscribers).disconnect()

    async def measure_lag(self) -> None:
        """Records this process's scheduling lag until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_INTERVAL_SECONDS
            await asyncio.sleep(LAG_INTERVAL_SECONDS)
            self._lags.append((time.time(), loop.time() - due))

    def _members(self, group: str) -> list[Subscriber]:
        return [subscriber for subscriber, _ in self._groups.get(group, [])]


async def _wait_until(condition: Callable[[], bool]) -> None:
    while not condition():  # many small events change it, so that no single one can be awaited
        await asyncio.sleep(0.02)


async def _main() -> None:
    subscribers = Subscribers()
    measuring = asyncio.create_task(subscribers.measure_lag())
    functions = (
        *("open", "close", "wait_until_connected", "wait_until_caught_up", "wait_until_ended", "report", "latencies"),
        *("stall", "resume", "start_churn", "stop_churn"),
    )
    await serve_calls({name: getattr(subscribers, name) for name in functions})
    measuring.cancel()


if __name__ == "__main__":
    run(_main())
