"""Appending turns: the only place that assigns a turn's `seq`."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from errors import Conflict, ExhaustedBudget, NotFound
from models.documents.budget import Budget
from models.documents.interview import (
    OPEN_STATUSES,
    OPT_OUT_REASONS,
    TURN_STATUSES,
    CandidateQuestion,
    EndReason,
    Interview,
    InterviewStatus,
    Progress,
    get_interview,
)
from models.documents.language import primary_language
from models.documents.turn import Channel, Move, NewTurn, Turn, find_turn, get_turn_collection, turn_to_row, turn_to_values
from models.storage.lease import LeaseLost
from models.storage.transactions import run_in_transaction
from models.wording.function_words import LanguageIdentifier
from models.writes.candidate_requests import ELAPSED_SECONDS, PAUSED_CLOCK, RESUMED_CLOCK, NewRequest, build_request_changes
from models.writes.interview_updates import update_interview
from models.writes.reply_usage import ReplyUsage, usage_expressions, usage_values
from settings import BudgetSettings


class Superseded(Exception):
    """The candidate added a turn after the reply was composed: read it and compose again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewerUpdate:
    """The changes to the interview that are stored in one transaction with the interviewer's turns."""

    fence: int
    answers: int
    """Seq of the last candidate turn that the turns answer."""
    progress: Progress
    is_code_reply: bool | None
    """Whether code replied instead of Claude; None if Claude was not asked, as for the greeting."""
    due_at: datetime | None
    """When the interviewer must act next if the candidate stays silent."""
    end_reason: EndReason | None = None
    """Set if the turns are the closing: the interview becomes ENDING with this reason."""
    expected_seq: int | None = None
    """If set, raise Superseded unless this is still the last seq."""
    statuses: Sequence[InterviewStatus] = OPEN_STATUSES
    """States in which the turns are accepted; with ENDING, also words spoken before the interview was ended."""
    candidate_question: CandidateQuestion | None = None
    """The candidate's question that the turns answer."""
    reply_usage: ReplyUsage | None = None
    """Usage of the calls of Claude since the last stored reply; None if there were none."""
    unjudged_seqs: Sequence[int] = ()
    """Seqs of the candidate's turns that the turns answer, if the judge does not read these (Interview.unjudged_seqs)."""
    request: NewRequest | None = None
    """The request that the candidate has made; it pauses the clock."""


_STARTS_OR_RESUMES: dict[str, Any] = {
    "$or": [{"$eq": ["$status", InterviewStatus.WAITING]}, {"$eq": [{"$type": "$paused_at"}, "date"]}]
}
"""Condition that the candidate's turn changes more than the transcript: it starts the interview, or its clock again."""

DEFAULT_BUDGETS = BudgetSettings()


class TranscriptFull(Conflict):
    """The interview holds as many messages of the candidate, or as much text, as its budgets allow."""


class AppendedTurn(NamedTuple):
    """A turn of the candidate that is stored, and the interview after it."""

    turn: Turn
    interview: Interview
    is_new: bool
    """False if an earlier call with the same key has stored the turn."""


