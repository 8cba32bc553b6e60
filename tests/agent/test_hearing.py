import time
from collections.abc import Iterator

import pytest
from livekit.agents import LanguageCode
from livekit.agents.stt import SpeechData, SpeechEvent, SpeechEventType
from livekit.agents.voice import UserStateChangedEvent

from agent.hearing import LATE_SECONDS, Clock, Hearing

START = 1_000_000.0


class Time:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Time]:
    moved = Time()
    monkeypatch.setattr(time, "time", moved)
    yield moved


@pytest.fixture
def hearing(clock: Time) -> Hearing:
    """Half a minute of audio has been heard, up to now."""
    listening = Hearing()
    clock.now += 30.0
    listening.clock.advance(30.0, clock.now)
    return listening


def event(text: str, start: float, end: float, *, final: bool = True, confidence: float = 0.9) -> SpeechEvent:
    kind = SpeechEventType.FINAL_TRANSCRIPT if final else SpeechEventType.INTERIM_TRANSCRIPT
    words = SpeechData(language=LanguageCode("en"), text=text, start_time=start, end_time=end, confidence=confidence)
    return SpeechEvent(type=kind, alternatives=[words])


def state(old: str, new: str) -> UserStateChangedEvent:
    return UserStateChangedEvent.model_validate({"old_state": old, "new_state": new})


def test_final_texts_are_taken_together_and_once(hearing: Hearing) -> None:
    hearing.hear(event("First I looked", 1.0, 2.0, confidence=0.8))
    hearing.hear(event("at the logs.", 2.5, 4.0, confidence=0.6))
    heard = hearing.take()
    assert heard is not None
    assert heard.text == "First I looked at the logs."
    assert heard.confidence == pytest.approx(0.7)
    assert heard.started_at.timestamp() == pytest.approx(START + 1.0)
    assert heard.ended_at.timestamp() == pytest.approx(START + 4.0)
    assert hearing.take() is None


def test_times_that_are_known_better_win_unless_they_would_cut_the_words(hearing: Hearing) -> None:
    hearing.hear(event("Hello there.", 5.0, 6.0))
    heard = hearing.take(started_at=START + 5.2, stopped_at=START + 6.3)
    assert heard is not None
    assert heard.started_at.timestamp() == pytest.approx(START + 5.0)
    assert heard.ended_at.timestamp() == pytest.approx(START + 6.3)


def test_interim_words_are_shown_and_never_taken(hearing: Hearing) -> None:
    hearing.hear(event("First I looked.", 1.0, 2.0))
    hearing.hear(event("at the", 2.5, 3.0, final=False))
    assert hearing.text == "First I looked. at the"
    hearing.hear(event("at the logs.", 2.5, 3.5))
    assert hearing.text == "First I looked. at the logs."
    hearing.hear(event("and", 4.0, 4.2, final=False))
    taken = hearing.take()
    assert taken is not None
    assert taken.text == "First I looked. at the logs."


def test_audio_that_paused_does_not_move_what_is_heard_after_it(clock: Time) -> None:
    audio = Clock()
    clock.now += 10
    audio.advance(10.0, clock.now)
    # the candidate was away for a minute
    clock.now += 60 + 2
    audio.advance(2.0, clock.now)
    assert audio.at(5.0) == pytest.approx(START + 5.0)
    assert audio.at(11.0) == pytest.approx(START + 71.0)


def test_words_are_owed_when_speech_ended_after_the_last_of_them(hearing: Hearing, clock: Time) -> None:
    hearing.note_state(state("listening", "speaking"))
    hearing.hear(event("The first half", 27.0, 28.0))
    hearing.note_state(state("speaking", "listening"))
    assert hearing.is_late
    hearing.hear(event("and the second.", 28.5, 29.9))
    assert not hearing.is_late


def test_words_that_never_come_are_not_waited_for(hearing: Hearing, clock: Time) -> None:
    hearing.note_state(state("listening", "speaking"))
    hearing.note_state(state("speaking", "listening"))
    assert hearing.is_late
    clock.now += LATE_SECONDS + 0.1
    assert not hearing.is_late


def test_nothing_is_owed_once_all_was_taken(hearing: Hearing) -> None:
    hearing.note_state(state("listening", "speaking"))
    hearing.hear(event("All of it.", 28.0, 29.9))
    hearing.note_state(state("speaking", "listening"))
    hearing.take()
    assert not hearing.is_late


def test_silence_after_words_is_counted_from_the_last_sign(hearing: Hearing, clock: Time) -> None:
    hearing.note_state(state("listening", "speaking"))
    hearing.hear(event("Words.", 28.0, 29.0))
    clock.now += 3
    assert hearing.pending_seconds == 0.0
    hearing.note_state(state("speaking", "listening"))
    clock.now += 2
    assert hearing.pending_seconds == pytest.approx(2.0)
