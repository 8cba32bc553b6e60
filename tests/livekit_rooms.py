"""Find livekit-server and join its rooms."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Literal

from livekit import api, rtc

from sandbox.livekit.build import find_installed
from sandbox.livekit.server import LivekitServer
from settings import LivekitSettings

ParticipantKind = Literal["standard", "agent"]


async def find_livekit() -> Path:
    """Return the server built by `make livekit`; building it here would exceed a test's timeout."""
    binary = await find_installed(print)
    assert binary, "livekit-server has not been built: run `make livekit` first, which takes 100 s."
    return binary


def make_room_token(
    server: LivekitServer | LivekitSettings,
    room_name: str,
    identity: str,
    kind: ParticipantKind = "standard",
    *,
    hidden: bool = False,
    attributes: Mapping[str, str] | None = None,
) -> str:
    """Return a token for the room. Hidden participants publish nothing."""
    if isinstance(server, LivekitServer):
        key, secret = server.api_key, server.api_secret
    else:
        key, secret = server.api_key.get_secret_value(), server.api_secret.get_secret_value()
    grants = api.VideoGrants(
        room_join=True,
        room=room_name,
        hidden=hidden,
        can_publish=not hidden,
        can_publish_data=not hidden,
        can_update_own_metadata=not hidden,
    )
    token = api.AccessToken(key, secret).with_identity(identity).with_kind(kind).with_grants(grants)
    return token.with_attributes(dict(attributes or {})).with_ttl(timedelta(minutes=5)).to_jwt()


@asynccontextmanager
async def join_room(
    server: LivekitServer | LivekitSettings,
    room_name: str,
    identity: str,
    kind: ParticipantKind = "standard",
    *,
    hidden: bool = False,
    attributes: Mapping[str, str] | None = None,
) -> AsyncIterator[rtc.Room]:
    """Join a room, which is created if it does not exist, with a token of `make_room_token`."""
    room = rtc.Room()
    await room.connect(server.url, make_room_token(server, room_name, identity, kind, hidden=hidden, attributes=attributes))
    try:
        yield room
    finally:
        await room.disconnect()
