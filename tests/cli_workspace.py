"""main.py where it may keep what it likes, and what its commands show."""

import asyncio
import shutil
from pathlib import Path

from sandbox.processes import ChildProcess

MAIN = Path(__file__).parents[1] / "main.py"


def copy_workspace(parent: Path) -> Path:
    """A copy of this place, without what is a developer's own: main.py keeps the sandbox's data beside itself."""
    folder = parent / "place"
    folder.mkdir()
    for entry in MAIN.parent.iterdir():
        if entry.name not in (".viva", ".env", ".git", "main.py"):
            (folder / entry.name).symlink_to(entry)
    shutil.copy(MAIN, folder)
    return folder


async def wait_for_dev_output(dev: ChildProcess, log: Path, seconds: float = 60) -> str:
    """All that `main.py dev` says until it is up."""

    async def is_up() -> bool:
        return "Ctrl-C ends all of it" in await asyncio.to_thread(log.read_text, encoding="utf-8")

    await dev.wait_until(is_up, seconds)
    return await asyncio.to_thread(log.read_text, encoding="utf-8")
