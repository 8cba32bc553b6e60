"""Merge parts into files on one timeline, which begins with the first part; gaps become silence and black frames.

This blocks for minutes on a long interview: call it in a thread.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from threading import Event
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from av.packet import Packet

from models.documents.recording import RecordingKind, VideoSize
from recording.containers import (
    CUES_TO_FRONT,
    MILLISECOND_TIME_BASE,
    AudioContainer,
    add_opus,
    add_vp8,
    encode_still,
    to_audio_frame,
)
from recording.timeline import SAMPLE_RATE, Samples, mix
from recording.video_frames import create_black_frame

FILE_NAMES = {
    RecordingKind.AUDIO: "audio.webm",
    RecordingKind.CANDIDATE_TRACK: "candidate.webm",
    RecordingKind.INTERVIEWER_TRACK: "interviewer.webm",
    RecordingKind.COMPOSITE: "composite.webm",
}
MAX_SILENCE_SECONDS = 1
"""Maximum length of one block of silence."""
BLOCK_SAMPLES = SAMPLE_RATE // 2
"""Samples that are processed together, to limit the overhead of Python per step."""
FILLER_INTERVAL_MILLISECONDS = 1000
"""Milliseconds between two black frames where there is no video, so that players can seek."""


@dataclass(frozen=True, slots=True)
class LocalPart:
    """A part on the local disk; it began `offset` seconds after the first part."""

    offset: float
    audio: Path | None
    video: Path | None


@dataclass(frozen=True, slots=True)
class MergedFile:
    """A file made from the parts, and its duration in seconds."""

    kind: RecordingKind
    path: Path
    seconds: float


class MergeAbandoned(Exception):
    """The caller no longer needs the files."""


def merge_parts(
    parts: list[LocalPart], paths: Mapping[RecordingKind, Path], video_size: VideoSize | None, abandoned: Event
) -> list[MergedFile]:
    """Make the files at these paths: both voices, each voice, and, if there is a `video_size`, video with both voices mixed.

    Returns an empty list if no sound can be read. A truncated part is used as far as it can be read.
    Raises OSError, and MergeAbandoned soon after `abandoned` is set.
    """
    both = AudioContainer(paths[RecordingKind.AUDIO], channels=2)
    candidate = AudioContainer(paths[RecordingKind.CANDIDATE_TRACK], channels=1)
    interviewer = AudioContainer(paths[RecordingKind.INTERVIEWER_TRACK], channels=1)
    composite = _CompositeWriter(paths[RecordingKind.COMPOSITE], parts, video_size) if video_size else None
    sample_count = 0
    for block in _merge_audio(parts):
        if abandoned.is_set():
            raise MergeAbandoned
        left, right = np.ascontiguousarray(block[0::2]), np.ascontiguousarray(block[1::2])
        both.write(block)
        candidate.write(left)
        interviewer.write(right)
        if composite:
            composite.write(left, right)
        sample_count += len(left)
    for sound in (both, candidate, interviewer):
        sound.close()
    if composite:
        composite.close()
    if not sample_count:
        return []
    return [
        MergedFile(kind, path, sample_count / SAMPLE_RATE)
        for kind, path in paths.items()
        if composite or kind is not RecordingKind.COMPOSITE
    ]


def _merge_audio(parts: list[LocalPart]) -> Iterator[Samples]:
    """Yield both voices of all parts, interleaved and without gaps."""
    written_until = 0
    for part, until in _iterate_spans(parts):
        if part.audio is None:
            continue
        begin, limit = round(part.offset * SAMPLE_RATE), round(until * SAMPLE_RATE) if until is not None else None
        for position, samples in _decode_audio(part.audio):
            at = begin + position
            if limit is not None and at >= limit:
                break
            while at > written_until:
                missing = min(at - written_until, MAX_SILENCE_SECONDS * SAMPLE_RATE)
                yield np.zeros(2 * missing, np.int16)
                written_until += missing
            new_samples = samples[2 * (written_until - at) : 2 * (limit - at) if limit is not None else None]
            if len(new_samples):
                yield new_samples
                written_until += len(new_samples) // 2


def _iterate_spans(parts: list[LocalPart]) -> Iterator[tuple[LocalPart, float | None]]:
    """Yield each part with the time at which it is cut: when the next one begins, because its recorder was replaced by then."""
    for part, following in zip_longest(parts, parts[1:]):
        # a part that seems to begin before its predecessor comes from a wrong clock
        yield part, following.offset if following and following.offset > part.offset else None


def _decode_audio(path: Path) -> Iterator[tuple[int, Samples]]:
    """Yield the part's samples in blocks, each with its position."""
    resampler = av.AudioResampler(format="s16", layout="stereo", rate=SAMPLE_RATE, frame_size=BLOCK_SAMPLES)
    # a truncated or empty part yields what can be read of it
    with suppress(FFmpegError), av.open(path) as container:
        for frame in container.decode(audio=0):
            yield from _iterate_blocks(resampler.resample(frame))
    yield from _iterate_blocks(resampler.resample(None))


