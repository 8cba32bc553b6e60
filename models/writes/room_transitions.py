"""Where the candidate of a voice interview is, and who has been asked to attend: each step a compare-and-set by MongoDB's clock.

What LiveKit tells may come late, twice, in another order or never, so each step names the connection (sid) that it is about:
one that has ended never comes back, and an older one never takes the place of a newer.
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
    update_interview,
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

MAX_DISPATCH_SECONDS = 30.0
"""the longest that one dispatch is waited for, when none before it was answered"""
MAX_ENDED_SIDS = 10

_IS_OPEN: dict[str, Any] = {"status": {"$in": list(OPEN_STATUSES)}, **NOT_ERASED}
_IS_PRESENT: dict[str, Any] = {"$ne": [{"$ifNull": ["$room.participant", None]}, None]}
_IS_WANTED: dict[str, Any] = {"$or": [_IS_PRESENT, {"$gt": ["$room.wanted_until", "$$NOW"]}]}
_IS_DISPATCHED: dict[str, Any] = {"$eq": ["$lease.holder", DISPATCH_HOLDER]}
_EMPTY_ROOM: dict[str, Any] = {"$literal": RoomState(wanted_until=datetime.fromtimestamp(0, UTC)).model_dump()}


async def open_room(
    interview_id: ObjectId, consent: Consent | None, wanted_seconds: float, dispatch_seconds: float
) -> Interview | None:
    """SCHEDULED -> WAITING in the VOICE channel: the candidate may come, and an interviewer is being asked for."""
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
    """Somebody has been let into the room of a VOICE interview: an interviewer is wanted there for that long at least."""
    return await update_interview(
        interview_id,
        {**_IS_OPEN, "channel": Channel.VOICE, "room": {"$ne": None}},
        {},
        {"room.wanted_until": {"$max": ["$room.wanted_until", from_now(wanted_seconds)]}},
        visible=False,
    )


# --- who attends


async def claim_interviewer_lease(interview_id: ObjectId, fence: int, holder: str, lease_seconds: float) -> Interview | None:
    """Take the lease for which this interviewer was dispatched; the attempt is counted.

    None: another has been dispatched since, somebody has the lease, or there is nothing to attend any more.
    """
    condition = {**_IS_OPEN, "channel": Channel.VOICE, "fence": fence, "$expr": {"$or": [_IS_DISPATCHED, LEASE_IS_FREE]}}
    claimed = {"lease": lease_expression(holder, lease_seconds), **COUNTED_ATTEMPT}
    return await update_interview(interview_id, condition, {"room.dispatches": 0}, claimed, visible=False)


async def claim_interviewer_dispatch(
    interview_id: ObjectId, dispatch_seconds: float, *, ignore_pending_dispatch: bool = False
) -> Interview | None:
    """Take it upon oneself to dispatch an interviewer to a VOICE interview that wants one and has none; the fence grows.

    The claim counts as a lease for `dispatch_seconds`, and for twice as long, up to MAX_DISPATCH_SECONDS, after each that no
    interviewer answered. `ignore_pending_dispatch`: do not wait for one that may have been lost. None: nobody is
    wanted, or somebody attends.
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
    """VOICE interviews that `claim_interviewer_dispatch` would take, the longest unattended first."""
    return await _find_ids(_unattended_criteria(ignore_pending_dispatch=ignore_pending_dispatch), "lease.until", limit)


def _unattended_criteria(*, ignore_pending_dispatch: bool) -> dict[str, Any]:
    # a lease that is not there sorts before any time; without $ifNull the index answers it
    lapsed: dict[str, Any] = {"$lte": ["$lease.until", "$$NOW"]}
    free = {"$or": [lapsed, _IS_DISPATCHED]} if ignore_pending_dispatch else lapsed
    # the lease of a dispatch is itself the pause after the one before
    paused = {"$or": [_IS_DISPATCHED, is_free_after(REPLY_BACKOFF)]}
    return {**_IS_OPEN, "channel": Channel.VOICE, "$expr": {"$and": [free, paused, _IS_WANTED]}}


