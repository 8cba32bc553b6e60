"""The list of interviews: filters and orders as MongoDB criteria, and the index that each page is read from."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bson import ObjectId

from models.interview import Decision, Interview, InterviewStatus, Recommendation, search_terms
from models.interview_index import KINDS, Keys, Kind, keys_of
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
    criteria.extend(_kinds_of(where).values())
    if where.external_id is not None:
        criteria.append({"external_id": _among(where.external_id)})
    criteria.extend({field: bounds} for field, bounds in _ranges_of(where).items())
    criteria.extend(_words_of(where))
    return {"$and": criteria}


def _among(values: Sequence[object]) -> object:
    # one value is counted from the index's keys alone, a list of one is not
    return values[0] if len(values) == 1 else {"$in": list(values)}


def _kinds_of(where: InterviewFilter) -> dict[Kind, dict[str, Any]]:
    """What each of models.interview_index.KINDS must be; those first that leave fewer as a rule."""
    kinds: dict[Kind, dict[str, Any]] = {}
    if where.position_key is not None:
        kinds[("position.key",)] = {"position.key": _among(where.position_key)}
    if where.reviewed is not None or where.decision is not None:
        decisions: list[Decision | None] = [None] if where.reviewed is False else list(Decision)
        if where.decision is not None:
            decisions = [decision for decision in decisions if decision in where.decision]
        # not asked whether it is evaluated: either, since the index of decisions begins with that
        evaluated = {"$in": [True, False]} if where.reviewed is None else True
        kinds[("evaluated", "decision")] = {"evaluated": evaluated, "decision": _among(decisions)}
    if where.recommendation is not None:
        kinds[("recommendation",)] = {"recommendation": _among(where.recommendation)}
    if where.status is not None:
        status: dict[Kind, dict[str, Any]] = {("status",): {"status": _among(where.status)}}
        kinds = status | kinds if _is_rare(where) else kinds | status
    if where.channel is not None:
        kinds[("channel",)] = {"channel": _among(where.channel)}
    return kinds


def _is_rare(where: InterviewFilter) -> bool:
    return where.status is not None and RARE.issuperset(where.status)


def _words_of(where: InterviewFilter) -> list[dict[str, Any]]:
    """What the words of the candidate's name, or email, must begin with."""
    if where.candidate is None:
        return []
    terms = "email_terms" if where.search_email else "name_terms"
    # the longest first: the index is searched for the first only, and it is the rarest as a rule
    words = sorted(search_terms(where.candidate), key=len, reverse=True)
    # what has neither letter nor digit is in no name
    return [{terms: {"$regex": f"^{re.escape(word)}"}} for word in words] or [{terms: {"$in": []}}]


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


FEW_OF_A_KIND = 5_000
"""interviews that are sorted (3 to 8 us each) rather than an order gone through: more of a million, spread evenly, fill a page
sooner; to count so many keys takes 2 ms at most"""
FEW = 200_000
"""the same for what is not spread evenly, or of which nobody knows how much else is asked leaves: to go through an order in vain
takes seconds"""
MIXED = ("candidate_order", "score")
"""orders in which a range of moments, or of scores, is anywhere; what has no score comes first, the oldest first, ascending"""
RARE = frozenset(InterviewStatus) - {InterviewStatus.COMPLETED, InterviewStatus.EXPIRED, InterviewStatus.CANCELLED}
"""states in which few interviews are at any time"""
TELLING_LETTERS = 3
"""with so many a beginning of a name is rarer than what else is asked for"""


@dataclass(frozen=True, slots=True)
class _Way:
    """An index that leaves fewer than the order's own, the criteria that it is counted by, and with how many it is taken."""

    index: Keys | None
    criteria: dict[str, Any]
    most: int | None = None
    """None: with any number"""


def _ways_of(where: InterviewFilter, request: PageRequest) -> Iterator[_Way]:
    """What a page may be read from instead of the order's own index, the best first."""
    order, kinds, words, ranges = request.order.field, _kinds_of(where), _words_of(where), _ranges_of(where)
    alone = len(kinds) + len(words) + len(ranges) == 1
    if where.external_id is not None:
        yield _Way(keys_of("external_id", "created_at"), {})
    if any(len(word) >= TELLING_LETTERS for word in search_terms(where.candidate or "")):
        [terms] = words[0]
        yield _Way(keys_of(terms, "created_at"), words[0], FEW_OF_A_KIND if alone else None)
    # they come together, as a range does
    in_time: list[Kind] = [kind for kind in kinds if kind == ("position.key",) or (kind == ("status",) and _is_rare(where))]
    for kind in in_time:
        yield _way_of(kind, kinds[kind], request, FEW_OF_A_KIND if alone and order == "candidate_order" else FEW)
    if order not in MIXED or (order == "score" and request.order.descending == request.backward):
        # a score says nothing of when
        yield from (
            _Way(keys_of(field), {field: bounds}, FEW) for field, bounds in ranges.items() if field not in ("score", order)
        )
    for kind in kinds:
        if kind not in in_time:
            is_even = alone or kind in (("status",), ("channel",))
            yield _way_of(kind, kinds[kind], request, FEW_OF_A_KIND if is_even else FEW)


def _way_of(kind: Kind, criteria: dict[str, Any], request: PageRequest, most: int) -> _Way:
    order = request.order.field
    if order not in KINDS[kind]:
        return _Way(keys_of(*kind, "created_at"), criteria, most)
    several = any(isinstance(value, dict) for value in criteria.values())
    # MongoDB merges the stretches of several values, but not those of a cursor too, if the index is named
    return _Way(None if request.cursor and several else keys_of(*kind, order), criteria)


async def _index_of(organization_id: ObjectId, where: InterviewFilter, request: PageRequest) -> Keys | None:
    """The index that a page is read from; None: MongoDB chooses.

    Left to itself MongoDB tries them all, side by side, until one of them has a page: with so many, and a million interviews,
    that takes seconds for what runs against its order.
    """
    rows = Interview.get_pymongo_collection()
    for way in _ways_of(where, request):
        if way.most is None:
            return way.index
        criteria = {"organization_id": organization_id, **way.criteria}
        if await rows.count_documents(criteria, limit=way.most + 1, hint=way.index) <= way.most:
            return way.index
    return keys_of(request.order.field)


async def list_interviews(organization_id: ObjectId, where: InterviewFilter, request: PageRequest) -> Page[Interview]:
    """A page of the organization's interviews. Raises BadInput for a cursor of another list."""
    index = await _index_of(organization_id, where, request)
    return await find_page(Interview, criteria_of(organization_id, where), request, index)


async def list_rows(
    organization_id: ObjectId, where: InterviewFilter, request: PageRequest, fields: Collection[str]
) -> Page[InterviewRow]:
    """The same page, of each interview these fields and the id only. Raises as `list_interviews`."""
    rows = Interview.get_pymongo_collection().with_options(codec_options=ROW_CODEC)
    index = await _index_of(organization_id, where, request)
    page = await find_rows(rows, criteria_of(organization_id, where), request, fields, index)
    return Page([InterviewRow(row) for row in page.items], page.places, page.order, page.has_next, page.has_previous)


async def count_interviews(organization_id: ObjectId, where: InterviewFilter) -> int:
    """How many interviews the filter finds."""
    return await Interview.find(criteria_of(organization_id, where)).count()


def order_of(field: InterviewOrderField, *, descending: bool) -> Order:
    """The stored field of an order."""
    return Order(ORDER_FIELDS[field], descending)
