"""The list of interviews: filters and orders as MongoDB criteria, and the index for each page."""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from beanie import PydanticObjectId
from bson import ObjectId

from models.documents.interview import (
    TERMINAL_STATUSES,
    Decision,
    EvaluationStatus,
    Interview,
    InterviewStatus,
    Recommendation,
    RequestStatus,
)
from models.documents.interview_indexes import (
    FILTER_INDEX_ORDERS,
    HIDDEN_UPDATE_INDEXES,
    INDEXED_UPDATED_AT,
    OPEN_REQUESTS_INDEX,
    UNFINISHED_EVALUATIONS,
    UNFINISHED_EVALUATIONS_INDEX,
    FilterFields,
    IndexKeys,
    build_index_keys,
)
from models.documents.interview_views import InterviewView
from models.documents.turn import Channel
from models.reads.interview_row import ROW_CODEC, InterviewRow
from models.reads.pagination import Page, PageRequest, SortOrder, find_page, find_rows, merge_pages
from text import split_search_words

UPDATED_AFTER_OVERLAP = timedelta(minutes=2)
"""How far back a program has to read again that polls by `updated_at_or_after`.

A transaction sets `updated_at` when it writes, and is visible when it commits. MongoDB aborts a transaction that is older than
`transactionLifetimeLimitSeconds` (60) at its next check, at most 30 s later; the rest is for clocks that differ after a failover.
"""


R = TypeVar("R")
ReadPage = Callable[[Mapping[str, Any], PageRequest, IndexKeys | None], Awaitable[Page[R]]]
"""Reads the page that the criteria select, using an index if one is named."""


class InterviewOrderField(StrEnum):
    """Sort order of a list of interviews."""

    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"
    STARTED_AT = "STARTED_AT"
    SCHEDULED_FOR = "SCHEDULED_FOR"
    SCORE = "SCORE"
    CANDIDATE = "CANDIDATE"


