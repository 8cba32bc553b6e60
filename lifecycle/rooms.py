"""LiveKit: the rooms of voice interviews, the key to one, and who is sent into it.

LiveKit queues and repairs nothing: a dispatch that no worker takes is lost, and two dispatches are two interviewers. So whoever
calls here has first taken it upon itself in MongoDB (models.room), and the number of that claim goes with the dispatch.
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
from models.interview import Interview
from settings import Settings

log = structlog.get_logger(__name__)

CANDIDATE = "candidate"
"""the candidate's identity in the room: a newer connection of it replaces the older"""
AGENT_NAME = "lk.agent.name"
"""attribute by which livekit-agents tells which of a deployment's agents a participant is"""
PREFIX = "interview-"
ACCESS_MINUTES = 30
"""LiveKit renews the key of whoever is in the room: this is the time to get there"""
DEPARTURE_SECONDS = 15
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
class Attendance:
    """The candidate's connection that is in a room."""

    sid: str
    joined_at: datetime


def name_of(interview_id: ObjectId) -> str:
    """The name of the interview's room."""
    return f"{PREFIX}{interview_id}"


def interview_of(name: str) -> ObjectId | None:
    """The interview whose room has that name; None for a room that is none of ours."""
    number = name.removeprefix(PREFIX)
    return ObjectId(number) if name.startswith(PREFIX) and ObjectId.is_valid(number) else None


