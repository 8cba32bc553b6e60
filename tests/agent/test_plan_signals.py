from datetime import timedelta

from agent.plan import END_REASONS, MAX_TYPED_OVERTIME, TYPING_DURATION
from models.documents.interview import EndReason
from models.documents.turn import Move
from tests.agent.talks import ANSWER, QUESTIONS, START_TIME, Talk, make_greeted_talk

LIMIT = START_TIME + timedelta(minutes=30)


def store_timeout_move(talk: Talk, move: Move) -> None:
    assert talk.plan.timeout_move == (move, None)
    talk.store_move(move)


def test_repetitions_change_nothing_but_the_transcript() -> None:
    talk = make_greeted_talk()
    before = talk.plan
    for _ in range(10):
        talk.signals.repeat_seq = len(talk.turns)
        assert talk.plan.timeout_text(Move.REPEAT, None).endswith(QUESTIONS[0])
        store_timeout_move(talk, Move.REPEAT)
        assert talk.plan.timeout_move is None
    after = talk.plan
    assert (after.questions_asked, after.exchanges, after.moves_used) == (1, 0, before.moves_used)
    assert after.due_after(talk.now) is None  # the clock has not started


def test_repetition_asks_for_the_pending_confirmation_again() -> None:
    wishes = {
        Move.STOP: ("I want to stop the interview now.", EndReason.CANDIDATE_ENDED),
        Move.WITHDRAW: ("I withdraw my consent.", END_REASONS[Move.WITHDRAW]),
    }
    for move, (wish, reason) in wishes.items():
        talk = make_greeted_talk()
        talk.answer_and_reply(move, wish)
        talk.signals.repeat_seq = len(talk.turns)
        store_timeout_move(talk, move)
        talk.say("Yes.")
        assert (talk.plan.allowed_moves, talk.plan.end_reason) == ((Move.CLOSE,), reason)


def test_signal_before_the_first_question_or_under_an_answer_changes_nothing() -> None:
    talk = Talk()
    talk.signals.repeat_seq = talk.signals.more_time_seq = 0
    assert talk.plan.timeout_move is None
    talk.greet()
    assert talk.plan.timeout_move is None
    talk.say(ANSWER)
    talk.signals.repeat_seq = len(talk.turns)
    assert talk.plan.signal_move is None
    assert Move.NEXT in talk.plan.allowed_moves
    talk.store_move(Move.NEXT)
    assert talk.plan.signal_move is None


def test_more_time_is_granted_once_and_postpones_the_nudge() -> None:
    talk = make_greeted_talk(silence=timedelta(minutes=1))
    talk.answer_and_reply(Move.NEXT)
    until = talk.now + timedelta(minutes=2)
    talk.signals.more_time_seq, talk.signals.more_time_until = len(talk.turns), until
    store_timeout_move(talk, Move.WAIT)
    talk.signals.more_time_seq = len(talk.turns)
    assert talk.plan.timeout_move is None
    talk.now = until - timedelta(seconds=1)
    assert talk.plan.timeout_move is None
    talk.now = until
    assert talk.plan.timeout_move == (Move.NUDGE, None)


def test_more_time_leaves_a_pending_stop_open() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.STOP, "I want to stop the interview now.")
    talk.signals.more_time_seq = len(talk.turns)
    store_timeout_move(talk, Move.WAIT)
    talk.say("Yes.")
    assert talk.plan.allowed_moves == (Move.CLOSE,)


def test_typing_counts_as_presence() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.NEXT)
    talk.advance_clock(minutes=5)
    assert talk.plan.timeout_move == (Move.NUDGE, None)
    talk.signals.typed_at = talk.now
    assert talk.plan.timeout_move is None
    assert talk.plan.due_after(talk.turns[-1].ended_at) == talk.now + timedelta(minutes=5)


def test_typing_candidate_may_finish_after_the_time_limit() -> None:
    talk = make_greeted_talk(silence=timedelta(hours=1))
    talk.answer_and_reply(Move.NEXT)
    talk.now = LIMIT
    talk.signals.typed_at = talk.now - timedelta(seconds=5)
    assert talk.plan.timeout_move is None
    talk.now = talk.signals.typed_at + TYPING_DURATION
    assert talk.plan.timeout_move == (Move.CLOSE, EndReason.OUT_OF_TIME)
    talk.now = talk.signals.typed_at = LIMIT + MAX_TYPED_OVERTIME
    assert talk.plan.timeout_move == (Move.CLOSE, EndReason.OUT_OF_TIME)


def test_closing_waits_for_the_message_that_is_being_typed() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.NEXT)
    talk.now = LIMIT
    talk.say("It was the data")
    assert not talk.plan.may_finish_message
    talk.advance_clock(seconds=4)
    talk.signals.typed_at = talk.now
    assert talk.plan.may_finish_message
    talk.advance_clock(seconds=3)
    talk.say("base.")
    assert not talk.plan.may_finish_message
    assert talk.plan.allowed_moves == (Move.CLOSE,)
