import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import numpy as np
import pytest
from livekit import rtc
from livekit.agents import LanguageCode
from livekit.agents.stt import SpeechData, SpeechEvent, SpeechEventType
from livekit.agents.types import TimedString
from livekit.agents.voice import UserStateChangedEvent

from agent.voice.overlap import Playback
from agent.voice.speech_collector import (
    MAX_SOUND_PAUSE_SECONDS,
    MAX_TRANSCRIPT_DELAY_SECONDS,
    NOISE_SECONDS,
    UNCLEAR_PAUSE_SECONDS,
    AudioClock,
    SoundClock,
    SpeechCollector,
)
from tests.agent.talks import ENGLISH

START_TIME = 1_000_000.0


class FakeClock:
    """A clock that tests advance."""

    def __init__(self) -> None:
        self.now = START_TIME

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeClock]:
    fake_clock = FakeClock()
    monkeypatch.setattr(time, "time", fake_clock)
    yield fake_clock


@pytest.fixture
def speech_collector(clock: FakeClock) -> SpeechCollector:
    """A collector that has received 30 s of audio up to now."""
    collector = SpeechCollector()
    clock.now += 30.0
    collector.clock.advance(30.0, clock.now)
    return collector


def transcript_event(text: str, start: float, end: float, *, final: bool = True, confidence: float = 0.9) -> SpeechEvent:
    kind = SpeechEventType.FINAL_TRANSCRIPT if final else SpeechEventType.INTERIM_TRANSCRIPT
    words = SpeechData(language=LanguageCode("en"), text=text, start_time=start, end_time=end, confidence=confidence)
    return SpeechEvent(type=kind, alternatives=[words])


def state_event(old: str, new: str) -> UserStateChangedEvent:
    return UserStateChangedEvent.model_validate({"old_state": old, "new_state": new})


def test_final_transcripts_become_one_segment_once(speech_collector: SpeechCollector) -> None:
    speech_collector.add_event(transcript_event("First I looked", 1.0, 2.0, confidence=0.8))
    speech_collector.add_event(transcript_event("at the logs.", 2.5, 4.0, confidence=0.6))
    heard = speech_collector.take_segment()
    assert heard is not None
    assert heard.text == "First I looked at the logs."
    assert heard.confidence == pytest.approx(0.7)
    assert heard.started_at.timestamp() == pytest.approx(START_TIME + 1.0)
    assert heard.ended_at.timestamp() == pytest.approx(START_TIME + 4.0)
    assert speech_collector.take_segment() is None


def test_confidence_of_each_word_is_placed_in_the_text_of_the_segment(speech_collector: SpeechCollector) -> None:
    for text, confidences in (("I I looked,", (0.9, 0.3, 0.8)), ("at the logs.", (0.7, 0.2, 0.6))):
        event = transcript_event(text, 1.0, 2.0)
        event.alternatives[0].words = [
            TimedString(word, confidence=confidence) for word, confidence in zip(text.split(), confidences, strict=True)
        ]
        # words that the recognizer formatted otherwise, or without a confidence, have no place
        event.alternatives[0].words[1:1] = [TimedString("nowhere", confidence=0.1), TimedString("looked,")]
        speech_collector.add_event(event)
    heard = speech_collector.take_segment()
    assert heard is not None
    found = [(heard.text[word.start : word.end], word.start, word.confidence) for word in heard.words]
    assert found == [("I", 0, 0.9), ("I", 2, 0.3), ("looked,", 4, 0.8), ("at", 12, 0.7), ("the", 15, 0.2), ("logs.", 19, 0.6)]


def test_transcript_that_shows_nothing_is_not_an_answer(speech_collector: SpeechCollector) -> None:
    speech_collector.add_event(transcript_event("\u200b \u2800\ufeff", 1.0, 2.0))
    assert not speech_collector.has_pending_text
    speech_collector.add_event(transcript_event("\u202eYes\u2028indeed.", 2.5, 4.0))
    heard = speech_collector.take_segment()
    assert heard is not None
    assert heard.text == "Yes\nindeed."


def test_session_times_replace_the_recognizers_unless_they_would_cut_words(speech_collector: SpeechCollector) -> None:
    speech_collector.add_event(transcript_event("Hello there.", 5.0, 6.0))
    heard = speech_collector.take_segment(started_at=START_TIME + 5.2, stopped_at=START_TIME + 6.3)
    assert heard is not None
    assert heard.started_at.timestamp() == pytest.approx(START_TIME + 5.0)
    assert heard.ended_at.timestamp() == pytest.approx(START_TIME + 6.3)


def test_interim_transcript_is_in_the_text_and_never_in_a_segment(speech_collector: SpeechCollector) -> None:
    speech_collector.add_event(transcript_event("First I looked.", 1.0, 2.0))
    speech_collector.add_event(transcript_event("at the", 2.5, 3.0, final=False))
    assert speech_collector.text == "First I looked. at the"
    speech_collector.add_event(transcript_event("at the logs.", 2.5, 3.5))
    assert speech_collector.text == "First I looked. at the logs."
    speech_collector.add_event(transcript_event("and", 4.0, 4.2, final=False))
    taken = speech_collector.take_segment()
    assert taken is not None
    assert taken.text == "First I looked. at the logs."


