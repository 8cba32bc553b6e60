"""Candidate presence and interviewer dispatch in voice rooms, each step a compare-and-set by MongoDB's clock.

LiveKit's events may be late, repeated, reordered or lost, so each step names the connection (sid) that it concerns:
a connection that has ended never returns, and an older one never replaces a newer one.
"""

from datetime import UTC, datetime
from typing import Any

from bson import ObjectId

from models.documents.interview import (
    DISPATCH_HOLDER,
    OPEN_STATUSES,
    TERMINAL_STATUSES,
    Consent,
    Interview,
    InterviewStatus,
    RoomState,
)
from models.documents.turn import Channel
from models.storage.backoff import Backoff
from models.storage.lease import (
    COUNTED_ATTEMPT,
    LEASE_IS_FREE,
    NEXT_FENCE,
    NOT_ERASED,
    dispatch_of,
    from_now,
    is_free_after,
    lease_expression,
)
from models.writes.interview_transitions import REPLY_BACKOFF
from models.writes.interview_updates import update_interview

MAX_DISPATCH_SECONDS = 30.0
"""Longest wait for one dispatch after several unanswered ones."""
MAX_ENDED_SIDS = 10

_IS_OPEN: dict[str, Any] = {"status": {"$in": list(OPEN_STATUSES)}, **NOT_ERASED}
_IS_PRESENT: dict[str, Any] = {"$ne": [{"$ifNull": ["$room.participant", None]}, None]}
_IS_WANTED: dict[str, Any] = {"$or": [_IS_PRESENT, {"$gt": ["$room.wanted_until", "$$NOW"]}]}
_IS_DISPATCHED: dict[str, Any] = {"$eq": ["$lease.holder", DISPATCH_HOLDER]}
_EMPTY_ROOM: dict[str, Any] = {"$literal": RoomState(wanted_until=datetime.fromtimestamp(0, UTC)).model_dump()}


async def open_room(
    interview_id: ObjectId, consent: Consent | None, wanted_seconds: float, dispatch_seconds: float
) -> Interview | None:
    """SCHEDULED -> WAITING in the VOICE channel: open the room and hold the lease for a dispatch."""
    return await update_interview(
        interview_id,
        {"status": InterviewStatus.SCHEDULED, "erased_at": None},
        {"status": InterviewStatus.WAITING, "consent": consent, "channel": Channel.VOICE, "due_at": None},
        {
            "fence": NEXT_FENCE,
            "lease": lease_expression(DISPATCH_HOLDER, dispatch_seconds),
            "room": {"$mergeObjects": [_EMPTY_ROOM, {"wanted_until": from_now(wanted_seconds)}]},
        },
    )


async def expect_candidate(interview_id: ObjectId, wanted_seconds: float) -> Interview | None:
    """Record that the candidate was admitted to the room: an interviewer is wanted for at least `wanted_seconds`."""
    return await update_interview(
        interview_id,
        {**_IS_OPEN, "channel": Channel.VOICE, "room": {"$ne": None}},
        {},
        {"room.wanted_until": {"$max": ["$room.wanted_until", from_now(wanted_seconds)]}},
        visible=False,
    )


# --- the interviewer


async def claim_interviewer_lease(interview_id: ObjectId, fence: int, holder: str, lease_seconds: float) -> Interview | None:
    """Claim the lease for the dispatched interviewer, and count the attempt.

    Returns None if another was dispatched since, the lease is held, or the interview is over.
    """
    condition = {**_IS_OPEN, "channel": Channel.VOICE, "fence": fence, "$expr": {"$or": [_IS_DISPATCHED, LEASE_IS_FREE]}}
    claimed = {"lease": lease_expression(holder, lease_seconds), **COUNTED_ATTEMPT}
    return await update_interview(interview_id, condition, {"room.dispatches": 0}, claimed, visible=False)