UPDATED_AT = "updated_at"
UPDATE_ORDER_INDEX = build_index_keys(INDEXED_UPDATED_AT)
"""Index in the order of the last change, except for interviews that store turns, which have one place in it."""
ORDER_FIELDS = {
    InterviewOrderField.CREATED_AT: "created_at",
    InterviewOrderField.UPDATED_AT: UPDATED_AT,
    InterviewOrderField.STARTED_AT: "started_at",
    InterviewOrderField.SCHEDULED_FOR: "scheduled_for",
    InterviewOrderField.SCORE: "score",
    InterviewOrderField.CANDIDATE: "candidate_order",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewFilter:
    """Filter of a list of interviews: all given conditions must hold; None means any."""

    statuses: Sequence[InterviewStatus] | None = None
    position_keys: Sequence[str] | None = None
    channels: Sequence[Channel] | None = None
    external_ids: Sequence[str] | None = None
    created_at_or_after: datetime | None = None
    created_before: datetime | None = None
    scheduled_after: datetime | None = None
    """At this time or later."""
    scheduled_before: datetime | None = None
    updated_at_or_after: datetime | None = None
    view: InterviewView | None = None
    """The caller's limited view, for times of the last change; None if the caller sees everything."""
    blind_reviewer: PydanticObjectId | None = None
    """Id of a reviewer's API key, for times of the last change of interviews that this reviewer has not rated."""
    min_score: float | None = None
    max_score: float | None = None
    recommendations: Sequence[Recommendation] | None = None
    decisions: Sequence[Decision] | None = None
    evaluation_statuses: Sequence[EvaluationStatus] | None = None
    """Status of the newest version."""
    position_version: int | None = None
    reviewed: bool | None = None
    """False: evaluated, but not yet reviewed."""
    candidate: str | None = None
    """Beginnings of words in the name or, with `search_email`, in the email."""
    search_email: bool = False
    has_open_requests: bool | None = None
    hide_unrated_from: PydanticObjectId | None = None
    """Id of a reviewer (Principal.caller_id): leaves out interviews with blind review that this reviewer has not rated."""


def build_criteria(organization_id: ObjectId, where: InterviewFilter) -> dict[str, Any]:
    """Return the filter as MongoDB criteria, always within one organization."""
    criteria: list[dict[str, Any]] = [{"organization_id": organization_id}]
    criteria.extend(_build_equality_criteria(where).values())
    if where.external_ids is not None:
        criteria.append({"external_id": _match_any(where.external_ids)})
    criteria.extend({field: bounds} for field, bounds in _build_range_criteria(where).items())
    if where.updated_at_or_after is not None:
        bound = {"$gte": where.updated_at_or_after}
        criteria.append({"$or": [{INDEXED_UPDATED_AT: bound}, {INDEXED_UPDATED_AT: None, UPDATED_AT: bound}]})
        if hidden_updates := _find_hidden_updates(where):
            # besides the range above, which has an index
            criteria.append({"$or": [hidden_updates.excluding, {hidden_updates.field: bound}]})
    if where.position_version is not None:
        criteria.append({"position.version": where.position_version})
    if where.evaluation_statuses is not None:
        criteria.append(_build_evaluation_status_criteria(where.evaluation_statuses))
    criteria.extend(_build_name_criteria(where))
    if where.has_open_requests is not None:
        is_open: object = RequestStatus.OPEN if where.has_open_requests else {"$ne": RequestStatus.OPEN}
        criteria.append({"requests.status": is_open})
    if where.hide_unrated_from is not None:
        criteria.append({"$or": [{"is_blind": {"$ne": True}}, {"rated_by": where.hide_unrated_from}]})
    return {"$and": criteria}


@dataclass(frozen=True, slots=True)
class _HiddenUpdates:
    """The interviews whose last change is hidden from the caller."""

    view: InterviewView
    selecting: Mapping[str, Any]
    """Criteria of these interviews."""
    excluding: Mapping[str, Any]
    """Criteria of all others, whose last change is at `updated_at`."""

    @property
    def field(self) -> str:
        """Path of the time of the last visible change."""
        return f"updated_for.{self.view}"


def _find_hidden_updates(where: InterviewFilter) -> _HiddenUpdates | None:
    """Return which interviews have hidden changes; None for a caller who sees everything."""
    if where.view is not None:
        field = f"updated_for.{where.view}"
        return _HiddenUpdates(where.view, {field: {"$type": "date"}}, {field: None})
    if where.blind_reviewer is None:
        return None
    field, reviewer = f"updated_for.{InterviewView.BLIND}", where.blind_reviewer
    return _HiddenUpdates(
        InterviewView.BLIND,
        {"is_blind": True, "rated_by": {"$ne": reviewer}, field: {"$type": "date"}},
        {"$or": [{"is_blind": {"$ne": True}}, {"rated_by": reviewer}, {field: None}]},
    )


def _match_any(values: Sequence[object]) -> object:
    # MongoDB counts one value from the index alone, but not a list of one
    return values[0] if len(values) == 1 else {"$in": list(values)}


def _build_equality_criteria(where: InterviewFilter) -> dict[FilterFields, dict[str, Any]]:
    """Return the conditions on the fields of FILTER_INDEX_ORDERS, usually the most selective first."""
    equalities: dict[FilterFields, dict[str, Any]] = {}
    if where.position_keys is not None:
        equalities[("position.key",)] = {"position.key": _match_any(where.position_keys)}
    if where.reviewed is not None or where.decisions is not None:
        decisions: list[Decision | None] = [None] if where.reviewed is False else list(Decision)
        if where.decisions is not None:
            decisions = [decision for decision in decisions if decision in where.decisions]
        # without a condition on `evaluated` allow both values, since the index of decisions begins with it
        evaluated = {"$in": [True, False]} if where.reviewed is None else True
        equalities[("evaluated", "decision")] = {"evaluated": evaluated, "decision": _match_any(decisions)}
    if where.recommendations is not None:
        equalities[("recommendation",)] = {"recommendation": _match_any(where.recommendations)}
    if where.statuses is not None:
        equalities[("status",)] = {"status": _match_any(where.statuses)}
    if where.channels is not None:
        equalities[("channel",)] = {"channel": _match_any(where.channels)}
    return equalities


def _build_evaluation_status_criteria(statuses: Sequence[EvaluationStatus]) -> dict[str, Any]:
    stored = {"evaluation_status": _match_any(statuses)}
    if EvaluationStatus.COMPLETED not in statuses:
        return stored
    # interviews stored before the status was copied
    return {"$or": [stored, {"evaluation_status": None, "evaluated": True}]}


def _build_name_criteria(where: InterviewFilter) -> list[dict[str, Any]]:
    """Return one condition for each word of the search: a word of the name or email must begin with it."""
    if where.candidate is None:
        return []
    terms = "email_terms" if where.search_email else "name_terms"
    # MongoDB searches the index for the first word only; the longest is usually the rarest
    words = sorted(split_search_words(where.candidate), key=len, reverse=True)
    # a text without letters or digits matches no name
    return [{terms: {"$regex": f"^{re.escape(word)}"}} for word in words] or [{terms: {"$in": []}}]


def _build_range_criteria(where: InterviewFilter) -> dict[str, dict[str, Any]]:
    ranges: dict[str, dict[str, Any]] = {}
    for field, operator, bound in (
        ("created_at", "$gte", where.created_at_or_after),
        ("created_at", "$lt", where.created_before),
        ("scheduled_for", "$gte", where.scheduled_after),
        ("scheduled_for", "$lt", where.scheduled_before),
        ("score", "$gte", where.min_score),
        ("score", "$lte", where.max_score),
    ):
        if bound is not None:
            ranges.setdefault(field, {})[operator] = bound
    return ranges


SELECTIVE_PREFIX_LENGTH = 3
"""Length from which a beginning of a name is rare enough to read every interview that has it."""
NULLABLE_ORDERS = ("started_at", "scheduled_for", "score")
"""Fields that many interviews lack. In ascending order, the interviews without a value come first."""


def _choose_index(where: InterviewFilter, request: PageRequest) -> IndexKeys | None:
    """Return the index to read a page from, or None to let MongoDB's planner choose.

    An index is named if it returns the page in order, or if it leads to few interviews. The planner decides
    if the best index depends on how many interviews match: for a filter in an order that no index serves.
    It runs all candidate indexes until one has found the page, which costs too much if even the best
    must first skip the many interviews without a value in the order's field.
    """
    order = INDEXED_UPDATED_AT if request.order.field == UPDATED_AT else request.order.field
    if selective_index := _choose_selective_index(where):
        return selective_index
    equalities = _build_equality_criteria(where)
    for fields, criteria in equalities.items():
        if order in FILTER_INDEX_ORDERS[fields]:
            has_several_values = any(isinstance(value, dict) for value in criteria.values())
            # a named index is not merged over several values when a cursor adds further ranges
            return None if request.cursor and has_several_values else build_index_keys(*fields, order)
    if where.position_keys is not None:
        return build_index_keys("position.key", "created_at")
    if where.statuses is not None and not set(where.statuses) & set(TERMINAL_STATUSES):
        # few interviews are open or scheduled at any time
        return build_index_keys("status", "created_at")
    is_filtered_by_ranges_only = not equalities and where.evaluation_statuses is None
    has_only_ordered_ranges = where.updated_at_or_after is None and set(_build_range_criteria(where)) <= {order, "score"}
    has_only_indexed_ranges = is_filtered_by_ranges_only and has_only_ordered_ranges
    starts_at_missing_values = order in NULLABLE_ORDERS and not request.is_read_descending
    return build_index_keys(order) if has_only_indexed_ranges or starts_at_missing_values else None


def _choose_selective_index(where: InterviewFilter) -> IndexKeys | None:
    """Return the index of a filter that few interviews match, whatever the order."""
    if where.external_ids is not None:
        return build_index_keys("external_id", "created_at")
    if any(len(word) >= SELECTIVE_PREFIX_LENGTH for word in split_search_words(where.candidate or "")):
        return build_index_keys("email_terms" if where.search_email else "name_terms", "created_at")
    if where.evaluation_statuses and set(where.evaluation_statuses) <= set(UNFINISHED_EVALUATIONS):
        return UNFINISHED_EVALUATIONS_INDEX
    return OPEN_REQUESTS_INDEX if where.has_open_requests else None


async def list_interviews(organization_id: ObjectId, where: InterviewFilter, request: PageRequest) -> Page[Interview]:
    """Return a page of the organization's interviews. Raises BadInput for a cursor of another list."""
    return await _read_page(partial(find_page, Interview), organization_id, where, request)


async def list_interview_rows(
    organization_id: ObjectId, where: InterviewFilter, request: PageRequest, fields: Collection[str]
) -> Page[InterviewRow]:
    """Return the same page with only these fields and the id of each interview. Raises like `list_interviews`."""
    rows = Interview.get_pymongo_collection().with_options(codec_options=ROW_CODEC)
    page = await _read_page(partial(find_rows, rows, fields), organization_id, where, request)
    return Page([InterviewRow(row, fields) for row in page.items], page.sort_keys, page.order, page.has_next, page.has_previous)


async def _read_page(read: ReadPage[R], organization_id: ObjectId, where: InterviewFilter, request: PageRequest) -> Page[R]:
    """Read a page. In the order of the last change, it is merged from the lists of `_list_update_sources`."""
    if request.order.field != UPDATED_AT:
        return await read(build_criteria(organization_id, where), request, _choose_index(where, request))
    # each list has the range in its own order
    bounds = [] if where.updated_at_or_after is None else [{"$gte": where.updated_at_or_after}]
    where = replace(where, updated_at_or_after=None)
    criteria = build_criteria(organization_id, where)
    pages: list[Page[R]] = []
    for source in _list_update_sources(where, request):
        selecting = [criteria, source.selecting, *({source.field: bound} for bound in bounds)]
        page = await read({"$and": selecting}, request.with_order(replace(request.order, field=source.field)), source.index)
        if page.sort_keys and (page.has_previous if request.backward else page.has_next):
            # the merged page ends there at the latest; without a bound, the next read could pass many interviews
            furthest, _ = page.sort_keys[0 if request.backward else -1]
            bounds.append({"$gte" if request.is_read_descending else "$lte": furthest})
        pages.append(page)
    return merge_pages(pages, request)


@dataclass(frozen=True, slots=True)
class _UpdateSource:
    """One of the lists that make up the list in the order of the last change."""

    field: str
    """Path of the time of the last change."""
    selecting: Mapping[str, Any]
    index: IndexKeys | None


def _list_update_sources(where: InterviewFilter, request: PageRequest) -> list[_UpdateSource]:
    """Return lists that share no interview and together have all: those first that bound what is read of the next ones.

    For a caller with a limited view, the last change is the last one that the caller sees: the interviews whose last change is
    hidden are a list of their own. So are those that store turns, unless the filter has an index from which all are sorted in
    memory: no index has their order, but they are few.
    """
    index = _choose_index(where, request)
    sources = []
    others: Mapping[str, Any] = {}
    if hidden_updates := _find_hidden_updates(where):
        hidden_index = HIDDEN_UPDATE_INDEXES[hidden_updates.view] if index == UPDATE_ORDER_INDEX else index
        sources.append(_UpdateSource(hidden_updates.field, hidden_updates.selecting, hidden_index))
        others = hidden_updates.excluding
    if index not in (None, UPDATE_ORDER_INDEX):
        return [*sources, _UpdateSource(UPDATED_AT, others, index)]
    storing_turns = {"$and": [{INDEXED_UPDATED_AT: None}, others]}
    # the type also bounds a read of the index
    storing_none = {"$and": [{INDEXED_UPDATED_AT: {"$type": "date"}}, others]}
    return [
        *sources,
        _UpdateSource(UPDATED_AT, storing_turns, UPDATE_ORDER_INDEX),
        _UpdateSource(INDEXED_UPDATED_AT, storing_none, index),
    ]


async def has_blind_interviews(organization_id: ObjectId) -> bool:
    """Return whether any interview of the organization is reviewed blind."""
    criteria = {"organization_id": organization_id, "is_blind": True}
    return await Interview.get_pymongo_collection().find_one(criteria, {"_id": 1}) is not None


async def count_interviews(organization_id: ObjectId, where: InterviewFilter) -> int:
    """Count the interviews that match the filter."""
    return await Interview.find(build_criteria(organization_id, where)).count()


async def count_interviews_by_position(organization_id: ObjectId, position_keys: Sequence[str]) -> dict[str, int]:
    """Count the listed interviews of each of these positions, in any version. Positions without interviews are left out."""
    criteria = build_criteria(organization_id, InterviewFilter(position_keys=position_keys))
    group = {"$group": {"_id": "$position.key", "count": {"$sum": 1}}}
    rows = await Interview.get_pymongo_collection().aggregate([{"$match": criteria}, group])
    return {row["_id"]: row["count"] async for row in rows}


def to_sort_order(field: InterviewOrderField, *, descending: bool) -> SortOrder:
    """Return the order by its stored field."""
    return SortOrder(ORDER_FIELDS[field], descending)
