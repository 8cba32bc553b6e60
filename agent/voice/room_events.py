"""What the conversation must know of: who comes and goes, what is typed, what others decide about the interview."""

import asyncio
from typing import Any

import structlog
from livekit import rtc
from livekit.agents import AgentSession
from livekit.agents.voice import CloseEvent
from livekit.agents.voice.room_io import TextInputEvent

from agent.voice.connection_monitor import ConnectionMonitor
from agent.voice.conversation import Conversation
from agent.voice.speech_collector import SpeechCollector
from agent.voice.transcript_writer import TranscriptWriter
from errors import Unavailable
from lifecycle import presence
from lifecycle.rooms import CANDIDATE_IDENTITY
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from models.documents.interview import Interview, InterviewStatus
from models.documents.turn import Channel, Speaker
from models.writes.append_turns import LeaseLost

log = structlog.get_logger(__name__)

MICROPHONE_WAIT_SECONDS = 2.0
"""who has come gets so long to publish a microphone, which is the sign that they hear, too"""
SUBSCRIPTION_WAIT_SECONDS = 0.2
"""from then until the interviewer's sound is subscribed to"""


class SpeechSessionFailed(Exception):
    """Speech to text or text to speech has failed for good: another process may do better."""


class RoomEvents:
    """Listens to the room, the interview and its turns, and tells the conversation."""

    def __init__(
        self,
        services: Services,
        room: rtc.Room,
        interview: Interview,
        *,
        session: AgentSession[None],
        conversation: Conversation,
        collector: SpeechCollector,
        transcript_writer: TranscriptWriter,
    ) -> None:
        self._services = services
        self._room = room
        self._interview = interview
        self._id = interview.id
        self._conversation = conversation
        self._collector = collector
        self._transcript_writer = transcript_writer
        self._presence_changes: asyncio.Queue[str | None] = asyncio.Queue()
        """sids of the candidate's connections that come, None for one that is lost"""
        self._room_closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._connection = ConnectionMonitor(room, self._on_connection_changed)
        collector.on_change = self._on_speech_collected
        conversation.is_connection_alive = self._connection.is_alive
        room.on("participant_connected", self._on_participant_connected)
        room.on("participant_disconnected", self._on_participant_disconnected)
        room.on("disconnected", self._on_room_disconnected)
        session.on("close", self._on_session_closed)

    async def on_text_input(self, _: AgentSession[None], event: TextInputEvent) -> None:
        """The candidate has typed into the room: it is stored, and answered when its turn has come."""
        if event.info is not None and event.text.strip():
            await self._transcript_writer.add_typed_text(self._interview, event.text.strip(), event.info.stream_id)

    async def run(self, stop_requested: asyncio.Event) -> Interview | None:
        """The interview, ENDING, with its last words stored. None when the room is gone, or when asked to stop.

        Raises LeaseLost, SessionEnded, and what the conversation raises; what was heard is stored before, where it may be.
        """
        for participant in self._room.remote_participants.values():
            self._on_participant_connected(participant)
        conversing = asyncio.create_task(self._conversation.run())
        watchers = [
            asyncio.create_task(work)
            for work in (
                self._transcript_writer.run(),
                self._follow_turns(),
                self._follow_interview(),
                self._follow_presence(),
                self._connection.run(),
                _wait_for_event(stop_requested),
            )
        ]
        try:
            awaited: list[asyncio.Future[Any]] = [conversing, *watchers, self._room_closed]
            await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
            if conversing.done():
                return conversing.result()
            await self._conversation.candidate_left()
            for watch in (*watchers, self._room_closed):
                if watch.done():
                    watch.result()
            return None
        finally:
            await cancel_and_wait(conversing, *watchers)

    # --- who is there

    def _on_participant_connected(self, participant: rtc.RemoteParticipant) -> None:
        if participant.identity == CANDIDATE_IDENTITY:
            self._presence_changes.put_nowait(participant.sid)

    def _on_participant_disconnected(self, participant: rtc.RemoteParticipant) -> None:
        if participant.identity == CANDIDATE_IDENTITY:
            self._presence_changes.put_nowait(None)

    def _on_connection_changed(self, is_alive: bool) -> None:
        """Nothing has come from a candidate who is listed, or something comes again."""
        candidate = self._find_candidate()
        self._presence_changes.put_nowait(candidate.sid if is_alive and candidate else None)

    def _find_candidate(self) -> rtc.RemoteParticipant | None:
        return next((one for one in self._room.remote_participants.values() if one.identity == CANDIDATE_IDENTITY), None)

    async def _follow_presence(self) -> None:
        last_sid: str | None = None
        while True:
            sid = await self._presence_changes.get()
            if sid is None:
                await self._conversation.candidate_left()
                if self._find_candidate() is None and last_sid is not None:
                    await presence.candidate_left(self._id, last_sid)
                continue
            last_sid = sid
            await self._wait_until_ready(sid)
            if (candidate := self._find_candidate()) and candidate.sid == sid:
                self._connection.reset()
                self._conversation.candidate_joined()
                await self._report_joined(sid)

    async def _report_joined(self, sid: str) -> None:
        try:
            await presence.candidate_joined(self._services, self._id, sid)
        except Unavailable as error:
            log.warning("arrival is left to the webhook", reason=str(error))

    async def _wait_until_ready(self, sid: str) -> None:
        """Until the connection has published a microphone; nobody without one is waited for for long."""
        loop = asyncio.get_running_loop()
        until = loop.time() + MICROPHONE_WAIT_SECONDS
        while loop.time() < until:
            candidate = self._find_candidate()
            if candidate is None or candidate.sid != sid or self._connection.has_microphone(candidate):
                break
            await asyncio.sleep(SUBSCRIPTION_WAIT_SECONDS / 2)
        await asyncio.sleep(SUBSCRIPTION_WAIT_SECONDS)

    def _on_speech_collected(self) -> None:
        self._transcript_writer.show_interim(Speaker.CANDIDATE, self._collector.text)
        self._conversation.wake_up()

    # --- what others do

    def _on_room_disconnected(self, reason: object) -> None:
        if not self._room_closed.done():
            log.info("room is gone", reason=str(reason))
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


async def _wait_for_event(event: asyncio.Event) -> None:
    await event.wait()