# --- who is there


async def mark_present(
    interview_id: ObjectId, sid: str, joined_at: datetime | None = None, *, is_listed: bool = False
) -> Interview | None:
    """The candidate is in the room by the connection `sid`. None: that was known, or is no longer so.

    `joined_at`, by LiveKit's clock, tells what is older than what is known. `is_listed`: LiveKit has it in the room at this
    moment, whatever was told before.
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
            # the wish has come true: who leaves again is away
            "room.wanted_until": {"$min": ["$room.wanted_until", "$$NOW"]},
            "room.joined_at": {"$max": ["$room.joined_at", joined_at]},
            "room.gone": {"$slice": [{"$concatArrays": ["$room.gone", previous_sid]}, -MAX_ENDED_SIDS]},
        },
        visible=False,
    )


async def mark_away(interview_id: ObjectId, sid: str) -> Interview | None:
    """The connection `sid` has ended; the candidate is away if that was the one in the room. None: that was known."""
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
    """VOICE interviews whose candidate was in the room, has been away for so long, and is not about to come back."""
    return await _find_ids({**_IS_OPEN, **abandonment_condition(grace_seconds)}, "room.left_at", limit)


def abandonment_condition(seconds: float) -> dict[str, Any]:
    """The condition for `find_abandoned_interviews`, for whoever ends the interview: the candidate may come back in
    the meantime."""
    is_late = {"$lte": ["$room.left_at", from_now(-seconds)]}
    return {
        "channel": Channel.VOICE,
        "room.left_at": {"$type": "date"},
        "$expr": {"$and": [is_late, {"$not": _IS_WANTED}]},
    }


async def find_unanswered_messages(min_age_seconds: float, limit: int) -> list[ObjectId]:
    """VOICE interviews in which a typed message has waited for so long, and nobody is in the room to hear an answer."""
    is_due = {"$lte": ["$due_at", from_now(-min_age_seconds)]}
    criteria = {**_IS_OPEN, "channel": Channel.VOICE, "room.participant": None, "due_at": {"$ne": None}, "$expr": is_due}
    return await _find_ids(criteria, "due_at", limit)


async def read_presence(limit: int) -> dict[ObjectId, str | None]:
    """Open interviews that have a room, the last ones first, each with the connection that is believed to be in it."""
    criteria = {**_IS_OPEN, "room.wanted_until": {"$type": "date"}}
    rows = Interview.get_pymongo_collection().find(criteria, {"room.participant": 1}).sort("room.wanted_until", -1).limit(limit)
    return {row["_id"]: row["room"]["participant"] async for row in rows}


async def find_ended_interviews(interview_ids: list[ObjectId]) -> list[ObjectId]:
    """Those of the named interviews that are over: their rooms are of no use any more."""
    rows = Interview.get_pymongo_collection().find(
        {"_id": {"$in": interview_ids}, "status": {"$in": list(TERMINAL_STATUSES)}}, {"_id": 1}
    )
    return [row["_id"] async for row in rows]


# --- from one channel to the other


async def switch_channel_to_text(interview_id: ObjectId, *, even_if_present: bool = False) -> Interview | None:
    """VOICE -> TEXT: whoever attended has nothing more to say, and a reply is due.

    Only while nobody is in the room, unless the candidate asks for it (`even_if_present`).
    """
    absence_condition = {} if even_if_present else {"room.participant": None}
    return await update_interview(
        interview_id,
        {**_IS_OPEN, "channel": Channel.VOICE, **absence_condition},
        {"channel": Channel.TEXT, "lease": None, "attempts": 0},
        {"fence": NEXT_FENCE, "due_at": "$$NOW"},
    )


async def switch_channel_to_voice(interview_id: ObjectId, wanted_seconds: float, dispatch_seconds: float) -> Interview | None:
    """TEXT -> VOICE, with the room that it had, if any: whoever composes a reply loses the lease, and an interviewer is being
    asked for.
    """
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
