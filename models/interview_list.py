"""The list of interviews: filters and orders as MongoDB criteria, each served by an index of models.interview."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bson import ObjectId

from models.interview import Decision, Interview, InterviewStatus, Recommendation, search_terms
from models.interview_index import Keys, keys_of
from models.interview_row import ROW_CODEC, InterviewRow
from models.page import Order, Page, PageRequest, find_page, find_rows
from models.turn import Channel


class InterviewOrderField(StrEnum):
    """What a list of interviews may be sorted by."""

    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"
    STARTED_AT = "STARTED_AT"
    SCORE = "SCORE"
    CANDIDATE = "CANDIDATE"


ORDER_FIELDS = {
    InterviewOrderField.CREATED_AT: "created_at",
    InterviewOrderField.UPDATED_AT: "updated_at",
    InterviewOrderField.STARTED_AT: "started_at",
    InterviewOrderField.SCORE: "score",
    InterviewOrderField.CANDIDATE: "candidate_order",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewFilter:
    """Which interviews; None: any. All that is given must hold."""

    status: Sequence[InterviewStatus] | None = None
    position_key: Sequence[str] | None = None
    channel: Sequence[Channel] | None = None
    external_id: Sequence[str] | None = None
    created_after: datetime | None = None
    """inclusive, as updated_after"""
    created_before: datetime | None = None
    """exclusive"""
    updated_after: datetime | None = None
    min_score: float | None = None
    max_score: float | None = None
    recommendation: Sequence[Recommendation] | None = None
    decision: Sequence[Decision] | None = None
    reviewed: bool | None = None
    """False: evaluated, and nobody has reviewed it yet"""
    candidate: str | None = None
    """beginnings of words in the name, or, with search_email, email"""
    search_email: bool = False


def criteria_of(organization_id: ObjectId, where: InterviewFilter) -> dict[str, Any]:
    """The filter as MongoDB criteria, always within one organization."""
    criteria: list[dict[str, Any]] = [{"organization_id": organization_id}]
    for field, among in (
        ("status", where.status),
        ("position.key", where.position_key),
        ("channel", where.channel),
        ("external_id", where.external_id),
        ("recommendation", where.recommendation),
        ("decision", where.decision),
    ):
        if among is not None:
            # one value is counted from the index's keys alone, a list of one is not
            criteria.append({field: among[0] if len(among) == 1 else {"$in": list(among)}})
    criteria.extend({field: bounds} for field, bounds in _ranges_of(where).items())
    if where.reviewed is not None:
        criteria.append({"evaluated": True, "decision": {"$in": list(Decision)} if where.reviewed else None})
    elif where.decision is not None:
        # either: the index of decisions begins with it
        criteria.append({"evaluated": {"$in": [True, False]}})
    if where.candidate is not None:
        terms = "email_terms" if where.search_email else "name_terms"
        # the longest first: the index is searched for the first only, and it is the rarest as a rule
        words = sorted(search_terms(where.candidate), key=len, reverse=True)
        criteria.extend({terms: {"$regex": f"^{re.escape(word)}"}} for word in words)
        if not words:  # what has neither letter nor digit is in no name
            criteria.append({terms: {"$in": []}})
    return {"$and": criteria}


def _ranges_of(where: InterviewFilter) -> dict[str, dict[str, Any]]:
    ranges: dict[str, dict[str, Any]] = {}
    for field, operator, bound in (
        ("created_at", "$gte", where.created_after),
        ("created_at", "$lt", where.created_before),
        ("updated_at", "$gte", where.updated_after),
        ("score", "$gte", where.min_score),
        ("score", "$lte", where.max_score),
    ):
        if bound is not None:
            ranges.setdefault(field, {})[operator] = bound
    return ranges


FEW = 200_000
"""interviews of a range that are sorted rather than an order gone through, in which they may come last"""
MIXED = ("candidate_order", "score")
"""orders in which a range of moments, or of scores, is anywhere; what has no score comes first, the oldest first, ascending"""
RARE = frozenset(InterviewStatus) - {InterviewStatus.COMPLETED, InterviewStatus.EXPIRED, InterviewStatus.CANCELLED}
"""states in which few interviews are at any time"""
TELLING_LETTERS = 3
"""with so many a beginning of a name is rarer than what else is asked for"""


def _index_of(where: InterviewFilter, request: PageRequest) -> Keys | None:
    """The index that a page is read from; None: MongoDB chooses.

    Left to itself MongoDB tries them all, side by side, until one of them has a page: with so many, and a million interviews,
    that takes seconds for what runs against its order.
    """
    order = request.order.field
    if where.external_id is not None:
        return keys_of("external_id", "created_at")
    if _tells_a_name(where):
        return keys_of("email_terms" if where.search_email else "name_terms", "created_at")
    rare = where.status if _is_rare(where) else None
    # with an interview that is to be reviewed, evaluated and decision have a value each, else they have several
    to_review = [None] if where.reviewed is False else None
    decided = list(Decision) if where.reviewed or where.decision is not None else None
    chosen: Sequence[tuple[tuple[str, ...], Sequence[object] | None]] = (
        (("status",), rare),
        (("position.key",), where.position_key),
        (("evaluated", "decision"), to_review or decided),
        (("recommendation",), where.recommendation),
        (("status",), where.status),
        (("channel",), where.channel),
    )
    for kind, values in chosen:
        if values is not None:
            # MongoDB merges the stretches of several values, but not those of a cursor too, if the index is named
            return None if request.cursor and len(values) > 1 else keys_of(*kind, order)
    return keys_of(order)


def _is_rare(where: InterviewFilter) -> bool:
    return where.status is not None and RARE.issuperset(where.status)


def _tells_a_name(where: InterviewFilter) -> bool:
    return any(len(word) >= TELLING_LETTERS for word in search_terms(where.candidate or ""))


async def _small_range(organization_id: ObjectId, where: InterviewFilter, request: PageRequest) -> Keys | None:
    """The index of a range of few interviews that the list is not sorted by; None where there is no such range."""
    if where.position_key is not None or where.external_id is not None or _is_rare(where) or _tells_a_name(where):
        return None  # these leave fewer
    if request.order.field in MIXED and (request.order.field != "score" or request.order.descending != request.backward):
        return None
    for field, bounds in _ranges_of(where).items():
        # a score says nothing of when
        if field not in ("score", request.order.field):
            keys, criteria = keys_of(field), {"organization_id": organization_id, field: bounds}
            rows = Interview.get_pymongo_collection()
            if await rows.count_documents(criteria, limit=FEW + 1, hint=keys) <= FEW:
                return keys
    return None


async def list_interviews(organization_id: ObjectId, where: InterviewFilter, request: PageRequest) -> Page[Interview]:
    """A page of the organization's interviews. Raises BadInput for a cursor of another list."""
    criteria, index = criteria_of(organization_id, where), _index_of(where, request)
    return await find_page(Interview, criteria, request, index)


async def list_rows(
    organization_id: ObjectId, where: InterviewFilter, request: PageRequest, fields: Collection[str]
) -> Page[InterviewRow]:
    """The same page, of each interview these fields and the id only. Raises as `list_interviews`."""
    rows = Interview.get_pymongo_collection().with_options(codec_options=ROW_CODEC)
    index = await _small_range(organization_id, where, request) or _index_of(where, request)
    page = await find_rows(rows, criteria_of(organization_id, where), request, fields, index)
    return Page([InterviewRow(row) for row in page.items], page.places, page.order, page.has_next, page.has_previous)


async def count_interviews(organization_id: ObjectId, where: InterviewFilter) -> int:
    """How many interviews the filter finds."""
    return await Interview.find(criteria_of(organization_id, where)).count()


def order_of(field: InterviewOrderField, *, descending: bool) -> Order:
    """The stored field of an order."""
    return Order(ORDER_FIELDS[field], descending)
