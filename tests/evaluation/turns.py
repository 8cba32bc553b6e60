"""Turns built in memory, for tests of pure functions."""

from datetime import UTC, datetime

from bson import ObjectId

from models.documents.turn import Channel, Move, Speaker, Turn

TURN_TIME = datetime(2026, 11, 25, tzinfo=UTC)
INTERVIEW_ID = ObjectId()


def candidate_turn(seq: int, text: str, question_key: str | None = None) -> Turn:
    return _turn(seq, text, Speaker.CANDIDATE, question_key, None, None)


def interviewer_turn(
    seq: int, text: str, answers: int, question_key: str | None = None, *, move: Move | None = Move.NEXT
) -> Turn:
    return _turn(seq, text, Speaker.INTERVIEWER, question_key, move, answers)


def _turn(seq: int, text: str, speaker: Speaker, question_key: str | None, move: Move | None, answers: int | None) -> Turn:
    return Turn(
        id=ObjectId(),
        interview_id=INTERVIEW_ID,
        seq=seq,
        key=f"test:{seq}",
        speaker=speaker,
        text=text,
        channel=Channel.TEXT,
        started_at=TURN_TIME,
        ended_at=TURN_TIME,
        question_key=question_key,
        move=move,
        answers=answers,
    )
