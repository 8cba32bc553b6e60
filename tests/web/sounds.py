"""Sounds for tests of the pages."""

from pathlib import Path

import av
import numpy as np

RATE = 48_000


def write_ogg(path: Path, seconds: float) -> None:
    """A stereo recording of so many seconds, as the recorder writes them: Opus in Ogg."""
    path.parent.mkdir(parents=True, exist_ok=True)
    times = np.arange(int(RATE * seconds)) / RATE
    voices = [(8_000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16) for hertz in (220, 440)]
    with av.open(str(path), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.stack(voices, axis=1).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
