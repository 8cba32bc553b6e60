"""The caller's microphone: it is open all the time, and silent when nothing is said, as a browser's is."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass

import numpy as np
from livekit import rtc
from numpy.typing import NDArray

SAMPLE_RATE = 48000
FRAME = SAMPLE_RATE // 50
QUEUE_MS = 60
"""of sound that has left us and is not on its way yet: as little as lets nothing stutter"""


@dataclass(slots=True)
class _Take:
    """Sound to be sent, how far it is, and when its first sample went out."""

    samples: NDArray[np.int16]
    sent: int = 0
    started_at: float = 0.0


class HungUp(Exception):
    """The connection ended before all was said."""


class Microphone:
    """Publish `track`, and run() it for as long as the caller is in a room."""

    def __init__(self) -> None:
        self._source = rtc.AudioSource(SAMPLE_RATE, 1, queue_size_ms=QUEUE_MS)
        self.track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        self._takes: deque[tuple[_Take, asyncio.Future[float]]] = deque()

    async def play(self, samples: NDArray[np.int16]) -> float:
        """Send sound at its own pace, after what is being sent. Answers when its first sample went out, seconds of time.time.

        Raises HungUp.
        """
        sent: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        entry = (_Take(samples), sent)
        self._takes.append(entry)
        try:
            return await sent
        except asyncio.CancelledError:
            # who is interrupted stops at once
            if entry in self._takes:
                self._takes.remove(entry)
            raise

    async def run(self) -> None:
        """Send, until it is cancelled."""
        try:
            while True:
                samples = self._next()
                await self._source.capture_frame(rtc.AudioFrame(samples.tobytes(), SAMPLE_RATE, 1, FRAME))
        finally:
            for _, sent in self._takes:
                if not sent.done():
                    sent.set_exception(HungUp())
            self._takes.clear()
            await self._source.aclose()

    def _next(self) -> NDArray[np.int16]:
        if not self._takes:
            return np.zeros(FRAME, np.int16)
        take, sent = self._takes[0]
        if take.sent == 0:
            take.started_at = time.time() + self._source.queued_duration
        piece = take.samples[take.sent : take.sent + FRAME]
        take.sent += FRAME
        if take.sent >= len(take.samples):
            self._takes.popleft()
            # told when it has been heard, not when it was handed over
            delay = self._source.queued_duration + len(piece) / SAMPLE_RATE
            asyncio.get_running_loop().call_later(delay, _tell, sent, take.started_at)
        return np.pad(piece, (0, FRAME - len(piece)))


def _tell(sent: asyncio.Future[float], started_at: float) -> None:
    if not sent.done():
        sent.set_result(started_at)
