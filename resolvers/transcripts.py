"""Reading transcripts. resolvers.subscriptions streams the turns that follow."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bson import ObjectId

from auth import Action, Principal, require_permission
from errors import BadInput, NotFound
from models.documents.interview import TERMINAL_STATUSES, Interview
from models.documents.turn import Turn, get_turn, read_turns
from models.reads.interview_row import InterviewRow
from models.reads.pagination import MAX_PAGE_SIZE
from resolvers.ids import IdKind, encode_id
from resolvers.interviews import load_interview


@dataclass(frozen=True, slots=True)
class TranscriptSlice:
    """Turns in order. `last_seq` is the seq of the interview's newest turn; if `is_complete`, no turn will follow it."""

    interview_id: ObjectId
    turns: list[Turn]
    last_seq: int
    is_complete: bool


TurnReader = Callable[[ObjectId, int, int], Awaitable[list[Turn]]]
"""Reads the turns of an interview after a seq, as models.documents.turn.read_turns does; at most so many unless it is 0."""


async def get_transcript(
    principal: Principal, interview_id: str, after: int, first: int | None, read: TurnReader = read_turns
) -> TranscriptSlice:
    """Return the turns after seq `after` (0 for the beginning): the next `first`, by default all of them.

    Raises NotFound if the interview is unknown or belongs to others, and BadInput for a number that is out of range.
    """
    require_permission(principal, Action.READ_INTERVIEW)
    return await read_transcript(await load_interview(principal, interview_id), after, first, read)


async def find_visible_turn(principal: Principal, turn_id: ObjectId) -> Turn | None:
    """Return the turn if the caller may read its interview, and the transcript is not erased. Raises Unauthenticated."""
    turn = await get_turn(turn_id)
    if turn is None:
        return None
    try:
        interview = await load_interview(principal, encode_id(IdKind.INTERVIEW, turn.interview_id))
    except NotFound:
        return None
    return turn if interview.erased_at is None and turn.seq <= interview.last_seq else None


async def read_transcript(
    interview: Interview | InterviewRow, after: int, first: int | None, read: TurnReader = read_turns
) -> TranscriptSlice:
    """Return the turns of an interview that the caller may read, as `get_transcript` does. Raises BadInput."""
    if after < 0:
        raise BadInput("after must be the seq of the last turn that you have received, or 0 if you have none.", field="after")
    if first is not None and not 0 <= first <= MAX_PAGE_SIZE:
        raise BadInput(f"first must be between 0 and {MAX_PAGE_SIZE}. Leave it out to get every turn.", field="first")
    # After an erasure has begun, turns that are not deleted yet are hidden: that of a transcript sets last_seq to 0.
    should_read = first != 0 and interview.erased_at is None and interview.last_seq > 0
    turns = await read(interview.id, after, first or 0) if should_read else []
    # Turns may have been added since the interview was read: a subscription after last_seq must not repeat them.
    last_seq = max(interview.last_seq, turns[-1].seq if turns else 0)
    return TranscriptSlice(interview.id, turns, last_seq, interview.status in TERMINAL_STATUSES)
