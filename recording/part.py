"""A part of a recording while it is written: what is heard and seen goes in as it comes, chunks for the store come out.

Without LiveKit and without MongoDB: recording.recorder has those.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import numpy as np

from models.clock import now
from models.recording import Picture
from recording.containers import FRAMES_PER_SECOND, Sound, Video
from recording.pictures import Plane, black, fit, picture_of
from recording.spool import CHUNK_SECONDS, PATIENCE_SECONDS, Spool, path_of
from recording.storage import Store
from recording.timeline import DELAY_SECONDS, RATE, Samples, Voice, mix, side_by_side
from recording.writer import Writer, WriterFailed

AUDIO = "audio.ogg"
VIDEO = "video.webm"
TICK_SECONDS = 0.1
MAX_TICK_SECONDS = 5.0
"""mixed at once, when the process has stood still"""
STILL_SECONDS = 1.0
"""without a new frame, after which the last is written again"""
WAITING_BLOCKS = 300
WAITING_FRAMES = 15


class Side(Enum):
    """Whose voice it is: the channel."""

    CANDIDATE = 0
    INTERVIEWER = 1


@dataclass(frozen=True, slots=True)
class Shot:
    """A frame of video as it came, I420, upright after `quarter_turns` clockwise; without planes: black."""

    planes: Plane | None = None
    width: int = 0
    height: int = 0
    quarter_turns: int = 0


class _Camera:
    """Brings frames to the size of the recording; the writer's thread calls it."""

    def __init__(self, video: Video, picture: Picture) -> None:
        self._video = video
        self._picture = picture
        self._last = black(picture)

    def write(self, item: tuple[Shot | None, int]) -> None:
        """A frame, or None for the last one again, at its time in milliseconds."""
        shot, milliseconds = item
        if shot is not None and shot.planes is not None:
            self._last = fit(shot.planes, shot.width, shot.height, shot.quarter_turns, self._picture)
        elif shot is not None:
            self._last = black(self._picture)
        self._video.write(self._last, milliseconds)

    def close(self) -> None:
        """Close the container."""
        self._video.close()


class PartWriter:
    """Writes a part from the moment at which it is made. `picture`: the size of the recording's video, if it has one yet."""

    def __init__(
        self,
        store: Store,
        interview_id: object,
        number: int,
        picture: Picture | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self.started_at: datetime = now()
        self._begun = time.monotonic()
        self._store = store
        self._interview_id = interview_id
        self._number = number
        self._picture = picture
        self._patience_seconds = patience_seconds
        self._voices: dict[Side, dict[str, Voice]] = {side: {} for side in Side}
        self._mixed = 0
        self._dropped = 0
        self._sound_spool = self._spool(AUDIO)
        sound = Sound(self._sound_spool, channels=2)
        self._sound = Writer[Samples]("sound", sound.write, sound.close, WAITING_BLOCKS)
        self._video_spool: Spool | None = None
        self._video: Writer[tuple[Shot | None, int]] | None = None
        self._shown = 0.0

    @property
    def elapsed(self) -> float:
        """Seconds since the part began."""
        return time.monotonic() - self._begun

    # --- what comes

    def hear(self, side: Side, track: str, samples: Samples) -> None:
        """A frame of one of that side's tracks has come, at this moment."""
        self._voices[side].setdefault(track, Voice()).add(samples, self.elapsed)

    def see(self, shot: Shot, monotonic: float) -> Picture | None:
        """A frame has come, taken at that time of the monotonic clock; answers the size when it was the first."""
        at = monotonic - self._begun
        if at < 0 or at - self._shown < 0.8 / FRAMES_PER_SECOND:
            return None
        if self._video is not None:
            self._show(shot, at)
            return None
        turned = shot.quarter_turns % 2 == 1
        size = (shot.height, shot.width) if turned else (shot.width, shot.height)
        picture = self._picture = self._picture or picture_of(*size)
        self._video_spool = self._spool(VIDEO)
        camera = _Camera(Video(self._video_spool, picture), picture)
        self._video = Writer("video", camera.write, camera.close, WAITING_FRAMES)
        self._show(shot, at)
        return picture

    def hide(self) -> None:
        """The camera is off: black, until the next frame."""
        if self._video is not None:
            self._show(Shot(), self.elapsed)

    def _show(self, shot: Shot | None, at: float) -> None:
        self._shown = at
        if self._video is not None:
            self._video.put((shot, round(at * 1000)))

    # --- what goes out

    async def keep_mixing(self) -> None:
        """Mix what has come, for ever, a little behind the present. Raises WriterFailed."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for writer in self._writers():
                if writer.failure:
                    raise writer.failure
            self._mix(self.elapsed - DELAY_SECONDS)
            if self.elapsed - self._shown > STILL_SECONDS:
                self._show(None, self.elapsed)

    async def keep_storing(self) -> None:
        """Store what has been written, for ever. Raises StoreFailed."""
        while True:
            await asyncio.sleep(CHUNK_SECONDS)
            for spool in self._spools():
                await spool.flush()

    async def close(self) -> None:
        """Write and store all that has come until now. Raises WriterFailed, StoreFailed."""
        while self._mixed < int(self.elapsed * RATE) - RATE // 10:
            self._mix(self.elapsed)
            await asyncio.sleep(0)
        for writer in self._writers():
            await writer.close()
        for spool in self._spools():
            await spool.finish()

    async def abandon(self) -> None:
        """Leave it as it is, with what is stored; after `close` there is nothing to leave."""
        for writer in self._writers():
            with suppress(WriterFailed):
                await writer.close()

    def _mix(self, until: float) -> None:
        begin, end = self._mixed, min(int(until * RATE), self._mixed + int(MAX_TICK_SECONDS * RATE))
        if end <= begin:
            return
        heard = [mix([voice.take(begin, end) for voice in self._voices[side].values()], end - begin) for side in Side]
        self._mixed = end
        block = side_by_side(*heard)
        if self._dropped:
            block = np.concatenate([np.zeros(2 * self._dropped, np.int16), block])
        # what the thread could not take is silence, so that all that comes after keeps its place
        self._dropped = 0 if self._sound.put(block) else self._dropped + end - begin

    def _spool(self, name: str) -> Spool:
        return Spool(self._store, path_of(self._interview_id, self._number, name), self._patience_seconds)

    def _writers(self) -> list[Writer[Any]]:
        return [writer for writer in (self._sound, self._video) if writer is not None]

    def _spools(self) -> list[Spool]:
        return [spool for spool in (self._sound_spool, self._video_spool) if spool is not None]
