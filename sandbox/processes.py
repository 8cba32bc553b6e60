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
BACKGROUND = "--background"
NICENESS = 5
"""Of a background process: it gets about a third of what another process gets of a busy processor."""
STOP_SECONDS = 10.0
READY_SECONDS = 90.0
"""a busy machine on which several begin at once takes long; one that ends is not waited for"""
LOG_LINES = 15


class SandboxFailed(RuntimeError):
    """The sandbox cannot be what was asked for; the text is for people, and says what to do or shows the end of a log."""


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class ChildProcess:
    """A process of ours. Use as `async with`, or start and stop it; its output goes to `log`."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
        is_background: bool = False,
    ) -> None:
        """`is_background`: it gives way to other processes where the processors are busy."""
        self._command = [str(part) for part in command]
        self._log = log
        self._log_start = 0
        self._cwd = cwd
        self._environment = environment
        self._options = [BACKGROUND] if is_background else []
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.kill()
            raise
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
        """Start it. A command that cannot be run ends at once, and says so in its log."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as output:
            self._log_start = output.tell()
            # a wrapper, not preexec_fn: that is unsafe beside threads. The kernel ends the child when the *thread* that made it
            # ends, so it is made by the thread of the event loop, which lives as long as the process.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, str(Path(__file__)), str(os.getpid()), *self._options, *self._command,
                stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, cwd=self._cwd, env=self._environment,
                start_new_session=True,  # Ctrl-C is for the parent, which ends its children in order
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

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, such as SIGSTOP."""
        if self._process:
            self._process.send_signal(number)

    async def wait(self) -> int:
        """Wait until it ends, and return its exit code: the negative number of the signal that ended it. Raises RuntimeError
        when it was never started.
        """
        if self._process is None:
            raise RuntimeError(f"{self._command[0]} was not started")
        return await self._process.wait()

    async def wait_until(self, is_ready: Callable[[], Awaitable[bool]], seconds: float = READY_SECONDS) -> None:
        """Wait until `is_ready` answers True. Raises SandboxFailed with the end of the log when it does not."""
        try:
            async with asyncio.timeout(seconds):
                while not await is_ready():
                    if not self.is_running:
                        raise self.make_failure("ended at once")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise self.make_failure(f"is not up after {seconds:.0f} s") from None

    def make_failure(self, what: str) -> SandboxFailed:
        """What happened to it, with the end of what it said since it was started."""
        name = " ".join([Path(self._command[0]).name, *self._command[1:3]])
        return SandboxFailed(f"{name} {what}. The end of its log ({self._log}):\n{self._last_lines()}")

    async def wait_until_port(self, port: int) -> None:
        """Wait until it listens. Raises SandboxFailed as `wait_until`."""
        await self.wait_until(lambda: _is_listening(port))

    async def wait_until_logged(self, words: str, seconds: float = READY_SECONDS) -> None:
        """Wait until they stand in what it said since it was started. Raises SandboxFailed as `wait_until`."""

        async def is_logged() -> bool:
            return words in await asyncio.to_thread(self._read_log)

        await self.wait_until(is_logged, seconds)

    def _read_log(self) -> str:
        with self._log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def _last_lines(self) -> str:
        return "\n".join(self._relevant_lines(self._read_log().splitlines())[-LOG_LINES:]) or "(it said nothing)"

    def _relevant_lines(self, lines: list[str]) -> list[str]:
        """Those of a log's lines that tell what went wrong."""
        return lines


async def _is_listening(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


def _exec_with_parent(parent: int, command: list[str]) -> None:
    """Tie this process to its parent, then become the command."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent ended before the tie was made
            sys.exit(1)
    try:
        os.execvp(command[0], command)  # noqa: S606 - becoming the command is the point
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error.strerror}")


def _lower_priority() -> None:
    os.nice(NICENESS)
    # Linux divides the processors among sessions first, and each of these processes has its own session
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(NICENESS), encoding="ascii")


def _main(parent: str, *command: str) -> None:
    if command[0] == BACKGROUND:
        _lower_priority()
        command = command[1:]
    _exec_with_parent(int(parent), list(command))


if __name__ == "__main__":
    _main(*sys.argv[1:])
