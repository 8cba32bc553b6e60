"""Transcripts as they are read; following.py streams what comes after."""

from collections.abc import Sequence
from dataclasses import dataclass

from bson import ObjectId

from auth import Action, Principal, require_permission
from errors import BadInput
from lifecycle.services import Services
from models.documents.interview import TERMINAL_STATUSES, Interview
from models.documents.turn import Turn, read_turns, read_turns_by_seq
from models.reads.interview_row import InterviewRow
from models.reads.pagination import MAX_PAGE_SIZE
from resolvers.interview_lookup import load_interview


@dataclass(frozen=True, slots=True)
class TranscriptSlice:
    """Turns in order. `last_seq` is the interview's newest; `is_complete`: none will come after it."""

    interview_id: ObjectId
    turns: list[Turn]
    last_seq: int
    is_complete: bool


async def get_transcript(
    services: Services, principal: Principal, interview_id: str, after: int, first: int | None
) -> TranscriptSlice:
    """The turns after seq `after` (0: from the beginning), all of them unless `first` says how many.

    Raises NotFound when the interview is unknown or not the caller's, BadInput for a negative or too large number.
    """
    require_permission(principal, Action.READ_INTERVIEW)
    return await read_transcript(await load_interview(principal, interview_id), after, first)


async def read_transcript(interview: Interview | InterviewRow, after: int, first: int | None) -> TranscriptSlice:
    """The same of an interview that the caller may read. Raises BadInput."""
    if after < 0:
        raise BadInput("after is the seq of the last turn that you hold: 0 for none.", field="after")
    if first is not None and not 0 <= first <= MAX_PAGE_SIZE:
        raise BadInput(f"first must be between 0 and {MAX_PAGE_SIZE}; without it you get every turn.", field="first")
    # erased: what the deletion has not reached yet is no longer shown
    should_read = first != 0 and interview.erased_at is None
    turns = await read_turns(interview.id, after, first or 0) if should_read else []
    # turns may have come since the interview was read; to follow after last_seq must not repeat them
    last_seq = max(interview.last_seq, turns[-1].seq if turns else 0)
    return TranscriptSlice(interview.id, turns, last_seq, interview.status in TERMINAL_STATUSES)


async def get_turns_by_seq(interview_id: ObjectId, seqs: Sequence[int]) -> list[Turn]:
    """Those of the named turns that there are, in order; for quotes of an evaluation that the caller may read."""
    return await read_turns_by_seq(interview_id, seqs)
