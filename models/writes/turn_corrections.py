"""Storing corrections of turns."""

from pymongo.errors import DuplicateKeyError

from errors import Conflict
from models.documents.interview import TERMINAL_STATUSES, Interview, ReviewReason, get_interview
from models.documents.turn_correction import TurnCorrection, find_correction
from models.storage.lease import NOT_ERASED
from models.writes.interview_updates import insert_with_interview


async def add_correction(correction: TurnCorrection, window_hours: int) -> Interview | None:
    """Store the correction and ask for a review of the interview, in one transaction.

    Returns the changed interview, or None if the same correction is stored already. Raises Conflict if the interview is not
    over, the window has closed by MongoDB's clock, or the turn has another correction.
    """
    closes_at = {"$add": ["$ended_at", window_hours * 3_600_000]}
    condition = {
        "status": {"$in": list(TERMINAL_STATUSES)},
        # without a time of its end, the sum is null, which sorts before every date
        "$expr": {"$gt": [closes_at, "$$NOW"]},
        # the turn has not been erased since the caller read it
        "last_seq": {"$gte": correction.seq},
        **NOT_ERASED,
    }
    reasons = {"review_reasons": {"$setUnion": [{"$ifNull": ["$review_reasons", []]}, [ReviewReason.CORRECTION]]}}
    try:
        changed = await insert_with_interview(correction, condition, computed=reasons)
    except DuplicateKeyError:
        changed = None
    if changed is not None:
        return changed
    # a repeated call is answered even after the window has closed
    stored = await find_correction(correction.interview_id, correction.seq)
    if stored is not None:
        if stored.text == correction.text:
            return None
        raise Conflict("This turn has a correction already, which is final: add what is missing to another of your turns.")
    interview = await get_interview(correction.interview_id)
    if interview is None or interview.status not in TERMINAL_STATUSES:
        raise Conflict(
            "Turns can be corrected once the interview has ended: say in the interview what you would like to correct."
        )
    if interview.last_seq < correction.seq:
        raise Conflict("The transcript has been erased: there is no turn to correct any more.")
    raise Conflict("The time for corrections is over: write to the organization that interviewed you.")
