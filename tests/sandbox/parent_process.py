"""Runs a process that starts child processes, so that a test can end the parent in any way."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent, indent

from tests.helpers import wait_until

ROOT = Path(__file__).parents[2]
SCRIPT_HEADER = """
import asyncio, sys
from pathlib import Path
from sandbox.mongod import Mongod
from sandbox.processes import ChildProcess
from sandbox.valkey import Valkey

async def main(folder):
"""


@asynccontextmanager
async def run_parent(script: str, folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, list[int]]]:
    """Run `script` in a coroutine of another process, with the variable `folder`.

    The script must print the process ids of its children. Yields the process and these ids.
    """
    code = f"{SCRIPT_HEADER}{indent(dedent(script), '    ')}\nasyncio.run(main(Path(sys.argv[1])))"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(folder), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    pids: list[int] = []
    try:
        assert process.stdout
        line = await asyncio.wait_for(process.stdout.readline(), 30)
        assert line, "the parent ended before it printed the ids of its children"
        pids = [int(word) for word in line.split()]
        yield process, pids
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        # a failed test must not leave processes behind
        for pid in pids:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)


async def wait_until_gone(*pids: int) -> None:
    """Wait until all of these processes have ended. Raises TimeoutError if one has not after 15 s."""
    await wait_until(lambda: not any(is_alive(pid) for pid in pids), 15)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        # a zombie has ended, and only waits to be reaped
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