async def claim_interviewer_dispatch(
    interview_id: ObjectId, dispatch_seconds: float, *, ignore_pending_dispatch: bool = False
) -> Interview | None:
    """Claim the dispatch of an interviewer to a VOICE interview that needs one; raises the fence.

    The claim holds the lease for `dispatch_seconds`, doubled after each unanswered dispatch up to MAX_DISPATCH_SECONDS.
    With `ignore_pending_dispatch`, a pending dispatch, which may have been lost, does not block the claim. Returns None
    if no interviewer is wanted or one holds the lease.
    """
    backoff = Backoff(dispatch_seconds, MAX_DISPATCH_SECONDS)
    return await update_interview(
        interview_id,
        _unattended_criteria(ignore_pending_dispatch=ignore_pending_dispatch),
        {},
        dispatch_of(DISPATCH_HOLDER, backoff, "room.dispatches"),
        visible=False,
    )


async def find_unattended_interviews(limit: int, *, ignore_pending_dispatch: bool = False) -> list[ObjectId]:
    """Return VOICE interviews that `claim_interviewer_dispatch` would claim, the longest unattended first."""
    return await _find_ids(_unattended_criteria(ignore_pending_dispatch=ignore_pending_dispatch), "lease.until", limit)


def _unattended_criteria(*, ignore_pending_dispatch: bool) -> dict[str, Any]:
    # a missing lease sorts before any time; unlike $ifNull, this form can use the index
    lapsed: dict[str, Any] = {"$lte": ["$lease.until", "$$NOW"]}
    free = {"$or": [lapsed, _IS_DISPATCHED]} if ignore_pending_dispatch else lapsed
    # the lease of a dispatch already includes the backoff after the one before
    paused = {"$or": [_IS_DISPATCHED, is_free_after(REPLY_BACKOFF)]}
    return {**_IS_OPEN, "channel": Channel.VOICE, "$expr": {"$and": [free, paused, _IS_WANTED]}}


# --- the candidate


async def mark_present(
    interview_id: ObjectId, sid: str, joined_at: datetime | None = None, *, is_listed: bool = False
) -> Interview | None:
    """Record that the candidate is in the room through connection `sid`. None if that is known or outdated.

    `joined_at`, by LiveKit's clock, identifies outdated events. `is_listed` means that LiveKit lists the connection
    in the room now, which overrides earlier events.
    """
    freshness_conditions: dict[str, Any] = {}
    if not is_listed:
        freshness_conditions["room.gone"] = {"$ne": sid}
        if joined_at is not None:
            freshness_conditions["$or"] = [{"room.joined_at": None}, {"room.joined_at": {"$lte": joined_at}}]
    previous_sid = {"$setDifference": [["$room.participant"], [None, {"$literal": sid}]]}
    return await update_interview(
        interview_id,
        {**_IS_OPEN, "room": {"$ne": None}, "room.participant": {"$ne": sid}, **freshness_conditions},
        {"room.participant": sid, "room.left_at": None},
        {
            # the expected candidate has joined: leaving again now counts as away
            "room.wanted_until": {"$min": ["$room.wanted_until", "$$NOW"]},
            "room.joined_at": {"$max": ["$room.joined_at", joined_at]},
            "room.gone": {"$slice": [{"$concatArrays": ["$room.gone", previous_sid]}, -MAX_ENDED_SIDS]},
        },
        visible=False,
    )


async def mark_away(interview_id: ObjectId, sid: str) -> Interview | None:
    """Record that connection `sid` ended; the candidate is away if it was the current one. None if that is known."""
    is_current = {"$eq": ["$room.participant", {"$literal": sid}]}
    return await update_interview(
        interview_id,
        {**_IS_OPEN, "room": {"$ne": None}, "$or": [{"room.participant": sid}, {"room.gone": {"$ne": sid}}]},
        {},
        {
            "room.participant": {"$cond": [is_current, None, "$room.participant"]},
            "room.left_at": {"$cond": [is_current, "$$NOW", "$room.left_at"]},
            "room.gone": {"$slice": [{"$concatArrays": ["$room.gone", [{"$literal": sid}]]}, -MAX_ENDED_SIDS]},
        },
        visible=False,
    )


