"""Child processes that end with their parent, however it ends, and say why when they do not come up."""

import asyncio
import ctypes
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 10.0
READY_SECONDS = 30.0
LOG_LINES = 15


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Child:
    """A process of ours. Use as `async with`, or start and stop it; its output goes to `log`."""

    def __init__(
        self, command: Sequence[str], log: Path, *, cwd: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self._command = [str(part) for part in command]
        self._log = log
        self._cwd = cwd
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    @property
    def pid(self) -> int:
        """The process's number. Raises RuntimeError when it was never started."""
        if self._process is None:
            raise RuntimeError(f"{self._command[0]} was not started")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it. Raises OSError when the command cannot be run."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as output:
            # a wrapper, not preexec_fn: that is unsafe beside threads. The kernel ends the child when the *thread* that made it
            # ends, so it is made by the thread of the event loop, which lives as long as the process.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, str(Path(__file__)), str(os.getpid()), *self._command,
                stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, cwd=self._cwd, env=self._environment,
            )  # fmt: skip

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ask it to end (SIGTERM); end it (SIGKILL) when it has not within `seconds`."""
        if self._process is None or not self.is_running:
            return
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End it at once (SIGKILL), as a crash would."""
        if self._process is None or not self.is_running:
            return
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, such as SIGSTOP."""
        if self._process:
            self._process.send_signal(number)

    async def wait_until(self, is_ready: Callable[[], Awaitable[bool]], seconds: float = READY_SECONDS) -> None:
        """Wait until `is_ready` answers True. Raises RuntimeError with the end of the log when it does not."""
        try:
            async with asyncio.timeout(seconds):
                while not await is_ready():
                    if not self.is_running:
                        raise RuntimeError(f"{self._command[0]} ended at once. The end of its log:\n{self._last_lines()}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise RuntimeError(
                f"{self._command[0]} is not up after {seconds:.0f} s. The end of its log:\n{self._last_lines()}"
            ) from None

    async def wait_until_port(self, port: int) -> None:
        """Wait until it listens. Raises RuntimeError as `wait_until`."""
        await self.wait_until(lambda: _listens(port))

    def _last_lines(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LOG_LINES:])


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _become(parent: int, command: list[str]) -> None:
    """Tie this process to its parent, then become the command."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent ended before the tie was made
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 - becoming the command is the point


if __name__ == "__main__":
    _become(int(sys.argv[1]), sys.argv[2:])
