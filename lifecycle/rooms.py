"""LiveKit rooms of voice interviews: create and delete rooms, issue access tokens, dispatch agents, list participants.

LiveKit neither queues nor deduplicates dispatches: one that no worker accepts is lost, and two dispatches start two
interviewers. Callers therefore claim the dispatch in MongoDB first (`room_transitions`), and the claim's fence is sent with it.
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

from engine.metrics import LIVEKIT_REQUESTS
from errors import Unavailable
from models.documents.interview import Interview
from models.documents.turn import AccessOrigin
from settings import Settings

log = structlog.get_logger(__name__)

CANDIDATE_IDENTITY = "candidate"
"""The candidate's identity in the room; LiveKit disconnects the older of two connections with the same identity."""
AGENT_NAME_ATTRIBUTE = "lk.agent.name"
"""Participant attribute in which livekit-agents stores the name of the agent."""
GENERATION_ATTRIBUTE = "viva.generation"
"""Participant attribute with the generation of the invite that the candidate's token is for."""
ORIGIN_ATTRIBUTE = "viva.origin"
"""Participant attribute that says how the candidate's token was obtained (AccessOrigin)."""
HEARING_ATTRIBUTE = "viva.hears_candidate"
"""Participant attribute of the interviewer: `no` while nothing arrives from the candidate's microphone, although it is on."""
ROOM_NAME_PREFIX = "interview-"
PROBE_ROOM_PREFIX = "viva-doctor-"
"""Prefix of the rooms with which `main.py doctor` checks that LiveKit's events reach the API."""
MAX_TOKEN_MINUTES = 30
"""Minutes to join with a token. LiveKit renews the tokens of participants who are in the room."""
DEPARTURE_MARGIN_SECONDS = 15
"""Seconds for which a room outlives the candidate's grace period, so that it exists for as long as they may return."""
RETRY_SECONDS = 10
"""Seconds after which callers may retry when LiveKit is unavailable."""
NOT_CONFIGURED_RETRY_SECONDS = 86_400
"""A day, because retries fail until the settings are changed."""


@dataclass(frozen=True, slots=True)
class RoomAccess:
    """URL, room name and token with which the candidate's LiveKit client joins."""

    url: str
    name: str
    token: str


@dataclass(frozen=True, slots=True)
class CandidateConnection:
    """A connection of the candidate to a room."""

    sid: str
    joined_at: datetime


def build_room_name(interview_id: ObjectId) -> str:
    """Return the name of the interview's room."""
    return f"{ROOM_NAME_PREFIX}{interview_id}"


def parse_room_name(name: str) -> ObjectId | None:
    """Return the id of the interview whose room has that name; None if the room is not Viva's."""
    suffix = name.removeprefix(ROOM_NAME_PREFIX)
    return ObjectId(suffix) if name.startswith(ROOM_NAME_PREFIX) and ObjectId.is_valid(suffix) else None


