"""`main.py dev` gives a link with which a person can hold an interview by voice."""

import os
import re
import signal
import sys
from pathlib import Path

import httpx2
import pytest
from livekit import rtc

from lifecycle.consent import CURRENT_CONSENT_VERSION
from sandbox.processes import ChildProcess
from tests.audio import measure_loudest_tone
from tests.cli_workspace import copy_workspace, wait_for_dev_output
from tests.livekit_rooms import find_livekit

pytestmark = pytest.mark.servers

JOIN_INTERVIEW = "mutation($input: JoinInterviewInput!) { joinInterview(input: $input) { access { room { url token } } } }"


@pytest.mark.timeout(300)  # two cores load three workers
async def test_who_opens_the_link_that_dev_shows_is_spoken_to(mongod: str, valkey: str, tmp_path: Path) -> None:
    await find_livekit()
    place = copy_workspace(tmp_path)
    environment = {**os.environ, "MONGODB_URL": mongod, "REDIS_URL": valkey, "MONGODB_DATABASE": f"dev_{os.getpid()}_voice"}
    log = tmp_path / "log"
    async with ChildProcess([sys.executable, str(place / "main.py"), "dev"], log, cwd=place, environment=environment) as dev:
        output = await wait_for_dev_output(dev, log, seconds=150)
        address, invite = re.findall(r"Hold an interview\s+(http\S+)/join#(\S+)", output)[0]
        consent = {"textVersion": CURRENT_CONSENT_VERSION, "recording": False}
        async with httpx2.AsyncClient(base_url=address) as client:
            body = {"query": JOIN_INTERVIEW, "variables": {"input": {"invite": invite, "consent": consent}}}
            answer = (await client.post("/graphql", json=body)).json()
        access = answer["data"]["joinInterview"]["access"]["room"]
        room = rtc.Room()
        await room.connect(access["url"], access["token"])
        try:
            assert await measure_loudest_tone(room, seconds=60)
        finally:
            await room.disconnect()
        dev.send_signal(signal.SIGTERM)
        assert await dev.wait() == 0
