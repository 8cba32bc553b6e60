"""Indexes of the interviews: for callers' lists, and for the queries of the sweep and the reconciler."""

from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from models.documents.interview_views import InterviewView

INDEXED_UPDATED_AT = "indexed_updated_at"
"""Field by whose index interviews are found by their last change (Interview.indexed_updated_at)."""
SORT_FIELDS = {
    "created_at": ("score",),
    INDEXED_UPDATED_AT: ("created_at", "score"),
    "started_at": ("created_at", "score"),
    "scheduled_for": ("created_at", "score"),
    # Beanie, which built the indexes of earlier versions, ignores the order of fields: `evaluated` makes this one distinct
    "score": ("created_at", "evaluated"),
    "candidate_order": ("created_at", "score"),
}
"""Sort fields of lists, each with further fields that its index holds, so that ranges are checked before documents are read."""
FilterFields = tuple[str, ...]
"""The fields that one filter compares."""
FILTER_INDEX_ORDERS: dict[FilterFields, tuple[str, ...]] = {
    ("status",): ("created_at",),
    # candidates are ranked by score within a position
    ("position.key",): ("created_at", "score"),
    ("channel",): ("created_at",),
    # a recommendation is a band of scores: without this index, a page by score would first read all scores outside the band
    ("recommendation",): ("created_at", "score"),
    ("evaluated", "decision"): ("created_at",),
}
"""Filters with few, frequent values, and the orders in which an index serves their pages.

Every change of an indexed field pays for each index, so there are no more than these
(docs/adr/0015-lists-as-rows-with-few-indexes.md). An appended turn pays for none: it changes no indexed field
(docs/adr/0026-turns-change-no-index.md).
"""

UNFINISHED_EVALUATIONS = ("PENDING", "RUNNING", "FAILED")
"""States in which the newest evaluation has no results. Few interviews are in one of them."""

IndexKeys = list[tuple[str, int]]
"""The keys of an index, as PyMongo takes them."""


def build_index_keys(*fields: str) -> IndexKeys:
    """Return the keys of a list's index: the equality fields, the order (descending) and the id.

    An order's own index also holds the fields that SORT_FIELDS names.
    """
    *equality_fields, order = fields
    return [
        ("organization_id", ASCENDING),
        *((field, ASCENDING) for field in equality_fields),
        (order, DESCENDING),
        ("_id", DESCENDING),
        *((field, ASCENDING) for field in (() if equality_fields else SORT_FIELDS[order])),
    ]


UNFINISHED_EVALUATIONS_INDEX: IndexKeys = [
    ("evaluation_status", ASCENDING),
    ("organization_id", ASCENDING),
    ("created_at", DESCENDING),
    ("_id", DESCENDING),
]
"""Keys of the partial index of UNFINISHED_EVALUATIONS: for lists of one organization, and for counts over all of them.

It holds few interviews, and none that still takes turns.
"""
OPEN_REQUESTS_INDEX: IndexKeys = [
    ("requests.status", ASCENDING),
    ("organization_id", ASCENDING),
    ("created_at", DESCENDING),
    ("_id", DESCENDING),
]
"""Keys of the partial index of interviews with open requests, which are few."""
HIDDEN_UPDATE_INDEXES: dict[InterviewView, IndexKeys] = {
    view: [("organization_id", ASCENDING), (f"updated_for.{view}", DESCENDING), ("_id", DESCENDING)]
    for view in InterviewView
    if view is not InterviewView.CANDIDATE
}
"""Keys of the partial indexes of interviews whose last change is hidden from a view, by the time of the last visible change.

A turn is visible to all, so that an interview that takes turns is in none of them. Candidates have no lists.
"""
RETENTION_INDEX = "retention_of_ended"
"""Name of the index by which interviews are found that a retention policy no longer keeps."""

NAME_KEYS_PREFIX = "\x01"
"""Beginning of each `candidate_order`. Keys stored before the texts were folded for search begin with a later character."""
OUTDATED_NAME_KEYS: dict[str, Any] = {"candidate_order": {"$gte": "\x02"}}
"""Condition that an interview's name keys were stored in the earlier form (lifecycle.repairs rebuilds them)."""

