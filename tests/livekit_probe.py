"""Inspect LiveKit in tests: its settings, rooms, dispatches and participants."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import orjson
from livekit import api, rtc
from livekit.protocol import models
from pydantic import SecretStr

import settings as configuration
from lifecycle.rooms import AGENT_NAME_ATTRIBUTE, CANDIDATE_IDENTITY, build_room_name
from models.documents.interview import Interview
from sandbox.livekit.server import LivekitServer
from tests.livekit_rooms import join_room


def make_livekit_settings(server: LivekitServer) -> configuration.LivekitSettings:
    """Return settings for this server, with agent names that no other test uses."""
    return configuration.LivekitSettings(
        url=server.url,
        api_key=SecretStr(server.api_key),
        api_secret=SecretStr(server.api_secret),
        agent_name=f"interviewer-{token_hex(4)}",
        recorder_name=f"recorder-{token_hex(4)}",
    )


@dataclass(frozen=True)
class LivekitProbe:
    """Queries LiveKit directly."""

    settings: configuration.LivekitSettings
    api: api.LiveKitAPI

    async def list_rooms(self, interview: Interview) -> list[models.Room]:
        """Return the interview's room as a list, which is empty if there is none."""
        wanted = api.ListRoomsRequest(names=[build_room_name(interview.id)])
        return list((await self.api.room.list_rooms(wanted)).rooms)

    async def list_dispatches(self, interview: Interview) -> list[tuple[str, dict[str, Any]]]:
        """Return agent name and metadata of each dispatch to the interview's room, ordered by fence."""
        if not await self.list_rooms(interview):
            return []
        found = await self.api.agent_dispatch.list_dispatch(build_room_name(interview.id))
        # a room created by a participant who joins also has a dispatch without a name
        sent = [(dispatch.agent_name, orjson.loads(dispatch.metadata)) for dispatch in found if dispatch.agent_name]
        return sorted(sent, key=lambda dispatch: int(dispatch[1]["fence"]))

    async def list_interviewer_fences(self, interview: Interview) -> list[int]:
        """Return the fences of the interviewers dispatched to the interview's room."""
        return [metadata["fence"] for name, metadata in await self.list_dispatches(interview) if name == self.settings.agent_name]

    async def list_identities(self, interview: Interview) -> set[str]:
        """Return the identities of the participants in the interview's room."""
        wanted = api.ListParticipantsRequest(room=build_room_name(interview.id))
        return {participant.identity for participant in (await self.api.room.list_participants(wanted)).participants}

    def join(
        self, interview: Interview, identity: str = CANDIDATE_IDENTITY, agent_name: str | None = None
    ) -> AbstractAsyncContextManager[rtc.Room]:
        """Join the interview's room while the block runs; as an agent if `agent_name` is given."""
        room_name = build_room_name(interview.id)
        if agent_name is None:
            return join_room(self.settings, room_name, identity)
        return join_room(self.settings, room_name, identity, "agent", attributes={AGENT_NAME_ATTRIBUTE: agent_name})


@asynccontextmanager
async def open_livekit_probe(settings: configuration.LivekitSettings) -> AsyncIterator[LivekitProbe]:
    """Open a probe of the LiveKit server in these settings."""
    key, secret = settings.api_key.get_secret_value(), settings.api_secret.get_secret_value()
    async with api.LiveKitAPI(settings.url, key, secret) as client:
        yield LivekitProbe(settings, client)
