"""The caller's ears: when each voice in the room is heard, by the caller's own clock."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass

import numpy as np
from livekit import rtc

from sandbox.endpointing import Endpointer, Segment

SAMPLE_RATE = 16000
FRAME_MS = 20
SILENCE_SECONDS = 0.3
RECENT_FRAMES = 50
"""from which it is told when the track began: a second, for what smooths the sound on its way stretches and shortens it"""
LOST_TRACK_SECONDS = 0.5
"""without a frame, not even a silent one: whoever it was is gone, and LiveKit tells of it much later"""


@dataclass(slots=True)
class VoiceActivity:
    """A stretch of somebody's voice without a pause; times are seconds of time.time."""

    who: str
    started_at: float
    ended_at: float | None = None
    """None while it is heard"""


class TrackListener:
    """Listens to one track."""

    def __init__(self, track: rtc.RemoteTrack, who: str, sounds: list[VoiceActivity]) -> None:
        """`sounds` is where each is written down, as soon as it begins."""
        self._track = track
        self._who = who
        self._sounds = sounds

    async def listen(self) -> None:
        """Listen until the track ends, or this is cancelled when it is no longer ours to hear."""
        stream = rtc.AudioStream(self._track, sample_rate=SAMPLE_RATE, num_channels=1, frame_size_ms=FRAME_MS)
        endpointer = Endpointer(SAMPLE_RATE, SILENCE_SECONDS)
        frames = aiter(stream)
        current: VoiceActivity | None = None
        heard, began_at = 0.0, time.time()
        recent: deque[float] = deque(maxlen=RECENT_FRAMES)
        try:
            while True:
                try:
                    event = await asyncio.wait_for(anext(frames), LOST_TRACK_SECONDS)
                except TimeoutError:
                    endpointer.cut()
                    _end_activity(current, began_at + endpointer.voice_end)
                    current = None
                    began_at = time.time() - heard
                    recent.clear()
                    continue
                heard += event.frame.duration
                # a frame may come late, when this process is busy, and never early
                recent.append(time.time() - heard)
                began_at = min(recent)
                for happened in endpointer.feed(np.frombuffer(event.frame.data, np.int16)):
                    if not isinstance(happened, Segment):
                        current = VoiceActivity(self._who, began_at + happened)
                        self._sounds.append(current)
                    elif happened.has_ended:
                        _end_activity(current, began_at + happened.voice_end)
                        current = None
        except StopAsyncIteration:
            return
        finally:
            _end_activity(current, began_at + endpointer.voice_end)
            await stream.aclose()


def _end_activity(sound: VoiceActivity | None, at: float) -> None:
    if sound:
        sound.ended_at = at