def test_pause_in_the_audio_does_not_shift_later_times(clock: FakeClock) -> None:
    audio = AudioClock()
    clock.now += 10
    audio.advance(10.0, clock.now)
    # The candidate was absent for a minute.
    clock.now += 60 + 2
    audio.advance(2.0, clock.now)
    assert audio.to_wall_clock(5.0) == pytest.approx(START_TIME + 5.0)
    assert audio.to_wall_clock(11.0) == pytest.approx(START_TIME + 71.0)


def test_transcript_is_late_when_speech_ended_after_its_last_word(speech_collector: SpeechCollector, clock: FakeClock) -> None:
    speech_collector.on_user_state_changed(state_event("listening", "speaking"))
    speech_collector.add_event(transcript_event("The first half", 27.0, 28.0))
    speech_collector.on_user_state_changed(state_event("speaking", "listening"))
    assert speech_collector.is_awaiting_transcript
    speech_collector.add_event(transcript_event("and the second.", 28.5, 29.9))
    assert not speech_collector.is_awaiting_transcript


def test_transcript_is_not_late_after_the_maximum_delay(speech_collector: SpeechCollector, clock: FakeClock) -> None:
    speech_collector.on_user_state_changed(state_event("listening", "speaking"))
    speech_collector.on_user_state_changed(state_event("speaking", "listening"))
    assert speech_collector.is_awaiting_transcript
    clock.now += MAX_TRANSCRIPT_DELAY_SECONDS + 0.1
    assert not speech_collector.is_awaiting_transcript


def test_transcript_is_not_late_after_everything_was_taken(speech_collector: SpeechCollector) -> None:
    speech_collector.on_user_state_changed(state_event("listening", "speaking"))
    speech_collector.add_event(transcript_event("All of it.", 28.0, 29.9))
    speech_collector.on_user_state_changed(state_event("speaking", "listening"))
    speech_collector.take_segment()
    assert not speech_collector.is_awaiting_transcript


def test_pending_text_waits_from_the_end_of_speech(speech_collector: SpeechCollector, clock: FakeClock) -> None:
    speech_collector.on_user_state_changed(state_event("listening", "speaking"))
    speech_collector.add_event(transcript_event("Words.", 28.0, 29.0))
    clock.now += 3
    assert speech_collector.pending_since is None
    speech_collector.on_user_state_changed(state_event("speaking", "listening"))
    clock.now += 2
    assert speech_collector.pending_since == pytest.approx(clock.now - 2.0)


def test_noise_after_an_answer_does_not_hold_the_floor_and_is_not_part_of_the_turn(
    speech_collector: SpeechCollector, clock: FakeClock
) -> None:
    speech_collector.on_user_state_changed(state_event("listening", "speaking"))
    speech_collector.add_event(transcript_event("The whole answer.", 27.0, 29.5))
    clock.now += NOISE_SECONDS - 0.5
    assert speech_collector.holds_floor
    clock.now += 1.0
    assert speech_collector.is_speaking
    assert not speech_collector.holds_floor
    segment = speech_collector.take_segment(stopped_at=clock.now)
    assert segment is not None
    assert segment.ended_at.timestamp() == pytest.approx(START_TIME + 29.5)


def test_sound_without_words_is_unclear_after_a_pause_and_a_recognized_word_makes_it_clear() -> None:
    sound = SoundClock()
    sound.sound_started(100.0)
    sound.sound_stopped(104.0)
    assert not sound.is_unclear(105.0)
    assert sound.is_unclear(104.5 + UNCLEAR_PAUSE_SECONDS)
    assert sound.seconds_since_sound(110.0) == pytest.approx(6.0)
    sound.words_recognized(110.0, is_final=True)
    assert not sound.is_unclear(120.0)


def test_time_at_which_sound_changes_its_meaning_is_known_in_advance(clock: FakeClock) -> None:
    sound = SoundClock()
    assert sound.next_change_at(100.0) is None
    sound.sound_started(100.0)
    assert sound.next_change_at(100.0) == 100.0 + NOISE_SECONDS
    sound.words_recognized(103.0, is_final=True)
    assert sound.next_change_at(103.0) == 103.0 + NOISE_SECONDS
    assert sound.next_change_at(120.0) is None
    sound.sound_stopped(105.0)
    assert sound.next_change_at(105.0) == 105.0 + UNCLEAR_PAUSE_SECONDS
    assert sound.is_unclear(105.0 + UNCLEAR_PAUSE_SECONDS + 0.1)


