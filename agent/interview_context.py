"""What the typed and the spoken interviewer derive from an interview: its plan, background, greeting and updates."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from agent.phrases import CodePhrases
from agent.plan import InterviewPlan, TimeLimits, derive_plan
from agent.prompts import Background
from errors import AppError
from models.documents.interview import (
    MAX_PAUSE,
    MAX_QUESTION_CHARACTERS,
    OPEN_STATUSES,
    CandidateQuestion,
    EndReason,
    Interview,
    InterviewStatus,
    compute_time_limit,
)
from models.documents.position import Position, PositionContent, get_position
from models.documents.turn import Move, NewTurn, Turn
from models.writes.append_turns import InterviewerUpdate
from models.writes.candidate_requests import NewRequest
from models.writes.reply_usage import ReplyUsage


async def load_position(interview: Interview) -> Position:
    """Load the version of the position that the interview uses.

    Raises AppError if it no longer exists.
    """
    position = await get_position(interview.position.id)
    if position is None:
        raise AppError("The version of the position that this interview uses no longer exists.")
    return position


def derive_interview_plan(
    interview: Interview,
    position: PositionContent,
    phrases: CodePhrases,
    turns: Sequence[Turn],
    now: datetime,
    *,
    closing_seconds: float,
    silence_seconds: float,
) -> InterviewPlan:
    """Derive the plan of an interview from its turns.

    After `silence_seconds` without a turn, a NUDGE is due.
    """
    limits = TimeLimits(
        started_at=interview.started_at,
        total=compute_time_limit(
            interview.position, interview.accommodations, interview.credited_seconds, interview.paused_at, now
        ),
        closing_reserve=timedelta(seconds=closing_seconds),
        max_silence=timedelta(seconds=silence_seconds),
        paused_until=interview.paused_at + MAX_PAUSE if interview.paused_at else None,
        resumed_after_seq=interview.resumed_after_seq,
        reopened_after_seq=interview.reopened_after_seq,
    )
    return derive_plan(position, interview.language, phrases, turns, limits, now, interview.signals)


def build_background(interview: Interview) -> Background:
    """Return what the prompt says about the candidate and the job."""
    experience = interview.candidate.experience if interview.candidate else None
    return Background(experience, interview.resume, interview.job_description)


def compose_greeting(interview: Interview, plan: InterviewPlan) -> str:
    """Compose the greeting, which discloses that the interviewer is an AI."""
    name = interview.candidate.name if interview.candidate else ""
    return plan.phrases.format_greeting(
        name=name,
        title=plan.position.title,
        questions=len(plan.position.questions),
        minutes=round(plan.limits.total.total_seconds() / 60),
    )


def build_interviewer_update(
    plan: InterviewPlan,
    fence: int,
    turn: NewTurn,
    *,
    reason: EndReason | None = None,
    is_code_reply: bool | None = None,
    reply_usage: ReplyUsage | None = None,
    statuses: Sequence[InterviewStatus] = OPEN_STATUSES,
) -> InterviewerUpdate:
    """Build the changes to store with an interviewer turn. A turn without a move makes no progress.

    `reason` is why the interview ends, if the move is CLOSE. `is_code_reply` is None if Claude was not asked.
    """
    is_closing = turn.move is Move.CLOSE
    return InterviewerUpdate(
        fence=fence,
        answers=turn.answers or 0,
        progress=plan.progress_after(turn.move) if turn.move else plan.progress,
        is_code_reply=is_code_reply,
        reply_usage=reply_usage,
        due_at=None if is_closing else plan.due_after(turn.ended_at),
        end_reason=(reason or plan.end_reason) if is_closing else None,
        candidate_question=_build_candidate_question(plan, turn) if turn.move is Move.ANSWER else None,
        statuses=statuses,
        unjudged_seqs=plan.unjudged_seqs if turn.move else (),
        request=_build_request(plan) if turn.move else None,
    )


def _build_request(plan: InterviewPlan) -> NewRequest | None:
    """Return the request for accommodations that the contribution makes, or None if it makes none."""
    kinds = plan.requested_accommodations
    if not kinds:
        return None
    return NewRequest(
        kinds=kinds, seqs=plan.contribution_seqs, requested_at=plan.now, time_factor=plan.position.extra_time_factor
    )


def _build_candidate_question(plan: InterviewPlan, turn: NewTurn) -> CandidateQuestion:
    return CandidateQuestion(
        seq=plan.reply_to_seq,
        text=plan.contribution[:MAX_QUESTION_CHARACTERS],
        facts=[fact.question for fact in plan.position.facts if fact.answer in turn.text],
        asked_at=turn.ended_at,
    )
