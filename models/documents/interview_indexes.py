"""By what interviews are found: for the lists of callers, then for what the sweep and the rounds look for."""

from pymongo import ASCENDING, DESCENDING, IndexModel

SORT_FIELDS = {
    "created_at": ("score",),
    "updated_at": ("created_at", "score"),
    "started_at": ("created_at", "score"),
    # Beanie takes two indexes of the same fields for one, whatever the order of the fields: `evaluated` keeps this one apart
    "score": ("created_at", "evaluated"),
    "candidate_order": ("created_at", "score"),
}
"""by what lists are sorted, and what else the keys hold: a range of these is looked at before a document is read"""
FilterFields = tuple[str, ...]
"""fields that one filter is about"""
FILTER_INDEX_ORDERS: dict[FilterFields, tuple[str, ...]] = {
    ("status",): ("created_at",),
    # who is ranked is ranked for a position
    ("position.key",): ("created_at", "score"),
    ("channel",): ("created_at",),
    # a band of scores: in their order it lies together, behind all that score less
    ("recommendation",): ("created_at", "score"),
    ("evaluated", "decision"): ("created_at",),
}
"""what lists are filtered by, whose values are few and frequent, and the orders in which their pages are read straight from an
index: no more, since every turn pays for each (docs/adr/0015-lists-as-rows-with-few-indexes.md)"""

IndexKeys = list[tuple[str, int]]
"""of an index, as PyMongo takes them"""


def build_index_keys(*fields: str) -> IndexKeys:
    """The keys of an index for lists: what is equal, then the order, newest or greatest first, and the id; then what else."""
    *equality_fields, order = fields
    return [
        ("organization_id", ASCENDING),
        *((field, ASCENDING) for field in equality_fields),
        (order, DESCENDING),
        ("_id", DESCENDING),
        *((field, ASCENDING) for field in (() if equality_fields else SORT_FIELDS[order])),
    ]


INDEXES: list[IndexModel] = [
    *(IndexModel(build_index_keys(order)) for order in SORT_FIELDS),
    *(IndexModel(build_index_keys(*kind, order)) for kind, orders in FILTER_INDEX_ORDERS.items() for order in orders),
    # few have the same
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
    IndexModel([("erasure.pending", ASCENDING)], sparse=True),
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
