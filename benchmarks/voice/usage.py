"""CPU and memory of a deployment's processes, by their roles."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Self

import psutil

from live.cancellation import cancel_and_wait

CPU_INTERVAL_SECONDS = 1.0
CPU_SAMPLES_PER_MEMORY_SAMPLE = 10
"""Reading the memory of a process takes milliseconds."""
MEGABYTE = 1_000_000
ROLES = {
    "main.py agent": "worker",
    "main.py recorder": "recorder",
    "main.py serve": "API",
    "main.py jobs": "jobs",
    "livekit-server": "livekit-server",
    "sandbox.": "providers",
    "benchmarks.voice.candidate": "candidates",
    "mongod": "mongod, valkey",
    "valkey": "mongod, valkey",
}
"""Role of a process, by a part of its command line. Child processes have the role of their parent."""
INTERVIEWER = "interviewer"
"""Role of the process that a worker starts for each interview."""
BENCHMARK = "benchmark"


class UsageMonitor:
    """Samples this process and all its descendants while the block runs."""

    def __init__(self) -> None:
        self.cpu_seconds: dict[str, float] = defaultdict(float)
        self.peak_megabytes: dict[str, float] = defaultdict(float)
        """Proportional set size: each process counts its share of memory that several processes share."""
        self.seconds = 0.0
        self._cpu: dict[tuple[int, float], tuple[str, float, float]] = {}
        """The role of each process, and its CPU seconds at the first and at the last sample."""
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self.seconds = -time.monotonic()
        self._sample_cpu(is_first=True)
        self._task = asyncio.create_task(self._keep_sampling())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._task:
            await cancel_and_wait(self._task)
        self._sample_cpu()
        self.seconds += time.monotonic()
        for role, first, last in self._cpu.values():
            self.cpu_seconds[role] += last - first

    def cores(self, role: str) -> float:
        """Return the average number of cores that a role used."""
        return self.cpu_seconds[role] / self.seconds if self.seconds > 0 else 0.0

    async def _keep_sampling(self) -> None:
        while True:
            for _ in range(CPU_SAMPLES_PER_MEMORY_SAMPLE):
                await asyncio.sleep(CPU_INTERVAL_SECONDS)
                self._sample_cpu()
            await asyncio.to_thread(self._sample_memory)

    def _sample_cpu(self, *, is_first: bool = False) -> None:
        for process, role in _processes():
            with suppress(psutil.Error):
                key, times = (process.pid, process.create_time()), process.cpu_times()
                used = times.user + times.system
                # the CPU time of a process that started after the first sample counts from zero
                _, first, _ = self._cpu.get(key, (role, used if is_first else 0.0, 0.0))
                self._cpu[key] = role, first, used

    def _sample_memory(self) -> None:
        megabytes: dict[str, float] = defaultdict(float)
        for process, role in _processes():
            with suppress(psutil.Error):
                megabytes[role] += process.memory_full_info().pss / MEGABYTE
        for role, used in megabytes.items():
            self.peak_megabytes[role] = max(self.peak_megabytes[role], used)


def _processes() -> Iterator[tuple[psutil.Process, str]]:
    """Yield this process and all its descendants with their roles."""
    root = psutil.Process()
    yield root, BENCHMARK
    for child in root.children():
        role = _role_of(child)
        yield child, role
        with suppress(psutil.Error):
            for descendant in child.children(recursive=True):
                yield descendant, INTERVIEWER if role == ROLES["main.py agent"] else role


def _role_of(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        command = " ".join(process.cmdline())
        return next((role for part, role in ROLES.items() if part in command), BENCHMARK)
    return BENCHMARK
