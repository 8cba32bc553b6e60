"""LiveKit as a test sees it: settings by which it is reached, and who is in its rooms."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import orjson
from bson import ObjectId
from livekit import api, rtc
from livekit.protocol import models
from pydantic import SecretStr

import settings as configuration
from lifecycle.rooms import AGENT_NAME, CANDIDATE, name_of
from models.interview import Interview
from sandbox.livekit.server import LivekitServer


def voice_of(server: LivekitServer) -> configuration.Livekit:
    """Settings with which this server is reached, with an agent of which there is no other."""
    return configuration.Livekit(
        url=server.url,
        api_key=SecretStr(server.api_key),
        api_secret=SecretStr(server.api_secret),
        agent_name=f"interviewer-{token_hex(4)}",
        recorder_name=f"recorder-{token_hex(4)}",
    )


@dataclass(frozen=True)
class Livekit:
    """LiveKit itself, asked by a test."""

    settings: configuration.Livekit
    api: api.LiveKitAPI

    async def rooms(self, interview: Interview) -> list[models.Room]:
        """The interview's room, if there is one."""
        wanted = api.ListRoomsRequest(names=[name_of(ObjectId(interview.id))])
        return list((await self.api.room.list_rooms(wanted)).rooms)

    async def dispatches(self, interview: Interview) -> list[tuple[str, dict[str, Any]]]:
        """Agent and metadata of each dispatch to the interview's room, the lowest fence first."""
        if not await self.rooms(interview):
            return []
        found = await self.api.agent_dispatch.list_dispatch(name_of(ObjectId(interview.id)))
        # a room that somebody's joining has made has one of no name besides
        sent = [(dispatch.agent_name, orjson.loads(dispatch.metadata)) for dispatch in found if dispatch.agent_name]
        return sorted(sent, key=lambda dispatch: int(dispatch[1]["fence"]))

    async def fences(self, interview: Interview) -> list[int]:
        """Of each interviewer that was sent into the interview's room."""
        return [metadata["fence"] for name, metadata in await self.dispatches(interview) if name == self.settings.agent_name]

    async def identities(self, interview: Interview) -> set[str]:
        """Who is in the interview's room."""
        wanted = api.ListParticipantsRequest(room=name_of(ObjectId(interview.id)))
        return {participant.identity for participant in (await self.api.room.list_participants(wanted)).participants}

    @asynccontextmanager
    async def guest(
        self, interview: Interview, identity: str = CANDIDATE, agent_name: str | None = None
    ) -> AsyncIterator[rtc.Room]:
        """Somebody who is in the interview's room while the block runs: an agent if it has such a name."""
        grants = api.VideoGrants(room_join=True, room=name_of(ObjectId(interview.id)))
        key, secret = self.settings.api_key.get_secret_value(), self.settings.api_secret.get_secret_value()
        token = api.AccessToken(key, secret).with_identity(identity).with_grants(grants)
        if agent_name is not None:
            token = token.with_kind("agent").with_attributes({AGENT_NAME: agent_name})
        room = rtc.Room()
        await room.connect(self.settings.url, token.to_jwt())
        try:
            yield room
        finally:
            await room.disconnect()


@asynccontextmanager
async def asked(settings: configuration.Livekit) -> AsyncIterator[Livekit]:
    """The LiveKit of these settings."""
    key, secret = settings.api_key.get_secret_value(), settings.api_secret.get_secret_value()
    async with api.LiveKitAPI(settings.url, key, secret) as client:
        yield Livekit(settings, client)
