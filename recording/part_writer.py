"""Write a part of a recording: mix and encode incoming sound and video, and upload the result in chunks.

This module knows neither LiveKit nor MongoDB; `recording.recorder` connects it to them.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import numpy as np

from models.documents.recording import VideoSize
from models.storage.clock import now
from recording.containers import FRAMES_PER_SECOND, AudioContainer, VideoContainer
from recording.encoder_thread import EncoderFailed, EncoderThread
from recording.storage import RecordingStore
from recording.timeline import MIX_DELAY_SECONDS, SAMPLE_RATE, Samples, VoiceTimeline, interleave, mix
from recording.upload_buffer import CHUNK_SECONDS, MAX_OUTAGE_SECONDS, UploadBuffer, build_chunks_path
from recording.video_frames import Plane, choose_video_size, create_black_frame, fit_frame

AUDIO_FILE_NAME = "audio.ogg"
VIDEO_FILE_NAME = "video.webm"
MIX_INTERVAL_SECONDS = 0.1
MAX_MIX_SECONDS = 5.0
"""Longest block that is mixed in one step, after the process has stalled."""
FRAME_REPEAT_SECONDS = 1.0
"""Seconds without a new frame after which the last one is repeated."""
AUDIO_QUEUE_BLOCKS = 300
"""Mixed blocks that may wait for the encoder: 30 seconds of sound."""
VIDEO_QUEUE_FRAMES = 15
"""Frames that may wait for the encoder: one second of video."""


class Side(Enum):
    """The side of the conversation that a voice belongs to; the value is its channel in the stereo file."""

    CANDIDATE = 0
    INTERVIEWER = 1


@dataclass(frozen=True, slots=True)
class CameraFrame:
    """A received I420 frame, which is upright after `quarter_turns` clockwise. It is black if it has no planes."""

    planes: Plane | None = None
    width: int = 0
    height: int = 0
    quarter_turns: int = 0


class _FrameScaler:
    """Scales frames to the size of the recording. Used by the encoder's thread."""

    def __init__(self, video: VideoContainer, size: VideoSize) -> None:
        self._video = video
        self._size = size
        self._last = create_black_frame(size)

    def write(self, item: tuple[CameraFrame | None, int]) -> None:
        """Write a frame, or the previous one again if it is None, with its time in milliseconds."""
        frame, milliseconds = item
        if frame is not None and frame.planes is not None:
            self._last = fit_frame(frame.planes, frame.width, frame.height, frame.quarter_turns, self._size)
        elif frame is not None:
            self._last = create_black_frame(self._size)
        self._video.write(self._last, milliseconds)

    def close(self) -> None:
        """Close the container."""
        self._video.close()


