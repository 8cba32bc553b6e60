"""One context: texts that are spoken one after another, as one flow of sound, with the times of its words."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.cartesia.options import SpeechOptions
from sandbox.speech import SpokenWord, SynthesizedSpeech, synthesize

CHUNK_SECONDS = 0.1
SYNTHESIS_SPEED = 6.0
"""so many times faster than it is heard the sound is made"""

Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedSpeech:
    """What happens to one context, or to one request for bytes."""

    first_audio_seconds: float = 0.0
    """from its first text to its first sound"""
    error: str | None = None
    """in place of any sound"""
    stall_after: float | None = None
    """after so many seconds of sound nothing more comes"""
    cut_after: float | None = None
    """after so many seconds of sound the connection breaks"""


class ScriptedSpeechDisconnect(Exception):
    """The script breaks the connection."""


@dataclass(slots=True)
class SpeechRecord:
    """What was asked of a context, and how far it came: for tests to look at."""

    context_id: str | None
    voice_id: str
    language: str
    texts: list[str] = field(default_factory=list)
    seconds: float = 0.0
    """of sound that was sent"""
    is_done: bool = False


class ChunkPacer:
    """When sound may go out: the first after the script's time, the rest as fast as a fast synthesizer makes it."""

    def __init__(self, script: ScriptedSpeech) -> None:
        self._script = script
        self._clock = asyncio.get_running_loop().time
        self._next = self._clock() + script.first_audio_seconds
        self._sent = 0.0

    async def chunks(self, speech: SynthesizedSpeech) -> AsyncIterator[tuple[bytes, list[SpokenWord]]]:
        """Pieces of a speech, each when it may go out, with the words that begin in it. Raises Cut."""
        step = int(speech.sample_rate * CHUNK_SECONDS)
        for begin in range(0, len(speech.samples), step):
            for bound, stop in ((self._script.cut_after, self._cut), (self._script.stall_after, self._stall)):
                if bound is not None and self._sent >= bound:
                    await stop()
            await asyncio.sleep(self._next - self._clock())
            self._next = max(self._next, self._clock()) + CHUNK_SECONDS / SYNTHESIS_SPEED
            piece = speech.samples[begin : begin + step]
            words = [word for word in speech.words if begin <= word.start * speech.sample_rate < begin + step]
            self._sent += len(piece) / speech.sample_rate
            yield piece.astype("<i2").tobytes(), words

    async def _cut(self) -> None:
        raise ScriptedSpeechDisconnect

    async def _stall(self) -> None:
        await asyncio.Event().wait()


class SpeechContext:
    """Give it texts; run() speaks them, until the last one or until it is cancelled."""

    def __init__(self, record: SpeechRecord, script: ScriptedSpeech, send: Send) -> None:
        self._record = record
        self._script = script
        self._send = send
        self._pacer = ChunkPacer(script)
        self._texts: asyncio.Queue[SpeechOptions] = asyncio.Queue()

    def add(self, options: SpeechOptions) -> None:
        """Speak this too, after what there is."""
        self._record.texts.append(options.transcript)
        self._texts.put_nowait(options)

    async def run(self) -> None:
        """Speak. Raises Cut when the script says so."""
        if self._script.error is not None:
            await self._send_message("error", done=True, status_code=500, error=self._script.error)
            return
        while True:
            options = await self._texts.get()
            await self._speak(options)
            if not options.continues:
                break
        await self._send_message("done", done=True, status_code=200)
        self._record.is_done = True

    async def _speak(self, options: SpeechOptions) -> None:
        speech = await asyncio.to_thread(synthesize, options.transcript, options.voice, options.sample_rate)
        begin = self._record.seconds
        async for piece, words in self._pacer.chunks(speech):
            if words and options.has_timestamps:
                times = {
                    "words": [word.text for word in words],
                    "start": [round(begin + word.start, 3) for word in words],
                    "end": [round(begin + word.end, 3) for word in words],
                }
                await self._send_message("timestamps", done=False, status_code=206, word_timestamps=times)
            sound = b64encode(piece).decode()
            await self._send_message(
                "chunk", done=False, status_code=206, step_time=CHUNK_SECONDS / SYNTHESIS_SPEED * 1000, data=sound
            )
            self._record.seconds += len(piece) / 2 / options.sample_rate

    async def _send_message(self, kind: str, **data: Any) -> None:
        await self._send({"type": kind, "context_id": self._record.context_id, **data})
