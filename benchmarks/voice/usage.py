"""What the processes of a deployment take of processor and memory, by what they are for."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import psutil

from live.cancellation import cancel_and_wait

LOOK_SECONDS = 1.0
MEMORY_SECONDS = 10.0
"""between two looks at memory, which cost some milliseconds for each process"""
MEGABYTE = 1_000_000

ROLES = {
    "main.py agent": "worker",
    "main.py recorder": "recorder",
    "main.py serve": "API",
    "main.py jobs": "jobs",
    "livekit-server": "livekit-server",
    "sandbox.": "providers",
    "benchmarks.candidate": "candidates",
    "mongod": "mongod, valkey",
    "valkey": "mongod, valkey",
}
"""by what stands in the command line; what a process starts is of its role"""
JOB = "job"
"""of an interviewer: what a worker starts"""
HARNESS = "benchmark"


@dataclass(slots=True)
class Usage:
    """Of all processes of one role."""

    cpu_seconds: float = 0.0
    memory_mb: float = 0.0
    """at most, at one moment; what processes share counts in shares (PSS)"""


class Watch:
    """Looks at all descendants of this process, and this process, while the block runs: `usage` by role, `seconds`, `busy`."""

    def __init__(self) -> None:
        self.usage: dict[str, Usage] = defaultdict(Usage)
        self.seconds = 0.0
        self.busy = 0.0
        """share of all cores that were at work, for whomever"""
        self._cpu: dict[tuple[int, float], tuple[str, float, float]] = {}
        """by process: its role, and its seconds of processor at the first and at the last look"""
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        psutil.cpu_percent()
        self.seconds = -time.monotonic()
        self._look(is_first=True)
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._task:
            await cancel_and_wait(self._task)
        self._look()
        self.seconds += time.monotonic()
        self.busy = psutil.cpu_percent() / 100
        for role, first, last in self._cpu.values():
            self.usage[role].cpu_seconds += last - first

    def cores(self, role: str) -> float:
        """The processor that a role took, in cores."""
        return self.usage[role].cpu_seconds / self.seconds if self.seconds > 0 else 0.0

    async def _watch(self) -> None:
        while True:
            for _ in range(round(MEMORY_SECONDS / LOOK_SECONDS)):
                await asyncio.sleep(LOOK_SECONDS)
                self._look()
            await asyncio.to_thread(self._weigh)

    def _look(self, *, is_first: bool = False) -> None:
        for process, role in _family():
            with suppress(psutil.Error):
                key, times = (process.pid, process.create_time()), process.cpu_times()
                spent = times.user + times.system
                _, first, _ = self._cpu.get(key, (role, spent if is_first else 0.0, 0.0))
                self._cpu[key] = role, first, spent

    def _weigh(self) -> None:
        weights: dict[str, float] = defaultdict(float)
        for process, role in _family():
            with suppress(psutil.Error):
                weights[role] += process.memory_full_info().pss / MEGABYTE
        for role, weight in weights.items():
            self.usage[role].memory_mb = max(self.usage[role].memory_mb, weight)


def _family() -> Iterator[tuple[psutil.Process, str]]:
    """This process, and all that it has started, with their roles."""
    root = psutil.Process()
    yield root, HARNESS
    for child in _children(root):
        role = _role_of(child)
        yield child, role
        for below in _children(child, recursive=True):
            yield below, JOB if role == ROLES["main.py agent"] else role


def _children(process: psutil.Process, *, recursive: bool = False) -> list[psutil.Process]:
    with suppress(psutil.Error):
        found: list[psutil.Process] = process.children(recursive=recursive)
        return found
    return []


def _role_of(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        command = " ".join(process.cmdline())
        return next((role for mark, role in ROLES.items() if mark in command), HARNESS)
    return HARNESS
