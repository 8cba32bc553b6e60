"""The load generator: built from benchmarks/generator, and spoken to in lines of JSON (config.go has their fields)."""

import asyncio
import json
import os
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox.livekit.build import ReportProgress, find_or_install_go
from sandbox.processes import SandboxFailed

SOURCES = Path(__file__).parents[1] / "generator"
ANSWER_SECONDS = 150.0
"""a server that needs more to connect all, or to deliver what is in flight, has broken down"""


async def build(folder: Path, tell: ReportProgress) -> Path:
    """The generator's path, under `folder`; built where it is older than its sources. Raises SandboxFailed."""
    binary, scratch = folder / "generator", folder / "go"
    if await asyncio.to_thread(_is_current, binary):
        return binary
    await asyncio.to_thread(scratch.mkdir, parents=True, exist_ok=True)
    go, environment = await find_or_install_go(scratch, folder / "go.log", tell)
    tell("Building the load generator.")
    command = (go, "build", "-mod=readonly", "-modcacherw", "-trimpath", "-buildvcs=false", "-o", str(binary), ".")
    process = await asyncio.create_subprocess_exec(*command, cwd=SOURCES, env=environment, stdout=PIPE, stderr=PIPE)
    _, errors = await process.communicate()
    if process.returncode:
        raise SandboxFailed(f"The load generator could not be built:\n{errors.decode(errors='replace')}")
    return binary


def _is_current(binary: Path) -> bool:
    return binary.exists() and all(path.stat().st_mtime < binary.stat().st_mtime for path in SOURCES.iterdir())


class Generator:
    """One run of it against one server, on the cores that are left to it: use as `async with`."""

    def __init__(self, binary: Path, cores: set[int]) -> None:
        self._binary = binary
        self._cores = cores
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        cores = ",".join(map(str, sorted(self._cores)))
        # GOMAXPROCS follows the cores that it may use
        self._process = await asyncio.create_subprocess_exec(
            *("taskset", "-c", cores, str(self._binary)), stdin=PIPE, stdout=PIPE, stderr=PIPE, env=dict(os.environ)
        )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def ask(self, what: Mapping[str, Any]) -> dict[str, Any]:
        """Its answer to a Config (the first time) or a Load.

        Raises SandboxFailed when a message was lost, repeated, out of order or wrong, or the server does not answer.
        """
        process = self._process
        if process is None or process.stdin is None or process.stdout is None or process.stderr is None:
            raise RuntimeError("the generator was not started")
        process.stdin.write(json.dumps(what).encode() + b"\n")
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await process.stdin.drain()
                answer = await process.stdout.readline()
        except TimeoutError:
            raise SandboxFailed(f"The load generator has no answer after {ANSWER_SECONDS:.0f} s.") from None
        if not answer:
            told = (await process.stderr.read()).decode(errors="replace").strip()
            raise SandboxFailed(f"The load generator ended: {told}")
        parsed: dict[str, Any] = json.loads(answer)
        return parsed
