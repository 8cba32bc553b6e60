"""What the conversation must know of: who comes and goes, what is typed, what others decide about the interview."""

import asyncio
from typing import Any

import structlog
from bson import ObjectId
from livekit import rtc
from livekit.agents import AgentSession
from livekit.agents.voice import CloseEvent
from livekit.agents.voice.room_io import TextInputEvent

from agent.conversation import Conversation
from agent.hearing import Hearing
from agent.line import Line
from agent.transcript import Transcript
from errors import Unavailable
from lifecycle import attendance
from lifecycle.rooms import CANDIDATE
from lifecycle.services import Services
from live.cancellation import end
from models.append import LeaseLost
from models.interview import Interview, InterviewStatus
from models.turn import Channel, Speaker

log = structlog.get_logger(__name__)

READY_SECONDS = 2.0
"""who has come gets so long to publish a microphone, which is the sign that they hear, too"""
LISTENING_SECONDS = 0.2
"""from then until the interviewer's sound is subscribed to"""


class SessionEnded(Exception):
    """Speech to text or text to speech has failed for good: another process may do better."""


class Attention:
    """Listens to the room, the interview and its turns, and tells the conversation."""

    def __init__(
        self,
        services: Services,
        room: rtc.Room,
        interview: Interview,
        *,
        session: AgentSession[None],
        conversation: Conversation,
        hearing: Hearing,
        transcript: Transcript,
    ) -> None:
        self._services = services
        self._room = room
        self._interview = interview
        self._id = ObjectId(interview.id)
        self._conversation = conversation
        self._hearing = hearing
        self._transcript = transcript
        self._moves: asyncio.Queue[str | None] = asyncio.Queue()
        """sids of the candidate's connections that come, None for one that is lost"""
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line = Line(room, self._note_line)
        hearing.changed = self._note_words
        conversation.is_line_alive = self._line.is_alive
        room.on("participant_connected", self._note_arrival)
        room.on("participant_disconnected", self._note_departure)
        room.on("disconnected", self._note_end)
        session.on("close", self._note_close)

    async def take_text(self, _: AgentSession[None], event: TextInputEvent) -> None:
        """The candidate has typed into the room: it is stored, and answered when its turn has come."""
        if event.info is not None and event.text.strip():
            await self._transcript.add_typed(self._interview, event.text.strip(), event.info.stream_id)

    async def keep(self, stopping: asyncio.Event) -> Interview | None:
        """The interview, ENDING, with its last words stored. None when the room is gone, or when asked to stop.

        Raises LeaseLost, SessionEnded, and what the conversation raises; what was heard is stored before, where it may be.
        """
        for participant in self._room.remote_participants.values():
            self._note_arrival(participant)
        holding = asyncio.create_task(self._conversation.hold())
        watching = [
            asyncio.create_task(work)
            for work in (
                self._transcript.keep_showing(),
                self._follow_turns(),
                self._follow_interview(),
                self._attend(),
                self._line.watch(),
                _wait(stopping),
            )
        ]
        try:
            awaited: list[asyncio.Future[Any]] = [holding, *watching, self._over]
            await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
            if holding.done():
                return holding.result()
            await self._conversation.leave()
            for watch in (*watching, self._over):
                if watch.done():
                    watch.result()
            return None
        finally:
            await end(holding, *watching)

    # --- who is there

    def _note_arrival(self, participant: rtc.RemoteParticipant) -> None:
        if participant.identity == CANDIDATE:
            self._moves.put_nowait(participant.sid)

    def _note_departure(self, participant: rtc.RemoteParticipant) -> None:
        if participant.identity == CANDIDATE:
            self._moves.put_nowait(None)

    def _note_line(self, is_alive: bool) -> None:
        """Nothing has come from a candidate who is listed, or something comes again."""
        candidate = self._candidate()
        self._moves.put_nowait(candidate.sid if is_alive and candidate else None)

    def _candidate(self) -> rtc.RemoteParticipant | None:
        return next((one for one in self._room.remote_participants.values() if one.identity == CANDIDATE), None)

    async def _attend(self) -> None:
        known: str | None = None
        while True:
            sid = await self._moves.get()
            if sid is None:
                await self._conversation.leave()
                if self._candidate() is None and known is not None:
                    await attendance.leave(self._services, self._id, known)
                continue
            known = sid
            await self._until_ready(sid)
            if (candidate := self._candidate()) and candidate.sid == sid:
                self._line.renew()
                self._conversation.arrive()
                await self._tell_arrival(sid)

    async def _tell_arrival(self, sid: str) -> None:
        try:
            await attendance.arrive(self._services, self._id, sid)
        except Unavailable as error:
            log.warning("arrival is left to the webhook", reason=str(error))

    async def _until_ready(self, sid: str) -> None:
        """Until the connection has published a microphone; nobody without one is waited for for long."""
        loop = asyncio.get_running_loop()
        until = loop.time() + READY_SECONDS
        while loop.time() < until:
            candidate = self._candidate()
            if candidate is None or candidate.sid != sid or self._line.is_open(candidate):
                break
            await asyncio.sleep(LISTENING_SECONDS / 2)
        await asyncio.sleep(LISTENING_SECONDS)

    def _note_words(self) -> None:
        self._transcript.show(Speaker.CANDIDATE, self._hearing.text)
        self._conversation.notice()

    # --- what others do

    def _note_end(self, reason: object) -> None:
        if not self._over.done():
            log.info("room is gone", reason=str(reason))
            self._over.set_result(None)

    def _note_close(self, event: CloseEvent) -> None:
        if event.error is not None and not self._over.done():
            self._over.set_exception(SessionEnded(type(event.error).__name__))

    async def _follow_turns(self) -> None:
        async for turn in self._services.live.follow_turns(self._id, self._interview.last_seq):
            if turn.speaker is Speaker.CANDIDATE and turn.channel is Channel.TEXT:
                self._conversation.notice()

    async def _follow_interview(self) -> None:
        async for interview in self._services.live.follow_interview(self._id):
            if interview.fence != self._interview.fence or interview.channel is not Channel.VOICE:
                raise LeaseLost
            if interview.status is InterviewStatus.ENDING:
                await self._conversation.hush()


async def _wait(event: asyncio.Event) -> None:
    await event.wait()
