"""The caller's microphone, which like a browser's sends silence while the caller says nothing."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass

import numpy as np
from livekit import rtc
from numpy.typing import NDArray

SAMPLE_RATE = 48000
FRAME_SAMPLES = SAMPLE_RATE // 50
QUEUE_MS = 60
"""Milliseconds of audio queued in the SDK: as little as possible without stutter."""


@dataclass(slots=True)
class _Playback:
    """Samples to send, how many of them are sent, and when the first was sent."""

    samples: NDArray[np.int16]
    sent: int = 0
    started_at: float = 0.0


class CallEnded(Exception):
    """The connection ended before everything was said."""


class Microphone:
    """An audio source for a room: publish `track`, and run() it while the caller is in the room."""

    def __init__(self) -> None:
        self._source = rtc.AudioSource(SAMPLE_RATE, 1, queue_size_ms=QUEUE_MS)
        self.track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        self._playbacks: deque[tuple[_Playback, asyncio.Future[float]]] = deque()
        self.background: deque[NDArray[np.int16]] = deque()
        """Frames of FRAME_SAMPLES of other sound in the caller's room, which is sent together with what the caller says."""

    async def play(self, samples: NDArray[np.int16]) -> float:
        """Send audio in real time, after audio that is already queued, and wait until it has been played.

        Returns when the first sample was sent, as of time.time. Raises CallEnded if the connection ends before the audio does.
        """
        sent: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        entry = (_Playback(samples), sent)
        self._playbacks.append(entry)
        try:
            return await sent
        except asyncio.CancelledError:
            # a cancelled speaker falls silent immediately
            if entry in self._playbacks:
                self._playbacks.remove(entry)
            raise

    async def run(self) -> None:
        """Send audio or silence until it is cancelled."""
        try:
            while True:
                samples = self._next_frame()
                await self._source.capture_frame(rtc.AudioFrame(samples.tobytes(), SAMPLE_RATE, 1, FRAME_SAMPLES))
        finally:
            for _, sent in self._playbacks:
                if not sent.done():
                    sent.set_exception(CallEnded())
            self._playbacks.clear()
            await self._source.aclose()

    def _next_frame(self) -> NDArray[np.int16]:
        frame = self._next_spoken_frame()
        if not self.background:
            return frame
        mixed: NDArray[np.int16] = np.clip(frame.astype(np.int32) + self.background.popleft(), -32768, 32767).astype(np.int16)
        return mixed

    def _next_spoken_frame(self) -> NDArray[np.int16]:
        if not self._playbacks:
            return np.zeros(FRAME_SAMPLES, np.int16)
        playback, sent = self._playbacks[0]
        if playback.sent == 0:
            playback.started_at = time.time() + self._source.queued_duration
        piece = playback.samples[playback.sent : playback.sent + FRAME_SAMPLES]
        playback.sent += FRAME_SAMPLES
        if playback.sent >= len(playback.samples):
            self._playbacks.popleft()
            # resolve when the audio has been played, not when it has been queued
            delay = self._source.queued_duration + len(piece) / SAMPLE_RATE
            asyncio.get_running_loop().call_later(delay, _resolve, sent, playback.started_at)
        return np.pad(piece, (0, FRAME_SAMPLES - len(piece)))


def _resolve(sent: asyncio.Future[float], started_at: float) -> None:
    if not sent.done():
        sent.set_result(started_at)
