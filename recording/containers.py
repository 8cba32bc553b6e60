"""Write media containers with PyAV: the parts that recorders upload, and the files made from them.

Parts are streams: the writer never seeks back, so everything written so far is readable even if the writer crashed. They are
Opus in OGG with pages of 0.2 s, and VP8 in WebM with clusters of 0.5 s; docs/adr/0012-recordings-in-chunks.md gives the reasons.
"""

from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from models.documents.recording import VideoSize
from recording.timeline import SAMPLE_RATE, Samples

AUDIO_TYPE = "audio/webm"
VIDEO_TYPE = "video/webm"

FRAMES_PER_SECOND = 15
MILLISECOND_TIME_BASE = Fraction(1, 1000)

_OGG_OPTIONS = {"page_duration": "200000", "flush_packets": "1"}
CUES_TO_FRONT = {"cues_to_front": "1"}
"""Places the index before the sound and the pictures, so that players seek without reading everything before."""
_WEBM_OPTIONS = {"live": "1", "cluster_time_limit": "500", "flush_packets": "1"}
_VP8_OPTIONS = {
    "deadline": "realtime",
    "cpu-used": "8",
    "threads": "1",
    "lag-in-frames": "0",
    "error-resilient": "1",
    "crf": "20",
    "qmin": "4",
    "qmax": "52",
    "g": str(4 * FRAMES_PER_SECOND),
}
OPUS_COMPLEXITY = "5"
"""Encoder effort from 0 to 10. At these bit rates, speech sounds the same as with 10, for half the CPU."""
BITS_PER_PIXEL = 1.8
"""Bit rate of the video per pixel of its frames: 0.4 Mbit/s at 640 x 360, 1.7 Mbit/s at 1280 x 720."""


class ByteSink(Protocol):
    """Target of a container; it is not seekable."""

    def write(self, data: bytes, /) -> int:
        """Accept the bytes and return their number."""


class AudioContainer:
    """Writes consecutive samples as Opus: in OGG to a sink, and in WebM to a file, which Safari before 18.4 plays, too."""

    def __init__(self, target: ByteSink | Path, channels: int) -> None:
        self._layout = "stereo" if channels == 2 else "mono"
        self._container = (
            av.open(target, "w", format="webm", options=CUES_TO_FRONT)
            if isinstance(target, Path)
            else av.open(target, "w", format="ogg", options=_OGG_OPTIONS)
        )
        self._stream = add_opus(self._container, self._layout)
        self._sample_count = 0

    def write(self, samples: Samples) -> None:
        """Append samples; those of two channels are interleaved."""
        for packet in self._stream.encode(to_audio_frame(samples, self._layout, self._sample_count)):
            self._container.mux(packet)
        self._sample_count += len(samples) // (2 if self._layout == "stereo" else 1)

    def close(self) -> None:
        """Flush the encoder and finish the container."""
        for packet in self._stream.encode(None):
            self._container.mux(packet)
        self._container.close()


class VideoContainer:
    """Writes frames of one size as VP8 in WebM."""

    def __init__(self, target: ByteSink, size: VideoSize) -> None:
        self._container = av.open(target, "w", format="webm", options=_WEBM_OPTIONS)
        self._stream = add_vp8(self._container, size)
        self._last_milliseconds = -1

    def write(self, frame: av.VideoFrame, milliseconds: int) -> None:
        """Append a frame of the container's size. A frame that is not later than the previous one is dropped."""
        if milliseconds <= self._last_milliseconds:
            return
        self._last_milliseconds = milliseconds
        frame.pts, frame.time_base = milliseconds, MILLISECOND_TIME_BASE
        for packet in self._stream.encode(frame):
            self._container.mux(packet)

    def close(self) -> None:
        """Flush the encoder and finish the container."""
        for packet in self._stream.encode(None):
            self._container.mux(packet)
        self._container.close()


def add_opus(container: OutputContainer, layout: str) -> AudioStream:
    """Add an Opus stream for speech."""
    options = {"application": "voip", "compression_level": OPUS_COMPLEXITY}
    stream = container.add_stream("libopus", rate=SAMPLE_RATE, layout=layout, options=options)
    stream.bit_rate = 64_000 if layout == "stereo" else 32_000
    return stream


def add_vp8(container: OutputContainer, size: VideoSize) -> VideoStream:
    """Add a VP8 stream."""
    stream = container.add_stream("libvpx", rate=FRAMES_PER_SECOND)
    _configure(stream.codec_context, size)
    return stream


def encode_still(frame: av.VideoFrame, size: VideoSize) -> bytes:
    """Encode a frame as a keyframe that can be inserted between other video of this size."""
    context = av.VideoCodecContext.create("libvpx", "w")
    _configure(context, size)
    frame.pts, frame.time_base = 0, MILLISECOND_TIME_BASE
    return b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])


def _configure(context: av.VideoCodecContext, size: VideoSize) -> None:
    context.width, context.height, context.pix_fmt = size.width, size.height, "yuv420p"
    context.bit_rate = int(BITS_PER_PIXEL * size.width * size.height)
    context.time_base = MILLISECOND_TIME_BASE
    context.options = _VP8_OPTIONS


def to_audio_frame(samples: Samples, layout: str, first_sample: int) -> av.AudioFrame:
    """Convert samples to a frame whose time is that of sample number `first_sample`."""
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout=layout)
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, first_sample, Fraction(1, SAMPLE_RATE)
    return frame
