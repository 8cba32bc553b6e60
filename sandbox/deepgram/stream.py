"""One stream of one client: takes audio and control messages, and sends results in the order of the speech."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sandbox.deepgram import messages
from sandbox.deepgram.options import ListenOptions
from sandbox.deepgram.recognizer import HeardWord, Recognizer
from sandbox.endpointing import Endpointer, Segment

MIN_SILENCE_SECONDS = 0.4
"""Minimum seconds of silence that end a segment, whatever `endpointing` says, because a tiny model needs whole clauses."""

Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedResult:
    """How the provider changes each final result."""

    confidence: float | None = None
    """Replaces the confidence of every word."""
    final_seconds: float | None = None
    """Seconds from the end of speech to the result; None for as soon as possible."""


@dataclass(frozen=True, slots=True)
class _PendingResult:
    """A segment whose result has yet to be sent."""

    segment: Segment
    heard_at: float
    """When its last audible sound arrived, by the event loop's clock."""
    from_finalize: bool


class ListenStream:
    """Processes what the client sends. run() sends the final results until it is cancelled.

    Only one task may call the methods that take the client's messages.
    """

    def __init__(
        self,
        options: ListenOptions,
        request_id: str,
        recognizer: Recognizer,
        script: ScriptedResult,
        send: Send,
    ) -> None:
        self._options = options
        self._request_id = request_id
        self._recognizer = recognizer
        self._script = script
        self._send = send
        self._clock = asyncio.get_running_loop().time
        silence = None if options.endpointing_seconds is None else max(options.endpointing_seconds, MIN_SILENCE_SECONDS)
        self._endpointer = Endpointer(options.sample_rate, silence)
        self._half_sample = b""
        self._last_voice_at = 0.0
        self._pending_results: asyncio.Queue[_PendingResult] = asyncio.Queue()
        self._interim: asyncio.Task[None] | None = None
        self._next_interim = 0.0
        self._is_utterance_open = False

    def expect_finals_within(self, seconds: float) -> None:
        """Detect the end of speech after at most `seconds` of silence, so that final results can be sent that early."""
        silence = self._endpointer.silence_seconds
        if silence is not None:
            self._endpointer.silence_seconds = min(silence, seconds)

    async def receive_audio(self, sound: bytes) -> None:
        """Process a piece of 16-bit audio, which may end in the middle of a sample."""
        sound = self._half_sample + sound
        whole = len(sound) // 2 * 2
        self._half_sample = sound[whole:]
        for event in self._endpointer.feed(np.frombuffer(sound[:whole], dtype="<i2").astype(np.int16)):
            if isinstance(event, Segment):
                self._queue_result(event)
            else:
                self._is_utterance_open = True
                self._next_interim = event + self._recognizer.interim_seconds
                if self._options.vad_events:
                    await self._send(messages.build_speech_started(event))
        if self._endpointer.is_loud:
            self._last_voice_at = self._clock()
            self._start_interim()
        await self._send_utterance_end()

    def finalize(self) -> None:
        """Send a final result for the speech so far, which may be empty."""
        now = self._endpointer.elapsed_seconds
        empty = Segment(np.zeros(0, np.int16), self._options.sample_rate, now, now, has_ended=True)
        self._queue_result(self._endpointer.cut() or empty, from_finalize=True)

    async def close(self) -> None:
        """Send the remaining results and the metadata, after the client has sent its last audio."""
        if segment := self._endpointer.cut():
            self._queue_result(segment)
        await self._pending_results.join()
        await self._send(messages.build_metadata(self._options, self._request_id, self._endpointer.elapsed_seconds))

    async def run(self) -> None:
        """Send final results in order."""
        try:
            while True:
                pending = await self._pending_results.get()
                try:
                    await self._send_final(pending)
                finally:
                    self._pending_results.task_done()
        finally:
            self._stop_interim()

    def _queue_result(self, segment: Segment, *, from_finalize: bool = False) -> None:
        # an interim result must not follow the final result of the same speech
        self._stop_interim()
        self._pending_results.put_nowait(_PendingResult(segment, self._last_voice_at, from_finalize))

    async def _send_final(self, pending: _PendingResult) -> None:
        segment = pending.segment
        words: tuple[HeardWord, ...] = ()
        if len(segment.samples):
            words = await self._recognize(segment)
            if self._script.final_seconds is not None:
                await asyncio.sleep(pending.heard_at + self._script.final_seconds - self._clock())
        span = (segment.start, segment.start + segment.seconds)
        await self._send_results(words, span, is_final=True, speech_final=segment.has_ended, from_finalize=pending.from_finalize)

    async def _recognize(self, segment: Segment) -> tuple[HeardWord, ...]:
        words = await self._recognizer.recognize(segment, is_final=True) or ()
        confidence = self._script.confidence
        return words if confidence is None else tuple(replace(word, confidence=confidence) for word in words)

    def _start_interim(self) -> None:
        """Start an interim result if one is due. It starts none during silence, because a final result will follow soon."""
        if (
            not self._options.interim_results
            or not self._endpointer.is_speech
            or self._endpointer.elapsed_seconds < self._next_interim
        ):
            return
        if self._interim is None or self._interim.done():
            self._next_interim = self._endpointer.elapsed_seconds + self._recognizer.interim_seconds
            self._interim = asyncio.create_task(self._send_interim(self._endpointer.copy_current_segment()))

    async def _send_interim(self, segment: Segment) -> None:
        words = await self._recognizer.recognize(segment, is_final=False)
        if words:
            await self._send_results(words, (segment.start, segment.start + segment.seconds), is_final=False, speech_final=False)

    def _stop_interim(self) -> None:
        if self._interim:
            self._interim.cancel()

    async def _send_results(
        self,
        words: tuple[HeardWord, ...],
        span: tuple[float, float],
        *,
        is_final: bool,
        speech_final: bool,
        from_finalize: bool = False,
    ) -> None:
        await self._send(
            messages.build_results(
                self._options,
                self._request_id,
                words,
                span,
                is_final=is_final,
                speech_final=speech_final,
                from_finalize=from_finalize,
            )
        )

    async def _send_utterance_end(self) -> None:
        silence_seconds, endpointer = self._options.utterance_end_seconds, self._endpointer
        if (
            silence_seconds
            and self._is_utterance_open
            and not endpointer.is_loud
            and endpointer.elapsed_seconds - endpointer.voice_end >= silence_seconds
        ):
            self._is_utterance_open = False
            await self._send(messages.build_utterance_end(endpointer.voice_end))
