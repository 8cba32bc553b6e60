"""Sound files for the tests of the web pages."""

import wave
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from sandbox.speech import synthesize
from sandbox.voices import CANDIDATE_VOICE

RATE = 48_000
MICROPHONE_HERTZ = 660
"""Frequency of the tone that the browser's fake microphone plays."""


def write_ogg(path: Path, seconds: float) -> None:
    """Write a stereo recording in the recorder's format: Opus in Ogg."""
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
    """Write a WAV for Chromium's fake microphone: 48 kHz, mono, 16 bit."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path


def write_tone(path: Path, hertz: int, seconds: float = 2.0) -> Path:
    """Write a tone in the format of `write_wav`."""
    times = np.arange(int(RATE * seconds)) / RATE
    return write_wav(path, (12_000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16))


def write_speech(path: Path, text: str, silence_seconds: float) -> Path:
    """Write one second of silence, the text in the simulated candidate's voice, and more silence."""
    spoken = synthesize(text, CANDIDATE_VOICE, RATE).samples
    silences = [np.zeros(int(RATE * seconds), np.int16) for seconds in (1.0, silence_seconds)]
    return write_wav(path, np.concatenate([silences[0], spoken, silences[1]]))