async def append_candidate_turn(
    interview_id: ObjectId,
    turn: NewTurn,
    fence: int | None = None,
    languages: LanguageIdentifier | None = None,
    budgets: BudgetSettings = DEFAULT_BUDGETS,
    earlier: Interview | None = None,
) -> AppendedTurn:
    """Store a candidate's turn; the first turn starts the interview. Repeating a key returns the stored turn.

    `earlier` is the interview as the caller has read it: one that was full then is not tried again, because a failed transaction
    costs as much as a turn.
    With `languages`, a turn in another language than the interview's is marked. `fence` is that of the voice interviewer's
    lease; with it, the turn is also accepted while the interview is ENDING, because it was spoken before. Raises NotFound for
    an unknown or erased interview, Conflict if the interview accepts no turns or the key was used for another text, LeaseLost
    if another interviewer has the lease, and TranscriptFull if a typed turn would exceed the interview's budget of messages or
    characters. Speech is bounded by the time limit.
    """
    values: dict[str, Any] = {"attempts": 0}
    computed = {
        "status": {"$cond": [{"$eq": ["$status", InterviewStatus.ENDING]}, "$status", InterviewStatus.IN_PROGRESS]},
        "started_at": {"$ifNull": ["$started_at", "$$NOW"]},
        "last_seq": {"$add": ["$last_seq", 1]},
        "last_candidate_seq": {"$add": ["$last_seq", 1]},
        "candidate_messages": {"$add": [{"$ifNull": ["$candidate_messages", 0]}, 1]},
        "candidate_characters": {"$add": [{"$ifNull": ["$candidate_characters", 0]}, len(turn.text)]},
        # a voice interviewer hears speech directly: only a typed message makes a reply due
        # (models.writes.room_transitions.find_unanswered_messages)
        "due_at": {"$cond": [{"$eq": [{"$literal": turn.channel}, "TEXT"]}, "$$NOW", "$due_at"]},
        "elapsed_seconds": ELAPSED_SECONDS,
        **RESUMED_CLOCK,
    }

    condition: dict[str, Any] = {"status": {"$in": list(OPEN_STATUSES)}, "erased_at": None}
    if turn.channel is Channel.TEXT:
        condition["candidate_characters"] = {"$not": {"$gt": budgets.interview_characters - len(turn.text)}}
        if budgets.interview_messages:
            condition["candidate_messages"] = {"$not": {"$gte": budgets.interview_messages}}
    if fence is not None:
        condition |= {"status": {"$in": list(TURN_STATUSES)}, "fence": fence}

    async def work(session: AsyncClientSession) -> AppendedTurn | None:
        interview = await update_interview(interview_id, condition, values, computed, session, changed_if=_STARTS_OR_RESUMES)
        if interview is None:
            return None
        expected = primary_language(interview.language)
        language = languages.identify_other_language(turn.text, expected) if languages else turn.language
        completed_turn = replace(turn, question_key=interview.progress.question_key, language=language)
        return AppendedTurn((await insert_turns(interview, [completed_turn], session))[0], interview, is_new=True)

    stored = None
    if earlier is None or _find_exhausted_budget(earlier, turn, budgets) is None:
        with suppress(DuplicateKeyError):
            stored = await run_in_transaction(Interview, interview_id, work)
    if stored:
        return stored
    interview = await get_interview(interview_id)
    if interview is None or interview.erased_at is not None:
        raise NotFound("There is no such interview.")
    existing = await find_turn(interview_id, turn.key)
    if existing is None and fence is not None:
        raise LeaseLost
    if existing is None:
        full = _find_exhausted_budget(interview, turn, budgets) if interview.status in OPEN_STATUSES else None
        raise full or closed_interview_error(interview)
    if existing.text != turn.text:
        raise Conflict("This key was used for another message: send the same text again, or a new key.", field="idempotencyKey")
    return AppendedTurn(existing, interview, is_new=False)


def _find_exhausted_budget(interview: Interview, turn: NewTurn, budgets: BudgetSettings) -> TranscriptFull | None:
    """Return the error of a typed turn that exceeds a budget of the interview; None if there is room for it."""
    if turn.channel is not Channel.TEXT:
        return None
    messages, characters = interview.candidate_messages, interview.candidate_characters
    if budgets.interview_messages and messages >= budgets.interview_messages:
        return TranscriptFull(
            f"The interview already holds {messages:,} of at most {budgets.interview_messages:,} messages: end it "
            "(endInterview).",
            budget=ExhaustedBudget(Budget.INTERVIEW_MESSAGES, budgets.interview_messages, messages),
        )
    if characters + len(turn.text) > budgets.interview_characters:
        return TranscriptFull(
            f"The interview already holds {characters:,} of at most {budgets.interview_characters:,} characters: "
            "end it (endInterview), or send a shorter message.",
            budget=ExhaustedBudget(Budget.INTERVIEW_CHARACTERS, budgets.interview_characters, characters),
        )
    return None