class Rooms:
    """Client of LiveKit's API; each call is bounded by settings.livekit.timeout_seconds. Use as `async with`.

    Every method that calls LiveKit raises Unavailable if LiveKit is unreachable, rejects the API key or is not configured.
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
        # this wait is short: each task is bounded by the time limit of one request
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
        """Raise Unavailable unless this server has a voice channel."""
        if not self.is_configured:
            message = "Voice interviews are not available on this server: use channel TEXT."
            raise Unavailable(message, retry_after_seconds=NOT_CONFIGURED_RETRY_SECONDS)

    # --- rooms

    async def create_room(self, interview: Interview) -> None:
        """Create the room and dispatch an interviewer with the interview's fence. An existing room is left unchanged."""
        metadata = {"interview": str(interview.id), "fence": interview.fence}
        async with self._request() as api:
            await self._create_livekit_room(api, interview.id, self._livekit.agent_name, metadata)

    def issue_access(self, interview: Interview, origin: AccessOrigin = AccessOrigin.INVITE) -> RoomAccess:
        """Return the candidate's access to the interview's room only, which says how it was obtained.

        Raises Unavailable without a voice channel.
        """
        self.require_configured()
        name = build_room_name(interview.id)
        grants = VideoGrants(
            room_join=True,
            room=name,
            can_publish_sources=["microphone", "camera"],
            can_subscribe=True,
            # typed messages are sent as text streams
            can_publish_data=True,
            can_update_own_metadata=False,
        )
        token = (
            AccessToken(self._livekit.api_key.get_secret_value(), self._livekit.api_secret.get_secret_value())
            .with_identity(CANDIDATE_IDENTITY)
            .with_grants(grants)
            .with_attributes({GENERATION_ATTRIBUTE: str(interview.invite_generation), ORIGIN_ATTRIBUTE: origin})
            .with_ttl(timedelta(minutes=self._token_minutes))
        )
        return RoomAccess(self._livekit.public_url or self._livekit.url, name, token.to_jwt())

    async def delete_room(self, interview_id: ObjectId) -> None:
        """Delete the room and disconnect its participants. Does nothing if there is no such room."""
        async with self._request() as api, _ignore_not_found():
            await api.room.delete_room(DeleteRoomRequest(room=build_room_name(interview_id)))

    def delete_room_in_background(self, interview_id: ObjectId) -> None:
        """Delete the room without waiting. If that fails, `lifecycle.reconciler` deletes it later."""
        self._run_in_background("delete", interview_id, self.delete_room)

    async def delete_probe_room(self, name: str) -> None:
        """Delete a room of `main.py doctor`, which thereby learns that its event has arrived."""
        async with self._request() as api, _ignore_not_found():
            await api.room.delete_room(DeleteRoomRequest(room=name))

    async def remove_participants(self, interview_id: ObjectId) -> None:
        """Disconnect the candidate and the interviewers. LiveKit deletes the empty room after its timeout."""
        name = build_room_name(interview_id)
        async with self._request() as api:
            for participant in await self._list_participants(api, name):
                if participant.identity == CANDIDATE_IDENTITY or self._is_agent(participant, self._livekit.agent_name):
                    await _remove_participant(api, name, participant)

    def remove_participants_in_background(self, interview_id: ObjectId) -> None:
        """Disconnect the candidate and the interviewers without waiting. A failure is logged and does no harm."""
        self._run_in_background("disconnect", interview_id, self.remove_participants)

    async def remove_outdated_candidate(self, interview: Interview) -> None:
        """Disconnect a candidate whose token is for an earlier invite than the interview's."""
        name = build_room_name(interview.id)
        async with self._request() as api:
            for participant in await self._list_participants(api, name):
                generation = participant.attributes.get(GENERATION_ATTRIBUTE)
                if participant.identity == CANDIDATE_IDENTITY and generation != str(interview.invite_generation):
                    await _remove_participant(api, name, participant)

    def remove_outdated_candidate_in_background(self, interview: Interview) -> None:
        """Disconnect a candidate with an earlier invite without waiting. A failure is logged; the token cannot join later."""
        self._run_in_background("renew", interview.id, lambda _: self.remove_outdated_candidate(interview))

    def _run_in_background(self, action: str, interview_id: ObjectId, work: Callable[[ObjectId], Awaitable[None]]) -> None:
        if self._api is None:
            return

        async def run() -> None:
            try:
                await work(interview_id)
            except Unavailable as error:
                log.warning("room not changed", action=action, interview_id=str(interview_id), reason=str(error))

        task = asyncio.create_task(run(), name=f"{action} {build_room_name(interview_id)}")
        self._background_tasks.add(task)
        task.add_done_callback(self._background_tasks.discard)

    # --- dispatches

    async def dispatch_interviewer(self, interview_id: ObjectId, fence: int) -> None:
        """Remove every interviewer from the room, including crashed ones, and dispatch one with this fence."""
        metadata = {"interview": str(interview_id), "fence": fence}
        async with self._request() as api:
            await self._replace_agent(api, interview_id, self._livekit.agent_name, metadata)

    async def dispatch_recorder(self, interview_id: ObjectId, recording_id: ObjectId, fence: int) -> None:
        """Remove every recorder from the room, including crashed ones, and dispatch one with this fence."""
        metadata = {"interview": str(interview_id), "recording": str(recording_id), "fence": fence}
        async with self._request() as api:
            await self._replace_agent(api, interview_id, self._livekit.recorder_name, metadata)

    async def _replace_agent(
        self, api: LiveKitAPI, interview_id: ObjectId, agent_name: str, metadata: Mapping[str, object]
    ) -> None:
        name = build_room_name(interview_id)
        if not (await api.room.list_rooms(ListRoomsRequest(names=[name]))).rooms:
            # a dispatch would create the room too, but without these timeouts
            await self._create_livekit_room(api, interview_id, agent_name, metadata)
            return
        for participant in await self._list_participants(api, name):
            if self._is_agent(participant, agent_name):
                await _remove_participant(api, name, participant)
        await api.agent_dispatch.create_dispatch(
            CreateAgentDispatchRequest(agent_name=agent_name, room=name, metadata=_to_json(metadata))
        )

    def _is_agent(self, participant: ParticipantInfo, agent_name: str) -> bool:
        # an agent without a name may be able to speak, so it counts as an interviewer
        name = participant.attributes.get(AGENT_NAME_ATTRIBUTE, self._livekit.agent_name)
        return participant.kind == ParticipantInfo.Kind.AGENT and name == agent_name

    # --- queries

    async def list_interviews_with_room(self) -> set[ObjectId]:
        """Return the ids of the interviews that have a room now."""
        async with self._request() as api:
            response = await api.room.list_rooms(ListRoomsRequest())
        return {interview_id for room in response.rooms if (interview_id := parse_room_name(room.name))}

    async def find_candidate(self, interview_id: ObjectId) -> CandidateConnection | None:
        """Return the candidate's current connection to the interview's room; None without a connection or a room."""
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
        """Yield the API with one time limit for all calls in the block, and convert their errors to Unavailable."""
        self.require_configured()
        if self._api is None:
            raise RuntimeError("Rooms must be entered with `async with` before use")
        try:
            async with asyncio.timeout(self._livekit.timeout_seconds):
                yield self._api
            LIVEKIT_REQUESTS.labels("done").inc()
        except (ServerError, aiohttp.ClientError, TimeoutError) as error:
            LIVEKIT_REQUESTS.labels("failed").inc()
            # the error's text may contain LiveKit's address and secrets
            reason = f"HTTP {error.status}" if isinstance(error, ServerError) else type(error).__name__
            message = f"LiveKit did not respond as expected ({reason}): try again in a moment, or use channel TEXT."
            raise Unavailable(message, retry_after_seconds=RETRY_SECONDS) from None


def _to_json(metadata: Mapping[str, object]) -> str:
    return orjson.dumps(metadata).decode()


def read_joined_at(participant: ParticipantInfo) -> datetime:
    """Return when the participant joined, by LiveKit's clock."""
    milliseconds = participant.joined_at_ms or participant.joined_at * 1000
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


async def _remove_participant(api: LiveKitAPI, name: str, participant: ParticipantInfo) -> None:
    async with _ignore_not_found():
        await api.room.remove_participant(RoomParticipantIdentity(room=name, identity=participant.identity))


@asynccontextmanager
async def _ignore_not_found() -> AsyncIterator[None]:
    try:
        yield
    except ServerError as error:
        if error.code != ServerErrorCode.NOT_FOUND:
            raise
