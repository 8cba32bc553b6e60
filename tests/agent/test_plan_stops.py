import pytest

from models.documents.interview import EndReason
from models.documents.turn import Move
from tests.agent.talks import ANSWER, ENGLISH, make_greeted_talk, make_talk_with_probes


def test_stop_is_confirmed_once() -> None:
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
def test_code_understands_a_plain_yes(words: str) -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.say(words)
    assert talk.plan.fallback_move is Move.CLOSE


@pytest.mark.parametrize("words", ["Yes and no: it was the database.", "I like puzzles.", "yesterday"])
def test_code_treats_everything_else_as_an_answer(words: str) -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.say(words)
    assert talk.plan.fallback_move is Move.PROBE


def test_yes_to_a_core_question_does_not_end_the_interview() -> None:
    talk = make_greeted_talk()
    talk.say("Yes.")
    assert Move.CLOSE not in talk.plan.allowed_moves
    assert talk.plan.fallback_move is Move.REPEAT


@pytest.mark.parametrize("words", ["No.", "No, I want to go on.", "Let's continue", "I don't want to stop."])
def test_denial_continues_with_the_open_question(words: str) -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.say(words)
    assert (talk.plan.allowed_moves, talk.plan.code_move) == ((Move.REPEAT,), Move.REPEAT)
    assert talk.plan.fallback_text() == f"{ENGLISH.carry_on} What draws you to this work?"
    talk.store_move(Move.REPEAT)
    assert (talk.plan.questions_asked, talk.plan.exchanges, talk.plan.is_stop_pending) == (1, 0, False)


@pytest.mark.parametrize(
    "words", ["Yeah, so we rolled back in ten minutes.", "Yes, exactly, and then we stopped the job and fixed it."]
)
def test_answer_after_a_stop_lets_nobody_close(words: str) -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.STOP, "Then I would stop this and roll back.")
    talk.say(words)
    assert Move.CLOSE not in talk.plan.allowed_moves
    assert Move.PROBE in talk.plan.allowed_moves


def test_model_may_choose_stop_only_where_a_wish_is_plausible() -> None:
    talk = make_greeted_talk()
    talk.say(ANSWER)
    assert Move.STOP not in talk.plan.allowed_moves
    talk.say("Honestly, with all that happened today I feel that I had better not continue with you.")
    assert Move.STOP in talk.plan.allowed_moves
    assert talk.plan.code_move is None


WITHDRAWAL = "I withdraw my consent."
HUMAN = "I want to talk to a human."


@pytest.mark.parametrize(
    ("wish", "move", "words", "reason"),
    [
        (WITHDRAWAL, Move.WITHDRAW, "Yes.", EndReason.CONSENT_WITHDRAWN),
        (WITHDRAWAL, Move.WITHDRAW, "Yes, stop.", EndReason.CONSENT_WITHDRAWN),
        (WITHDRAWAL, Move.WITHDRAW, WITHDRAWAL, EndReason.CONSENT_WITHDRAWN),
        (HUMAN, Move.ALTERNATIVE, "Yes, please.", EndReason.ALTERNATIVE_REQUESTED),
        (HUMAN, Move.ALTERNATIVE, HUMAN, EndReason.ALTERNATIVE_REQUESTED),
    ],
)
def test_wish_to_withdraw_or_for_a_person_is_confirmed_and_then_ends_the_interview(
    wish: str, move: Move, words: str, reason: EndReason
) -> None:
    talk = make_greeted_talk()
    talk.say(wish)
    assert (talk.plan.code_move, talk.plan.unjudged_seqs) == (move, (3,))
    talk.store_move(move)
    talk.say(words)
    assert (talk.plan.code_move, talk.plan.end_reason, talk.plan.unjudged_seqs) == (Move.CLOSE, reason, (5,))
    assert talk.plan.fallback_text() == ENGLISH.closings[reason]


