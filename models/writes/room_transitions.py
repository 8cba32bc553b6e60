"""Candidate presence and interviewer dispatch in voice rooms, each step a compare-and-set by MongoDB's clock.

LiveKit's events may be late, repeated, reordered or lost, so each step names the connection (sid) that it concerns:
a connection that has ended never returns, and an older one never replaces a newer one.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId

from models.documents.interview import MAX_PAUSE, OPEN_STATUSES, TERMINAL_STATUSES, Consent, Interview, RoomState
from models.documents.organization import exclude_organizations
from models.documents.turn import Channel
from models.storage.backoff import Backoff
from models.storage.lease import (
    ATTEMPT_INCREMENT,
    DISPATCH_IS_PENDING,
    LEASE_IS_FREE,
    NEXT_FENCE,
    NOT_ERASED,
    PENDING_DISPATCH,
    build_dispatch_claim,
    build_lease,
    from_now,
    lease_is_free_for_retry,
)
from models.writes.interview_transitions import CONTINUES, REPLY_BACKOFF, open_scheduled
from models.writes.interview_updates import update_interview
from models.writes.speech_outages import build_speech_outage

MAX_DISPATCH_SECONDS = 30.0
"""Longest wait for the answer to one dispatch, after several unanswered ones."""
MAX_UNANSWERED_DISPATCHES = 6
"""Dispatches in a row, over about two and a half minutes, after which an unanswered interview gets no further one.

