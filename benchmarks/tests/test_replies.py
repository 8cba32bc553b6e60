"""What the benchmark makes of an interview's sound and turns."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from bson import ObjectId

from benchmarks.interviews import Outcome
from benchmarks.replies import judge, percentile, replies_of
from models.documents.turn import Channel, Latency, Move, Speaker, Turn
from sandbox.caller.listener import VoiceActivity
from sandbox.caller.participant import CallerUtterance

LATENCY = Latency(final=0.2, committed=0.6, first_word=0.62, first_audio=0.78, heard=0.79)


def turn(seq: int, speaker: Speaker, begin: float, end: float, move: Move | None = None, answers: int | None = None) -> Turn:
    return Turn(
        id=ObjectId(),
        interview_id=ObjectId(),
        seq=seq,
        key=f"item:{seq}",
        speaker=speaker,
        text="words",
        channel=Channel.VOICE,
        started_at=datetime.fromtimestamp(begin, UTC),
        ended_at=datetime.fromtimestamp(end, UTC),
        move=move,
        answers=answers,
        latency=LATENCY if answers else None,
    )


@pytest.fixture
def whole() -> Outcome:
    """Two answers, at 10 s and at 20 s; what the worker takes for their ends is 0.1 s late, as the room makes it."""
    return Outcome(
        is_completed=True,
        said=[CallerUtterance("one", 10, 12), CallerUtterance("two", 20, 22)],
        sounds=[VoiceActivity("agent", 2, 9), VoiceActivity("agent", 12.99, 18), VoiceActivity("agent", 22.99, 25)],
        turns=[
            turn(1, Speaker.INTERVIEWER, 2, 9, Move.NEXT),
            turn(2, Speaker.CANDIDATE, 10, 12.1),
            turn(3, Speaker.INTERVIEWER, 12.89, 18, Move.NEXT, 2),
            turn(4, Speaker.CANDIDATE, 19.98, 22.1),
            turn(5, Speaker.INTERVIEWER, 22.89, 25, Move.CLOSE, 4),
        ],
    )


def test_a_replys_seconds_are_shared_out_and_none_is_lost(whole: Outcome) -> None:
    first, second = replies_of(whole)
    assert first.total == pytest.approx(0.99) == second.total
    assert first.endpointing == pytest.approx(0.7)
    assert first.providers == pytest.approx(0.15), "Claude's delay was over before the answer was"
    assert first.ours == pytest.approx(0.14)
    assert first.endpointing + first.first_word + first.first_audio + first.played + first.arrived == pytest.approx(first.total)


def test_a_reply_that_claude_was_asked_for_late_is_partly_claudes(whole: Outcome) -> None:
    late = replace(whole.turns[2], latency=replace(LATENCY, first_word=0.92, first_audio=1.08, heard=1.09))
    slow = replace(
        whole, sounds=[whole.sounds[0], VoiceActivity("agent", 13.29, 18)], turns=[*whole.turns[:2], late, *whole.turns[3:]]
    )
    (reply,) = replies_of(slow)
    assert reply.providers == pytest.approx(0.45)
    assert reply.ours == pytest.approx(0.14)


def test_whole_turns_are_whole(whole: Outcome) -> None:
    assert judge([whole, whole]).is_whole
    assert judge([whole, whole]).answers == 4


def test_a_reply_into_an_answer_is_told_and_not_measured(whole: Outcome) -> None:
    over = replace(whole, sounds=[*whole.sounds[:1], VoiceActivity("agent", 11, 11.5), *whole.sounds[1:]])
    assert judge([over]).spoken_over == 1
    assert len(replies_of(over)) == 1


def test_an_answer_in_two_turns_is_told(whole: Outcome) -> None:
    piece = turn(2, Speaker.CANDIDATE, 10, 11)
    assert judge([replace(whole, turns=[*whole.turns, piece])]).split == 1


@pytest.mark.parametrize("move", [Move.NEXT, Move.PROBE], ids=["twice", "not at all"])
def test_a_plan_that_does_not_advance_once_for_an_answer_is_told(whole: Outcome, move: Move) -> None:
    turns = [replace(one, move=move) if one.seq == 3 else one for one in whole.turns]
    if move is Move.NEXT:
        turns.append(turn(6, Speaker.INTERVIEWER, 13, 14, Move.NEXT, 2))
    assert judge([replace(whole, turns=turns)]).not_once == 1


def test_cut_off_turns_and_interviews_without_an_end_are_told(whole: Outcome) -> None:
    cut = replace(whole, is_completed=False, turns=[replace(whole.turns[0], interrupted=True), *whole.turns[1:]])
    assert (judge([cut]).cut_off, judge([cut]).unfinished) == (1, 1)


def test_percentiles_are_by_nearest_rank() -> None:
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.5) == 2.0
    assert percentile([float(place) for place in range(1, 101)], 0.95) == 95.0
    assert percentile([7.0], 0.95) == 7.0
