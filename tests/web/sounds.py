"""Sounds for tests of the pages."""

import wave
from pathlib import Path

import av
import numpy as np

RATE = 48_000
TONE = 660
"""what the browser's microphone hears, in hertz"""


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


def write_tone(path: Path, hertz: int, seconds: float = 2.0) -> Path:
    """A tone as a WAV that Chromium takes for what the microphone hears: 48 kHz, mono, 16 bit."""
    times = np.arange(int(RATE * seconds)) / RATE
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((12_000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16).tobytes())
    return path
