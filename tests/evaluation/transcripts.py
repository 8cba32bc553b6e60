"""Transcripts built in memory, for what is pure."""

from datetime import UTC, datetime

from bson import ObjectId

from models.turn import Channel, Move, Speaker, Turn

AT = datetime(2026, 11, 25, tzinfo=UTC)
INTERVIEW = ObjectId()


def candidate(seq: int, text: str, question_key: str | None = None) -> Turn:
    return _turn(seq, text, Speaker.CANDIDATE, question_key, None, None)


def interviewer(seq: int, text: str, answers: int, question_key: str | None = None) -> Turn:
    return _turn(seq, text, Speaker.INTERVIEWER, question_key, Move.NEXT, answers)


def _turn(seq: int, text: str, speaker: Speaker, question_key: str | None, move: Move | None, answers: int | None) -> Turn:
    return Turn(
        id=ObjectId(),
        interview_id=INTERVIEW,
        seq=seq,
        key=f"test:{seq}",
        speaker=speaker,
        text=text,
        channel=Channel.TEXT,
        started_at=AT,
        ended_at=AT,
        question_key=question_key,
        move=move,
        answers=answers,
    )