def _iterate_blocks(frames: list[av.AudioFrame]) -> Iterator[tuple[int, Samples]]:
    for frame in frames:
        yield frame.pts or 0, frame.to_ndarray().reshape(-1).astype(np.int16, copy=False)


EncodedFrame = tuple[int, bytes, bool]
"""Time in milliseconds, encoded bytes, and whether it is a keyframe."""


def _merge_video(parts: list[LocalPart], black_frame: bytes) -> Iterator[EncodedFrame]:
    """Yield the encoded video of all parts, with black frames in the gaps and, without end, after the last part."""
    last_at, next_filler_at = -1, 0
    for part, until in _iterate_spans(parts):
        if part.video is None:
            continue
        begin = round(part.offset * 1000)
        is_first = True
        for position, data, is_keyframe in _read_video(part.video):
            at = begin + position
            if until is not None and at >= until * 1000:
                break
            while is_first and next_filler_at < at:
                yield next_filler_at, black_frame, True
                last_at, next_filler_at = next_filler_at, next_filler_at + FILLER_INTERVAL_MILLISECONDS
            at = max(at, last_at + 1)
            is_first = False
            yield at, data, is_keyframe
            last_at, next_filler_at = at, at + FILLER_INTERVAL_MILLISECONDS
    while True:
        yield next_filler_at, black_frame, True
        next_filler_at += FILLER_INTERVAL_MILLISECONDS


def _read_video(path: Path) -> Iterator[EncodedFrame]:
    # a truncated or empty part yields what can be read of it
    with suppress(FFmpegError), av.open(path) as container:
        for packet in container.demux(video=0):
            if packet.size and packet.pts is not None:
                yield round(packet.pts * packet.time_base * 1000), bytes(packet), packet.is_keyframe


class _CompositeWriter:
    """Writes the video with both voices mixed, as far as the sound has been written."""

    def __init__(self, path: Path, parts: list[LocalPart], video_size: VideoSize) -> None:
        self.path = path
        self._container = av.open(path, "w", format="webm", options=CUES_TO_FRONT)
        self._video_stream = add_vp8(self._container, video_size)
        self._audio_stream = add_opus(self._container, "mono")
        self._frames = _merge_video(parts, encode_still(create_black_frame(video_size), video_size))
        self._next_frame = next(self._frames)
        self._sample_count = 0

    def write(self, left: Samples, right: Samples) -> None:
        """Append samples of both voices, and the video up to their time."""
        self._mux(self._audio_stream.encode(to_audio_frame(mix([left, right], len(left)), "mono", self._sample_count)))
        self._sample_count += len(left)

    def close(self) -> None:
        """Flush the encoder and finish the container."""
        self._mux(self._audio_stream.encode(None))
        self._container.close()

    def _mux(self, packets: "list[Packet[Any]]") -> None:
        for packet in packets:
            while self._next_frame[0] <= (packet.pts or 0) * packet.time_base * 1000:
                at, data, is_keyframe = self._next_frame
                video_packet = Packet(data)
                video_packet.stream = self._video_stream
                video_packet.time_base = MILLISECOND_TIME_BASE
                video_packet.pts = video_packet.dts = at
                video_packet.is_keyframe = is_keyframe
                self._container.mux(video_packet)
                self._next_frame = next(self._frames)
            self._container.mux(packet)
