from dataclasses import replace
from datetime import UTC, datetime

import pytest
from bson import ObjectId

from benchmarks.voice.deployment import HeldInterview
from benchmarks.voice.replies import analyze_replies, check_integrity
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
def held() -> HeldInterview:
    """Two answers, at 10 s and at 20 s; the worker sees their ends 0.1 s late, because of the room."""
    return HeldInterview(
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


def test_stages_of_a_reply_add_up_to_its_total(held: HeldInterview) -> None:
    first, second = analyze_replies(held)
    assert first.total == pytest.approx(0.99) == second.total
    assert first.endpointing == pytest.approx(0.7)
    assert first.providers == pytest.approx(0.15), "Claude's delay had passed when the answer was complete"
    assert first.own == pytest.approx(0.14)
    assert first.endpointing + first.first_word + first.first_audio + first.played + first.heard == pytest.approx(first.total)


def test_delay_of_a_late_request_is_attributed_to_claude(held: HeldInterview) -> None:
    late = replace(held.turns[2], latency=replace(LATENCY, first_word=0.92, first_audio=1.08, heard=1.09))
    slow = replace(
        held, sounds=[held.sounds[0], VoiceActivity("agent", 13.29, 18)], turns=[*held.turns[:2], late, *held.turns[3:]]
    )
    (reply,) = analyze_replies(slow)
    assert reply.providers == pytest.approx(0.45)
    assert reply.own == pytest.approx(0.14)


def test_intact_turns_are_intact(held: HeldInterview) -> None:
    assert check_integrity([held, held]).is_intact


def test_interrupting_reply_is_counted_and_not_measured(held: HeldInterview) -> None:
    over = replace(held, sounds=[*held.sounds[:1], VoiceActivity("agent", 11, 11.5), *held.sounds[1:]])
    assert check_integrity([over]).interrupting_replies == 1
    assert len(analyze_replies(over)) == 1


def test_answer_in_two_turns_is_counted(held: HeldInterview) -> None:
    second_part = turn(2, Speaker.CANDIDATE, 10, 11)
    assert check_integrity([replace(held, turns=[*held.turns, second_part])]).split_answers == 1


@pytest.mark.parametrize("move", [Move.NEXT, Move.PROBE], ids=["twice", "not at all"])
def test_plan_that_does_not_advance_once_per_answer_is_counted(held: HeldInterview, move: Move) -> None:
    turns = [replace(stored, move=move) if stored.seq == 3 else stored for stored in held.turns]
    if move is Move.NEXT:
        turns.append(turn(6, Speaker.INTERVIEWER, 13, 14, Move.NEXT, 2))
    assert check_integrity([replace(held, turns=turns)]).wrong_advances == 1


def test_cut_off_turns_and_incomplete_interviews_are_counted(held: HeldInterview) -> None:
    cut = replace(held, is_completed=False, turns=[replace(held.turns[0], interrupted=True), *held.turns[1:]])
    assert (check_integrity([cut]).cut_off_turns, check_integrity([cut]).incomplete_interviews) == (1, 1)
