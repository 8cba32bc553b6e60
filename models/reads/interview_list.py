"""The list of interviews: filters and orders as MongoDB criteria, and the index that each page is read from."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bson import ObjectId

from models.documents.interview import Decision, Interview, InterviewStatus, Recommendation, extract_search_terms
from models.documents.interview_indexes import FILTER_INDEX_ORDERS, FilterFields, IndexKeys, build_index_keys
from models.documents.turn import Channel
from models.reads.interview_row import ROW_CODEC, InterviewRow
from models.reads.pagination import Page, PageRequest, SortOrder, find_page, find_rows


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


def build_criteria(organization_id: ObjectId, where: InterviewFilter) -> dict[str, Any]:
    """The filter as MongoDB criteria, always within one organization."""
    criteria: list[dict[str, Any]] = [{"organization_id": organization_id}]
    criteria.extend(_build_equality_criteria(where).values())
    if where.external_id is not None:
        criteria.append({"external_id": _match_any(where.external_id)})
    criteria.extend({field: bounds} for field, bounds in _build_range_criteria(where).items())
    criteria.extend(_build_name_criteria(where))
    return {"$and": criteria}


def _match_any(values: Sequence[object]) -> object:
    # one value is counted from the index's keys alone, a list of one is not
    return values[0] if len(values) == 1 else {"$in": list(values)}


def _build_equality_criteria(where: InterviewFilter) -> dict[FilterFields, dict[str, Any]]:
    """What each of models.documents.interview_indexes.KINDS must be; those first that leave fewer as a rule."""
    equalities: dict[FilterFields, dict[str, Any]] = {}
    if where.position_key is not None:
        equalities[("position.key",)] = {"position.key": _match_any(where.position_key)}
    if where.reviewed is not None or where.decision is not None:
        decisions: list[Decision | None] = [None] if where.reviewed is False else list(Decision)
        if where.decision is not None:
            decisions = [decision for decision in decisions if decision in where.decision]
        # not asked whether it is evaluated: either, since the index of decisions begins with that
        evaluated = {"$in": [True, False]} if where.reviewed is None else True
        equalities[("evaluated", "decision")] = {"evaluated": evaluated, "decision": _match_any(decisions)}
    if where.recommendation is not None:
        equalities[("recommendation",)] = {"recommendation": _match_any(where.recommendation)}
    if where.status is not None:
        status: dict[FilterFields, dict[str, Any]] = {("status",): {"status": _match_any(where.status)}}
        equalities = status | equalities if _has_rare_status(where) else equalities | status
    if where.channel is not None:
        equalities[("channel",)] = {"channel": _match_any(where.channel)}
    return equalities


def _has_rare_status(where: InterviewFilter) -> bool:
    return where.status is not None and RARE_STATUSES.issuperset(where.status)


def _build_name_criteria(where: InterviewFilter) -> list[dict[str, Any]]:
    """What the words of the candidate's name, or email, must begin with."""
    if where.candidate is None:
        return []
    terms = "email_terms" if where.search_email else "name_terms"
    # the longest first: the index is searched for the first only, and it is the rarest as a rule
    words = sorted(extract_search_terms(where.candidate), key=len, reverse=True)
    # what has neither letter nor digit is in no name
    return [{terms: {"$regex": f"^{re.escape(word)}"}} for word in words] or [{terms: {"$in": []}}]


def _build_range_criteria(where: InterviewFilter) -> dict[str, dict[str, Any]]:
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


MAX_SORTED_UNIFORM = 5_000
"""interviews that are sorted (3 to 8 us each) rather than an order gone through: more of a million, spread evenly, fill a page
sooner; to count so many keys takes 2 ms at most"""
MAX_SORTED_SKEWED = 200_000
"""the same for what is not spread evenly, or of which nobody knows how much else is asked leaves: to go through an order in vain
takes seconds"""
UNCLUSTERED_SORTS = ("candidate_order", "score")
"""orders in which a range of moments, or of scores, is anywhere; what has no score comes first, the oldest first, ascending"""
RARE_STATUSES = frozenset(InterviewStatus) - {InterviewStatus.COMPLETED, InterviewStatus.EXPIRED, InterviewStatus.CANCELLED}
"""states in which few interviews are at any time"""
SELECTIVE_PREFIX_LENGTH = 3
"""with so many a beginning of a name is rarer than what else is asked for"""


@dataclass(frozen=True, slots=True)
class _IndexOption:
    """An index that leaves fewer than the order's own, the criteria that it is counted by, and with how many it is taken."""

    index: IndexKeys | None
    criteria: dict[str, Any]
    max_matches: int | None = None
    """None: with any number"""


