"""Contributions in another language than the interview's."""

from dataclasses import replace

import pytest

from agent.intents import Intent
from agent.phrases import LANGUAGES
from agent.plan import MAX_TRIES_PER_QUESTION
from models.documents.turn import Channel, Move
from models.wording.function_words import load_language_identifier
from tests.agent.talks import PHRASEBOOK, QUESTIONS, Talk, make_greeted_talk
from tests.models.test_function_words import ANSWERS

IDENTIFIER = load_language_identifier()
OTHER = {"en": "de", "de": "en", "es": "fr", "fr": "es"}


def say(talk: Talk, *texts: str) -> None:
    """Store the texts with their language, as they are stored in an interview."""
    for text in texts:
        talk.say(text)
        talk.turns[-1] = replace(talk.turns[-1], language=IDENTIFIER.identify_other_language(text, talk.language))


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("language", LANGUAGES)
def test_first_answer_in_another_language_names_it_once_in_both_and_uses_up_nothing(language: str, channel: Channel) -> None:
    talk = make_greeted_talk(language=language, channel=channel)
    say(talk, ANSWERS[OTHER[language]][0])
    before = talk.plan
    notice = PHRASEBOOK.get(language).language_notices[OTHER[language]].get_text(is_spoken=channel is Channel.VOICE)
    assert (before.code_move, before.allowed_moves) == (Move.REPEAT, (Move.REPEAT,))
    assert before.fallback_text() == f"{notice} {before.phrases.question_again} {QUESTIONS[0]}"
    talk.store_move(Move.REPEAT)
    assert (talk.plan.questions_asked, talk.plan.exchanges, talk.plan.moves_used[Move.REPEAT]) == (1, 0, 0)

    say(talk, ANSWERS[OTHER[language]][3])
    after = talk.plan
    assert (after.other_language, after.code_move, after.fallback_move) == (OTHER[language], None, Move.NEXT)
    assert Move.PROBE in after.allowed_moves
    talk.store_move(Move.NEXT)
    assert (talk.plan.questions_asked, talk.plan.exchanges) == (2, 1)


def test_answer_that_is_mostly_in_the_interviews_language_is_an_answer() -> None:
    talk = make_greeted_talk()
    say(talk, "Können wir das auch auf Deutsch machen?", ANSWERS["en"][0])
    assert talk.turns[-2].language == "de"
    assert (talk.plan.other_language, talk.plan.code_move) == (None, None)


def test_notice_that_was_not_heard_is_said_again() -> None:
    talk = make_greeted_talk(channel=Channel.VOICE)
    say(talk, ANSWERS["de"][0])
    talk.store_interrupted_reply("Ich glaube")
    assert talk.plan.must_name_language


@pytest.mark.parametrize("text", [ANSWERS["fr"][0], ANSWERS["fr"][1]])
def test_last_words_in_another_language_get_the_notice_too(text: str) -> None:
    talk = make_greeted_talk()
    for _ in QUESTIONS[1:]:
        talk.answer_and_reply(Move.NEXT)
    talk.answer_and_reply(Move.ANYTHING_ELSE)
    say(talk, text)
    assert talk.plan.code_move is Move.REPEAT
    talk.store_move(Move.REPEAT)
    say(talk, text)
    assert talk.plan.allowed_moves[0] is Move.CLOSE


def test_time_limit_comes_before_the_notice() -> None:
    talk = make_greeted_talk()
    say(talk, ANSWERS["de"][0])
    talk.advance_clock(minutes=30)
    assert talk.plan.allowed_moves == (Move.CLOSE,)


def test_request_in_another_language_is_recognized_and_can_be_confirmed_in_it() -> None:
    talk = make_greeted_talk()
    say(talk, "Ich möchte das Gespräch jetzt bitte beenden.")
    assert (set(talk.plan.intents), talk.plan.code_move) == ({Intent.STOP}, Move.STOP)
    talk.store_move(Move.STOP)
    say(talk, "Ja.")
    assert (talk.plan.code_move, talk.plan.is_confirmed) == (Move.CLOSE, True)


def test_short_words_of_another_language_mean_nothing_before_the_candidate_has_spoken_it() -> None:
    talk = make_greeted_talk()
    say(talk, "Nein.")
    assert talk.plan.intents == frozenset()


def test_repetition_requested_in_another_language_says_the_notice_first() -> None:
    talk = make_greeted_talk()
    say(talk, "Können Sie die Frage bitte noch einmal wiederholen?")
    assert talk.plan.intents == {Intent.REPEAT}
    notice = talk.plan.phrases.language_notices["de"].get_text(is_spoken=False)
    assert talk.plan.fallback_text() == f"{notice} {talk.plan.phrases.request_answers[Intent.REPEAT]} {QUESTIONS[0]}"
    talk.store_move(Move.REPEAT)
    for _ in range(MAX_TRIES_PER_QUESTION + 1):
        say(talk, "Können Sie die Frage bitte noch einmal wiederholen?")
        assert talk.plan.fallback_text() == f"{talk.plan.phrases.request_answers[Intent.REPEAT]} {QUESTIONS[0]}"
        talk.store_move(Move.REPEAT)
