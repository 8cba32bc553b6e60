"""The interviewer's echo and backchannels are recognized; answers that repeat the question are not taken for them."""

from agent.voice.overlap import Playback, is_backchannel, is_echo
from tests.agent.talks import PHRASEBOOK

QUESTION = "Tell me about a piece of software that you built, and about a time when it failed in front of its users."
PLAYING = Playback(QUESTION, 100.0, None)
PLAYED = Playback(QUESTION, 100.0, 107.0)
BACKCHANNELS = {
    "en": ["Mm-hm.", "Okay, right.", "Yes.", "Aha.", "I see."],
    "de": ["Mhm.", "Ja, genau.", "Ach so."],
    "es": ["Ajá.", "Sí, claro.", "De acuerdo."],
    "fr": ["D'accord.", "Oui, je vois.", "Très bien."],
}


def test_own_words_are_an_echo_although_some_were_misheard() -> None:
    assert is_echo("Tell me about an outer piece of software that you", 100.2, 103.0, [PLAYING])
    assert is_echo("a time when it failed in front of its users", 104.0, 107.5, [PLAYED])
    assert is_echo("tell me", 100.2, 100.9, [PLAYING])


def test_echo_of_several_speeches_is_recognized_after_them() -> None:
    next_speech = Playback("Thank you for walking me through that.", 107.4, 110.0)
    playbacks = [PLAYED, next_speech]
    assert is_echo("failed in front of its users. Thank you for working", 105.0, 109.0, playbacks)
    assert is_echo("a time when it failed in front", 104.0, 106.0, playbacks)
    assert not is_echo("failed in front of its users. Thank you for that, and now I would add", 105.0, 112.0, playbacks)


def test_answers_that_repeat_words_of_the_question_are_no_echo() -> None:
    assert not is_echo("A time when it failed", 107.4, 109.0, [PLAYED])
    assert not is_echo("A time when it failed was in March, because the disk was full", 106.0, 107.9, [PLAYED])
    assert not is_echo("Could you please repeat that", 103.0, 104.5, [PLAYING])
    assert not is_echo("Tell me about a piece of software", 98.0, 99.5, [PLAYING])


def test_backchannels_are_recognized_in_every_language_and_nothing_else_is() -> None:
    for language, texts in BACKCHANNELS.items():
        backchannels = PHRASEBOOK.get(language).backchannels
        for text in texts:
            assert is_backchannel(text, 101.0, PLAYING, backchannels), text
        for text in ("Stop.", "No.", "Yes, I built it.", "Okay, right, so we moved", "Oui, mais non", "Ja, aber", ""):
            assert not is_backchannel(text, 101.0, PLAYING, backchannels), text


def test_short_word_near_the_end_of_a_question_or_after_it_is_an_answer() -> None:
    backchannels = PHRASEBOOK.get("en").backchannels
    assert not is_backchannel("Yes.", 106.8, PLAYED, backchannels)
    assert not is_backchannel("Yes.", 108.0, PLAYED, backchannels)
    assert not is_backchannel("Yes.", 101.0, Playback(QUESTION, 100.0, None, asks_for_confirmation=True), backchannels)