If the candidate is in the room, the interview then continues in writing (lifecycle.presence.continue_in_text).
"""
MAX_ENDED_SIDS = 10
"""Ended connections that are remembered, so that late events about them change nothing."""

_EXPECTED_UNTIL = "room.wanted_until"
"""Stored path of RoomState.expected_until."""
_ENDED_SIDS = "room.gone"
"""Stored path of RoomState.ended_sids."""

_IS_OPEN: dict[str, Any] = {"status": {"$in": list(OPEN_STATUSES)}, **NOT_ERASED}
_IS_PRESENT: dict[str, Any] = {"$ne": [{"$ifNull": ["$room.participant", None]}, None]}
_INTERVIEWER_IS_WANTED: dict[str, Any] = {"$or": [_IS_PRESENT, {"$gt": [f"${_EXPECTED_UNTIL}", "$$NOW"]}]}
# a missing lease sorts before any time; unlike LEASE_IS_FREE, this form can use the index
_LEASE_HAS_LAPSED: dict[str, Any] = {"$lte": ["$lease.until", "$$NOW"]}
NO_INTERVIEWER_ANSWERED: dict[str, Any] = {
    "channel": Channel.VOICE,
    "room.participant": {"$type": "string"},
    "room.dispatches": {"$gte": MAX_UNANSWERED_DISPATCHES},
    "$expr": _LEASE_HAS_LAPSED,
}
"""Condition that the candidate is in the room of a VOICE interview, and that its last dispatch was in vain, too."""
_EMPTY_ROOM: dict[str, Any] = {"$literal": RoomState(expected_until=datetime.fromtimestamp(0, UTC)).model_dump()}


async def open_room(
    interview_id: ObjectId,
    consent: Consent | None,
    expected_seconds: float,
    dispatch_seconds: float,
    min_seconds: float = 0.0,
) -> Interview | None:
    """SCHEDULED -> WAITING in the VOICE channel: open the room and hold the lease for a dispatch.

    `min_seconds` is that of `interview_transitions.open_scheduled`.
    """
    # a reopened interview whose candidate does not enter the room ends like one whose candidate has left it
    left_at = {"$cond": [CONTINUES, "$$NOW", None]}
    return await open_scheduled(
        interview_id,
        {"consent": consent, "channel": Channel.VOICE, "due_at": None},
        {
            "fence": NEXT_FENCE,
            "lease": build_lease(PENDING_DISPATCH, dispatch_seconds),
            "room": {"$mergeObjects": [_EMPTY_ROOM, {"wanted_until": from_now(expected_seconds), "left_at": left_at}]},
        },
        min_seconds,
    )


async def expect_candidate(interview_id: ObjectId, expected_seconds: float) -> Interview | None:
    """Record that the candidate was admitted, and is expected in the room for at least `expected_seconds`."""
    return await update_interview(
        interview_id,
        {**_IS_OPEN, "channel": Channel.VOICE, "room": {"$ne": None}},
        {},
        {_EXPECTED_UNTIL: {"$max": [f"${_EXPECTED_UNTIL}", from_now(expected_seconds)]}},
        visible=False,
    )


# --- the interviewer


async def claim_interviewer_lease(interview_id: ObjectId, fence: int, holder: str, lease_seconds: float) -> Interview | None:
    """Claim the lease for the dispatched interviewer, and count the attempt.

    Returns None if another was dispatched since, the lease is held, or the interview is over.
    """
    condition = {**_IS_OPEN, "channel": Channel.VOICE, "fence": fence, "$expr": {"$or": [DISPATCH_IS_PENDING, LEASE_IS_FREE]}}
    claimed = {"lease": build_lease(holder, lease_seconds), **ATTEMPT_INCREMENT}
    return await update_interview(interview_id, condition, {"room.dispatches": 0}, claimed, visible=False)


async def claim_interviewer_dispatch(
    interview_id: ObjectId,
    dispatch_seconds: float,
    *,
    ignore_pending_dispatch: bool = False,
    closed: Collection[ObjectId] = (),
) -> Interview | None:
    """Claim the dispatch of an interviewer to a VOICE interview that needs one; raises the fence.

    The claim holds the lease for `dispatch_seconds`, doubled after each unanswered dispatch up to MAX_DISPATCH_SECONDS.
    With `ignore_pending_dispatch`, a pending dispatch, which may have been lost, does not block the claim. Returns None
    if no interviewer is wanted, one holds the lease, MAX_UNANSWERED_DISPATCHES have been made, or the organization is one of
    `closed`.
    """
    return await update_interview(
        interview_id,
        {**_unattended_criteria(ignore_pending_dispatch=ignore_pending_dispatch), **exclude_organizations(closed)},
        {},
        build_dispatch_claim(Backoff(dispatch_seconds, MAX_DISPATCH_SECONDS), "room.dispatches"),
        visible=False,
    )


async def find_unattended_interviews(
    limit: int, *, ignore_pending_dispatch: bool = False, closed: Collection[ObjectId] = ()
) -> list[ObjectId]:
    """Return VOICE interviews that `claim_interviewer_dispatch` would claim, the longest unattended first."""
    criteria = _unattended_criteria(ignore_pending_dispatch=ignore_pending_dispatch)
    return await _find_ids({**criteria, **exclude_organizations(closed)}, "lease.until", limit)


def _unattended_criteria(*, ignore_pending_dispatch: bool) -> dict[str, Any]:
    is_free = {"$or": [_LEASE_HAS_LAPSED, DISPATCH_IS_PENDING]} if ignore_pending_dispatch else _LEASE_HAS_LAPSED
    # the lease of a dispatch already includes the backoff after the one before
    pause_has_passed = {"$or": [DISPATCH_IS_PENDING, lease_is_free_for_retry(REPLY_BACKOFF)]}
    return {
        **_IS_OPEN,
        "channel": Channel.VOICE,
        "room.dispatches": {"$lt": MAX_UNANSWERED_DISPATCHES},
        "$expr": {"$and": [is_free, pause_has_passed, _INTERVIEWER_IS_WANTED]},
    }


async def find_interviews_without_interviewer(limit: int) -> list[ObjectId]:
    """Return VOICE interviews that match NO_INTERVIEWER_ANSWERED, the longest unattended first."""
    return await _find_ids({**_IS_OPEN, **NO_INTERVIEWER_ANSWERED}, "lease.until", limit)


# --- the candidate


async def mark_present(
    interview_id: ObjectId, sid: str, joined_at: datetime | None = None, *, is_listed: bool = False
) -> Interview | None:
    """Record that the candidate is in the room through connection `sid`. None if that is already recorded or outdated.

    `joined_at`, by LiveKit's clock, identifies outdated events. `is_listed` means that LiveKit lists the connection
    in the room now, which overrides earlier events.
    """
    freshness_conditions: dict[str, Any] = {}
    if not is_listed:
        freshness_conditions[_ENDED_SIDS] = {"$ne": sid}
        if joined_at is not None:
            freshness_conditions["$or"] = [{"room.joined_at": None}, {"room.joined_at": {"$lte": joined_at}}]
    previous_sid = {"$setDifference": [["$room.participant"], [None, {"$literal": sid}]]}
    return await update_interview(
        interview_id,
        {**_IS_OPEN, "room": {"$ne": None}, "room.participant": {"$ne": sid}, **freshness_conditions},
        {"room.participant": sid, "room.left_at": None},
        {
            # the expected candidate has joined: leaving again now counts as away
            _EXPECTED_UNTIL: {"$min": [f"${_EXPECTED_UNTIL}", "$$NOW"]},
            "room.joined_at": {"$max": ["$room.joined_at", joined_at]},
            _ENDED_SIDS: {"$slice": [{"$concatArrays": [f"${_ENDED_SIDS}", previous_sid]}, -MAX_ENDED_SIDS]},
        },
    )


async def mark_away(interview_id: ObjectId, sid: str) -> Interview | None:
    """Record that connection `sid` ended; the candidate is away if it was the current one. None if already recorded."""
    is_current = {"$eq": ["$room.participant", {"$literal": sid}]}
    return await update_interview(
        interview_id,
        {**_IS_OPEN, "room": {"$ne": None}, "$or": [{"room.participant": sid}, {_ENDED_SIDS: {"$ne": sid}}]},
        {},
        {
            "room.participant": {"$cond": [is_current, None, "$room.participant"]},
            "room.left_at": {"$cond": [is_current, "$$NOW", "$room.left_at"]},
            _ENDED_SIDS: {"$slice": [{"$concatArrays": [f"${_ENDED_SIDS}", [{"$literal": sid}]]}, -MAX_ENDED_SIDS]},
        },
    )


async def find_abandoned_interviews(grace_seconds: float, limit: int) -> list[ObjectId]:
    """Return VOICE interviews whose candidate has been away for `grace_seconds` and is not expected back."""
    return await _find_ids({**_IS_OPEN, **abandonment_condition(grace_seconds)}, "room.left_at", limit)


def abandonment_condition(seconds: float) -> dict[str, Any]:
    """Return the condition of `find_abandoned_interviews`, to check it again when ending the interview."""
    is_late = {"$lte": ["$room.left_at", from_now(-seconds)]}
    # while the clock is paused, the candidate waits for an answer to a request; a missing time sorts before any other
    is_not_paused = {"$lte": ["$paused_at", from_now(-MAX_PAUSE.total_seconds())]}
    return {
        "channel": Channel.VOICE,
        "room.left_at": {"$type": "date"},
        "$expr": {"$and": [is_late, is_not_paused, {"$not": _INTERVIEWER_IS_WANTED}]},
    }


async def find_unanswered_messages(min_age_seconds: float, limit: int) -> list[ObjectId]:
    """Return VOICE interviews whose typed message has waited for `min_age_seconds` while the candidate is away."""
    is_due = {"$lte": ["$due_at", from_now(-min_age_seconds)]}
    criteria = {**_IS_OPEN, "channel": Channel.VOICE, "room.participant": None, "due_at": {"$ne": None}, "$expr": is_due}
    return await _find_ids(criteria, "due_at", limit)


async def read_presence(limit: int, closed: Collection[ObjectId] = ()) -> dict[ObjectId, str | None]:
    """Return open interviews that have a room, newest first, each with the connection last known to be in it.

    Those of the organizations in `closed` are left out: their rooms are deleted.
    """
    criteria = {**_IS_OPEN, _EXPECTED_UNTIL: {"$type": "date"}, **exclude_organizations(closed)}
    rows = Interview.get_pymongo_collection().find(criteria, {"room.participant": 1}).sort(_EXPECTED_UNTIL, -1).limit(limit)
    return {row["_id"]: row["room"]["participant"] async for row in rows}


async def find_ended_interviews(interview_ids: list[ObjectId], closed: Collection[ObjectId] = ()) -> list[ObjectId]:
    """Return which of these interviews are over or of an organization in `closed`, so that their rooms can be deleted."""
    has_no_room = {"$or": [{"status": {"$in": list(TERMINAL_STATUSES)}}, {"organization_id": {"$in": list(closed)}}]}
    rows = Interview.get_pymongo_collection().find({"_id": {"$in": interview_ids}, **has_no_room}, {"_id": 1})
    return [row["_id"] async for row in rows]


# --- switching the channel


async def switch_channel_to_text(
    interview_id: ObjectId,
    *,
    even_if_present: bool = False,
    has_speech_failed: bool = False,
    condition: Mapping[str, Any] | None = None,
) -> Interview | None:
    """Switch VOICE -> TEXT: the voice interviewer loses its lease, and a reply is due.

    Without `even_if_present`, only while the room is empty. `condition` must also hold. With `has_speech_failed`, it is
    checked from time to time whether speech works again.
    """
    outage = {"speech_outage": build_speech_outage()} if has_speech_failed else {}
    absence_condition = {} if even_if_present else {"room.participant": None}
    return await update_interview(
        interview_id,
        {**_IS_OPEN, "channel": Channel.VOICE, **absence_condition, **(condition or {})},
        {"channel": Channel.TEXT, "lease": None, "attempts": 0},
        {"fence": NEXT_FENCE, "due_at": "$$NOW", **outage},
    )


async def switch_channel_to_voice(interview_id: ObjectId, expected_seconds: float, dispatch_seconds: float) -> Interview | None:
    """Switch TEXT -> VOICE, reusing the former room state: the text interviewer loses its lease to a dispatch."""
    new_state = {"wanted_until": from_now(expected_seconds), "dispatches": 0}
    return await update_interview(
        interview_id,
        {**_IS_OPEN, "channel": Channel.TEXT},
        {"channel": Channel.VOICE, "due_at": None, "speech_outage": None},
        {
            "fence": NEXT_FENCE,
            "lease": build_lease(PENDING_DISPATCH, dispatch_seconds),
            "room": {"$mergeObjects": [{"$ifNull": ["$room", _EMPTY_ROOM]}, new_state]},
        },
    )


async def _find_ids(criteria: dict[str, Any], sort: str, limit: int) -> list[ObjectId]:
    rows = Interview.get_pymongo_collection().find(criteria, {"_id": 1}).sort(sort, 1).limit(limit)
    return [row["_id"] async for row in rows]
