"""livekit-server as the sandbox runs it: participants hear each other, webhooks arrive, and it stops quickly."""

import asyncio
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest
from livekit import api
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.livekit.server import LivekitServer
from sandbox.processes import SandboxFailed
from tests.audio import measure_loudest_tone, play_tone
from tests.livekit_rooms import find_livekit, join_room
from tests.schema.api_client import serve

pytestmark = pytest.mark.servers


async def test_two_participants_hear_each_other(livekit_server: LivekitServer) -> None:
    room_name = f"room-{uuid4().hex}"
    async with (
        join_room(livekit_server, room_name, "low") as low,
        join_room(livekit_server, room_name, "high") as high,
        play_tone(low, 440),
        play_tone(high, 880),
    ):
        assert await asyncio.gather(measure_loudest_tone(low), measure_loudest_tone(high)) == pytest.approx([880, 440], abs=20)


async def test_room_events_are_posted_as_signed_webhooks(tmp_path: Path) -> None:
    received: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def receive_webhook(request: Request) -> Response:
        await received.put(((await request.body()).decode(), request.headers["Authorization"]))
        return Response()

    async with serve(Starlette(routes=[Route("/webhooks", receive_webhook, methods=["POST"])])) as address:
        url = f"http://127.0.0.1:{address.port}/webhooks"
        async with LivekitServer(await find_livekit(), tmp_path, webhooks=[url]) as server:
            receiver = api.WebhookReceiver(api.TokenVerifier(server.api_key, server.api_secret))
            async with join_room(server, "webhooks", "candidate"):
                pass
            seen: list[tuple[str, str]] = []
            async with asyncio.timeout(20):
                while not seen or seen[-1][0] != "participant_left":
                    event = receiver.receive(*await received.get())
                    seen.append((event.event, event.participant.identity))
    assert ("room_started", "") in seen
    assert ("participant_joined", "candidate") in seen
    assert seen[-1] == ("participant_left", "candidate")


async def test_stopping_does_not_wait_for_participants(tmp_path: Path) -> None:
    async with LivekitServer(await find_livekit(), tmp_path) as server, join_room(server, "full", "candidate"):
        started_at = monotonic()
        await server.stop()
        assert not server.is_running
        assert monotonic() - started_at < 5  # without the second signal, it checks for participants only every five seconds


async def test_killed_server_restarts_with_the_same_url_and_keys(tmp_path: Path) -> None:
    async with LivekitServer(await find_livekit(), tmp_path) as server:
        await server.kill()
        await server.start()
        async with join_room(server, "again", "candidate") as room:
            assert room.isconnected()


async def test_binary_that_cannot_be_run_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SandboxFailed, match="cannot be run"):
        async with LivekitServer(tmp_path / "nothing", tmp_path):
            pass