class Rooms:
    """LiveKit's API, each call bounded by settings.livekit.timeout_seconds. Use as `async with`.

    Every method raises Unavailable when LiveKit is away, refuses our key, or is not configured.
    """

    def __init__(self, settings: Settings) -> None:
        self._livekit = settings.livekit
        self._access_minutes = min(ACCESS_MINUTES, settings.auth.access_minutes)
        self._departure_seconds = int(settings.voice.grace_seconds) + DEPARTURE_SECONDS
        self._api: LiveKitAPI | None = None
        self._at_work: set[asyncio.Task[None]] = set()

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
        await asyncio.gather(*self._at_work)
        if self._api:
            await self._api.aclose()

    @property
    def is_configured(self) -> bool:
        """Whether this server has a voice channel."""
        return bool(
            self._livekit.url and self._livekit.api_key.get_secret_value() and self._livekit.api_secret.get_secret_value()
        )

    def require(self) -> None:
        """Return if this server has a voice channel. Raises Unavailable."""
        if not self.is_configured:
            sentence = "Voice interviews are not available on this server: use channel TEXT."
            raise Unavailable(sentence, retry_after_seconds=NOT_CONFIGURED_RETRY_SECONDS)

    # --- the room

    async def open(self, interview: Interview) -> None:
        """Make the room, with the dispatch of an interviewer under the interview's fence; one that is there stays as it is."""
        metadata = {"interview": str(interview.id), "fence": interview.fence}
        async with self._asking() as api:
            await self._create(api, ObjectId(interview.id), self._livekit.agent_name, metadata)

    def access(self, interview: Interview) -> RoomAccess:
        """The candidate's key to the room of the interview, and to nothing else. Raises Unavailable without a voice channel."""
        self.require()
        name = name_of(ObjectId(interview.id))
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
            .with_identity(CANDIDATE)
            .with_grants(grants)
            .with_ttl(timedelta(minutes=self._access_minutes))
        )
        return RoomAccess(self._livekit.public_url or self._livekit.url, name, token.to_jwt())

    async def close(self, interview_id: ObjectId) -> None:
        """Delete the room: whoever is in it is put out. One that is not there is fine."""
        async with self._asking() as api, _unless_gone():
            await api.room.delete_room(DeleteRoomRequest(room=name_of(interview_id)))

    def close_soon(self, interview_id: ObjectId) -> None:
        """Delete the room without waiting for it: what fails is done by the next round (lifecycle.rounds)."""
        self._do_soon("close", interview_id, self.close)

    async def clear(self, interview_id: ObjectId) -> None:
        """Put the candidate and the interviewers out of the room: it goes on in writing. An empty one closes by itself."""
        name = name_of(interview_id)
        async with self._asking() as api:
            for participant in await self._participants(api, name):
                if participant.identity == CANDIDATE or self._is_agent(participant, self._livekit.agent_name):
                    await _put_out(api, name, participant)

    def clear_soon(self, interview_id: ObjectId) -> None:
        """The same without waiting for it; what fails does no harm."""
        self._do_soon("clear", interview_id, self.clear)

    def _do_soon(self, what: str, interview_id: ObjectId, work: Callable[[ObjectId], Awaitable[None]]) -> None:
        if self._api is None:
            return

        async def try_to() -> None:
            try:
                await work(interview_id)
            except Unavailable as error:
                log.warning("room left as it is", wanted=what, interview_id=str(interview_id), reason=str(error))

        task = asyncio.create_task(try_to(), name=f"{what} {name_of(interview_id)}")
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    # --- who is sent in

    async def dispatch(self, interview_id: ObjectId, fence: int) -> None:
        """Put out every interviewer that is in the room, dead ones included, and send one in, under this number."""
        metadata = {"interview": str(interview_id), "fence": fence}
        async with self._asking() as api:
            await self._send(api, interview_id, self._livekit.agent_name, metadata)

    async def dispatch_recorder(self, interview_id: ObjectId, recording_id: ObjectId, part: int) -> None:
        """The same for the recorder: `part` is its number."""
        metadata = {"interview": str(interview_id), "recording": str(recording_id), "fence": part}
        async with self._asking() as api:
            await self._send(api, interview_id, self._livekit.recorder_name, metadata)

    async def _send(self, api: LiveKitAPI, interview_id: ObjectId, agent_name: str, metadata: Mapping[str, object]) -> None:
        name = name_of(interview_id)
        if not (await api.room.list_rooms(ListRoomsRequest(names=[name]))).rooms:
            # a dispatch would make it too, but without our time-outs
            await self._create(api, interview_id, agent_name, metadata)
            return
        for participant in await self._participants(api, name):
            if self._is_agent(participant, agent_name):
                await _put_out(api, name, participant)
        await api.agent_dispatch.create_dispatch(
            CreateAgentDispatchRequest(agent_name=agent_name, room=name, metadata=_to_json(metadata))
        )

    def _is_agent(self, participant: ParticipantInfo, agent_name: str) -> bool:
        # one that does not say which it is may speak: it is taken for an interviewer
        name = participant.attributes.get(AGENT_NAME, self._livekit.agent_name)
        return participant.kind == ParticipantInfo.Kind.AGENT and name == agent_name

    # --- what is there

    async def list_open(self) -> set[ObjectId]:
        """Interviews that have a room at this moment."""
        async with self._asking() as api:
            answer = await api.room.list_rooms(ListRoomsRequest())
        return {interview_id for room in answer.rooms if (interview_id := interview_of(room.name))}

    async def find_candidate(self, interview_id: ObjectId) -> Attendance | None:
        """The candidate's connection that is in the interview's room at this moment; None when there is none, or no room."""
        async with self._asking() as api:
            for participant in await self._participants(api, name_of(interview_id)):
                if participant.identity == CANDIDATE and participant.state != ParticipantInfo.State.DISCONNECTED:
                    return Attendance(participant.sid, joined_at_of(participant))
        return None

    async def _participants(self, api: LiveKitAPI, name: str) -> list[ParticipantInfo]:
        async with _unless_gone():
            return list((await api.room.list_participants(ListParticipantsRequest(room=name))).participants)
        return []

    async def _create(self, api: LiveKitAPI, interview_id: ObjectId, agent_name: str, metadata: Mapping[str, object]) -> None:
        dispatch = RoomAgentDispatch(agent_name=agent_name, metadata=_to_json(metadata))
        await api.room.create_room(
            CreateRoomRequest(
                name=name_of(interview_id),
                empty_timeout=self._livekit.empty_seconds,
                departure_timeout=self._departure_seconds,
                agents=[dispatch],
            )
        )

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[LiveKitAPI]:
        """The API for one request of ours, however many calls it takes."""
        self.require()
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


def joined_at_of(participant: ParticipantInfo) -> datetime:
    """When a participant joined, by LiveKit's clock."""
    milliseconds = participant.joined_at_ms or participant.joined_at * 1000
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


async def _put_out(api: LiveKitAPI, name: str, participant: ParticipantInfo) -> None:
    async with _unless_gone():
        await api.room.remove_participant(RoomParticipantIdentity(room=name, identity=participant.identity))


@asynccontextmanager
async def _unless_gone() -> AsyncIterator[None]:
    """What is not there (any more) needs no work."""
    try:
        yield
    except ServerError as error:
        if error.code != ServerErrorCode.NOT_FOUND:
            raise
