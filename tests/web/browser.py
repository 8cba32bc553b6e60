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
TIMEOUT_SECONDS = 25.0
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


def find_missing_requirement() -> str | None:
    """What the tests lack here, and what to do about it; None when there is all of it."""
    if shutil.which("node") is None:
        return "there is no Node: install 20.19 or newer"
    if not (WEB / "node_modules" / "playwright-core").is_dir() or not (WEB / "dist" / "index.html").is_file():
        return "the pages are not built: run `make web`"
    if shutil.which("chromium") is None:
        return "there is no Chromium: apt-get install chromium"
    return None


class BrowserPageError(AssertionError):
    """The page did not do what the test wants: says what, and what the page shows."""


class BrowserPage:
    """The page of one person."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def open(self, url: str) -> None:
        """Go to an address."""
        await self.send_command("open", url=url)

    async def reload(self) -> None:
        """As the key F5 does."""
        await self.send_command("reload")

    async def click(self, name: str, role: str = "button") -> None:
        """Click what has this name for a screen reader, once it is there and takes clicks."""
        await self.send_command("click", role=role, name=name, exact=True)

    async def check(self, name: str) -> None:
        """Tick a checkbox."""
        await self.send_command("check", name=name)

    async def fill(self, name: str, text: str) -> None:
        """Put text into a field."""
        await self.send_command("fill", name=name, text=text)

    async def press(self, key: str) -> None:
        """Press a key."""
        await self.send_command("press", key=key)

    async def wait_for_texts(self, *texts: str, seconds: float = TIMEOUT_SECONDS) -> None:
        """Wait until these are visible, one after another."""
        for text in texts:
            await self.send_command("see", text=text, timeout=seconds * 1000)

    async def wait_for_absence(self, text: str) -> None:
        """Wait until this is not visible."""
        await self.send_command("miss", text=text)

    async def read_lines(self, name: str, role: str = "log") -> list[str]:
        """The lines of a list."""
        found: list[str] = await self.send_command("lines", role=role, name=name)
        return found

    async def evaluate(self, script: str) -> Any:
        """What the script gives."""
        return await self.send_command("evaluate", script=script)

    async def wait_until(self, script: str) -> None:
        """Wait until the script gives something true."""
        await self.send_command("until", script=script)

    async def find_accessibility_violations(self) -> list[str]:
        """What stands in the way of people with a disability, as far as axe-core finds it."""
        found: list[str] = await self.send_command("violations")
        return found

    async def read_page_errors(self) -> list[str]:
        """What the page has not caught, and what its Content-Security-Policy has refused."""
        found: list[str] = await self.send_command("complaints")
        return found

    async def send_command(self, command: str, **arguments: Any) -> Any:
        """Send a command. Raises PageFailed when the page does not do it in time."""
        assert self._process.stdin, "it was opened with a pipe"
        self._process.stdin.write(json.dumps({"command": command, **arguments}).encode() + b"\n")
        return await self.read_answer(f"{command} {arguments}")

    async def read_answer(self, command: str) -> Any:
        """The next answer. Raises PageFailed for an error."""
        assert self._process.stdout, "it was opened with a pipe"
        line = await self._process.stdout.readline()
        if not line:
            raise BrowserPageError(f"{command}: the browser has ended")
        answer = json.loads(line)
        if "error" in answer:
            raise BrowserPageError(f"{command}: {answer['error']}\nThe page shows:\n{answer['text']}")
        return answer["value"]


class Browser:
    """One Chromium for many people, one after another."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._page = BrowserPage(process)

    @asynccontextmanager
    async def open_page(self, *, has_microphone: bool = True) -> AsyncIterator[BrowserPage]:
        """Somebody who has never been here; at the end nothing must have gone wrong on the page unnoticed."""
        await self._page.send_command("begin", permissions=["microphone", "camera"] if has_microphone else [])
        yield self._page
        assert await self._page.read_page_errors() == []
        await self._page.send_command("end")


@asynccontextmanager
async def launch_browser(sound: Path) -> AsyncIterator[Browser]:
    """A browser whose microphone hears this WAV (48 kHz, mono, 16 bit), over and over."""
    flags = [*FLAGS, f"--use-file-for-fake-audio-capture={sound}"]
    options = {"executable": shutil.which("chromium"), "arguments": flags, "timeout": TIMEOUT_SECONDS * 1000}
    process = await asyncio.create_subprocess_exec(
        "node", str(DRIVER), json.dumps(options), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LINE_BYTES
    )
    try:
        await BrowserPage(process).read_answer("start")
        yield Browser(process)
    finally:
        if process.stdin:
            process.stdin.close()
        await process.wait()
