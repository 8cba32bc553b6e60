"""The load generator: built from benchmarks/generator, and controlled by lines of JSON (see config.go for their fields)."""

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

SOURCES = Path(__file__).parent / "generator"
RESPONSE_SECONDS = 150.0
"""A server that needs longer to connect all subscribers, or to deliver all turns in flight, has broken down."""


async def build(folder: Path, report: ReportProgress) -> Path:
    """Build the generator in `folder` unless it is newer than its sources; return its path. Raises SandboxFailed."""
    binary, scratch = folder / "generator", folder / "go"
    if await asyncio.to_thread(_is_current, binary):
        return binary
    await asyncio.to_thread(scratch.mkdir, parents=True, exist_ok=True)
    go, environment = await find_or_install_go(scratch, folder / "go.log", report)
    report("Building the load generator.")
    command = (go, "build", "-mod=readonly", "-modcacherw", "-trimpath", "-buildvcs=false", "-o", str(binary), ".")
    process = await asyncio.create_subprocess_exec(*command, cwd=SOURCES, env=environment, stdout=PIPE, stderr=PIPE)
    _, errors = await process.communicate()
    if process.returncode:
        raise SandboxFailed(f"The load generator could not be built:\n{errors.decode(errors='replace')}")
    return binary


def _is_current(binary: Path) -> bool:
    return binary.exists() and all(path.stat().st_mtime < binary.stat().st_mtime for path in SOURCES.iterdir())


class LoadGenerator:
    """One run of the generator against one server. Use as `async with`."""

    def __init__(self, binary: Path) -> None:
        self._binary = binary
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        # GOMAXPROCS follows the affinity that it inherits from this process
        self._process = await asyncio.create_subprocess_exec(
            str(self._binary), stdin=PIPE, stdout=PIPE, stderr=PIPE, env=dict(os.environ)
        )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def request(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send a Config (the first time) or a Load, and return the result.

        Raises SandboxFailed if a turn was lost, repeated, out of order or wrong, or if the server does not respond.
        """
        process = self._process
        if process is None or process.stdin is None or process.stdout is None or process.stderr is None:
            raise RuntimeError("the generator was not started")
        process.stdin.write(json.dumps(body).encode() + b"\n")
        try:
            async with asyncio.timeout(RESPONSE_SECONDS):
                await process.stdin.drain()
                line = await process.stdout.readline()
        except TimeoutError:
            raise SandboxFailed(f"The load generator has not responded after {RESPONSE_SECONDS:.0f} s.") from None
        if not line:
            reason = (await process.stderr.read()).decode(errors="replace").strip()
            raise SandboxFailed(f"The load generator failed: {reason}")
        result: dict[str, Any] = json.loads(line)
        return result
