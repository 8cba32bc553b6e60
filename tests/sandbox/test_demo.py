"""`make demo` as it is meant: a whole interview by voice, heard, stored, judged and recorded."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.cli_workspace import copy_workspace

DEMO_TIMEOUT_SECONDS = 500


@pytest.mark.long
@pytest.mark.servers
@pytest.mark.timeout(DEMO_TIMEOUT_SECONDS + 60)
async def test_the_demo_holds_a_whole_interview_by_voice(mongod: str, valkey: str, tmp_path: Path) -> None:
    place = copy_workspace(tmp_path)
    where = {"MONGODB_URL": mongod, "REDIS_URL": valkey, "MONGODB_DATABASE": f"demo_voice_{os.getpid()}"}
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(place / "main.py"),
        "demo",
        cwd=place,
        env={**clean, **where, "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), DEMO_TIMEOUT_SECONDS)
    output = out.decode()
    assert (process.returncode, err.decode()) == (0, ""), output
    assert "question 7 of 7" in output
    assert "COMPLETED, WRAPPED_UP" in output
    # every question was put once, and one again because the candidate asked for it
    assert output.count("Think of a time when you saw two reasonable ways") == 2
    for question in (
        "To start, tell me about",
        "Pick a change of yours",
        "Suppose that in your first",
        "Tell me about a code review",
    ):
        assert output.count(question) == 1, question
    (rate,) = re.findall(r"Word error rate .*: (\d\.\d\d)", output)
    assert float(rate) < 0.4
    assert re.search(r"Overall \d+ of 100", output)
    assert len(re.findall(r"(?:AUDIO|_TRACK)\s+COMPLETED, \d+ s of audio/ogg, its link plays it", output)) == 3
    files = re.findall(r"\.viva/demo/recordings/\S+\.ogg", output)
    assert len(files) == 3
    assert all((place / file).stat().st_size > 100_000 for file in files)
