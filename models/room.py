"""Where the candidate of a voice interview is, and who has been asked to attend: each step a compare-and-set by MongoDB's clock.

What LiveKit tells may come late, twice, in another order or never, so each step names the connection (sid) that it is about:
one that has ended never comes back, and an older one never takes the place of a newer.
"""

from datetime import UTC, datetime
from typing import Any

from bson import ObjectId

from models.compare_and_set import LAPSED, from_now, lease_of
from models.interview import DISPATCH, OPEN, OVER, Consent, Interview, InterviewStatus, Room, change
from models.turn import Channel

MAX_DISPATCH_SECONDS = 30.0
"""the longest that one dispatch is waited for, when none before it was answered"""
KEPT_SIDS = 10

_OPEN: dict[str, Any] = {"status": {"$in": list(OPEN)}, "erased_at": None}
_IS_PRESENT: dict[str, Any] = {"$ne": [{"$ifNull": ["$room.participant", None]}, None]}
_IS_WANTED: dict[str, Any] = {"$or": [_IS_PRESENT, {"$gt": ["$room.wanted_until", "$$NOW"]}]}
_IS_DISPATCHED: dict[str, Any] = {"$eq": ["$lease.holder", DISPATCH]}
_NEXT_FENCE: dict[str, Any] = {"$add": ["$fence", 1]}
_NO_ROOM: dict[str, Any] = {"$literal": Room(wanted_until=datetime.fromtimestamp(0, UTC)).model_dump()}


async def open_room(
    interview_id: ObjectId, consent: Consent | None, wanted_seconds: float, dispatch_seconds: float
) -> Interview | None:
    """SCHEDULED -> WAITING in the VOICE channel: the candidate may come, and an interviewer is being asked for."""
    return await change(
        interview_id,
        {"status": InterviewStatus.SCHEDULED, "erased_at": None},
        {"status": InterviewStatus.WAITING, "consent": consent, "channel": Channel.VOICE, "due_at": None},
        {
            "fence": _NEXT_FENCE,
            "lease": lease_of(DISPATCH, dispatch_seconds),
            "room": {"$mergeObjects": [_NO_ROOM, {"wanted_until": from_now(wanted_seconds)}]},
        },
    )


async def expect_candidate(interview_id: ObjectId, wanted_seconds: float) -> Interview | None:
    """Somebody has been let into the room of a VOICE interview: an interviewer is wanted there for that long at least."""
    return await change(
        interview_id,
        {**_OPEN, "channel": Channel.VOICE, "room": {"$ne": None}},
        {},
        {"room.wanted_until": {"$max": ["$room.wanted_until", from_now(wanted_seconds)]}},
        visible=False,
    )


# --- who attends


async def claim_voice(interview_id: ObjectId, fence: int, holder: str, lease_seconds: float) -> Interview | None:
    """Take the lease for which this interviewer was dispatched.

    None: another has been dispatched since, somebody has the lease, or there is nothing to attend any more.
    """
    condition = {**_OPEN, "channel": Channel.VOICE, "fence": fence, "$expr": {"$or": [_IS_DISPATCHED, LAPSED]}}
    claimed = {"lease": lease_of(holder, lease_seconds)}
    return await change(interview_id, condition, {"room.dispatches": 0}, claimed, visible=False)


async def claim_dispatch(interview_id: ObjectId, dispatch_seconds: float, *, at_once: bool = False) -> Interview | None:
    """Take it upon oneself to dispatch an interviewer to a VOICE interview that wants one and has none; the fence grows.

    The claim counts as a lease for `dispatch_seconds`, and for twice as long, up to MAX_DISPATCH_SECONDS, after each that no
    interviewer answered. `at_once`: do not wait for one that may have been lost. None: nobody is wanted, or somebody attends.
    """
    patience = {"$multiply": [dispatch_seconds, {"$pow": [2, {"$min": ["$room.dispatches", 10]}]}]}
    seconds = {"$min": [MAX_DISPATCH_SECONDS, patience]}
    return await change(
        interview_id,
        _unattended(at_once=at_once),
        {},
        {
            "fence": _NEXT_FENCE,
            "lease": {"holder": DISPATCH, "until": {"$add": ["$$NOW", {"$multiply": [1000, seconds]}]}},
            "room.dispatches": {"$add": ["$room.dispatches", 1]},
        },
        visible=False,
    )


async def find_unattended(limit: int, *, at_once: bool = False) -> list[ObjectId]:
    """VOICE interviews that `claim_dispatch` would take, the longest unattended first."""
    return await _find_ids(_unattended(at_once=at_once), "lease.until", limit)


def _unattended(*, at_once: bool) -> dict[str, Any]:
    # a lease that is not there sorts before any time; without $ifNull the index answers it
    lapsed: dict[str, Any] = {"$lte": ["$lease.until", "$$NOW"]}
    free = {"$or": [lapsed, _IS_DISPATCHED]} if at_once else lapsed
    return {**_OPEN, "channel": Channel.VOICE, "$expr": {"$and": [free, _IS_WANTED]}}


# --- who is there


