"""Child processes that end with their parent, however it ends, and whose failures show the end of their log."""

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
"""Niceness of a background process: on a busy processor it gets about a third of the time that another process gets."""
STOP_SECONDS = 10.0
"""Seconds between SIGTERM and SIGKILL."""
READY_SECONDS = 90.0
"""Seconds to wait for a process to become ready: several that start together on a busy machine take long."""
LOG_LINES = 15
"""Lines of the log in a failure's message."""


class SandboxFailed(RuntimeError):
    """The sandbox cannot run. The message is for people: it says what to do, or shows the end of a log."""


def free_port() -> int:
    """Return a loopback port on which no process is listening at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class ChildProcess:
    """A child process whose output goes to `log`. Use as `async with`, or call start() and stop()."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
        is_background: bool = False,
    ) -> None:
        """`is_background` lowers the process's priority, so that it yields to others on a busy machine."""
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
        """The process id. Raises RuntimeError if the process was never started."""
        if self._process is None:
            raise RuntimeError(f"{self._command[0]} was not started")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start the process. A command that cannot be run ends immediately, with the reason in its log."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as output:
            self._log_start = output.tell()
            # A wrapper script, because preexec_fn is unsafe in a process with threads. The kernel ends the child when the
            # *thread* that created it ends, so the event loop's thread creates it, which lives as long as the process.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, str(Path(__file__)), str(os.getpid()), *self._options, *self._command,
                stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, cwd=self._cwd, env=self._environment,
                start_new_session=True,  # Ctrl-C reaches only the parent, which ends its children in order
            )  # fmt: skip

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Send SIGTERM, and SIGKILL if the process has not ended within `seconds`. Returns when it has ended."""
        if self._process is None or not self.is_running:
            return
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End the process immediately with SIGKILL, as a crash would."""
        if self._process is None or not self.is_running:
            return
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    def send_signal(self, number: signal.Signals) -> None:
        """Send the process a signal, such as SIGSTOP."""
        if self._process:
            self._process.send_signal(number)

    async def wait(self) -> int:
        """Wait until the process ends. Returns its exit code, or the negative number of the signal that ended it.

        Raises RuntimeError if the process was never started.
        """
        if self._process is None:
            raise RuntimeError(f"{self._command[0]} was not started")
        return await self._process.wait()

    async def wait_until(self, is_ready: Callable[[], Awaitable[bool]], seconds: float = READY_SECONDS) -> None:
        """Wait until `is_ready` returns True. Raises SandboxFailed if the process ends before, or after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while not await is_ready():
                    if not self.is_running:
                        raise self.make_failure("ended before it was ready")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise self.make_failure(f"was not ready after {seconds:.0f} s") from None

    def make_failure(self, what: str) -> SandboxFailed:
        """Return an error that says what happened and shows the end of what the process has logged since it started."""
        name = " ".join([Path(self._command[0]).name, *self._command[1:3]])
        return SandboxFailed(f"{name} {what}. The end of its log ({self._log}):\n{self._last_lines()}")

    async def wait_until_port(self, port: int) -> None:
        """Wait until a process listens on the port. Raises SandboxFailed as `wait_until` does."""
        await self.wait_until(lambda: _is_listening(port))

    async def wait_until_logged(self, words: str, seconds: float = READY_SECONDS) -> None:
        """Wait until the process has logged these words since it started. Raises SandboxFailed as `wait_until` does."""

        async def is_logged() -> bool:
            return words in await asyncio.to_thread(self._read_log)

        await self.wait_until(is_logged, seconds)

    def _read_log(self) -> str:
        with self._log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def _last_lines(self) -> str:
        return "\n".join(self._relevant_lines(self._read_log().splitlines())[-LOG_LINES:]) or "(the log is empty)"

    def _relevant_lines(self, lines: list[str]) -> list[str]:
        """Return the lines of a log that help to explain a failure."""
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
    """Make the kernel kill this process when its parent ends, then replace it with the command."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent ended before the call
            sys.exit(1)
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is wanted
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error.strerror}")


def _lower_priority() -> None:
    os.nice(NICENESS)
    # Linux divides processor time among sessions first, and each of these processes has its own session
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(NICENESS), encoding="ascii")


def _main(parent: str, *command: str) -> None:
    if command[0] == BACKGROUND:
        _lower_priority()
        command = command[1:]
    _exec_with_parent(int(parent), list(command))


if __name__ == "__main__":
    _main(*sys.argv[1:])
