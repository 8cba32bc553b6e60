"""Measures the welcome page, the list and a review with Lighthouse, against a sandbox of its own (`make lighthouse`)."""

import asyncio
import json
import shutil
import tempfile
from pathlib import Path

from cli import keys
from models.documents.organization import Role
from sandbox.dev import schedule_sample_interview
from sandbox.stack import issue_keys, run_stack
from tests.web.browser import find_missing_requirement

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "web" / "lighthouse" / "run.mjs"


async def measure_pages() -> int:
    """Start a sandbox and measure the pages. Returns an exit status: not 0 if a page is below the floor."""
    missing = find_missing_requirement()
    if missing:
        raise SystemExit(f"The pages cannot be measured: {missing}")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        async with run_stack(ROOT, data) as stack:
            tokens = await issue_keys(stack, data, keys.provision_key)
            invite, review = await schedule_sample_interview(stack, tokens[Role.RECRUITER])
            pages = [
                {"name": "C2, welcome", "path": invite, "isDesk": False},
                {"name": "L1, list", "path": f"{stack.api_url}/interviews", "isDesk": True},
                {"name": "R1, review", "path": review, "isDesk": True},
            ]
            options = {
                "executable": shutil.which("chromium"),
                "url": stack.api_url,
                "token": tokens[Role.RECRUITER],
                "pages": pages,
            }
            process = await asyncio.create_subprocess_exec("node", str(SCRIPT), json.dumps(options))
            return await process.wait()


if __name__ == "__main__":
    raise SystemExit(asyncio.run(measure_pages()))
