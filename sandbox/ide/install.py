"""Installs the GraphQL IDE's scripts from npm, so that its page loads nothing from other hosts.

Without npm, browsers load the scripts from the network.
"""

import asyncio
import shutil
from pathlib import Path

PACKAGES = ("package.json", "package-lock.json", ".npmrc")


async def install_ide(folder: Path) -> Path | None:
    """Install the scripts into `folder`, which takes some seconds the first time. Returns the folder to serve.

    Returns None if npm is missing or fails.
    """
    npm = shutil.which("npm")
    if npm is None:
        return None
    here = Path(__file__).parent
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    for name in PACKAGES:
        await asyncio.to_thread(shutil.copyfile, here / name, folder / name)
    # npm keeps packages that are already installed, so this takes half a second after the first time
    process = await asyncio.create_subprocess_exec(
        npm, "install", "--prefer-offline", "--no-save", cwd=folder, stdout=asyncio.subprocess.DEVNULL
    )
    return folder / "node_modules" if await process.wait() == 0 else None
