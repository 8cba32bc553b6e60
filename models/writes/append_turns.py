"""Storing turns: the one place where a turn gets its seq."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from errors import Conflict, NotFound
from models.documents.interview import (
    OPEN_STATUSES,
    EndReason,
    Interview,
    InterviewStatus,
    Progress,
    get_interview,
    update_interview,
)
from models.documents.turn import Channel, NewTurn, Turn, find_turn, get_turn_collection, turn_to_row, turn_to_values
from models.storage.transactions import run_in_transaction


class LeaseLost(Exception):
    """Another holder has taken over: whoever gets this has nothing more to say in the interview."""


class Superseded(Exception):
    """The candidate has added something since the turns were composed: read it, and compose again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewerUpdate:
    """What an interviewer's turns change on the interview in the same transaction."""

    fence: int
    answers: int
    """seq of the last candidate turn that they answer"""
    progress: Progress
    by_code: bool | None
    """whether code spoke in Claude's place; None where nothing was asked of Claude, as in the greeting"""
    due_at: datetime | None
    """when the interviewer must act next if the candidate says nothing"""
    end_reason: EndReason | None = None
    """they are the closing: the interview is ENDING from here"""
    expected_seq: int | None = None
    """refuse with Superseded unless this is still the last turn"""
    statuses: Sequence[InterviewStatus] = OPEN_STATUSES
    """in which they are taken; with ENDING, for what had been said already when the interview was ended"""


async def append_candidate_turn(interview_id: ObjectId, turn: NewTurn, fence: int | None = None) -> tuple[Turn, Interview]:
    """Store a candidate's turn; the first begins the interview. The same key again answers the stored turn.

    `fence`: of the lease under which it was heard; then it is taken while the interview is ENDING, too, as it had been said.
    Raises NotFound for an unknown or erased interview, Conflict when it takes no turns (not open yet, or ended) and when the
    key stands for another text; LeaseLost where another hears the candidate now.
    """
    values: dict[str, Any] = {"attempts": 0}
    computed = {
        "status": {"$cond": [{"$eq": ["$status", InterviewStatus.ENDING]}, "$status", InterviewStatus.IN_PROGRESS]},
        "started_at": {"$ifNull": ["$started_at", "$$NOW"]},
        "last_seq": {"$add": ["$last_seq", 1]},
        "last_candidate_seq": {"$add": ["$last_seq", 1]},
        # a voice interview's agent hears for itself: only a typed message is due, to the job or, while somebody is in the room,
        # to the agent (models.writes.room_transitions.find_typed)
        "due_at": {"$cond": [{"$eq": [{"$literal": turn.channel}, "TEXT"]}, "$$NOW", "$due_at"]},
    }

    condition: dict[str, Any] = {"status": {"$in": list(OPEN_STATUSES)}, "erased_at": None}
    if fence is not None:
        condition |= {"status": {"$in": [*OPEN_STATUSES, InterviewStatus.ENDING]}, "fence": fence}

    async def work(session: AsyncClientSession) -> tuple[Turn, Interview] | None:
        interview = await update_interview(interview_id, condition, values, computed, session)
        if interview is None:
            return None
        turn_with_question = replace(turn, question_key=interview.progress.question_key)
        return (await _insert(interview, [turn_with_question], session))[0], interview

    try:
        stored = await run_in_transaction(work)
    except DuplicateKeyError:
        stored = None
    if stored:
        return stored
    interview = await get_interview(interview_id)
    if interview is None or interview.erased_at is not None:
        raise NotFound("There is no such interview.")
    existing = await find_turn(interview_id, turn.key)
    if existing is None and fence is not None:
        raise LeaseLost
    if existing is None:
        raise closed_interview_error(interview)
    if existing.text != turn.text:
        raise Conflict("This key was used for another message: send the same text again, or a new key.", field="idempotencyKey")
    return existing, interview