@pytest.mark.parametrize(
    ("first", "second", "move"),
    [
        ("I want to stop.", WITHDRAWAL, Move.WITHDRAW),
        ("I want to stop.", HUMAN, Move.ALTERNATIVE),
        (WITHDRAWAL, "I want to stop.", Move.STOP),
        (HUMAN, WITHDRAWAL, Move.WITHDRAW),
    ],
)
def test_another_wish_is_confirmed_by_itself(first: str, second: str, move: Move) -> None:
    talk = make_greeted_talk()
    talk.say(first)
    talk.store_move(talk.plan.fallback_move)
    talk.say(second)
    assert talk.plan.code_move is move
    talk.store_move(move)
    talk.say("No, let's continue.")
    assert (talk.plan.code_move, talk.plan.unjudged_seqs) == (Move.REPEAT, (7,))


def test_answer_after_a_stop_continues_and_allows_another_stop() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.answer_and_reply(Move.NEXT, f"No, I like puzzles. {ANSWER}")
    talk.say("Now I really want to stop.")
    assert Move.STOP in talk.plan.allowed_moves
    assert Move.CLOSE not in talk.plan.allowed_moves


@pytest.mark.parametrize(
    "words", ["I have to leave now, goodbye.", "Please stop.", "Yes, please end the interview", "Yes, I am sure"]
)
def test_confirmation_or_second_wish_ends_by_the_candidates_wish(words: str) -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.say(words)
    assert (talk.plan.allowed_moves, talk.plan.code_move) == ((Move.CLOSE,), Move.CLOSE)
    assert talk.plan.end_reason is EndReason.CANDIDATE_ENDED


def test_yes_from_before_a_stop_does_not_confirm_it() -> None:
    talk = make_greeted_talk()
    talk.say("This is too much.")
    composed = talk.plan
    talk.say("Yes.")
    talk.store_move(Move.STOP, composed)
    assert talk.plan.unheard_move is Move.STOP
    assert talk.plan.allowed_moves == (Move.STOP,)
    assert talk.plan.fallback_text() == ENGLISH.stop
    talk.store_move(Move.STOP)
    talk.say("Yes.")
    assert talk.plan.fallback_move is Move.CLOSE
    assert talk.plan.end_reason is EndReason.CANDIDATE_ENDED


def test_unheard_stop_is_repeated_only_once() -> None:
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


def test_last_answer_after_a_stop_wraps_up() -> None:
    talk = make_talk_with_probes(0)
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.say("No, wait: I like puzzles.")
    assert Move.NEXT not in talk.plan.allowed_moves
    assert talk.plan.end_reason is EndReason.WRAPPED_UP


def test_yes_to_a_stop_at_the_last_question_ends_by_the_candidates_wish() -> None:
    talk = make_talk_with_probes(0)
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.say("Yes, I would rather end it here.")
    assert talk.plan.end_reason is EndReason.CANDIDATE_ENDED


@pytest.mark.parametrize(("words", "reason"), [("I like puzzles.", EndReason.OUT_OF_TIME), ("Yes.", EndReason.CANDIDATE_ENDED)])
def test_yes_to_a_stop_after_the_limit_differs_from_an_answer(words: str, reason: EndReason) -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.advance_clock(minutes=31)
    talk.say(words)
    assert talk.plan.allowed_moves == (Move.CLOSE,)
    assert talk.plan.end_reason is reason


def test_model_takes_answers_for_the_wish_to_stop_twice_per_question_at_most() -> None:
    talk = make_greeted_talk()
    for _ in range(2):
        talk.answer_and_reply(Move.STOP, "Then I would stop this and roll back.")
        talk.answer_and_reply(Move.REPEAT, "No, let's go on.")
    talk.say("Then I would stop this and roll back.")
    assert Move.STOP not in talk.plan.allowed_moves
    talk.store_move(Move.NEXT)
    talk.say("Then I would stop this and roll back.")
    assert Move.STOP in talk.plan.allowed_moves


def test_wish_that_is_said_many_times_is_one_wish() -> None:
    talk = make_greeted_talk()
    for move in (Move.STOP, Move.CLOSE):
        talk.say(*["I want to stop here."] * 6)
        assert talk.plan.allowed_moves == (move,)
        talk.store_move(move)