async def find_abandoned_interviews(grace_seconds: float, limit: int) -> list[ObjectId]:
    """Return VOICE interviews whose candidate has been away for `grace_seconds` and is not expected back."""
    return await _find_ids({**_IS_OPEN, **abandonment_condition(grace_seconds)}, "room.left_at", limit)


def abandonment_condition(seconds: float) -> dict[str, Any]:
    """Return the condition of `find_abandoned_interviews`, to check it again when ending the interview."""
    is_late = {"$lte": ["$room.left_at", from_now(-seconds)]}
    return {
        "channel": Channel.VOICE,
        "room.left_at": {"$type": "date"},
        "$expr": {"$and": [is_late, {"$not": _IS_WANTED}]},
    }


async def find_unanswered_messages(min_age_seconds: float, limit: int) -> list[ObjectId]:
    """Return VOICE interviews whose typed message has waited for `min_age_seconds` while the candidate is away."""
    is_due = {"$lte": ["$due_at", from_now(-min_age_seconds)]}
    criteria = {**_IS_OPEN, "channel": Channel.VOICE, "room.participant": None, "due_at": {"$ne": None}, "$expr": is_due}
    return await _find_ids(criteria, "due_at", limit)


async def read_presence(limit: int) -> dict[ObjectId, str | None]:
    """Return open interviews that have a room, newest first, each with the connection last known to be in it."""
    criteria = {**_IS_OPEN, "room.wanted_until": {"$type": "date"}}
    rows = Interview.get_pymongo_collection().find(criteria, {"room.participant": 1}).sort("room.wanted_until", -1).limit(limit)
    return {row["_id"]: row["room"]["participant"] async for row in rows}


async def find_ended_interviews(interview_ids: list[ObjectId]) -> list[ObjectId]:
    """Return which of these interviews are over, so that their rooms can be deleted."""
    rows = Interview.get_pymongo_collection().find(
        {"_id": {"$in": interview_ids}, "status": {"$in": list(TERMINAL_STATUSES)}}, {"_id": 1}
    )
    return [row["_id"] async for row in rows]


# --- switching the channel


async def switch_channel_to_text(interview_id: ObjectId, *, even_if_present: bool = False) -> Interview | None:
    """Switch VOICE -> TEXT: the voice interviewer loses its lease, and a reply is due.

    Only while the room is empty, unless the candidate asks for it (`even_if_present`).
    """
    absence_condition = {} if even_if_present else {"room.participant": None}
    return await update_interview(
        interview_id,
        {**_IS_OPEN, "channel": Channel.VOICE, **absence_condition},
        {"channel": Channel.TEXT, "lease": None, "attempts": 0},
        {"fence": NEXT_FENCE, "due_at": "$$NOW"},
    )


async def switch_channel_to_voice(interview_id: ObjectId, wanted_seconds: float, dispatch_seconds: float) -> Interview | None:
    """Switch TEXT -> VOICE, reusing the former room state: the text interviewer loses its lease to a dispatch."""
    wanted = {"wanted_until": from_now(wanted_seconds), "dispatches": 0}
    return await update_interview(
        interview_id,
        {**_IS_OPEN, "channel": Channel.TEXT},
        {"channel": Channel.VOICE, "due_at": None},
        {
            "fence": NEXT_FENCE,
            "lease": lease_expression(DISPATCH_HOLDER, dispatch_seconds),
            "room": {"$mergeObjects": [{"$ifNull": ["$room", _EMPTY_ROOM]}, wanted]},
        },
    )


async def _find_ids(criteria: dict[str, Any], sort: str, limit: int) -> list[ObjectId]:
    rows = Interview.get_pymongo_collection().find(criteria, {"_id": 1}).sort(sort, 1).limit(limit)
    return [row["_id"] async for row in rows]