async def append_interviewer_turns(
    interview_id: ObjectId, turns: Sequence[NewTurn], update: InterviewerUpdate
) -> tuple[list[Turn], Interview]:
    """Store the interviewer's turns, all or none, under the lease's number. The same keys again answer what is stored.

    Raises LeaseLost when the number has grown or the interview takes no turns any more, Superseded as `update` says.
    """
    count = len(turns)
    values: dict[str, Any] = {"progress": update.progress, "attempts": 0}
    end_fields = {}
    start_fields = {}
    if any(turn.channel is Channel.VOICE for turn in turns):
        # who has come to the room and is spoken to is in the interview
        is_waiting = {"$eq": ["$status", InterviewStatus.WAITING]}
        start_fields = {
            "status": {"$cond": [is_waiting, InterviewStatus.IN_PROGRESS, "$status"]},
            "started_at": {"$ifNull": ["$started_at", "$$NOW"]},
        }
    if update.end_reason:
        values["status"] = InterviewStatus.ENDING
        start_fields.pop("status", None)
        # the last words of one that was ended meanwhile: its own reason and time stand
        end_fields = {
            "end_reason": {"$ifNull": ["$end_reason", {"$literal": update.end_reason}]},
            "ended_at": {"$ifNull": ["$ended_at", "$$NOW"]},
        }
    # by voice, who attends has a clock of its own; there only a typed message that is not answered yet is due
    is_text = {"$eq": ["$channel", Channel.TEXT]}
    is_unanswered = {"$gt": ["$last_candidate_seq", update.answers]}
    due_at = {
        "$cond": [
            is_text,
            {"$cond": [is_unanswered, "$$NOW", {"$literal": update.due_at}]},
            {"$cond": [is_unanswered, "$due_at", None]},
        ]
    }
    computed = {
        "last_seq": {"$add": ["$last_seq", count]},
        "answered_seq": {"$max": ["$answered_seq", update.answers]},
        "replies": {"$add": ["$replies", int(update.by_code is not None)]},
        "code_replies": {"$add": ["$code_replies", int(update.by_code or False)]},
        "due_at": due_at,
        **start_fields,
        **end_fields,
    }
    condition: dict[str, Any] = {"status": {"$in": list(update.statuses)}, "erased_at": None, "fence": update.fence}
    if update.expected_seq is not None:
        condition["last_seq"] = update.expected_seq

    async def work(session: AsyncClientSession) -> tuple[list[Turn], Interview] | None:
        interview = await update_interview(interview_id, condition, values, computed, session)
        return None if interview is None else (await _insert(interview, turns, session), interview)

    try:
        stored = await run_in_transaction(work)
    except DuplicateKeyError:
        stored = None
    if stored:
        return stored
    interview = await get_interview(interview_id)
    if interview is None or interview.erased_at is not None or interview.fence != update.fence:
        # whatever stands under these keys now: another speaks here
        raise LeaseLost
    existing = [await find_turn(interview_id, turn.key) for turn in turns]
    found = [turn for turn in existing if turn]
    if len(found) == count:
        return found, interview
    if interview.status not in update.statuses:
        raise LeaseLost
    raise Superseded


async def _insert(interview: Interview, turns: Sequence[NewTurn], session: AsyncClientSession) -> list[Turn]:
    first = interview.last_seq - len(turns) + 1
    stored = [
        Turn(id=ObjectId(), interview_id=interview.id, seq=first + place, **turn_to_values(turn))
        for place, turn in enumerate(turns)
    ]
    for turn in stored:  # insert_many's error would carry the text
        await get_turn_collection().insert_one(turn_to_row(turn), session=session)
    return stored


def closed_interview_error(interview: Interview) -> Conflict:
    """Why an interview takes no message now, and what to do."""
    if interview.status is InterviewStatus.SCHEDULED:
        return Conflict("The interview is not open yet: join it with the invite (joinInterview) first.")
    return Conflict(f"The interview takes no more messages: it is {interview.status}.")
