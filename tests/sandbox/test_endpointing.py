"""Detection of the beginning and the end of speech."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sandbox.endpointing import MAX_SEGMENT_SECONDS, Endpointer, Segment
from sandbox.speech import synthesize
from sandbox.voices import CANDIDATE_VOICE

RATE = 16000


def make_noise(seconds: float, loudness: float = 0.0) -> NDArray[np.int16]:
    """Return background noise; `loudness` is a fraction of full scale."""
    return (np.random.default_rng(7).normal(0, loudness, int(seconds * RATE)) * 32768).astype(np.int16)


def synthesize_speech(text: str) -> NDArray[np.int16]:
    return synthesize(text, CANDIDATE_VOICE, RATE).samples


def feed_endpointer(endpointer: Endpointer, *parts: NDArray[np.int16], piece: int = 800) -> list[float | Segment]:
    sound = np.concatenate(parts)
    return [event for at in range(0, len(sound), piece) for event in endpointer.feed(sound[at : at + piece])]


@pytest.mark.parametrize("room", [0.0, 0.001, 0.004])
def test_speech_is_detected_in_silence_and_in_background_noise(room: float) -> None:
    words = synthesize_speech("I fixed a bug.")
    with_noise = (words + make_noise(len(words) / RATE, room)[: len(words)]).astype(np.int16)
    begin, segment = feed_endpointer(Endpointer(RATE, 0.4), make_noise(1.0, room), with_noise, make_noise(1.0, room))
    assert isinstance(begin, float)
    assert isinstance(segment, Segment)
    assert begin == pytest.approx(1.0, abs=0.1)
    assert segment.voice_end == pytest.approx(1.0 + len(words) / RATE, abs=0.25)
    assert segment.start < begin
    assert segment.has_ended


def test_result_does_not_depend_on_the_size_of_the_pieces() -> None:
    parts = (make_noise(0.5), synthesize_speech("One."), make_noise(1.0), synthesize_speech("Two."), make_noise(1.0))
    whole, small = (feed_endpointer(Endpointer(RATE, 0.4), *parts, piece=piece) for piece in (10**6, 7))
    assert len(whole) == 4
    assert [event for event in whole if isinstance(event, float)] == [event for event in small if isinstance(event, float)]


@pytest.mark.parametrize(("silence", "segments"), [(0.3, 2), (1.0, 1)])
def test_long_pause_ends_a_segment(silence: float, segments: int) -> None:
    events = feed_endpointer(
        Endpointer(RATE, silence),
        synthesize_speech("First this."),
        make_noise(0.6),
        synthesize_speech("Then that."),
        make_noise(2.0),
    )
    assert sum(isinstance(event, Segment) for event in events) == segments


def test_click_is_not_speech() -> None:
    click = np.full(RATE // 50, 20000, np.int16)
    assert feed_endpointer(Endpointer(RATE, 0.4), make_noise(0.5), click, make_noise(1.0)) == []


def test_endless_speech_is_cut_without_an_end() -> None:
    endless = np.tile(synthesize_speech("Onandonandon"), 40)[: int(RATE * (MAX_SEGMENT_SECONDS + 2))]
    events = feed_endpointer(Endpointer(RATE, 2.0), endless)
    (segment,) = [event for event in events if isinstance(event, Segment)]
    assert not segment.has_ended
    assert segment.seconds == pytest.approx(MAX_SEGMENT_SECONDS, abs=0.1)


def test_current_segment_can_be_cut_once() -> None:
    endpointer = Endpointer(RATE, None)
    feed_endpointer(endpointer, make_noise(0.2), synthesize_speech("I was just about to say"), make_noise(3.0))
    segment = endpointer.cut()
    assert segment
    assert segment.has_ended
    assert segment.seconds > 3
    assert endpointer.cut() is None