async def append_interviewer_turns(
    interview_id: ObjectId, turns: Sequence[NewTurn], update: InterviewerUpdate
) -> tuple[list[Turn], Interview]:
    """Store the interviewer's turns, all or none, under the fence of the lease. Repeating the keys returns the stored turns.

    Raises LeaseLost if another holder has claimed the lease or the interview accepts no more turns, and Superseded if
    `update.expected_seq` is not the last seq.
    """
    count = len(turns)
    values: dict[str, Any] = {"progress": update.progress, "attempts": 0, **usage_values(update.reply_usage)}
    end_fields = {}
    start_fields = {}
    if any(turn.channel is Channel.VOICE for turn in turns):
        # a candidate who is spoken to in the room has started the interview
        is_waiting = {"$eq": ["$status", InterviewStatus.WAITING]}
        start_fields = {
            "status": {"$cond": [is_waiting, InterviewStatus.IN_PROGRESS, "$status"]},
            "started_at": {"$ifNull": ["$started_at", "$$NOW"]},
        }
    clock_fields: dict[str, Any] = {}
    if any(turn.move not in (None, Move.NUDGE, Move.CLOSE) for turn in turns):
        clock_fields["elapsed_seconds"] = ELAPSED_SECONDS
    if update.end_reason:
        values["status"] = InterviewStatus.ENDING
        start_fields.pop("status", None)
        # if the interview was ended in the meantime, keep its time, and its reason unless the candidate has opted out
        earlier_reason = None if update.end_reason in OPT_OUT_REASONS else "$end_reason"
        end_fields = {
            "end_reason": {"$ifNull": [earlier_reason, {"$literal": update.end_reason}]},
            "ended_at": {"$ifNull": ["$ended_at", "$$NOW"]},
            **RESUMED_CLOCK,
        }
    # a turn holds what was heard, and a greeting that nobody heard has no move
    greeting = next((turn for turn in turns if turn.move is Move.GREET), None)
    disclosure_fields = (
        {"ai_disclosed_at": {"$ifNull": ["$ai_disclosed_at", {"$literal": greeting.ended_at}]}} if greeting else {}
    )
    question_fields = (
        {
            "candidate_questions": {
                "$concatArrays": [
                    {"$ifNull": ["$candidate_questions", []]},
                    [{"$literal": update.candidate_question.model_dump()}],
                ]
            }
        }
        if update.candidate_question
        else {}
    )
    # a voice interviewer has its own timers, so only an unanswered typed message is due
    is_text = {"$eq": ["$channel", Channel.TEXT]}
    is_unanswered = {"$gt": ["$last_candidate_seq", update.answers]}
    due_at = {
        "$cond": [
            is_text,
            {"$cond": [is_unanswered, "$$NOW", {"$literal": update.due_at}]},
            {"$cond": [is_unanswered, "$due_at", None]},
        ]
    }
    rights_fields: dict[str, Any] = {}
    if update.unjudged_seqs:
        rights_fields["unjudged_seqs"] = {"$setUnion": [{"$ifNull": ["$unjudged_seqs", []]}, list(update.unjudged_seqs)]}
    if update.request:
        rights_fields |= build_request_changes(update.request, skips_repetition=True)
        # a candidate who has already gone on needs no pause
        rights_fields["paused_at"] = {"$cond": [is_unanswered, "$paused_at", PAUSED_CLOCK]}
    computed = {
        "last_seq": {"$add": ["$last_seq", count]},
        "answered_seq": {"$max": ["$answered_seq", update.answers]},
        "replies": {"$add": ["$replies", int(update.is_code_reply is not None)]},
        "code_replies": {"$add": ["$code_replies", int(update.is_code_reply or False)]},
        "due_at": due_at,
        **usage_expressions(update.reply_usage),
        **question_fields,
        **rights_fields,
        **disclosure_fields,
        **clock_fields,
        **start_fields,
        **end_fields,
    }
    # turns alone are no change in the change feed: they have streams of their own
    changed_if: Any = {
        "$or": [
            {"$ne": ["$progress.question", update.progress.question]},
            {"$in": ["$status", [InterviewStatus.WAITING, InterviewStatus.ENDING]]},
            any((update.end_reason, update.request, update.candidate_question)),
        ]
    }
    condition: dict[str, Any] = {"status": {"$in": list(update.statuses)}, "erased_at": None, "fence": update.fence}
    if update.expected_seq is not None:
        condition["last_seq"] = update.expected_seq

    async def work(session: AsyncClientSession) -> tuple[list[Turn], Interview] | None:
        interview = await update_interview(interview_id, condition, values, computed, session, changed_if=changed_if)
        return None if interview is None else (await insert_turns(interview, turns, session), interview)

    try:
        stored = await run_in_transaction(Interview, interview_id, work)
    except DuplicateKeyError:
        stored = None
    if stored:
        return stored
    interview = await get_interview(interview_id)
    if interview is None or interview.erased_at is not None or interview.fence != update.fence:
        # even if these keys are stored, another interviewer has the lease
        raise LeaseLost
    existing = [await find_turn(interview_id, turn.key) for turn in turns]
    found = [turn for turn in existing if turn]
    if len(found) == count:
        return found, interview
    if interview.status not in update.statuses:
        raise LeaseLost
    raise Superseded


async def insert_turns(interview: Interview, turns: Sequence[NewTurn], session: AsyncClientSession) -> list[Turn]:
    """Insert turns that the changed interview's `last_seq` already counts, in the transaction of that change."""
    stored = [
        Turn(id=ObjectId(), interview_id=interview.id, seq=seq, **turn_to_values(turn))
        for seq, turn in enumerate(turns, interview.last_seq - len(turns) + 1)
    ]
    for turn in stored:  # the error of insert_many would contain the text
        await get_turn_collection().insert_one(turn_to_row(turn), session=session)
    return stored


def closed_interview_error(interview: Interview) -> Conflict:
    """Return the error for a message to an interview that accepts none, with the remedy."""
    if interview.status is InterviewStatus.SCHEDULED:
        return Conflict("The interview is not open yet: join it with the invite (joinInterview) first.")
    return Conflict(f"The interview accepts no more messages: it is {interview.status}.")