class PartWriter:
    """Writes a part, which begins when this object is created.

    `video_size` is that of the earlier parts, if one of them has video.
    """

    def __init__(
        self,
        store: RecordingStore,
        interview_id: object,
        number: int,
        video_size: VideoSize | None = None,
        max_outage_seconds: float = MAX_OUTAGE_SECONDS,
    ) -> None:
        self.started_at: datetime = now()
        self._started_monotonic = time.monotonic()
        self._store = store
        self._interview_id = interview_id
        self._number = number
        self._video_size = video_size
        self._max_outage_seconds = max_outage_seconds
        self._voices: dict[Side, dict[str, VoiceTimeline]] = {side: {} for side in Side}
        self._mixed_samples = 0
        self._dropped_samples = 0
        self._audio_buffer = self._create_buffer(AUDIO_FILE_NAME)
        sound = AudioContainer(self._audio_buffer, channels=2)
        self._audio_encoder = EncoderThread[Samples]("sound", sound.write, sound.close, AUDIO_QUEUE_BLOCKS)
        self._video_buffer: UploadBuffer | None = None
        self._video_encoder: EncoderThread[tuple[CameraFrame | None, int]] | None = None
        self._last_frame_at = 0.0

    @property
    def elapsed(self) -> float:
        """Seconds since the part began."""
        return time.monotonic() - self._started_monotonic

    # --- input

    def add_audio(self, side: Side, track: str, samples: Samples) -> None:
        """Add a frame of sound that has just arrived on one of that side's tracks."""
        self._voices[side].setdefault(track, VoiceTimeline()).add(samples, self.elapsed)

    def add_frame(self, frame: CameraFrame, monotonic: float) -> VideoSize | None:
        """Add a frame of video, captured at that time of the monotonic clock. Returns the size for the first frame, else None."""
        at = monotonic - self._started_monotonic
        # a camera of the same frame rate delivers some frames early
        if at < 0 or at - self._last_frame_at < 0.8 / FRAMES_PER_SECOND:
            return None
        if self._video_encoder is not None:
            self._encode_frame(frame, at)
            return None
        is_sideways = frame.quarter_turns % 2 == 1
        size = (frame.height, frame.width) if is_sideways else (frame.width, frame.height)
        video_size = self._video_size = self._video_size or choose_video_size(*size)
        self._video_buffer = self._create_buffer(VIDEO_FILE_NAME)
        scaler = _FrameScaler(VideoContainer(self._video_buffer, video_size), video_size)
        self._video_encoder = EncoderThread("video", scaler.write, scaler.close, VIDEO_QUEUE_FRAMES)
        self._encode_frame(frame, at)
        return video_size

    def add_black_frame(self) -> None:
        """Show black from now until the next frame, because the camera is off."""
        if self._video_encoder is not None:
            self._encode_frame(CameraFrame(), self.elapsed)

    def _encode_frame(self, frame: CameraFrame | None, at: float) -> None:
        self._last_frame_at = at
        if self._video_encoder is not None:
            self._video_encoder.put((frame, round(at * 1000)))

    # --- output

    async def run_mixer(self) -> None:
        """Mix the incoming sound continuously, a little behind real time. Raises EncoderFailed."""
        while True:
            await asyncio.sleep(MIX_INTERVAL_SECONDS)
            for encoder in self._encoders():
                if encoder.failure:
                    raise encoder.failure
            self._mix(self.elapsed - MIX_DELAY_SECONDS)
            if self.elapsed - self._last_frame_at > FRAME_REPEAT_SECONDS:
                self._encode_frame(None, self.elapsed)

    async def run_uploads(self) -> None:
        """Upload encoded chunks continuously. Raises StoreFailed."""
        while True:
            await asyncio.sleep(CHUNK_SECONDS)
            for buffer in self._buffers():
                await buffer.flush()

    async def close(self) -> None:
        """Mix, encode and upload everything received so far. Raises EncoderFailed, StoreFailed."""
        while self._mixed_samples < int(self.elapsed * SAMPLE_RATE) - SAMPLE_RATE // 10:
            self._mix(self.elapsed)
            await asyncio.sleep(0)
        for encoder in self._encoders():
            await encoder.close()
        for buffer in self._buffers():
            await buffer.drain()

    async def abandon(self) -> None:
        """Stop the encoders without uploading the rest. Does nothing after `close`."""
        for encoder in self._encoders():
            with suppress(EncoderFailed):
                await encoder.close()

    def _mix(self, until: float) -> None:
        begin, end = self._mixed_samples, min(int(until * SAMPLE_RATE), self._mixed_samples + int(MAX_MIX_SECONDS * SAMPLE_RATE))
        if end <= begin:
            return
        channels = [mix([voice.take(begin, end) for voice in self._voices[side].values()], end - begin) for side in Side]
        self._mixed_samples = end
        block = interleave(*channels)
        if self._dropped_samples:
            block = np.concatenate([np.zeros(2 * self._dropped_samples, np.int16), block])
        # samples that did not fit into the queue are replaced by silence, so that later sound keeps its position
        self._dropped_samples = 0 if self._audio_encoder.put(block) else self._dropped_samples + end - begin

    def _create_buffer(self, name: str) -> UploadBuffer:
        return UploadBuffer(self._store, build_chunks_path(self._interview_id, self._number, name), self._max_outage_seconds)

    def _encoders(self) -> list[EncoderThread[Any]]:
        return [encoder for encoder in (self._audio_encoder, self._video_encoder) if encoder is not None]

    def _buffers(self) -> list[UploadBuffer]:
        return [buffer for buffer in (self._audio_buffer, self._video_buffer) if buffer is not None]
