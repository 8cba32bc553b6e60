"""The log of a process that fails while it handles transcript text."""

import asyncio
import json
import sys
from uuid import uuid4

import pytest

from errors import extract_locations
from tests.canaries import CANARY
from tests.failing import SECRET, SPOKEN_TEXT
from tests.helpers import ROOT

EVENTS = {
    ("job failed", "ValueError"),
    ("job failed", "DuplicateKeyError"),
    ("lease not renewed", "ConnectionError"),
    ("Task exception was never retrieved", "ValueError"),
    ("ours failed", "RuntimeError"),
    ("Exception in ASGI application", "RuntimeError"),
}


async def run_and_read_log(log_format: str, mongod: str, valkey: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.failing", log_format, mongod, valkey, f"viva_test_{uuid4().hex}"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return output.decode()


@pytest.mark.parametrize("log_format", ["json", "console"])
async def test_logs_contain_no_transcript_text_or_secret(log_format: str, mongod: str, valkey: str) -> None:
    log = await run_and_read_log(log_format, mongod, valkey)
    for event, reason in EVENTS:
        assert event in log
        assert reason in log
    assert "AgentSession is closing due to unrecoverable error" in log
    for word in (SPOKEN_TEXT, "fired", SECRET):
        assert word not in log, log


async def test_every_log_line_is_an_event_with_reason_and_location(mongod: str, valkey: str) -> None:
    events = [json.loads(line) for line in (await run_and_read_log("json", mongod, valkey)).splitlines()]
    logged_events = {(event["event"], event.get("reason")) for event in events}
    assert logged_events >= EVENTS
    assert all(event["timestamp"] and event["level"] for event in events)
    [ours] = [event for event in events if event["event"] == "ours failed"]
    assert ours["request_id"] == "a request"
    # the error and its cause
    assert [place.rsplit(" ")[-1] for place in ours["traceback"]] == ["log_from_libraries", "log_from_libraries"]
    assert all("failing.py:" in place for place in ours["traceback"])


def test_locations_of_circular_causes_are_extracted_once() -> None:
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert extract_locations(first) == []


async def test_secret_in_any_input_is_in_no_log_and_no_error(mongod: str, valkey: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.canaries", mongod, valkey, f"viva_test_{uuid4().hex}"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(120):
        output, log = await process.communicate()
    assert process.returncode == 0, log.decode()[-3000:]
    answers = output.decode().splitlines()
    assert len(answers) > 150
    assert [line for line in log.decode().splitlines() if CANARY in line or CANARY[3:] in line] == []
    quotes = [answer.partition(CANARY)[0][-100:] for answer in answers if CANARY in answer]
    assert quotes == [], "\n".join(quotes)
