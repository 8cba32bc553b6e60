"""Measures when the caller hears each voice in the room, by the caller's own clock."""

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
"""Frames from which the start of the track is estimated: one second, because the jitter buffer stretches and shortens audio."""
LOST_TRACK_SECONDS = 0.5
"""Seconds without any frame after which the speaker counts as gone, because LiveKit reports it much later."""


@dataclass(slots=True)
class VoiceActivity:
    """A period of speech without a pause. Times are in seconds, as of time.time."""

    identity: str
    started_at: float
    ended_at: float | None = None
    """None while the speech goes on."""


class TrackListener:
    """Detects the voice activity of one track."""

    def __init__(self, track: rtc.RemoteTrack, identity: str, sounds: list[VoiceActivity]) -> None:
        """Append each period of speech to `sounds` as soon as it begins. `identity` is the speaker's."""
        self._track = track
        self._identity = identity
        self._sounds = sounds

    async def listen(self) -> None:
        """Listen until the track ends or this task is cancelled."""
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
                # a frame may arrive late if this process is busy, but never early
                recent.append(time.time() - heard)
                began_at = min(recent)
                for onset_or_segment in endpointer.feed(np.frombuffer(event.frame.data, np.int16)):
                    if not isinstance(onset_or_segment, Segment):
                        current = VoiceActivity(self._identity, began_at + onset_or_segment)
                        self._sounds.append(current)
                    elif onset_or_segment.has_ended:
                        _end_activity(current, began_at + onset_or_segment.voice_end)
                        current = None
        except StopAsyncIteration:
            return
        finally:
            _end_activity(current, began_at + endpointer.voice_end)
            await stream.aclose()


def _end_activity(sound: VoiceActivity | None, at: float) -> None:
    if sound:
        sound.ended_at = at