def _list_index_options(where: InterviewFilter, request: PageRequest) -> Iterator[_IndexOption]:
    """What a page may be read from instead of the order's own index, the best first."""
    order, equalities, name_criteria, ranges = (
        request.order.field,
        _build_equality_criteria(where),
        _build_name_criteria(where),
        _build_range_criteria(where),
    )
    is_only_filter = len(equalities) + len(name_criteria) + len(ranges) == 1
    if where.external_id is not None:
        yield _IndexOption(build_index_keys("external_id", "created_at"), {})
    if any(len(word) >= SELECTIVE_PREFIX_LENGTH for word in extract_search_terms(where.candidate or "")):
        [terms] = name_criteria[0]
        yield _IndexOption(
            build_index_keys(terms, "created_at"), name_criteria[0], MAX_SORTED_UNIFORM if is_only_filter else None
        )
    # they come together, as a range does
    clustered: list[FilterFields] = [
        kind for kind in equalities if kind == ("position.key",) or (kind == ("status",) and _has_rare_status(where))
    ]
    for kind in clustered:
        yield _build_index_option(
            kind,
            equalities[kind],
            request,
            MAX_SORTED_UNIFORM if is_only_filter and order == "candidate_order" else MAX_SORTED_SKEWED,
        )
    if order not in UNCLUSTERED_SORTS or (order == "score" and request.order.descending == request.backward):
        # a score says nothing of when
        yield from (
            _IndexOption(build_index_keys(field), {field: bounds}, MAX_SORTED_SKEWED)
            for field, bounds in ranges.items()
            if field not in ("score", order)
        )
    for kind in equalities:
        if kind not in clustered:
            is_even = is_only_filter or kind in (("status",), ("channel",))
            yield _build_index_option(kind, equalities[kind], request, MAX_SORTED_UNIFORM if is_even else MAX_SORTED_SKEWED)


def _build_index_option(kind: FilterFields, criteria: dict[str, Any], request: PageRequest, max_matches: int) -> _IndexOption:
    order = request.order.field
    if order not in FILTER_INDEX_ORDERS[kind]:
        return _IndexOption(build_index_keys(*kind, "created_at"), criteria, max_matches)
    has_several_values = any(isinstance(value, dict) for value in criteria.values())
    # MongoDB merges the stretches of several values, but not those of a cursor too, if the index is named
    return _IndexOption(None if request.cursor and has_several_values else build_index_keys(*kind, order), criteria)


async def _choose_index(organization_id: ObjectId, where: InterviewFilter, request: PageRequest) -> IndexKeys | None:
    """The index that a page is read from; None: MongoDB chooses.

    Left to itself MongoDB tries them all, side by side, until one of them has a page: with so many, and a million interviews,
    that takes seconds for what runs against its order.
    """
    rows = Interview.get_pymongo_collection()
    for option in _list_index_options(where, request):
        if option.max_matches is None:
            return option.index
        criteria = {"organization_id": organization_id, **option.criteria}
        if await rows.count_documents(criteria, limit=option.max_matches + 1, hint=option.index) <= option.max_matches:
            return option.index
    return build_index_keys(request.order.field)


async def list_interviews(organization_id: ObjectId, where: InterviewFilter, request: PageRequest) -> Page[Interview]:
    """A page of the organization's interviews. Raises BadInput for a cursor of another list."""
    index = await _choose_index(organization_id, where, request)
    return await find_page(Interview, build_criteria(organization_id, where), request, index)


async def list_interview_rows(
    organization_id: ObjectId, where: InterviewFilter, request: PageRequest, fields: Collection[str]
) -> Page[InterviewRow]:
    """The same page, of each interview these fields and the id only. Raises as `list_interviews`."""
    rows = Interview.get_pymongo_collection().with_options(codec_options=ROW_CODEC)
    index = await _choose_index(organization_id, where, request)
    page = await find_rows(rows, build_criteria(organization_id, where), request, fields, index)
    return Page([InterviewRow(row) for row in page.items], page.sort_keys, page.order, page.has_next, page.has_previous)


async def count_interviews(organization_id: ObjectId, where: InterviewFilter) -> int:
    """How many interviews the filter finds."""
    return await Interview.find(build_criteria(organization_id, where)).count()


def to_sort_order(field: InterviewOrderField, *, descending: bool) -> SortOrder:
    """The stored field of an order."""
    return SortOrder(ORDER_FIELDS[field], descending)