async def mark_present(
    interview_id: ObjectId, sid: str, joined_at: datetime | None = None, *, is_listed: bool = False
) -> Interview | None:
    """The candidate is in the room by the connection `sid`. None: that was known, or is no longer so.

    `joined_at`, by LiveKit's clock, tells what is older than what is known. `is_listed`: LiveKit has it in the room at this
    moment, whatever was told before.
    """
    told: dict[str, Any] = {}
    if not is_listed:
        told["room.gone"] = {"$ne": sid}
        if joined_at is not None:
            told["$or"] = [{"room.joined_at": None}, {"room.joined_at": {"$lte": joined_at}}]
    replaced = {"$setDifference": [["$room.participant"], [None, {"$literal": sid}]]}
    return await change(
        interview_id,
        {**_OPEN, "room": {"$ne": None}, "room.participant": {"$ne": sid}, **told},
        {"room.participant": sid, "room.left_at": None},
        {
            # the wish has come true: who leaves again is away
            "room.wanted_until": {"$min": ["$room.wanted_until", "$$NOW"]},
            "room.joined_at": {"$max": ["$room.joined_at", joined_at]},
            "room.gone": {"$slice": [{"$concatArrays": ["$room.gone", replaced]}, -KEPT_SIDS]},
        },
        visible=False,
    )


async def mark_away(interview_id: ObjectId, sid: str) -> Interview | None:
    """The connection `sid` has ended; the candidate is away if that was the one in the room. None: that was known."""
    is_the_one = {"$eq": ["$room.participant", {"$literal": sid}]}
    return await change(
        interview_id,
        {**_OPEN, "room": {"$ne": None}, "$or": [{"room.participant": sid}, {"room.gone": {"$ne": sid}}]},
        {},
        {
            "room.participant": {"$cond": [is_the_one, None, "$room.participant"]},
            "room.left_at": {"$cond": [is_the_one, "$$NOW", "$room.left_at"]},
            "room.gone": {"$slice": [{"$concatArrays": ["$room.gone", [{"$literal": sid}]]}, -KEPT_SIDS]},
        },
        visible=False,
    )


async def find_gone(grace_seconds: float, limit: int) -> list[ObjectId]:
    """VOICE interviews whose candidate was in the room, has been away for so long, and is not about to come back."""
    return await _find_ids({**_OPEN, **gone_for(grace_seconds)}, "room.left_at", limit)


def gone_for(seconds: float) -> dict[str, Any]:
    """The condition for `find_gone`, for whoever ends the interview: the candidate may come back in the meantime."""
    is_late = {"$lte": ["$room.left_at", from_now(-seconds)]}
    return {
        "channel": Channel.VOICE,
        "room.left_at": {"$type": "date"},
        "$expr": {"$and": [is_late, {"$not": _IS_WANTED}]},
    }


async def find_typed(older_seconds: float, limit: int) -> list[ObjectId]:
    """VOICE interviews in which a typed message has waited for so long, and nobody is in the room to hear an answer."""
    is_due = {"$lte": ["$due_at", from_now(-older_seconds)]}
    criteria = {**_OPEN, "channel": Channel.VOICE, "room.participant": None, "due_at": {"$ne": None}, "$expr": is_due}
    return await _find_ids(criteria, "due_at", limit)


async def read_presence(limit: int) -> dict[ObjectId, str | None]:
    """Open interviews that have a room, the last ones first, each with the connection that is believed to be in it."""
    criteria = {**_OPEN, "room.wanted_until": {"$type": "date"}}
    rows = Interview.get_pymongo_collection().find(criteria, {"room.participant": 1}).sort("room.wanted_until", -1).limit(limit)
    return {row["_id"]: row["room"]["participant"] async for row in rows}


async def find_over(interview_ids: list[ObjectId]) -> list[ObjectId]:
    """Those of the named interviews that are over: their rooms are of no use any more."""
    rows = Interview.get_pymongo_collection().find({"_id": {"$in": interview_ids}, "status": {"$in": list(OVER)}}, {"_id": 1})
    return [row["_id"] async for row in rows]


# --- from one channel to the other


async def go_on_in_text(interview_id: ObjectId, *, even_from_room: bool = False) -> Interview | None:
    """VOICE -> TEXT: whoever attended has nothing more to say, and a reply is due.

    Only while nobody is in the room, unless the candidate asks for it (`even_from_room`).
    """
    nobody = {} if even_from_room else {"room.participant": None}
    return await change(
        interview_id,
        {**_OPEN, "channel": Channel.VOICE, **nobody},
        {"channel": Channel.TEXT, "lease": None, "attempts": 0},
        {"fence": _NEXT_FENCE, "due_at": "$$NOW"},
    )


async def return_to_voice(interview_id: ObjectId, wanted_seconds: float, dispatch_seconds: float) -> Interview | None:
    """TEXT -> VOICE, with the room that it had, if any: whoever composes a reply loses the lease, and an interviewer is being
    asked for.
    """
    wanted = {"wanted_until": from_now(wanted_seconds), "dispatches": 0}
    return await change(
        interview_id,
        {**_OPEN, "channel": Channel.TEXT},
        {"channel": Channel.VOICE, "due_at": None},
        {
            "fence": _NEXT_FENCE,
            "lease": lease_of(DISPATCH, dispatch_seconds),
            "room": {"$mergeObjects": [{"$ifNull": ["$room", _NO_ROOM]}, wanted]},
        },
    )


async def _find_ids(criteria: dict[str, Any], sort: str, limit: int) -> list[ObjectId]:
    rows = Interview.get_pymongo_collection().find(criteria, {"_id": 1}).sort(sort, 1).limit(limit)
    return [row["_id"] async for row in rows]
