"""The readers' process: all dashboards of a load. The harness runs it: `python -m tests.faults.subscribers_process PORT`."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.faults.oracle import KINDS
from tests.faults.subscriber import Reader, cut_off
from tests.faults.rpc import answer, run
from benchmarks.replies import percentile

LAG_SECONDS = 0.02
"""between two looks at how late this process is itself"""


class Readers:
    """The dashboards that are open. Its public coroutines are what the harness calls."""

    def __init__(self) -> None:
        self._readers: dict[str, list[tuple[Reader, asyncio.Task[None]]]] = {}
        self._seen: list[tuple[float, float]] = []
        self._lags: list[tuple[float, float]] = []
        self._churn: asyncio.Task[None] | None = None

    async def open(self, group: str, url: str, token: str, followed: list[list[str]], small: bool = False) -> None:
        """One reader for each list of interviews, under that group's name; they follow from the beginning."""
        for interview_ids in followed:
            reader = Reader(url, token, interview_ids, self._seen if group == "load" else [])
            if small:
                reader.use_small_buffers()
            self._readers.setdefault(group, []).append((reader, asyncio.create_task(reader.follow())))

    async def close(self) -> None:
        """All leave, and what they saw is forgotten."""
        await self.stop_churn()
        tasks = [task for group in self._readers.values() for _, task in group]
        self._readers.clear()
        self._seen.clear()
        self._lags.clear()
        await asyncio.gather(*map(cut_off, tasks))

    async def connected(self, group: str = "load", seconds: float = 20.0) -> None:
        """Wait until each has been connected once. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            await _until(lambda: all(reader.connections for reader in self._of(group)))

    async def caught_up(self, stored: dict[str, int], group: str = "load", seconds: float = 15.0) -> float | None:
        """The seconds until each had all that is stored (interview -> last seq); None when that did not come to be."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                oracles = [oracle for reader in self._of(group) for oracle in reader.oracles]
                await _until(lambda: all(oracle.last >= stored[oracle.interview_id] for oracle in oracles))
        except TimeoutError:
            return None
        return time.monotonic() - began

    async def completed(self, group: str = "load", seconds: float = 15.0) -> float | None:
        """When the last of them was told that nothing more comes, as time.time counts; None when that did not come to be."""
        try:
            async with asyncio.timeout(seconds):
                await _until(lambda: all(reader.ended_at is not None for reader in self._of(group)))
        except TimeoutError:
            return None
        return max(reader.ended_at or 0.0 for reader in self._of(group))

    async def state(self, group: str = "load") -> dict[str, Any]:
        """What the oracles found, and how connections ended."""
        readers = self._of(group)
        failed = [task.exception() for _, task in self._readers.get(group, []) if task.done() and not task.cancelled()]
        codes = sum((reader.codes for reader in readers), Counter[int]())
        faults: Mapping[str, int] = {
            kind: sum(oracle.faults()[kind] for reader in readers for oracle in reader.oracles) for kind in KINDS
        }
        return {
            "readers": len(readers),
            "faults": faults,
            "turns": sum(oracle.last for reader in readers for oracle in reader.oracles),
            "connections": sum(reader.connections for reader in readers),
            "codes": {str(code): count for code, count in codes.items()},
            "completed": sum(reader.is_completed for reader in readers),
            "failed": [str(error) for error in failed if error],
        }

    async def latencies(self, since: float, until: float) -> dict[str, float]:
        """Seconds from written to received of the turns that were written in that time; and how late this process was itself."""
        lags = [lag for at, lag in self._lags if since <= at <= until]
        return {**_spread([seconds for at, seconds in self._seen if since <= at <= until]), "lag": percentile(lags, 0.99)}

    async def stall(self, group: str) -> None:
        """Those of the group take nothing more, until `go_on`."""
        for reader in self._of(group):
            reader.stall()

    async def go_on(self, group: str) -> None:
        """They take again."""
        for reader in self._of(group):
            reader.go_on()

    async def start_churn(self, share: float, group: str = "load") -> None:
        """From now on that share of them leaves each second, and comes back at once."""
        self._churn = asyncio.create_task(self._keep_leaving(self._of(group), share))

    async def stop_churn(self) -> None:
        """Nobody leaves any more."""
        if self._churn:
            await cut_off(self._churn)
            self._churn = None

    async def _keep_leaving(self, readers: Sequence[Reader], share: float) -> None:
        while True:
            await asyncio.sleep(1 / (share * len(readers)))
            await random.choice(readers).leave()

    async def keep_time(self) -> None:
        """Note how late this process is, for as long as it lives."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_SECONDS
            await asyncio.sleep(LAG_SECONDS)
            self._lags.append((time.time(), loop.time() - due))

    def _of(self, group: str) -> list[Reader]:
        return [reader for reader, _ in self._readers.get(group, [])]


async def _until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - many small things change it
        await asyncio.sleep(0.02)


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "count": len(values),
        "p50": percentile(values, 0.5),
        "p99": percentile(values, 0.99),
        "max": max(values, default=0.0),
    }


async def _main() -> None:
    readers = Readers()
    asking = asyncio.create_task(readers.keep_time())
    called = (
        "open",
        "close",
        "connected",
        "caught_up",
        "completed",
        "state",
        "latencies",
        "stall",
        "go_on",
        "start_churn",
        "stop_churn",
    )
    await answer({name: getattr(readers, name) for name in called})
    asking.cancel()


if __name__ == "__main__":
    run(_main())
