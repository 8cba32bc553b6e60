"""Runs main.py in its own folder, and reads what its commands print."""

import asyncio
import shutil
from pathlib import Path

from sandbox.processes import ChildProcess

MAIN = Path(__file__).parents[1] / "main.py"


def copy_workspace(parent: Path) -> Path:
    """Returns a copy of the repository without the developer's own files, because main.py stores the sandbox's data next to it.

    All entries are symbolic links except main.py itself.
    """
    folder = parent / "workspace"
    folder.mkdir()
    for entry in MAIN.parent.iterdir():
        if entry.name not in (".viva", ".env", ".git", "main.py"):
            (folder / entry.name).symlink_to(entry)
    shutil.copy(MAIN, folder)
    return folder


async def wait_for_dev_output(dev: ChildProcess, log: Path, seconds: float = 60) -> str:
    """Waits until `main.py dev` is ready. Returns everything that it has printed until then."""

    async def is_ready() -> bool:
        return "Ctrl-C ends all of it" in await asyncio.to_thread(log.read_text, encoding="utf-8")

    await dev.wait_until(is_ready, seconds)
    return await asyncio.to_thread(log.read_text, encoding="utf-8")
