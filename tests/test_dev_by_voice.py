"""`main.py dev` gives a link with which a person can hold an interview by voice."""

import os
import re
import signal
import sys
from pathlib import Path

import httpx2
import pytest
from livekit import rtc

from lifecycle.consent import CURRENT
from sandbox.processes import Child
from tests.commands import copy_place, shown
from tests.livekit import find_livekit, hear

pytestmark = pytest.mark.servers

JOIN = "mutation($input: JoinInterviewInput!) { joinInterview(input: $input) { access { room { url token } } } }"


@pytest.mark.timeout(300)  # two cores load three workers
async def test_who_opens_the_link_that_dev_shows_is_spoken_to(mongod: str, valkey: str, tmp_path: Path) -> None:
    await find_livekit()
    place = copy_place(tmp_path)
    environment = {**os.environ, "MONGODB_URL": mongod, "REDIS_URL": valkey, "MONGODB_DATABASE": f"dev_{os.getpid()}_voice"}
    log = tmp_path / "log"
    async with Child([sys.executable, str(place / "main.py"), "dev"], log, cwd=place, environment=environment) as dev:
        told = await shown(dev, log, seconds=150)
        address, invite = re.findall(r"Hold an interview\s+(http\S+)/join#(\S+)", told)[0]
        consent = {"textVersion": CURRENT, "recording": False}
        async with httpx2.AsyncClient(base_url=address) as client:
            body = {"query": JOIN, "variables": {"input": {"invite": invite, "consent": consent}}}
            answer = (await client.post("/graphql", json=body)).json()
        access = answer["data"]["joinInterview"]["access"]["room"]
        room = rtc.Room()
        await room.connect(access["url"], access["token"])
        try:
            assert await hear(room, seconds=60)
        finally:
            await room.disconnect()
        dev.send(signal.SIGTERM)
        assert await dev.wait() == 0
