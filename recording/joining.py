"""Parts become files: one time line from the first sample of the first part, with silence and black where nothing was recorded.

Blocking work of minutes for a long interview: call it in a thread.
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

from models.recording import Picture, RecordingKind
from recording.containers import MILLISECONDS, Sound, add_opus, add_vp8, encode_still, to_frame
from recording.pictures import black
from recording.timeline import RATE, Samples, mix

NAMES = {
    RecordingKind.AUDIO: "audio.ogg",
    RecordingKind.CANDIDATE_TRACK: "candidate.ogg",
    RecordingKind.INTERVIEWER_TRACK: "interviewer.ogg",
    RecordingKind.COMPOSITE: "composite.webm",
}
SILENCE_SECONDS = 1
BLOCK = RATE // 2
"""samples that are worked on at once: each step costs some Python"""
FILLING_MILLISECONDS = 1000
"""between two black frames where there is no video: players that seek find one near"""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part as it lies on this disk, `offset` seconds after the first part began."""

    offset: float
    sound: Path | None
    video: Path | None


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was made."""

    kind: RecordingKind
    path: Path
    seconds: float


class Abandoned(Exception):
    """Nobody wants the files any more."""


def join(pieces: list[Piece], paths: Mapping[RecordingKind, Path], picture: Picture | None, abandoned: Event) -> list[Made]:
    """Make the files at these paths: both voices, each voice, and, if there is a `picture`, the video with both voices mixed.

    Nothing when no sound can be read. A part whose end is torn is read up to there.

    Raises OSError, and Abandoned soon after that is set.
    """
    both = Sound(paths[RecordingKind.AUDIO], channels=2)
    candidate = Sound(paths[RecordingKind.CANDIDATE_TRACK], channels=1)
    interviewer = Sound(paths[RecordingKind.INTERVIEWER_TRACK], channels=1)
    composite = _Composite(paths[RecordingKind.COMPOSITE], pieces, picture) if picture else None
    count = 0
    for block in _sound(pieces):
        if abandoned.is_set():
            raise Abandoned
        left, right = np.ascontiguousarray(block[0::2]), np.ascontiguousarray(block[1::2])
        both.write(block)
        candidate.write(left)
        interviewer.write(right)
        if composite:
            composite.write(left, right)
        count += len(left)
    for sound in (both, candidate, interviewer):
        sound.close()
    if composite:
        composite.close()
    if not count:
        return []
    return [Made(kind, path, count / RATE) for kind, path in paths.items() if composite or kind is not RecordingKind.COMPOSITE]


def _sound(pieces: list[Piece]) -> Iterator[Samples]:
    """Both voices of all parts, sample by sample in turn, without a gap."""
    reached = 0
    for piece, until in _spans(pieces):
        if piece.sound is None:
            continue
        begin, limit = round(piece.offset * RATE), round(until * RATE) if until is not None else None
        for place, samples in _decoded(piece.sound):
            at = begin + place
            if limit is not None and at >= limit:
                break
            while at > reached:
                missing = min(at - reached, SILENCE_SECONDS * RATE)
                yield np.zeros(2 * missing, np.int16)
                reached += missing
            fresh = samples[2 * (reached - at) : 2 * (limit - at) if limit is not None else None]
            if len(fresh):
                yield fresh
                reached += len(fresh) // 2


def _spans(pieces: list[Piece]) -> Iterator[tuple[Piece, float | None]]:
    """Each part with the time at which the next begins: whoever came to life again after being replaced has nothing to add."""
    for piece, following in zip_longest(pieces, pieces[1:]):
        # a clock that is off by more than a part is not believed
        yield piece, following.offset if following and following.offset > piece.offset else None


def _decoded(path: Path) -> Iterator[tuple[int, Samples]]:
    """The samples of a part, each block with its place in it."""
    resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE, frame_size=BLOCK)
    # torn, or never begun: what could be read till then
    with suppress(FFmpegError), av.open(path) as container:
        for frame in container.decode(audio=0):
            yield from _blocks(resampler.resample(frame))
    yield from _blocks(resampler.resample(None))


def _blocks(frames: list[av.AudioFrame]) -> Iterator[tuple[int, Samples]]:
    for frame in frames:
        yield frame.pts or 0, frame.to_ndarray().reshape(-1).astype(np.int16, copy=False)


Shot = tuple[int, bytes, bool]
"""an encoded frame: when, in milliseconds; its bytes; whether it stands by itself"""


def _shots(pieces: list[Piece], blank: bytes) -> Iterator[Shot]:
    """The video of all parts as it was encoded, black where there is none, for ever: the sound says when it is over."""
    last, due = -1, 0
    for piece, until in _spans(pieces):
        if piece.video is None:
            continue
        begin = round(piece.offset * 1000)
        is_first = True
        for place, data, is_keyframe in _packets(piece.video):
            at = begin + place
            if until is not None and at >= until * 1000:
                break
            while is_first and due < at:
                yield due, blank, True
                last, due = due, due + FILLING_MILLISECONDS
            at = max(at, last + 1)
            is_first = False
            yield at, data, is_keyframe
            last, due = at, at + FILLING_MILLISECONDS
    while True:
        yield due, blank, True
        due += FILLING_MILLISECONDS


def _packets(path: Path) -> Iterator[Shot]:
    # as above
    with suppress(FFmpegError), av.open(path) as container:
        for packet in container.demux(video=0):
            if packet.size and packet.pts is not None:
                yield round(packet.pts * packet.time_base * 1000), bytes(packet), packet.is_keyframe


class _Composite:
    """The video with both voices, as it grows with the sound."""

    def __init__(self, path: Path, pieces: list[Piece], picture: Picture) -> None:
        self.path = path
        self._container = av.open(path, "w", format="webm", options={"cues_to_front": "1"})
        self._video = add_vp8(self._container, picture)
        self._sound = add_opus(self._container, "mono")
        self._shots = _shots(pieces, encode_still(black(picture), picture))
        self._next = next(self._shots)
        self._count = 0

    def write(self, left: Samples, right: Samples) -> None:
        """The next samples of both voices, and the video that belongs to them."""
        self._mux(self._sound.encode(to_frame(mix([left, right], len(left)), "mono", self._count)))
        self._count += len(left)

    def close(self) -> None:
        """Write what is left."""
        self._mux(self._sound.encode(None))
        self._container.close()

    def _mux(self, packets: "list[Packet[Any]]") -> None:
        for packet in packets:
            while self._next[0] <= (packet.pts or 0) * packet.time_base * 1000:
                at, data, is_keyframe = self._next
                shot = Packet(data)
                shot.stream, shot.time_base, shot.is_keyframe = self._video, MILLISECONDS, is_keyframe
                shot.pts = shot.dts = at
                self._container.mux(shot)
                self._next = next(self._shots)
            self._container.mux(packet)
