"""Events around a voice interview: candidate presence, typed messages, and changes that other processes make."""

import asyncio
from typing import Any

import structlog
from livekit import rtc
from livekit.agents import AgentSession
from livekit.agents.voice import CloseEvent
from livekit.agents.voice.room_io import TextInputEvent

from agent.voice.connection import ConnectionMonitor, find_candidate, read_access_origin
from agent.voice.conversation import Conversation
from agent.voice.recognizer_monitor import RecognizerMonitor
from agent.voice.speech import SpeechSessionFailed
from agent.voice.transcript_writer import TranscriptWriter
from errors import Unavailable
from lifecycle import presence
from lifecycle.rooms import CANDIDATE_IDENTITY, HEARING_ATTRIBUTE
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from models.documents.interview import Interview, InterviewStatus
from models.documents.turn import Channel, Speaker
from models.storage.lease import LeaseLost
from text import normalize

log = structlog.get_logger(__name__)

MICROPHONE_WAIT_SECONDS = 2.0
"""Longest wait for a candidate who has joined to publish a microphone, which also shows that they can hear."""
SUBSCRIPTION_WAIT_SECONDS = 0.2
"""Wait for the candidate's client to subscribe to the interviewer's audio."""


class RoomEvents:
    """Listens to the room, to the interview and to its turns, and notifies the conversation."""

    def __init__(
        self,
        services: Services,
        room: rtc.Room,
        interview: Interview,
        *,
        session: AgentSession[None],
        connection: ConnectionMonitor,
        conversation: Conversation,
        transcript_writer: TranscriptWriter,
        recognizer_monitor: RecognizerMonitor,
    ) -> None:
        self._services = services
        self._room = room
        self._interview = interview
        self._id = interview.id
        self._connection = connection
        self._conversation = conversation
        self._transcript_writer = transcript_writer
        self._recognizer_monitor = recognizer_monitor
        self._presence_changes: asyncio.Queue[str | None] = asyncio.Queue()
        """Session IDs of the candidate's new connections, and None for a lost connection."""
        self._hearing_changes: asyncio.Queue[bool] = asyncio.Queue()
        """Whether the candidate's microphone is heard, after each change."""
        self._room_closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        room.on("participant_connected", self._on_participant_connected)
        room.on("participant_disconnected", self._on_participant_disconnected)
        room.on("disconnected", self._on_room_disconnected)
        session.on("close", self._on_session_closed)

    async def on_text_input(self, _: AgentSession[None], event: TextInputEvent) -> None:
        """Store a message that the candidate typed into the room."""
        if event.info is not None and (text := normalize(event.text)):
            await self._transcript_writer.add_typed_text(self._interview, text, event.info.stream_id)

    async def run(self, stop_requested: asyncio.Event) -> Interview | None:
        """Run the conversation, and return the interview once it is ENDING and its last words are stored.

        Returns None when the room is closed or a stop is requested. Speech heard until then is stored if possible.
        Raises LeaseLost, SpeechSessionFailed, and errors of the conversation.
        """
        for participant in self._room.remote_participants.values():
            self._on_participant_connected(participant)
        conversing = asyncio.create_task(self._conversation.run())
        watchers = [
            asyncio.create_task(work)
            for work in (
                self._transcript_writer.publish_interims(),
                self._follow_turns(),
                self._follow_interview(),
                self._follow_presence(),
                self._follow_connection(),
                self._publish_hearing(),
                self._recognizer_monitor.watch(),
                _wait_for_event(stop_requested),
            )
        ]
        try:
            awaited: list[asyncio.Future[Any]] = [conversing, *watchers, self._room_closed]
            await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
            if conversing.done() and not isinstance(conversing.exception(), SpeechSessionFailed):
                return conversing.result()
            await self._conversation.candidate_left()
            for future in awaited:
                if future.done():
                    future.result()
            return None
        finally:
            await cancel_and_wait(conversing, *watchers)

    # --- the candidate's presence

    def _on_participant_connected(self, participant: rtc.RemoteParticipant) -> None:
        if participant.identity == CANDIDATE_IDENTITY:
            self._transcript_writer.candidate_origin = read_access_origin(participant)
            self._presence_changes.put_nowait(participant.sid)

    def _on_participant_disconnected(self, participant: rtc.RemoteParticipant) -> None:
        if participant.identity == CANDIDATE_IDENTITY:
            self._presence_changes.put_nowait(None)

    async def _follow_connection(self) -> None:
        async for is_alive in self._connection.watch():
            candidate = find_candidate(self._room)
            self._presence_changes.put_nowait(candidate.sid if is_alive and candidate else None)
            self._hearing_changes.put_nowait(is_alive)

    async def _publish_hearing(self) -> None:
        """Tell the candidate's page whether the candidate is heard. A room that does not respond delays nothing else."""
        is_heard = True
        while True:
            change = await self._hearing_changes.get()
            while not self._hearing_changes.empty():
                change = self._hearing_changes.get_nowait()
            if change != is_heard:
                is_heard = change
                await self._room.local_participant.set_attributes({HEARING_ATTRIBUTE: "yes" if is_heard else "no"})

    async def _follow_presence(self) -> None:
        last_sid: str | None = None
        while True:
            sid = await self._presence_changes.get()
            if sid is None:
                await self._conversation.candidate_left()
                if find_candidate(self._room) is None and last_sid is not None:
                    await presence.candidate_left(self._id, last_sid)
                continue
            last_sid = sid
            await self._wait_until_ready(sid)
            if (candidate := find_candidate(self._room)) and candidate.sid == sid:
                self._connection.reset()
                # no packet of a new connection is missing yet
                self._hearing_changes.put_nowait(True)
                self._conversation.candidate_joined()
                await self._report_joined(sid)

    async def _report_joined(self, sid: str) -> None:
        try:
            await presence.candidate_joined(self._services, self._id, sid)
        except Unavailable as error:
            log.warning("presence not recorded; LiveKit's webhook will record it", reason=str(error))

    async def _wait_until_ready(self, sid: str) -> None:
        """Wait until the connection has published a microphone, or for MICROPHONE_WAIT_SECONDS if it has none."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + MICROPHONE_WAIT_SECONDS
        while loop.time() < deadline:
            candidate = find_candidate(self._room)
            if candidate is None or candidate.sid != sid or self._connection.has_microphone(candidate):
                break
            await asyncio.sleep(SUBSCRIPTION_WAIT_SECONDS / 2)
        await asyncio.sleep(SUBSCRIPTION_WAIT_SECONDS)

    # --- changes by LiveKit and by other processes

    def _on_room_disconnected(self, reason: object) -> None:
        if not self._room_closed.done():
            log.info("room disconnected", reason=str(reason))
            self._room_closed.set_result(None)

    def _on_session_closed(self, event: CloseEvent) -> None:
        if event.error is not None and not self._room_closed.done():
            self._room_closed.set_exception(SpeechSessionFailed(type(event.error).__name__))

    async def _follow_turns(self) -> None:
        async for turn in self._services.live.follow_turns(self._id, self._interview.last_seq):
            if turn.speaker is Speaker.CANDIDATE and turn.channel is Channel.TEXT:
                self._conversation.wake_up()

    async def _follow_interview(self) -> None:
        async for interview in self._services.live.follow_interview(self._id):
            if interview.fence != self._interview.fence or interview.channel is not Channel.VOICE:
                raise LeaseLost
            if interview.status is InterviewStatus.ENDING:
                await self._conversation.interrupt()
            else:
                # the candidate may have signalled something, or the hiring team has answered a request
                self._conversation.wake_up()


async def _wait_for_event(event: asyncio.Event) -> None:
    await event.wait()
