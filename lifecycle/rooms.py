"""LiveKit: the rooms of voice interviews, the key to one, and who is sent into it.

LiveKit queues and repairs nothing: a dispatch that no worker takes is lost, and two dispatches are two interviewers. So whoever
calls here has first taken it upon itself in MongoDB (room_transitions), and the number of that claim goes with the dispatch.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import aiohttp
import orjson
import structlog
from bson import ObjectId
from livekit.api import (
    AccessToken,
    CreateAgentDispatchRequest,
    CreateRoomRequest,
    DeleteRoomRequest,
    ListParticipantsRequest,
    ListRoomsRequest,
    LiveKitAPI,
    ParticipantInfo,
    RoomAgentDispatch,
    RoomParticipantIdentity,
    ServerError,
    ServerErrorCode,
    VideoGrants,
)

from errors import Unavailable
from models.documents.interview import Interview
from settings import Settings

log = structlog.get_logger(__name__)

CANDIDATE_IDENTITY = "candidate"
"""the candidate's identity in the room: a newer connection of it replaces the older"""
AGENT_NAME_ATTRIBUTE = "lk.agent.name"
"""attribute by which livekit-agents tells which of a deployment's agents a participant is"""
ROOM_NAME_PREFIX = "interview-"
MAX_TOKEN_MINUTES = 30
"""LiveKit renews the key of whoever is in the room: this is the time to get there"""
DEPARTURE_MARGIN_SECONDS = 15
"""a room outlives the candidate's grace time by so much, so that it never vanishes while somebody may come back"""
RETRY_SECONDS = 10
NOT_CONFIGURED_RETRY_SECONDS = 86_400
"""it takes other settings"""


@dataclass(frozen=True, slots=True)
class RoomAccess:
    """What the candidate's LiveKit client needs."""

    url: str
    name: str
    token: str


@dataclass(frozen=True, slots=True)
class CandidateConnection:
    """The candidate's connection that is in a room."""

    sid: str
    joined_at: datetime


def build_room_name(interview_id: ObjectId) -> str:
    """The name of the interview's room."""
    return f"{ROOM_NAME_PREFIX}{interview_id}"


def parse_room_name(name: str) -> ObjectId | None:
    """The interview whose room has that name; None for a room that is none of ours."""
    number = name.removeprefix(ROOM_NAME_PREFIX)
    return ObjectId(number) if name.startswith(ROOM_NAME_PREFIX) and ObjectId.is_valid(number) else None


