"""What both channels make of a stored interview: its plan, what Claude is told, and what a turn of the interviewer's changes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bson import ObjectId

from agent.phrases import phrases_in
from agent.plan import Limits, Plan, read
from agent.prompts import Background
from errors import AppError
from models.append import Words
from models.interview import OPEN, EndReason, Interview, InterviewStatus
from models.position import Position, PositionBody, get_position
from models.turn import Move, NewTurn, Turn


async def position_of(interview: Interview) -> Position:
    """The version of the position that the interview uses. Raises AppError when it is gone."""
    position = await get_position(ObjectId(interview.position.id))
    if position is None:
        raise AppError("The version of the position that this interview uses is gone.")
    return position


def read_plan(
    interview: Interview,
    position: PositionBody,
    turns: Sequence[Turn],
    moment: datetime,
    *,
    closing_seconds: float,
    silence_seconds: float,
) -> Plan:
    """Where the interview stands at that moment; `silence_seconds`: how long nobody says a word before the interviewer asks."""
    limits = Limits(
        started_at=interview.started_at,
        limit=timedelta(minutes=position.limit_minutes),
        closing=timedelta(seconds=closing_seconds),
        silence=timedelta(seconds=silence_seconds),
    )
    return read(position, interview.language, turns, limits, moment)


def background_of(interview: Interview) -> Background:
    """What is known of the candidate and the job."""
    experience = interview.candidate.experience if interview.candidate else None
    return Background(experience, interview.resume, interview.job_description)


def greeting_of(interview: Interview, plan: Plan) -> str:
    """The first words, by which the candidate learns that an AI speaks."""
    name = interview.candidate.name if interview.candidate else ""
    return phrases_in(plan.language).greeting.format(
        name=name, title=plan.position.title, questions=len(plan.position.questions), minutes=plan.position.limit_minutes
    )


def words_of(
    plan: Plan,
    fence: int,
    turn: NewTurn,
    *,
    reason: EndReason | None = None,
    by_code: bool | None = None,
    statuses: Sequence[InterviewStatus] = OPEN,
) -> Words:
    """What storing the interviewer's turn changes; `reason`: of a CLOSE; a turn without a move changes nothing."""
    closes = turn.move is Move.CLOSE
    return Words(
        fence=fence,
        answers=turn.answers or 0,
        progress=plan.progress_after(turn.move) if turn.move else plan.progress,
        by_code=by_code,
        due_at=None if closes else plan.due_after(turn.ended_at),
        end_reason=(reason or plan.end_reason) if closes else None,
        statuses=statuses,
    )
