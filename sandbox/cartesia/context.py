"""One context of Cartesia's API: texts spoken one after another as one audio stream, with word timestamps."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.cartesia.options import SpeechOptions
from sandbox.speech import SpokenWord, SynthesizedSpeech, synthesize

CHUNK_SECONDS = 0.1
SYNTHESIS_SPEED = 6.0
"""Speed of synthesis relative to the duration of the audio."""

Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedSpeech:
    """How the provider answers one context, or one request for bytes."""

    first_audio_seconds: float = 0.0
    """Seconds from the first text to the first audio."""


@dataclass(slots=True)
class SpeechRecord:
    """What a client requested of one context, and how much of it was sent; for assertions in tests."""

    context_id: str | None
    voice_id: str
    language: str
    texts: list[str] = field(default_factory=list)
    seconds: float = 0.0
    """Seconds of audio that have been sent."""
    is_done: bool = False


class ChunkPacer:
    """Paces audio: the first chunk waits as long as the script says, the rest come as fast as a fast synthesizer makes them."""

    def __init__(self, script: ScriptedSpeech) -> None:
        self._clock = asyncio.get_running_loop().time
        self._next = self._clock() + script.first_audio_seconds

    async def chunks(self, speech: SynthesizedSpeech) -> AsyncIterator[tuple[bytes, list[SpokenWord]]]:
        """Yield each piece of the audio when it is due, with the words that begin in it."""
        step = int(speech.sample_rate * CHUNK_SECONDS)
        for begin in range(0, len(speech.samples), step):
            await asyncio.sleep(self._next - self._clock())
            self._next = max(self._next, self._clock()) + CHUNK_SECONDS / SYNTHESIS_SPEED
            piece = speech.samples[begin : begin + step]
            words = [word for word in speech.words if begin <= word.start * speech.sample_rate < begin + step]
            yield piece.astype("<i2").tobytes(), words


class SpeechContext:
    """Speaks the texts that add() receives. run() returns after the last text, or runs until it is cancelled."""

    def __init__(self, record: SpeechRecord, script: ScriptedSpeech, send: Send) -> None:
        self._record = record
        self._send = send
        self._pacer = ChunkPacer(script)
        self._texts: asyncio.Queue[SpeechOptions] = asyncio.Queue()

    def add(self, options: SpeechOptions) -> None:
        """Queue a text to be spoken after those that were added before."""
        self._record.texts.append(options.transcript)
        self._texts.put_nowait(options)

    async def run(self) -> None:
        """Speak the queued texts."""
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
