"""The scripts of the GraphQL IDE, from npm, so that its page needs no other host. Without Node browsers load them from afar."""

import asyncio
import shutil
from pathlib import Path

PACKAGES = ("package.json", "package-lock.json", ".npmrc")


async def install_ide(folder: Path) -> Path | None:
    """Install them into `folder`, which takes some seconds the first time; returns what is to be served.

    None when there is no npm, or it fails.
    """
    npm = shutil.which("npm")
    if npm is None:
        return None
    here = Path(__file__).parent
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    for name in PACKAGES:
        await asyncio.to_thread(shutil.copyfile, here / name, folder / name)
    # what is there already stays: with nothing to do this takes half a second
    process = await asyncio.create_subprocess_exec(
        npm, "install", "--prefer-offline", "--no-save", cwd=folder, stdout=asyncio.subprocess.DEVNULL
    )
    return folder / "node_modules" if await process.wait() == 0 else None
