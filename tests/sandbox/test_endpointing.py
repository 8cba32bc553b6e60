"""Detection of the beginning and the end of speech."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sandbox.endpointing import Endpointer, Segment
from sandbox.speech import synthesize
from sandbox.voices import CANDIDATE_VOICE

RATE = 16000


def make_noise(seconds: float, loudness: float = 0.0) -> NDArray[np.int16]:
    """Return background noise; `loudness` is a fraction of full scale."""
    return (np.random.default_rng(7).normal(0, loudness, int(seconds * RATE)) * 32768).astype(np.int16)


def detect_speech(*parts: NDArray[np.int16]) -> list[float | Segment]:
    endpointer, sound = Endpointer(RATE, 0.4), np.concatenate(parts)
    return [event for at in range(0, len(sound), 800) for event in endpointer.feed(sound[at : at + 800])]


@pytest.mark.parametrize("room", [0.0, 0.001, 0.004])
def test_speech_is_detected_in_silence_and_in_background_noise(room: float) -> None:
    words = synthesize("I fixed a bug.", CANDIDATE_VOICE, RATE).samples
    with_noise = (words + make_noise(len(words) / RATE, room)[: len(words)]).astype(np.int16)
    begin, segment = detect_speech(make_noise(1.0, room), with_noise, make_noise(1.0, room))
    assert isinstance(begin, float)
    assert isinstance(segment, Segment)
    assert begin == pytest.approx(1.0, abs=0.1)
    assert segment.voice_end == pytest.approx(1.0 + len(words) / RATE, abs=0.25)
    assert segment.start < begin
    assert segment.has_ended


def test_click_is_not_speech() -> None:
    click = np.full(RATE // 50, 20000, np.int16)
    assert detect_speech(make_noise(0.5), click, make_noise(1.0)) == []
