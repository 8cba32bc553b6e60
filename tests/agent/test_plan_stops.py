"""The candidate's wish to stop: asked back, confirmed, or not."""

import pytest

from models.documents.interview import EndReason
from models.documents.turn import Move
from tests.agent.talks import ENGLISH, make_greeted_talk, make_talk_with_probes


def test_a_stop_is_asked_back_once() -> None:
    talk = make_greeted_talk()
    talk.say("I want to stop.")
    assert Move.STOP in talk.plan.allowed_moves
    assert Move.CLOSE not in talk.plan.allowed_moves
    talk.store_move(Move.STOP)
    talk.say("Yes.")
    assert Move.STOP not in talk.plan.allowed_moves
    assert Move.CLOSE in talk.plan.allowed_moves
    assert talk.plan.end_reason is EndReason.CANDIDATE_ENDED
    assert talk.plan.fallback_move is Move.CLOSE


@pytest.mark.parametrize("words", ["Yes!", "YES, please", "yes\nplease", "  yes. ", "Stop.", "“Yes”"])
def test_code_alone_understands_a_plain_yes(words: str) -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.say(words)
    assert talk.plan.fallback_move is Move.CLOSE


@pytest.mark.parametrize("words", ["No.", "Yes and no: it was the database.", "I like puzzles.", "yesterday"])
def test_code_alone_takes_everything_else_for_an_answer(words: str) -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.say(words)
    assert talk.plan.fallback_move is Move.NEXT


def test_a_plain_yes_to_a_core_question_ends_nothing() -> None:
    talk = make_greeted_talk()
    talk.say("Yes.")
    assert talk.plan.fallback_move is Move.NEXT


def test_an_answer_after_a_stop_goes_on_and_the_next_wish_is_asked_back_again() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.answer_and_reply(Move.NEXT, "No, I like puzzles.")
    talk.say("Now I really want to stop.")
    assert Move.STOP in talk.plan.allowed_moves
    assert Move.CLOSE not in talk.plan.allowed_moves


def test_a_confirmation_in_other_words_that_claude_understands_is_the_candidates_end() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.say("I have to leave now, goodbye.")
    assert talk.plan.fallback_move is Move.NEXT, "code does not understand it"
    assert Move.CLOSE in talk.plan.allowed_moves
    assert talk.plan.end_reason is EndReason.CANDIDATE_ENDED


def test_a_yes_from_before_a_stop_does_not_confirm_it() -> None:
    talk = make_greeted_talk()
    talk.say("This is too much.")
    composed = talk.plan
    talk.say("Yes.")
    talk.store_move(Move.STOP, composed)
    assert talk.plan.unheard_move is Move.STOP
    assert talk.plan.allowed_moves == (Move.STOP,)
    assert talk.plan.fallback_words() == ENGLISH.stop
    talk.store_move(Move.STOP)
    talk.say("Yes.")
    assert talk.plan.fallback_move is Move.CLOSE
    assert talk.plan.end_reason is EndReason.CANDIDATE_ENDED


def test_a_stop_is_put_again_once_however_much_of_a_burst_is_left() -> None:
    talk = make_greeted_talk()
    talk.say("This is too much.")
    composed = talk.plan
    talk.say("Really.")
    talk.store_move(Move.STOP, composed)
    composed = talk.plan
    talk.say("Enough.")
    talk.store_move(Move.STOP, composed)
    assert talk.plan.unheard_move is None
    assert Move.STOP not in talk.plan.allowed_moves


def test_a_last_answer_after_a_stop_wraps_up() -> None:
    talk = make_talk_with_probes(0)
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.say("No, wait: I like puzzles.")
    assert Move.NEXT not in talk.plan.allowed_moves
    assert talk.plan.end_reason is EndReason.WRAPPED_UP


def test_a_yes_to_a_stop_at_the_last_question_is_the_candidates_end() -> None:
    talk = make_talk_with_probes(0)
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.say("Yes, I would rather end it here.")
    assert talk.plan.end_reason is EndReason.CANDIDATE_ENDED


@pytest.mark.parametrize(("words", "reason"), [("I like puzzles.", EndReason.OUT_OF_TIME), ("Yes.", EndReason.CANDIDATE_ENDED)])
def test_after_the_limit_a_yes_to_a_stop_is_told_from_an_answer(words: str, reason: EndReason) -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.advance_clock(minutes=31)
    talk.say(words)
    assert talk.plan.allowed_moves == (Move.CLOSE,)
    assert talk.plan.end_reason is reason
