"""Runs the Node scripts of this folder, whose tests (node:test) become subtests."""

import asyncio
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.helpers import ROOT

FOLDER = Path(__file__).parent
TIMEOUT_SECONDS = 100.0
"""Less than pytest's timeout, so that the output of a script that hangs is reported."""


def find_missing_requirement() -> str | None:
    """Return what this machine lacks for the tests, and how to get it; None if it lacks nothing."""
    if shutil.which("node") is None:
        return "Node is missing: install 20.19 or newer"
    if not all((folder / "node_modules" / "installed").is_file() for folder in (FOLDER, ROOT / "web")):
        return "the packages are not installed: run `make web protocol-clients`"
    return None


async def run_command(
    *command: str | Path, cwd: Path = FOLDER, environment: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    """Run a command, and return its exit code, its output and its errors. A command that takes too long is ended."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output = asyncio.ensure_future(process.communicate())
    await asyncio.wait([output], timeout=TIMEOUT_SECONDS)
    if process.returncode is None:
        process.kill()
    stdout, stderr = await output
    assert process.returncode is not None
    return process.returncode, stdout.decode(), stderr.decode()


async def run_script(script: str, environment: Mapping[str, str], subtests: pytest.Subtests) -> dict[str, str | None]:
    """Run a script, and report each of its tests as a subtest. Returns the error of each test, or None if it passed."""
    code, output, stderr = await run_command("node", "--test-reporter=./reporter.mjs", script, environment=environment)
    results = {result["name"]: result["error"] for result in map(json.loads, output.splitlines())}
    assert results, f"{script} ran no test\n{stderr}"
    for name, error in results.items():
        with subtests.test(name):
            if error is not None:
                pytest.fail(error, pytrace=False)
    failed = any(error is not None for error in results.values())
    assert failed or code == 0, f"{script} ended with {code}\n{output}\n{stderr}"
    return results