INDEXES: list[IndexModel] = [
    *(IndexModel(build_index_keys(order)) for order in SORT_FIELDS),
    *(IndexModel(build_index_keys(*fields, order)) for fields, orders in FILTER_INDEX_ORDERS.items() for order in orders),
    # selective fields: few interviews share a value
    *(IndexModel(build_index_keys(field, "created_at")) for field in ("external_id", "name_terms", "email_terms")),
    IndexModel([("due_at", ASCENDING)], sparse=True),
    IndexModel(
        [("status", ASCENDING), ("expires_at", ASCENDING)],
        partialFilterExpression={"status": {"$in": ["SCHEDULED", "WAITING"]}},
        name="expiring",
    ),
    IndexModel(
        [("status", ASCENDING), ("ended_at", ASCENDING)],
        partialFilterExpression={"status": "ENDING"},
        name="ending",
    ),
    IndexModel(
        [("status", ASCENDING), ("lease.until", ASCENDING)],
        partialFilterExpression={"status": {"$in": ["WAITING", "IN_PROGRESS"]}, "channel": "VOICE"},
        name="unattended",
    ),
    IndexModel(
        [("room.left_at", ASCENDING)],
        partialFilterExpression={"status": {"$in": ["WAITING", "IN_PROGRESS"]}, "room.left_at": {"$type": "date"}},
        name="gone",
    ),
    IndexModel(
        [("room.wanted_until", ASCENDING)],
        partialFilterExpression={
            "status": {"$in": ["WAITING", "IN_PROGRESS"]},
            "room.wanted_until": {"$type": "date"},
        },
        name="rooms",
    ),
    IndexModel(
        [("speech_outage.due_at", ASCENDING)],
        partialFilterExpression={"speech_outage.due_at": {"$type": "date"}},
        name="speech_outages",
    ),
    IndexModel(
        UNFINISHED_EVALUATIONS_INDEX,
        # MongoDB does not see that one $in is a part of another, but it does with this range: COMPLETED sorts before the others
        partialFilterExpression={"evaluation_status": {"$gt": "COMPLETED"}},
        name="unfinished_evaluations",
    ),
    IndexModel(OPEN_REQUESTS_INDEX, partialFilterExpression={"requests.status": "OPEN"}, name="open_requests"),
    *(
        IndexModel(
            keys,
            partialFilterExpression={
                f"updated_for.{view}": {"$type": "date"},
                **({"is_blind": True} if view is InterviewView.BLIND else {}),
            },
            name=f"hidden_updates_{view.lower()}",
        )
        for view, keys in HIDDEN_UPDATE_INDEXES.items()
    ),
    IndexModel([("erasure.pending", ASCENDING)], sparse=True),
    IndexModel(
        [("erasure.marked_at", ASCENDING)], partialFilterExpression={"erasure.marked_at": {"$type": "date"}}, name="erasures"
    ),
    IndexModel([("candidate_order", ASCENDING)], partialFilterExpression=OUTDATED_NAME_KEYS, name="outdated_name_keys"),
    IndexModel([("organization_id", ASCENDING)], partialFilterExpression={"is_blind": True}, name="blind"),
    # interviews that are over and not erased (models.writes.retention)
    IndexModel(
        [("organization_id", ASCENDING), ("erasure.scope", ASCENDING), ("created_at", ASCENDING)],
        partialFilterExpression={
            "status": {"$in": ["COMPLETED", "CANCELLED", "EXPIRED", "FAILED", "OPTED_OUT"]},
            "candidate.name": {"$exists": True},
        },
        name=RETENTION_INDEX,
    ),
    IndexModel(
        [("room.participant", ASCENDING)],
        partialFilterExpression={
            "consent.recording": True,
            "status": {"$in": ["WAITING", "IN_PROGRESS"]},
            "room.participant": {"$type": "string"},
        },
        name="to_record",
    ),
]
