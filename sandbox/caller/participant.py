"""A simulated candidate in a LiveKit room, with only what a browser has: a URL, a token, a microphone and audio.

It listens to the interviewer's real audio and speaks once the interviewer has finished. A responder decides what it says.
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
from numpy.typing import NDArray

from sandbox.caller.listener import FRAME_MS, TrackListener, VoiceActivity
from sandbox.caller.microphone import FRAME_SAMPLES, SAMPLE_RATE, CallEnded, Microphone
from sandbox.speech import EspeakVoice, SynthesizedSpeech, synthesize
from sandbox.voices import CANDIDATE_VOICE

SpeechParts = str | Sequence[str | float]
"""A text to say, or a sequence of texts and of silences in seconds."""
Responder = Callable[[str], SpeechParts | None]
"""Takes what was heard since the caller last spoke. Returns what to say, or None to wait for more."""

TRANSCRIPTION_TOPIC, CHAT_TOPIC = "lk.transcription", "lk.chat"
STATE_ATTRIBUTE = "lk.agent.state"
BUSY_STATES = ("initializing", "thinking", "speaking")
PATIENCE_SECONDS = 0.6
"""Seconds of silence after which an interviewer that publishes its state, and is not busy, counts as finished."""
LONG_PATIENCE_SECONDS = 1.2
"""The same for an interviewer that publishes no state."""
POLL_SECONDS = 0.05
ECHO_DELAY_FRAMES = 5
"""Frames of 20 ms by which an echo is late, besides the queues of the SDK."""


@dataclass(frozen=True, slots=True)
class CallerUtterance:
    """What the caller said, with the times of its first and last sound in seconds, as of time.time."""

    text: str
    started_at: float
    ended_at: float


class VoiceCaller:
    """A candidate that speaks. Use as `async with`, or call join() and leave().

    It can join again after it has left: each time is a new connection of the same candidate.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        voice: EspeakVoice = CANDIDATE_VOICE,
        announce: Callable[[list[str]], Awaitable[None]] | None = None,
        echo_gain: float = 0.0,
    ) -> None:
        """`announce` is called with the texts before they are said, for a recognizer that must learn them first.

        `echo_gain` is the gain with which the microphone picks up what the caller hears: 0 with headphones.
        """
        self._echo_gain = echo_gain
        self._url = url
        self._token = token
        self._voice = voice
        self._announce = announce
        self.utterances: list[CallerUtterance] = []
        self.sounds: list[VoiceActivity] = []
        """The voice activity of all other participants, in the order in which it was heard."""
        self.interviewer_texts: list[str] = []
        """The interviewer's captions: the texts that listen() has returned."""
        self.room: rtc.Room | None = None
        self._microphone: Microphone | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._listeners: dict[str, asyncio.Task[None]] = {}
        """Listening tasks by track id."""
        self._captions: dict[str, str] = {}
        """Segment id -> its text so far, since the caller last spoke."""
        self._spoke_at = 0.0
        self._processed_sounds = 0
        """Number of `sounds` that an earlier listen() has taken into account."""
        self._disconnected = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.join()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.leave()

    # --- the room

    @property
    def is_disconnected(self) -> bool:
        """Whether the connection has ended, whichever side ended it."""
        return self._disconnected.is_set()

    async def join(self) -> None:
        """Join the room with an open microphone. Raises livekit.rtc.ConnectError."""
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
        """Disconnect, as a browser does when its page is closed."""
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
        """Wait until the connection has ended, whichever side ends it."""
        await self._disconnected.wait()

    # --- speaking and typing

    async def say(self, *parts: str | float) -> CallerUtterance:
        """Say the texts, with a silence of that many seconds for each number. If cancelled, the caller stops immediately.

        Raises CallEnded if the connection ends before everything is said, and RuntimeError if the caller is not in a room.
        """
        microphone = self._microphone
        if microphone is None:
            raise RuntimeError("the caller is not in a room")
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

    async def make_sound(self, samples: NDArray[np.int16], gain: float = 1.0) -> float:
        """Send sound that no recognizer has learned, and return when it began, as of time.time.

        Raises CallEnded and RuntimeError as `say` does.
        """
        if self._microphone is None:
            raise RuntimeError("the caller is not in a room")
        return await self._microphone.play((samples * gain).astype(np.int16))

    async def type(self, text: str) -> None:
        """Send a text to the room's chat. Raises RuntimeError if the caller is not in a room."""
        if self.room is None:
            raise RuntimeError("the caller is not in a room")
        await self.room.local_participant.send_text(text, topic=CHAT_TOPIC)

    # --- listening

    @property
    def caption(self) -> str:
        """The interviewer's captions since the caller last spoke."""
        return " ".join(" ".join(self._captions.values()).split())

    @property
    def is_spoken_to(self) -> bool:
        """Whether another participant is speaking at this moment."""
        return any(sound.ended_at is None for sound in self.sounds)

    @property
    def reply_delays(self) -> list[float]:
        """Seconds from the end of each of the caller's utterances to the next sound that it heard, if there was one."""
        begins = [sound.started_at for sound in self.sounds]
        following = [next((begin for begin in begins if begin > said.ended_at), None) for said in self.utterances]
        return [begin - said.ended_at for begin, said in zip(following, self.utterances, strict=True) if begin is not None]

    async def wait_until_spoken_to(self, seconds: float = 0.0) -> VoiceActivity:
        """Wait until another participant has been speaking for `seconds` without a pause. Returns that voice activity."""
        while True:
            for sound in self.sounds:
                if sound.ended_at is None and time.time() - sound.started_at >= seconds:
                    return sound
            await asyncio.sleep(POLL_SECONDS)

    async def listen(self) -> str | None:
        """Wait until the interviewer has spoken and finished. Returns its captions since the caller last spoke.

        Returns None if the connection ends first.
        """
        while not self.is_disconnected:
            if self._interviewer_has_finished():
                self._processed_sounds = len(self.sounds)
                self.interviewer_texts.append(self.caption)
                return self.caption
            await asyncio.sleep(POLL_SECONDS)
        return None

    async def converse(self, respond: Responder) -> None:
        """Answer the interviewer until the connection ends."""
        while (caption := await self.listen()) is not None:
            parts = respond(caption)
            if parts is not None:
                with suppress(CallEnded):
                    await self.say(*([parts] if isinstance(parts, str) else parts))

    def _interviewer_has_finished(self) -> bool:
        if self.room is None or self.is_spoken_to or len(self.sounds) == self._processed_sounds:
            return False
        participants = self.room.remote_participants.values()
        states = [state for participant in participants if (state := participant.attributes.get(STATE_ATTRIBUTE))]
        patience = PATIENCE_SECONDS if states else LONG_PATIENCE_SECONDS
        last = max((sound.ended_at or 0.0 for sound in self.sounds), default=0.0)
        return last > self._spoke_at and time.time() - last >= patience and not any(state in BUSY_STATES for state in states)

    def _start_listening(self, track: rtc.RemoteTrack, _: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            self._listeners[track.sid] = self._start_task(TrackListener(track, participant.identity, self.sounds).listen())
            if self._echo_gain:
                self._start_task(self._echo(track))

    def _stop_listening(self, track: rtc.RemoteTrack, _: rtc.RemoteTrackPublication, __: rtc.RemoteParticipant) -> None:
        if listener := self._listeners.pop(track.sid, None):
            listener.cancel()

    async def _echo(self, track: rtc.RemoteTrack) -> None:
        """Let the microphone pick up what the caller hears, a little later."""
        stream = rtc.AudioStream(track, sample_rate=SAMPLE_RATE, num_channels=1, frame_size_ms=FRAME_MS)
        try:
            async for event in stream:
                if self._microphone:
                    background = self._microphone.background
                    if not background:
                        background.extend([np.zeros(FRAME_SAMPLES, np.int16)] * ECHO_DELAY_FRAMES)
                    background.append((np.frombuffer(event.frame.data, np.int16) * self._echo_gain).astype(np.int16))
        finally:
            await stream.aclose()

    def _read_transcription(self, reader: rtc.TextStreamReader, identity: str) -> None:
        if self.room is None or identity == self.room.local_participant.identity:
            # this is the transcript of the caller's own speech
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
