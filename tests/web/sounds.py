"""Sounds for tests of the pages."""

import wave
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from sandbox.speech import synthesize
from sandbox.voices import CANDIDATE_VOICE

RATE = 48_000
MICROPHONE_HERTZ = 660
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


def write_wav(path: Path, samples: NDArray[np.int16]) -> Path:
    """Sound as Chromium takes it for what the microphone hears: 48 kHz, mono, 16 bit."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path


def write_tone(path: Path, hertz: int, seconds: float = 2.0) -> Path:
    """A tone, as `write_wav`."""
    times = np.arange(int(RATE * seconds)) / RATE
    return write_wav(path, (12_000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16))


def write_speech(path: Path, text: str, silence_seconds: float) -> Path:
    """A second of silence, the text as the simulated candidate says it, and silence again, as `write_wav`."""
    spoken = synthesize(text, CANDIDATE_VOICE, RATE).samples
    silences = [np.zeros(int(RATE * seconds), np.int16) for seconds in (1.0, silence_seconds)]
    return write_wav(path, np.concatenate([silences[0], spoken, silences[1]]))
