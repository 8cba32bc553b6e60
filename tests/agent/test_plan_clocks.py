from datetime import timedelta

import pytest

from agent.phrases import LANGUAGES
from agent.plan import TimeLimits
from models.documents.interview import EndReason
from models.documents.turn import Move
from tests.agent.talks import ANSWER, ENGLISH, START_TIME, make_greeted_talk, new_questions
from tests.factories import position_body

# --- the time limit


def test_probe_requires_time_for_its_answer_and_for_the_remaining_questions() -> None:
    talk = make_greeted_talk()  # 29 minutes before the closing, and 2 minutes for each of 3 questions
    talk.say(ANSWER)
    talk.advance_clock(minutes=23)
    assert Move.PROBE in talk.plan.allowed_moves
    talk.advance_clock(seconds=1)
    assert Move.PROBE not in talk.plan.allowed_moves
    assert Move.NEXT in talk.plan.allowed_moves


def test_short_interview_reserves_half_an_even_share_for_each_answer() -> None:
    position = position_body(questions=new_questions(5, 5, 5, 5, 5), wrap_up_after_exchanges=20, limit_minutes=10)
    talk = make_greeted_talk(position=position, limit=timedelta(minutes=10), closing=timedelta())
    talk.say(ANSWER)
    talk.advance_clock(minutes=5)  # an even share is two minutes, so one minute is reserved for each of five answers
    assert Move.PROBE in talk.plan.allowed_moves
    talk.advance_clock(seconds=1)
    assert Move.PROBE not in talk.plan.allowed_moves


def test_time_is_reserved_for_the_closing() -> None:
    talk = make_greeted_talk()
    talk.say(ANSWER)
    talk.advance_clock(minutes=29, seconds=-1)
    assert Move.NEXT in talk.plan.allowed_moves
    talk.advance_clock(seconds=1)
    assert talk.plan.allowed_moves == (Move.CLOSE,)
    assert talk.plan.end_reason is EndReason.OUT_OF_TIME


def test_closing_reserve_is_at_most_a_fifth_of_the_total() -> None:
    limits = TimeLimits(START_TIME, timedelta(minutes=2), closing_reserve=timedelta(minutes=1), max_silence=timedelta(minutes=5))
    assert limits.reserve == timedelta(seconds=24)


def test_answer_after_the_time_limit_gets_the_closing() -> None:
    talk = make_greeted_talk()
    talk.say(ANSWER)
    talk.store_move(Move.NEXT)
    talk.advance_clock(minutes=31)
    talk.say("It was the data")
    assert talk.plan.time_left == timedelta()
    assert talk.plan.allowed_moves == (Move.CLOSE,)
    assert talk.plan.end_reason is EndReason.OUT_OF_TIME


def test_interview_without_a_closing_reserve_accepts_answers_until_the_limit() -> None:
    talk = make_greeted_talk(closing=timedelta())
    talk.say(ANSWER)
    talk.advance_clock(minutes=30, seconds=-1)
    assert Move.NEXT in talk.plan.allowed_moves
    talk.advance_clock(seconds=1)
    assert talk.plan.allowed_moves == (Move.CLOSE,)


# --- silence


def test_silence_leads_to_one_nudge_and_then_to_the_end() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.NEXT)
    talk.advance_clock(minutes=5, seconds=-1)
    assert talk.plan.timeout_move is None
    talk.advance_clock(seconds=1)
    assert talk.plan.timeout_move == (Move.NUDGE, None)
    talk.store_move(Move.NUDGE)
    assert talk.plan.timeout_move is None
    talk.advance_clock(minutes=5)
    assert talk.plan.timeout_move == (Move.CLOSE, EndReason.CANDIDATE_LEFT)


def test_answer_after_a_nudge_allows_another_nudge() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.NEXT)
    talk.advance_clock(minutes=5)
    talk.store_move(Move.NUDGE)
    talk.answer_and_reply(Move.NEXT)
    talk.advance_clock(minutes=5)
    assert talk.plan.timeout_move == (Move.NUDGE, None)


def test_time_limit_ends_a_silence_without_a_nudge() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.NEXT)
    talk.advance_clock(minutes=28)
    talk.answer_and_reply(Move.NEXT)
    assert talk.plan.due_after(talk.now) == START_TIME + timedelta(minutes=30)
    talk.advance_clock(minutes=2)
    assert talk.plan.timeout_move == (Move.CLOSE, EndReason.OUT_OF_TIME)


def test_nudge_is_not_a_reply() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.NEXT)
    before = talk.plan
    talk.advance_clock(minutes=5)
    talk.store_move(Move.NUDGE)
    after = talk.plan
    assert (after.questions_asked, after.exchanges, after.moves_used, after.reply_to_seq) == (
        2,
        1,
        before.moves_used,
        before.reply_to_seq,
    )
    assert after.has_nudged


@pytest.mark.parametrize("language", LANGUAGES)
def test_nudge_repeats_the_open_question_and_asks_nothing_else(language: str) -> None:
    talk = make_greeted_talk(language=language)
    words = talk.plan.scripted_text(Move.NUDGE)
    assert words.endswith(" What draws you to this work?")
    assert words.count("?") == 1


def test_nudge_after_a_stop_asks_for_confirmation_again() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.advance_clock(minutes=5)
    assert talk.plan.scripted_text(Move.NUDGE).endswith(ENGLISH.stop)
    talk.store_move(Move.NUDGE)
    talk.say("Yes.")
    assert talk.plan.fallback_move is Move.CLOSE
    assert talk.plan.end_reason is EndReason.CANDIDATE_ENDED


# --- the time that is left


@pytest.mark.parametrize(
    ("limit", "before", "after", "minutes"),
    [
        (40, 29, 29.5, None),
        (40, 29, 30, 10),
        (40, 30, 34, None),
        (40, 34, 35, 5),
        (40, 29, 36, 4),
        (20, 14, 15, 5),
        (22, 16, 16.6, None),
        (22, 16, 17, 5),
        (8, 5, 6, 2),
        (8, 2, 3, None),
    ],
)
def test_time_that_is_left_is_said_once_at_a_quarter_and_at_five_minutes(
    limit: int, before: float, after: float, minutes: int | None
) -> None:
    talk = make_greeted_talk(limit=timedelta(minutes=limit), silence=timedelta(hours=1))
    talk.say(ANSWER)
    talk.advance_clock(minutes=before)
    talk.store_move(Move.NEXT)
    talk.advance_clock(minutes=after - before)
    talk.say(ANSWER)
    expected = ENGLISH.time_notice.format(minutes=ENGLISH.minutes.format(minutes)) if minutes else ""
    assert talk.plan.time_notice == expected
    talk.store_move(Move.WAIT)
    assert talk.plan.time_notice == ""