def test_collector_reports_when_a_missing_transcript_is_given_up(speech_collector: SpeechCollector, clock: FakeClock) -> None:
    speech_collector.on_user_state_changed(state_event("listening", "speaking"))
    clock.now += 1.0
    speech_collector.on_user_state_changed(state_event("speaking", "listening"))
    assert speech_collector.next_change_at() == clock.now + MAX_TRANSCRIPT_DELAY_SECONDS
    clock.now += MAX_TRANSCRIPT_DELAY_SECONDS + 0.1
    assert not speech_collector.is_awaiting_transcript
    assert speech_collector.next_change_at() is None


def test_interim_words_that_no_final_transcript_confirms_do_not_prolong_the_answer(
    speech_collector: SpeechCollector, clock: FakeClock
) -> None:
    speech_collector.on_user_state_changed(state_event("listening", "speaking"))
    speech_collector.add_event(transcript_event("The whole answer.", 27.0, 29.5))
    clock.now += NOISE_SECONDS + 0.5
    speech_collector.clock.advance(NOISE_SECONDS + 0.5, clock.now)
    speech_collector.add_event(transcript_event("in one", 35.0, 35.5, final=False))
    assert speech_collector.holds_floor
    assert speech_collector.text == "The whole answer. in one"
    assert speech_collector.add_event(SpeechEvent(type=SpeechEventType.END_OF_SPEECH))
    assert not speech_collector.holds_floor
    assert speech_collector.text == "The whole answer."


def test_sound_with_short_pauses_is_one_noise() -> None:
    sound = SoundClock()
    for begin in (100.0, 103.0, 106.0):
        sound.sound_started(begin)
        sound.sound_stopped(begin + 1.5)
    assert sound.is_noise(100.1 + NOISE_SECONDS)
    sound.sound_started(107.5 + 2 * MAX_SOUND_PAUSE_SECONDS)
    assert not sound.is_noise(107.6 + 2 * MAX_SOUND_PAUSE_SECONDS)


def test_short_sound_and_sound_before_the_interviewer_spoke_are_not_unclear() -> None:
    sound = SoundClock()
    sound.sound_started(100.0)
    sound.sound_stopped(101.0)
    assert not sound.is_unclear(110.0)
    sound.sound_started(111.0)
    sound.sound_stopped(115.0)
    sound.restart(116.0)
    assert not sound.is_unclear(130.0)


def test_interviewers_own_words_are_dropped_and_counted_once_for_each_final_transcript(clock: FakeClock) -> None:
    playback = Playback("Tell me about a piece of software.", START_TIME + 1.0, None)
    collector = SpeechCollector(lambda: [playback], ENGLISH)
    clock.now += 30.0
    collector.clock.advance(30.0, clock.now)
    assert collector.must_drop(transcript_event("tell me about", 1.2, 2.0, final=False))
    assert collector.must_drop(transcript_event("Tell me about a piece", 1.2, 3.0))
    assert collector.echo_count == 1
    assert collector.must_drop(transcript_event("Mm-hm.", 2.0, 2.4))
    assert not collector.must_drop(transcript_event("Sorry, could you wait?", 2.0, 3.0))
    assert collector.echo_count == 1


async def hear_levels(collector: SpeechCollector, clock: FakeClock, *amplitudes: int) -> None:
    """Let the collector hear a second of noise of each amplitude."""

    async def frames() -> AsyncIterator[rtc.AudioFrame]:
        for amplitude in amplitudes:
            clock.now += 1.0
            samples = np.full(16_000, amplitude, np.int16)
            yield rtc.AudioFrame(samples.tobytes(), 16_000, 1, len(samples))

    async for _ in collector.clock.track(frames()):
        pass


async def test_words_as_soft_as_recognized_echoes_are_misheard_echoes(clock: FakeClock) -> None:
    playbacks = [Playback("Tell me about a piece of software that failed.", START_TIME, None)]
    collector = SpeechCollector(lambda: playbacks, ENGLISH)
    echo, voice = 500, 4_000
    await hear_levels(collector, clock, *[echo] * 4, *[voice] * 2, *[echo] * 6)
    assert not collector.must_drop(transcript_event("Just simply the source.", 2.0, 4.0)), "no echo is known yet"
    assert collector.must_drop(transcript_event("Tell me about a piece", 0.0, 2.0))
    assert collector.must_drop(transcript_event("just simply", 2.0, 4.0, final=False))
    assert collector.must_drop(transcript_event("Just simply the source.", 2.0, 4.0))
    assert collector.echo_count == 2
    assert not collector.must_drop(transcript_event("Which of the two do you mean?", 4.0, 6.0)), "the voice is louder"
    assert not collector.must_drop(transcript_event("I want to stop the interview.", 6.0, 8.0)), "a request counts"
    playbacks[0] = replace(playbacks[0], ended_at=START_TIME + 8.0)
    assert collector.must_drop(transcript_event("A piece of soft where", 7.0, 10.4)), "the line is slow"
    assert not collector.must_drop(transcript_event("The disk was full.", 7.0, 10.6)), "the words end after any echo"
    assert not collector.must_drop(transcript_event("Yes.", 8.2, 8.8)), "the words begin after the question"
