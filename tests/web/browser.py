"""Debian's Chromium, driven by playwright-core through web/e2e/driver.mjs: what a person does and sees on the pages."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

WEB = Path(__file__).parents[2] / "web"
DRIVER = WEB / "e2e" / "driver.mjs"
PATIENCE_SECONDS = 25.0
"""for anything that a page is to do, on a machine that has much to do"""
LINE_BYTES = 4 * 1024 * 1024

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
]


def missing() -> str | None:
    """What the tests lack here, and what to do about it; None when there is all of it."""
    if shutil.which("node") is None:
        return "there is no Node: install 20.19 or newer"
    if not (WEB / "node_modules" / "playwright-core").is_dir() or not (WEB / "dist" / "index.html").is_file():
        return "the pages are not built: run `make web`"
    if shutil.which("chromium") is None:
        return "there is no Chromium: apt-get install chromium"
    return None


class PageFailed(AssertionError):
    """The page did not do what the test wants: says what, and what the page shows."""


class Page:
    """The page of one person."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def open(self, url: str) -> None:
        """Go to an address."""
        await self.tell("open", url=url)

    async def reload(self) -> None:
        """As the key F5 does."""
        await self.tell("reload")

    async def click(self, name: str, role: str = "button") -> None:
        """Click what has this name for a screen reader, once it is there and takes clicks."""
        await self.tell("click", role=role, name=name, exact=True)

    async def check(self, name: str) -> None:
        """Tick a checkbox."""
        await self.tell("check", name=name)

    async def fill(self, name: str, text: str) -> None:
        """Put text into a field."""
        await self.tell("fill", name=name, text=text)

    async def press(self, key: str) -> None:
        """Press a key."""
        await self.tell("press", key=key)

    async def see(self, *texts: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until these are visible, one after another."""
        for text in texts:
            await self.tell("see", text=text, timeout=seconds * 1000)

    async def miss(self, text: str) -> None:
        """Wait until this is not visible."""
        await self.tell("miss", text=text)

    async def lines(self, name: str, role: str = "log") -> list[str]:
        """The lines of a list."""
        found: list[str] = await self.tell("lines", role=role, name=name)
        return found

    async def evaluate(self, script: str) -> Any:
        """What the script gives."""
        return await self.tell("evaluate", script=script)

    async def until(self, script: str) -> None:
        """Wait until the script gives something true."""
        await self.tell("until", script=script)

    async def violations(self) -> list[str]:
        """What stands in the way of people with a disability, as far as axe-core finds it."""
        found: list[str] = await self.tell("violations")
        return found

    async def complaints(self) -> list[str]:
        """What the page has not caught, and what its Content-Security-Policy has refused."""
        found: list[str] = await self.tell("complaints")
        return found

    async def tell(self, command: str, **given: Any) -> Any:
        """Send a command. Raises PageFailed when the page does not do it in time."""
        assert self._process.stdin, "it was opened with a pipe"
        self._process.stdin.write(json.dumps({"command": command, **given}).encode() + b"\n")
        return await self.answer(f"{command} {given}")

    async def answer(self, asked: str) -> Any:
        """The next answer. Raises PageFailed for an error."""
        assert self._process.stdout, "it was opened with a pipe"
        line = await self._process.stdout.readline()
        if not line:
            raise PageFailed(f"{asked}: the browser has ended")
        answer = json.loads(line)
        if "error" in answer:
            raise PageFailed(f"{asked}: {answer['error']}\nThe page shows:\n{answer['text']}")
        return answer["value"]


class Browser:
    """One Chromium for many people, one after another."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._page = Page(process)

    @asynccontextmanager
    async def person(self, *, has_microphone: bool = True) -> AsyncIterator[Page]:
        """Somebody who has never been here; at the end nothing must have gone wrong on the page unnoticed."""
        await self._page.tell("begin", permissions=["microphone", "camera"] if has_microphone else [])
        yield self._page
        assert await self._page.complaints() == []
        await self._page.tell("end")


@asynccontextmanager
async def browser(sound: Path) -> AsyncIterator[Browser]:
    """A browser whose microphone hears this WAV (48 kHz, mono, 16 bit), over and over."""
    flags = [*FLAGS, f"--use-file-for-fake-audio-capture={sound}"]
    given = {"executable": shutil.which("chromium"), "arguments": flags, "timeout": PATIENCE_SECONDS * 1000}
    process = await asyncio.create_subprocess_exec(
        "node", str(DRIVER), json.dumps(given), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LINE_BYTES
    )
    try:
        await Page(process).answer("start")
        yield Browser(process)
    finally:
        if process.stdin:
            process.stdin.close()
        await process.wait()
