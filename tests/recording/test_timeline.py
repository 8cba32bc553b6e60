"""Sound stays at its position on the timeline, however the frames are delayed."""

import random
from itertools import pairwise

import numpy as np
import pytest

from recording.timeline import SAMPLE_RATE, Samples, VoiceTimeline, interleave, mix
from tests.audio import find_loud_spans, silence, tone

FRAME_SECONDS = 0.05


def split_frames(samples: Samples) -> list[Samples]:
    return np.split(samples, range(int(FRAME_SECONDS * SAMPLE_RATE), len(samples), int(FRAME_SECONDS * SAMPLE_RATE)))


def feed_voice(samples: Samples, delays: list[float], begin: float = 0.0) -> VoiceTimeline:
    """Return a voice whose frames arrive with these delays."""
    voice = VoiceTimeline()
    for place, (frame, delay) in enumerate(zip(split_frames(samples), delays, strict=True)):
        voice.add(frame, begin + (place + 1) * FRAME_SECONDS + delay)
    return voice


def take_all(voice: VoiceTimeline, seconds: float) -> Samples:
    """Take everything, in blocks of the mixer's size."""
    edges = range(0, round(seconds * SAMPLE_RATE) + 1, SAMPLE_RATE // 10)
    return np.concatenate([voice.take(begin, end) for begin, end in pairwise(edges)])


def test_voice_without_delays_is_unchanged() -> None:
    spoken = tone(440, 3)
    taken = take_all(feed_voice(spoken, [0.0] * 60, begin=1.0), 5)
    assert not taken[:SAMPLE_RATE].any()
    assert (taken[SAMPLE_RATE : 4 * SAMPLE_RATE] == spoken).all()
    assert not taken[4 * SAMPLE_RATE :].any()


def test_bursts_of_late_frames_leave_no_gap() -> None:
    spoken = tone(440, 4)
    dice = random.Random(1)
    for _ in range(20):
        delays = [0.3 if dice.random() < 0.1 else dice.choice([0.0, 0.02]) for _ in split_frames(spoken)]
        # frames stay in order, so those after a late frame arrive together with it
        for place in range(1, len(delays)):
            delays[place] = max(delays[place], delays[place - 1] - FRAME_SECONDS)
        delays[0] = 0.0
        assert (take_all(feed_voice(spoken, delays), 4) == spoken).all()


def test_voice_anchored_by_a_late_frame_is_moved_back() -> None:
    spoken = tone(440, 4)
    taken = take_all(feed_voice(spoken, [0.3, *[0.0] * 79]), 4)
    [(begin, end)] = find_loud_spans(taken)
    assert begin <= 0.3
    assert end == pytest.approx(4, abs=0.05)
    assert (taken[2 * SAMPLE_RATE :] == spoken[2 * SAMPLE_RATE :]).all()


def test_voice_with_a_lasting_delay_is_moved() -> None:
    spoken = np.concatenate([tone(440, 3), silence(2), tone(880, 1)])
    delays = [0.0] * 40 + [0.2] * (len(split_frames(spoken)) - 40)
    [first, second] = find_loud_spans(take_all(feed_voice(spoken, delays), 7))
    assert first[0] == pytest.approx(0, abs=0.03)
    assert second[0] == pytest.approx(5.2, abs=0.03)


def test_voice_is_anchored_again_after_a_pause() -> None:
    voice = VoiceTimeline()
    for place, frame in enumerate(split_frames(tone(440, 1))):
        voice.add(frame, (place + 1) * FRAME_SECONDS)
    for place, frame in enumerate(split_frames(tone(440, 1))):
        voice.add(frame, 4.0 + (place + 1) * FRAME_SECONDS)
    assert find_loud_spans(take_all(voice, 6)) == [pytest.approx((0, 1), abs=0.03), pytest.approx((4, 5), abs=0.03)]


@pytest.mark.parametrize("drift", [0.999, 1.001])
def test_clock_drift_of_a_thousandth_is_followed_for_ten_minutes(drift: float) -> None:
    voice, count, blip = VoiceTimeline(), round(600 / FRAME_SECONDS / drift), tone(440, FRAME_SECONDS)
    quiet = silence(FRAME_SECONDS)
    found = []
    for place in range(count):
        at = (place + 1) * FRAME_SECONDS * drift
        is_blip = place % 400 == 200
        voice.add(blip if is_blip else quiet, at)
        taken = voice.take(round((at - FRAME_SECONDS * drift - 0.4) * SAMPLE_RATE), round((at - 0.4) * SAMPLE_RATE))
        if np.abs(taken).max() > 5_000:
            found.append(at - 0.4)
    expected = [(place + 1) * FRAME_SECONDS * drift for place in range(count) if place % 400 == 200]
    assert len(found) >= len(expected)
    assert all(min(abs(moment - wanted) for wanted in expected) < 0.25 for moment in found)


def test_only_samples_that_arrive_after_their_time_was_mixed_are_lost() -> None:
    voice = VoiceTimeline()
    assert not voice.take(0, SAMPLE_RATE).any()
    voice.add(tone(440, 0.2), 0.6)
    voice.add(tone(440, 0.2), 1.3)
    taken = voice.take(SAMPLE_RATE, 2 * SAMPLE_RATE)
    assert find_loud_spans(taken, gap=0.02) == [pytest.approx((0.1, 0.3), abs=0.03)]


def test_mix_clips_and_interleave_alternates() -> None:
    loud = np.full(4, 30_000, np.int16)
    assert mix([loud, loud], 4).tolist() == [32_767] * 4
    assert mix([], 3).tolist() == [0, 0, 0]
    assert interleave(np.array([1, 2], np.int16), np.array([3, 4], np.int16)).tolist() == [1, 3, 2, 4]
