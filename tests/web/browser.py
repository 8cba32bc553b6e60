"""Drives Chromium with playwright-core through web/e2e/driver.mjs, to use the web pages as a person does."""

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
"""Seconds that one action or expectation may take on a busy machine."""
LINE_BYTES = 4 * 1024 * 1024

CLIPBOARD = ("clipboard-read", "clipboard-write")

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
    """Return what this machine lacks for the tests, and how to get it; None if it lacks nothing."""
    if shutil.which("node") is None:
        return "Node is missing: install 20.19 or newer"
    if not (WEB / "node_modules" / "playwright-core").is_dir() or not (WEB / "dist" / "index.html").is_file():
        return "the pages are not built: run `make web`"
    if shutil.which("chromium") is None:
        return "Chromium is missing: run `apt-get install chromium`"
    return None


class BrowserPageError(AssertionError):
    """A command to the page failed. The message contains the command and the text of the page."""


class BrowserPage:
    """One tab of the browser."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def open(self, url: str) -> None:
        """Open a URL."""
        await self.send_command("open", url=url)

    async def reload(self) -> None:
        """Reload the page."""
        await self.send_command("reload")

    async def click(self, name: str, role: str = "button") -> None:
        """Click the element with this accessible name, once it is visible and enabled."""
        await self.send_command("click", role=role, name=name, exact=True)

    async def check(self, name: str) -> None:
        """Tick a checkbox."""
        await self.send_command("check", name=name)

    async def choose(self, name: str) -> None:
        """Choose a radio button."""
        await self.send_command("check", role="radio", name=name)

    async def fill(self, name: str, text: str) -> None:
        """Fill a text field."""
        await self.send_command("fill", name=name, text=text)

    async def press(self, key: str) -> None:
        """Press a key."""
        await self.send_command("press", key=key)

    async def wait_for_texts(self, *texts: str, seconds: float = TIMEOUT_SECONDS) -> None:
        """Wait until each of these texts is visible, in this order."""
        for text in texts:
            await self.send_command("see", text=text, timeout=seconds * 1000)

    async def wait_for_absence(self, text: str) -> None:
        """Wait until this text is hidden or gone."""
        await self.send_command("miss", text=text)

    async def read_lines(self, name: str, role: str = "log") -> list[str]:
        """Return the paragraphs of the element with this accessible name."""
        found: list[str] = await self.send_command("lines", role=role, name=name)
        return found

    async def evaluate(self, script: str) -> Any:
        """Evaluate a script in the page and return its result."""
        return await self.send_command("evaluate", script=script)

    async def wait_until(self, script: str) -> None:
        """Wait until the script returns a truthy value."""
        await self.send_command("until", script=script)

    async def find_accessibility_violations(self) -> list[str]:
        """Return the accessibility violations that axe-core finds on the page, and what it could not decide."""
        found: list[str] = await self.send_command("violations")
        return found

    async def find_covered_focus(self) -> list[str]:
        """Go through the page with Tab and back with Shift+Tab. Return focused elements that are out of view or under others."""
        found: list[str] = await self.send_command("coveredFocus")
        return found

    async def find_layout_problems(self, width: int, height: int) -> list[str]:
        """Resize the page, and return what does not fit, and controls that are hard to see or to touch."""
        await self.send_command("resize", width=width, height=height)
        found: list[str] = await self.send_command("layout")
        return [f"{width} x {height}: {problem}" for problem in found]

    async def measure_bars(self) -> float:
        """Return the share of the height that bars cover which stay in view while the page scrolls."""
        return float(await self.send_command("bars"))

    async def read_page_errors(self) -> list[str]:
        """Return uncaught errors of the page and violations of its Content-Security-Policy."""
        found: list[str] = await self.send_command("pageErrors")
        return found

    async def send_command(self, command: str, **arguments: Any) -> Any:
        """Send a command and return its result. Raises BrowserPageError if it fails or times out."""
        assert self._process.stdin, "the process was started with pipes"
        self._process.stdin.write(json.dumps({"command": command, **arguments}).encode() + b"\n")
        return await self.read_answer(f"{command} {arguments}")

    async def read_answer(self, command: str) -> Any:
        """Read the next answer. Raises BrowserPageError if it is an error."""
        assert self._process.stdout, "the process was started with pipes"
        line = await self._process.stdout.readline()
        if not line:
            raise BrowserPageError(f"{command}: the browser has ended")
        answer = json.loads(line)
        if "error" in answer:
            raise BrowserPageError(f"{command}: {answer['error']}\nThe page shows:\n{answer['text']}")
        return answer["value"]


class Browser:
    """One Chromium process that opens one fresh page after another."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._page = BrowserPage(process)

    @asynccontextmanager
    async def open_page(self, *, has_microphone: bool = True, has_touch: bool = False) -> AsyncIterator[BrowserPage]:
        """Open a page without cookies or storage; at the end, assert that the page reported no errors."""
        permissions = [*CLIPBOARD, *(("microphone", "camera") if has_microphone else ())]
        await self._page.send_command("begin", permissions=permissions, hasTouch=has_touch)
        yield self._page
        assert await self._page.read_page_errors() == []
        await self._page.send_command("end")


@asynccontextmanager
async def launch_browser(sound: Path) -> AsyncIterator[Browser]:
    """Launch a browser whose fake microphone plays this WAV (48 kHz, mono, 16 bit) in a loop."""
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
