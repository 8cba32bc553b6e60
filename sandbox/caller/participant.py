"""A candidate in a room who has no more than a browser has: an address, a token, a voice and ears.

It listens to the interviewer's real sound, and speaks when the interviewer has finished; what it says, decides whoever holds it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from types import TracebackType
from typing import Any, Self

import numpy as np
from livekit import rtc

from sandbox.caller.listener import TrackListener, VoiceActivity
from sandbox.caller.microphone import SAMPLE_RATE, CallEnded, Microphone
from sandbox.speech import EspeakVoice, SynthesizedSpeech, synthesize
from sandbox.voices import CANDIDATE_VOICE

SpeechParts = str | Sequence[str | float]
"""what is said: a text, or texts with silences in seconds between them"""
Responder = Callable[[str], SpeechParts | None]
"""what was heard since one's last words -> what one says to it; None: nothing yet"""

TRANSCRIPTION_TOPIC, CHAT_TOPIC = "lk.transcription", "lk.chat"
STATE_ATTRIBUTE = "lk.agent.state"
BUSY_STATES = ("initializing", "thinking", "speaking")
PATIENCE_SECONDS = 0.6
"""silence after which an interviewer who tells that it listens has finished"""
LONG_PATIENCE_SECONDS = 1.2
"""the same, of one who tells nothing"""
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class CallerUtterance:
    """What the caller said; times are seconds of time.time, of its first and its last sound."""

    text: str
    started_at: float
    ended_at: float


