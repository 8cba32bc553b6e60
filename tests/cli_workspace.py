"""A workspace in which tests run main.py, and the output of `main.py dev`."""

import asyncio
import shutil
from pathlib import Path

from sandbox.processes import ChildProcess
from tests.helpers import ROOT

MAIN = ROOT / "main.py"


def copy_workspace(parent: Path) -> Path:
    """Create a workspace like this one, without the developer's own files. main.py stores the sandbox's data in it."""
    folder = parent / "workspace"
    folder.mkdir()
    for entry in MAIN.parent.iterdir():
        if entry.name not in (".viva", ".env", ".git", "main.py"):
            (folder / entry.name).symlink_to(entry)
    shutil.copy(MAIN, folder)
    return folder


async def wait_for_dev_output(dev: ChildProcess, log: Path, seconds: float = 240) -> str:
    """Return the output of `main.py dev` once everything has started."""

    async def is_ready() -> bool:
        return "Ctrl-C ends all of it" in await asyncio.to_thread(log.read_text, encoding="utf-8")

    await dev.wait_until(is_ready, seconds)
    return await asyncio.to_thread(log.read_text, encoding="utf-8")
