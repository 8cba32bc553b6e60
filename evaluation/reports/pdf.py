"""PDF files from the printable pages, made by WeasyPrint in a process of its own.

Laying out a page takes about a second of CPU time and a native library (Pango). In another process, neither delays the
API's event loop, and a crash or a lack of memory there ends one request only.
"""

import asyncio
import contextlib
import sys
from pathlib import Path

from errors import Unavailable

RENDER_SECONDS = 60.0
"""Longest time to make one file."""
MAX_CONCURRENT = 1
"""Files that one API process makes at the same time. Further requests wait."""
MAX_WAITING = 8
"""Requests that may wait. Any further request is refused."""

_ROOT = Path(__file__).parents[2]
"""The folder from which Python finds this module."""
_MISSING_LIBRARY = 3
"""Exit code of the process if WeasyPrint or a native library that it needs is not installed."""


class PdfRenderer:
    """Makes PDF files, one after the other."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)
        self._pending = 0

    async def render(self, html: str) -> bytes:
        """Return the page as PDF. Raises Unavailable if that is not possible on this server, or not at the moment."""
        if self._pending >= MAX_CONCURRENT + MAX_WAITING:
            raise Unavailable("This server is making other PDF files: try again in a minute.", retry_after_seconds=60)
        self._pending += 1
        try:
            async with self._slots:
                return await _run_renderer(html)
        finally:
            self._pending -= 1


async def _run_renderer(html: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(RENDER_SECONDS):
            pdf, _ = await process.communicate(html.encode())
    except TimeoutError:
        raise Unavailable("The PDF could not be made in time: open the HTML page and print it.") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode == _MISSING_LIBRARY:
        raise Unavailable(
            "This server cannot make PDF files, because the system library Pango is not installed (Debian: libpango-1.0-0, "
            "libpangoft2-1.0-0). Open the HTML page and print it."
        )
    if process.returncode != 0 or not pdf.startswith(b"%PDF-"):
        raise Unavailable("The PDF could not be made: open the HTML page and print it.")
    return pdf


def _main() -> int:
    try:
        # loads native libraries, which only this process needs
        from weasyprint import HTML  # noqa: PLC0415  # only the process that makes the file loads Pango
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except (ImportError, OSError):
        return _MISSING_LIBRARY
    # The pages have no resources, so that nothing in a transcript can make this server fetch a URL.
    page = HTML(string=sys.stdin.buffer.read().decode(), url_fetcher=URLFetcher(allowed_protocols=()))
    sys.stdout.buffer.write(page.write_pdf())
    return 0


if __name__ == "__main__":
    sys.exit(_main())