class Rooms:
    """LiveKit's API, each call bounded by settings.livekit.timeout_seconds. Use as `async with`.

    Every method raises Unavailable when LiveKit is away, refuses our key, or is not configured.
    """

    def __init__(self, settings: Settings) -> None:
        self._livekit = settings.livekit
        self._token_minutes = min(MAX_TOKEN_MINUTES, settings.auth.access_minutes)
        self._departure_seconds = int(settings.voice.grace_seconds) + DEPARTURE_MARGIN_SECONDS
        self._api: LiveKitAPI | None = None
        self._background_tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        if self.is_configured:
            self._api = LiveKitAPI(
                self._livekit.url,
                self._livekit.api_key.get_secret_value(),
                self._livekit.api_secret.get_secret_value(),
                timeout=aiohttp.ClientTimeout(total=self._livekit.timeout_seconds),
            )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        # each ends by itself within the bound of one call
        await asyncio.gather(*self._background_tasks)
        if self._api:
            await self._api.aclose()

    @property
    def is_configured(self) -> bool:
        """Whether this server has a voice channel."""
        return bool(
            self._livekit.url and self._livekit.api_key.get_secret_value() and self._livekit.api_secret.get_secret_value()
        )

    def require_configured(self) -> None:
        """Return if this server has a voice channel. Raises Unavailable."""
        if not self.is_configured:
            sentence = "Voice interviews are not available on this server: use channel TEXT."
            raise Unavailable(sentence, retry_after_seconds=NOT_CONFIGURED_RETRY_SECONDS)

    # --- the room

    async def create_room(self, interview: Interview) -> None:
        """Make the room, with the dispatch of an interviewer under the interview's fence; one that is there stays as it is."""
        metadata = {"interview": str(interview.id), "fence": interview.fence}
        async with self._request() as api:
            await self._create_livekit_room(api, interview.id, self._livekit.agent_name, metadata)

    def issue_access(self, interview: Interview) -> RoomAccess:
        """The candidate's key to the room of the interview, and to nothing else. Raises Unavailable without a voice channel."""
        self.require_configured()
        name = build_room_name(interview.id)
        grants = VideoGrants(
            room_join=True,
            room=name,
            can_publish_sources=["microphone", "camera"],
            can_subscribe=True,
            # typed words go by a text stream
            can_publish_data=True,
            can_update_own_metadata=False,
        )
        token = (
            AccessToken(self._livekit.api_key.get_secret_value(), self._livekit.api_secret.get_secret_value())
            .with_identity(CANDIDATE_IDENTITY)
            .with_grants(grants)
            .with_ttl(timedelta(minutes=self._token_minutes))
        )
        return RoomAccess(self._livekit.public_url or self._livekit.url, name, token.to_jwt())

    async def delete_room(self, interview_id: ObjectId) -> None:
        """Delete the room: whoever is in it is put out. One that is not there is fine."""
        async with self._request() as api, _ignore_not_found():
            await api.room.delete_room(DeleteRoomRequest(room=build_room_name(interview_id)))

    def delete_room_in_background(self, interview_id: ObjectId) -> None:
        """Delete the room without waiting for it: what fails is done by the next round (lifecycle.reconciler)."""
        self._run_in_background("close", interview_id, self.delete_room)

    async def remove_participants(self, interview_id: ObjectId) -> None:
        """Put the candidate and the interviewers out of the room: it goes on in writing. An empty one closes by itself."""
        name = build_room_name(interview_id)
        async with self._request() as api:
            for participant in await self._list_participants(api, name):
                if participant.identity == CANDIDATE_IDENTITY or self._is_agent(participant, self._livekit.agent_name):
                    await _remove_participant(api, name, participant)

    def remove_participants_in_background(self, interview_id: ObjectId) -> None:
        """The same without waiting for it; what fails does no harm."""
        self._run_in_background("clear", interview_id, self.remove_participants)

    def _run_in_background(self, action: str, interview_id: ObjectId, work: Callable[[ObjectId], Awaitable[None]]) -> None:
        if self._api is None:
            return

        async def run() -> None:
            try:
                await work(interview_id)
            except Unavailable as error:
                log.warning("room left as it is", wanted=action, interview_id=str(interview_id), reason=str(error))

        task = asyncio.create_task(run(), name=f"{action} {build_room_name(interview_id)}")
        self._background_tasks.add(task)
        task.add_done_callback(self._background_tasks.discard)

    # --- who is sent in

    async def dispatch_interviewer(self, interview_id: ObjectId, fence: int) -> None:
        """Put out every interviewer that is in the room, dead ones included, and send one in, under this number."""
        metadata = {"interview": str(interview_id), "fence": fence}
        async with self._request() as api:
            await self._replace_agent(api, interview_id, self._livekit.agent_name, metadata)

    async def dispatch_recorder(self, interview_id: ObjectId, recording_id: ObjectId, fence: int) -> None:
        """The same for the recorder: `fence` is its number."""
        metadata = {"interview": str(interview_id), "recording": str(recording_id), "fence": fence}
        async with self._request() as api:
            await self._replace_agent(api, interview_id, self._livekit.recorder_name, metadata)

    async def _replace_agent(
        self, api: LiveKitAPI, interview_id: ObjectId, agent_name: str, metadata: Mapping[str, object]
    ) -> None:
        name = build_room_name(interview_id)
        if not (await api.room.list_rooms(ListRoomsRequest(names=[name]))).rooms:
            # a dispatch would make it too, but without our time-outs
            await self._create_livekit_room(api, interview_id, agent_name, metadata)
            return
        for participant in await self._list_participants(api, name):
            if self._is_agent(participant, agent_name):
                await _remove_participant(api, name, participant)
        await api.agent_dispatch.create_dispatch(
            CreateAgentDispatchRequest(agent_name=agent_name, room=name, metadata=_to_json(metadata))
        )

    def _is_agent(self, participant: ParticipantInfo, agent_name: str) -> bool:
        # one that does not say which it is may speak: it is taken for an interviewer
        name = participant.attributes.get(AGENT_NAME_ATTRIBUTE, self._livekit.agent_name)
        return participant.kind == ParticipantInfo.Kind.AGENT and name == agent_name

    # --- what is there

    async def list_interviews_with_room(self) -> set[ObjectId]:
        """Interviews that have a room at this moment."""
        async with self._request() as api:
            response = await api.room.list_rooms(ListRoomsRequest())
        return {interview_id for room in response.rooms if (interview_id := parse_room_name(room.name))}

    async def find_candidate(self, interview_id: ObjectId) -> CandidateConnection | None:
        """The candidate's connection that is in the interview's room at this moment; None when there is none, or no room."""
        async with self._request() as api:
            for participant in await self._list_participants(api, build_room_name(interview_id)):
                if participant.identity == CANDIDATE_IDENTITY and participant.state != ParticipantInfo.State.DISCONNECTED:
                    return CandidateConnection(participant.sid, read_joined_at(participant))
        return None

    async def _list_participants(self, api: LiveKitAPI, name: str) -> list[ParticipantInfo]:
        async with _ignore_not_found():
            return list((await api.room.list_participants(ListParticipantsRequest(room=name))).participants)
        return []

    async def _create_livekit_room(
        self, api: LiveKitAPI, interview_id: ObjectId, agent_name: str, metadata: Mapping[str, object]
    ) -> None:
        dispatch = RoomAgentDispatch(agent_name=agent_name, metadata=_to_json(metadata))
        await api.room.create_room(
            CreateRoomRequest(
                name=build_room_name(interview_id),
                empty_timeout=self._livekit.empty_seconds,
                departure_timeout=self._departure_seconds,
                agents=[dispatch],
            )
        )

    @asynccontextmanager
    async def _request(self) -> AsyncIterator[LiveKitAPI]:
        """The API for one request of ours, however many calls it takes."""
        self.require_configured()
        if self._api is None:
            raise RuntimeError("Rooms are used as `async with`")
        try:
            async with asyncio.timeout(self._livekit.timeout_seconds):
                yield self._api
        except (ServerError, aiohttp.ClientError, TimeoutError) as error:
            # its text may hold the address with what is secret in it
            reason = f"HTTP {error.status}" if isinstance(error, ServerError) else type(error).__name__
            sentence = f"LiveKit does not answer as it should ({reason}): try again in a moment, or use channel TEXT."
            raise Unavailable(sentence, retry_after_seconds=RETRY_SECONDS) from None


def _to_json(metadata: Mapping[str, object]) -> str:
    return orjson.dumps(metadata).decode()


def read_joined_at(participant: ParticipantInfo) -> datetime:
    """When a participant joined, by LiveKit's clock."""
    milliseconds = participant.joined_at_ms or participant.joined_at * 1000
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


async def _remove_participant(api: LiveKitAPI, name: str, participant: ParticipantInfo) -> None:
    async with _ignore_not_found():
        await api.room.remove_participant(RoomParticipantIdentity(room=name, identity=participant.identity))


@asynccontextmanager
async def _ignore_not_found() -> AsyncIterator[None]:
    """What is not there (any more) needs no work."""
    try:
        yield
    except ServerError as error:
        if error.code != ServerErrorCode.NOT_FOUND:
            raise
