"""A process that starts children, so that a test can end it in any way."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent, indent

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
    """A process that runs `script` in a coroutine, with `folder`, and the numbers of the children that it has printed."""
    code = f"{SCRIPT_HEADER}{indent(dedent(script), '    ')}\nasyncio.run(main(Path(sys.argv[1])))"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(folder), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    pids: list[int] = []
    try:
        assert process.stdout
        line = await asyncio.wait_for(process.stdout.readline(), 30)
        assert line, "the parent has ended before it printed its children"
        pids = [int(word) for word in line.split()]
        yield process, pids
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        # a test that fails leaves nothing behind
        for pid in pids:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)


async def wait_until_gone(*pids: int) -> None:
    """Wait until none of them is there. Raises TimeoutError when one stays."""
    async with asyncio.timeout(15):
        while any(is_alive(pid) for pid in pids):
            await asyncio.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        # a zombie has ended, and waits for whoever is init here
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
