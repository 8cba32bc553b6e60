"""`make demo`: a typed interview, then a spoken one that is transcribed, evaluated and recorded."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.terminal import RunningSteps
from tests.cli_workspace import copy_workspace

DEMO_TIMEOUT_SECONDS = 500
GO = """#!/bin/sh
if [ "$1" = version ]; then echo "go version go1.26.0 linux/amd64"; exit; fi
echo $$ > {folder}/building
while [ ! -e {folder}/release ]; do sleep 0.1; done
echo "no space left on device" >&2
exit 1
"""
"""A script in place of Go, whose build runs until the file `release` appears, and then fails."""


@asynccontextmanager
async def running_demo(workspace: Path, **environment: str) -> AsyncIterator[Process]:
    """Run `main.py demo` with no settings but those in `environment`. It is stopped when the block ends."""
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(workspace / "main.py"), "demo"),
        cwd=workspace,
        env={**clean, "COLUMNS": "200", **environment},
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def read_until(process: Process, words: str) -> str:
    """Return the output up to the line that contains these words. Raises EOFError if the process ends without them."""
    output = ""
    assert process.stdout
    while words not in output:
        line = await process.stdout.readline()
        if not line:
            raise EOFError(output)
        output += line.decode()
    return output


def make_environment_without_livekit(folder: Path, name: str) -> dict[str, str]:
    """Return an environment in which the script GO has to build livekit-server."""
    go = folder / "bin" / "go"
    go.parent.mkdir()
    go.write_text(GO.format(folder=folder), encoding="utf-8")
    go.chmod(0o755)
    path = f"{go.parent}:/usr/bin:/bin"
    return {"PATH": path, "XDG_CACHE_HOME": str(folder / "cache"), "MONGODB_DATABASE": f"demo_{os.getpid()}_{name}"}


@pytest.mark.servers
async def test_typed_interview_runs_during_the_build_and_suffices_if_the_build_fails(
    mongod: str, valkey: str, tmp_path: Path
) -> None:
    environment = {**make_environment_without_livekit(tmp_path, "typed"), "MONGODB_URL": mongod, "REDIS_URL": valkey}
    async with running_demo(copy_workspace(tmp_path), **environment) as demo:
        output = await read_until(demo, "Overall")
        assert output.splitlines()[0].startswith("SANDBOX")
        assert re.search(r"question 7 of 7, \d+\.\d of 35 min", output)
        # The interviewer probed a vague answer, and repeated a question.
        assert "It was a deadlock in the database." in output
        assert "Could you take me through one concrete example?" in output
        assert "Sorry, could you repeat the question, please?" in output
        assert (tmp_path / "building").exists()
        (tmp_path / "release").touch()
        rest, errors = await demo.communicate()
    assert (demo.returncode, errors.decode()) == (0, "")
    output += rest.decode()
    assert re.search(r"Overall [\d.]+ of 100", output)
    assert re.search(r"Technical depth .* 5 of 5 .* turn \d+: ", output)
    assert all(part in output for part in ("Strengths", "Weaknesses", "STRONG_HIRE", "not for decisions"))
    assert re.search(r"There is no spoken interview: .*could not be built(?s:.*)no space left on device", output)


@pytest.mark.servers
async def test_failed_typed_interview_stops_the_build_and_fails_the_demo(mongod: str, valkey: str, tmp_path: Path) -> None:
    environment = {**make_environment_without_livekit(tmp_path, "stopped"), "MONGODB_URL": mongod, "REDIS_URL": valkey}
    judge_fails = {"JOBS_JUDGE_SECONDS": "0.001", "JOBS_JUDGE_ATTEMPTS": "1"}
    async with running_demo(copy_workspace(tmp_path), **environment, **judge_fails) as demo:
        output, errors = await demo.communicate()
    assert (demo.returncode, errors.decode()) == (1, "")
    assert "The evaluation is FAILED:" in output.decode()
    assert "The logs are in .viva/demo/logs." in output.decode()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "building").read_text(encoding="utf-8")), 0)


@pytest.mark.servers
async def test_ctrl_c_stops_the_demo_and_the_build(mongod: str, valkey: str, tmp_path: Path) -> None:
    environment = {**make_environment_without_livekit(tmp_path, "cancelled"), "MONGODB_URL": mongod, "REDIS_URL": valkey}
    async with running_demo(copy_workspace(tmp_path), **environment) as demo:
        await read_until(demo, "question 1 of 7")
        demo.send_signal(signal.SIGINT)
        assert await demo.wait() == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "building").read_text(encoding="utf-8")), 0)


def print_during_a_step(*, is_terminal: bool) -> str:
    console = Console(file=StringIO(), force_terminal=is_terminal, width=100)
    with RunningSteps(console) as steps, steps.step("Starting ...") as report:
        report("Building")
        console.print("a turn of the transcript")
        steps._progress.refresh()
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_step_is_displayed_with_its_elapsed_time_on_a_terminal() -> None:
    output = print_during_a_step(is_terminal=True)
    assert re.search(r"Building.*0:00:00", output)
    assert "a turn of the transcript" in output


def test_step_is_printed_as_plain_lines_elsewhere() -> None:
    assert print_during_a_step(is_terminal=False).splitlines() == ["Starting ...", "Building", "a turn of the transcript"]


@pytest.mark.long
@pytest.mark.servers
@pytest.mark.timeout(DEMO_TIMEOUT_SECONDS + 60)
async def test_demo_holds_a_typed_and_a_spoken_interview(mongod: str, valkey: str, tmp_path: Path) -> None:
    workspace = copy_workspace(tmp_path)
    environment = {"MONGODB_URL": mongod, "REDIS_URL": valkey, "MONGODB_DATABASE": f"demo_voice_{os.getpid()}"}
    async with running_demo(workspace, **environment) as demo:
        out, err = await asyncio.wait_for(demo.communicate(), DEMO_TIMEOUT_SECONDS)
    assert (demo.returncode, err.decode()) == (0, ""), out.decode()
    typed, heading, spoken = out.decode().partition("Software Engineer, spoken")
    assert heading
    assert re.search(r"Overall [\d.]+ of 100", typed)
    assert "question 7 of 7" in spoken
    assert "COMPLETED, WRAPPED_UP" in spoken
    # the interviewer asks every question once, and repeats the one that the candidate asks to hear again
    assert spoken.count("Think of a time when you saw two reasonable ways") == 2
    for question in (
        "To start, tell me about",
        "Pick a change of yours",
        "Suppose that in your first",
        "Tell me about a code review",
    ):
        assert spoken.count(question) == 1, question
    (rate,) = re.findall(r"Word error rate .*: (\d\.\d\d)", spoken)
    assert float(rate) < 0.4
    assert re.search(r"Overall [\d.]+ of 100", spoken)
    assert len(re.findall(r"(?:AUDIO|_TRACK)\s+COMPLETED, \d+ s of audio/webm, its link plays it", spoken)) == 3
    files = re.findall(r"\.viva/demo/recordings/\S+\.webm", spoken)
    assert len(files) == 3
    assert all((workspace / file).stat().st_size > 100_000 for file in files)