class VoiceCaller:
    """Use as `async with`, or join() and leave(), as often as wanted: each is a new connection of the same candidate."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        voice: EspeakVoice = CANDIDATE_VOICE,
        announce: Callable[[list[str]], Awaitable[None]] | None = None,
    ) -> None:
        """`announce` is called with the texts before they are said: for a recognizer that has to be told."""
        self._url = url
        self._token = token
        self._voice = voice
        self._announce = announce
        self.utterances: list[CallerUtterance] = []
        self.sounds: list[VoiceActivity] = []
        """of everybody else, as they were heard"""
        self.interviewer_texts: list[str] = []
        """what the interviewer was shown to say, turn by turn as listen() answered it"""
        self.room: rtc.Room | None = None
        self._microphone: Microphone | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._listeners: dict[str, asyncio.Task[None]] = {}
        """by the track that each listens to"""
        self._captions: dict[str, str] = {}
        """segment -> its text so far, since the caller's last words"""
        self._spoke_at = 0.0
        self._answered_sounds = 0
        """sounds that listen() has answered"""
        self._disconnected = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.join()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.leave()

    # --- the room

    @property
    def is_disconnected(self) -> bool:
        """Whether the connection has ended, by whomever."""
        return self._disconnected.is_set()

    async def join(self) -> None:
        """Come into the room with an open microphone. Raises livekit.rtc.ConnectError."""
        self._disconnected.clear()
        self.room = room = rtc.Room()
        room.on("track_subscribed", self._start_listening)
        room.on("track_unsubscribed", self._stop_listening)
        room.on("disconnected", lambda _: self._disconnected.set())
        room.register_text_stream_handler(TRANSCRIPTION_TOPIC, self._read_transcription)
        await room.connect(self._url, self._token)
        self._microphone = Microphone()
        self._start_task(self._microphone.run())
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await room.local_participant.publish_track(self._microphone.track, options)

    async def leave(self) -> None:
        """Hang up, as somebody does who closes the page."""
        if self.room:
            await self.room.disconnect()
        self._disconnected.set()
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listeners.clear()
        self.room = self._microphone = None

    async def wait_until_disconnected(self) -> None:
        """Until the connection has ended, by whomever."""
        await self._disconnected.wait()

    # --- mouth and hands

    async def say(self, *parts: str | float) -> CallerUtterance:
        """Say texts, with silences in seconds where numbers stand. Cancelled, the caller stops in mid-word.

        Raises HungUp when the connection ends before all is said, and RuntimeError when there is none.
        """
        microphone = self._microphone
        if microphone is None:
            raise RuntimeError("the caller is in no room")
        texts = [part for part in parts if isinstance(part, str)]
        if self._announce:
            await self._announce(texts)
        spoken = [
            await asyncio.to_thread(synthesize, part, self._voice, SAMPLE_RATE) if isinstance(part, str) else _make_silence(part)
            for part in parts
        ]
        began_at = await microphone.play(np.concatenate([speech.samples for speech in spoken]))
        begins = [0.0, *accumulate(speech.seconds for speech in spoken)]
        starts = [begin + word.start for begin, speech in zip(begins[:-1], spoken, strict=True) for word in speech.words[:1]]
        ends = [begin + word.end for begin, speech in zip(begins[:-1], spoken, strict=True) for word in speech.words[-1:]]
        utterance = CallerUtterance(" ".join(texts), began_at + min(starts, default=0.0), began_at + max(ends, default=0.0))
        self.utterances.append(utterance)
        self._spoke_at = utterance.ended_at
        self._captions.clear()
        return utterance

    async def type(self, text: str) -> None:
        """Write into the room's chat. Raises RuntimeError when the caller is in no room."""
        if self.room is None:
            raise RuntimeError("the caller is in no room")
        await self.room.local_participant.send_text(text, topic=CHAT_TOPIC)

    # --- ears

    @property
    def caption(self) -> str:
        """What the interviewer was shown to say since the caller's last words."""
        return " ".join(" ".join(self._captions.values()).split())

    @property
    def is_spoken_to(self) -> bool:
        """Whether somebody is heard at this moment."""
        return any(sound.ended_at is None for sound in self.sounds)

    @property
    def reply_delays(self) -> list[float]:
        """Seconds from the end of each of the caller's words to the first sound that was heard after it."""
        begins = [sound.started_at for sound in self.sounds]
        following = [next((begin for begin in begins if begin > said.ended_at), None) for said in self.utterances]
        return [begin - said.ended_at for begin, said in zip(following, self.utterances, strict=True) if begin is not None]

    async def wait_until_spoken_to(self, seconds: float = 0.0) -> VoiceActivity:
        """Until somebody has been speaking for so long at a stretch, to interrupt, say; answers what is heard."""
        while True:
            for sound in self.sounds:
                if sound.ended_at is None and time.time() - sound.started_at >= seconds:
                    return sound
            await asyncio.sleep(POLL_SECONDS)

    async def listen(self) -> str | None:
        """Until the interviewer has said something, and finished; answers what it was shown to say since the caller's last words.

        None when the connection ends before.
        """
        while not self.is_disconnected:
            if self._interviewer_has_finished():
                self._answered_sounds = len(self.sounds)
                self.interviewer_texts.append(self.caption)
                return self.caption
            await asyncio.sleep(POLL_SECONDS)
        return None

    async def converse(self, respond: Responder) -> None:
        """Answer whatever the interviewer says, until the connection ends."""
        while (caption := await self.listen()) is not None:
            parts = respond(caption)
            if parts is not None:
                with suppress(CallEnded):
                    await self.say(*([parts] if isinstance(parts, str) else parts))

    def _interviewer_has_finished(self) -> bool:
        if self.room is None or self.is_spoken_to or len(self.sounds) == self._answered_sounds:
            return False
        states = [state for one in self.room.remote_participants.values() if (state := one.attributes.get(STATE_ATTRIBUTE))]
        patience = PATIENCE_SECONDS if states else LONG_PATIENCE_SECONDS
        last = max((sound.ended_at or 0.0 for sound in self.sounds), default=0.0)
        return last > self._spoke_at and time.time() - last >= patience and not any(state in BUSY_STATES for state in states)

    def _start_listening(self, track: rtc.RemoteTrack, _: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            self._listeners[track.sid] = self._start_task(TrackListener(track, participant.identity, self.sounds).listen())

    def _stop_listening(self, track: rtc.RemoteTrack, _: rtc.RemoteTrackPublication, __: rtc.RemoteParticipant) -> None:
        if listener := self._listeners.pop(track.sid, None):
            listener.cancel()

    def _read_transcription(self, reader: rtc.TextStreamReader, identity: str) -> None:
        if self.room is None or identity == self.room.local_participant.identity:
            # what the interviewer takes the caller to have said
            reader.close()
            return
        self._start_task(self._collect_caption(reader))

    async def _collect_caption(self, reader: rtc.TextStreamReader) -> None:
        segment = (reader.info.attributes or {}).get("lk.segment_id", reader.info.stream_id)
        with suppress(rtc.StreamError):
            async for piece in reader:
                self._captions[segment] = self._captions.get(segment, "") + piece

    def _start_task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _make_silence(seconds: float) -> SynthesizedSpeech:
    return SynthesizedSpeech(np.zeros(int(seconds * SAMPLE_RATE), np.int16), SAMPLE_RATE, ())
