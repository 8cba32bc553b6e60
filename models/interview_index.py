"""By what interviews are found: for the lists of callers, then for what the sweep and the rounds look for."""

from pymongo import ASCENDING, DESCENDING, IndexModel

ORDERS = {
    "created_at": ("score",),
    "updated_at": ("created_at", "score"),
    "started_at": ("created_at", "score"),
    # Beanie takes two indexes of the same fields for one, whatever the order of the fields: `evaluated` keeps this one apart
    "score": ("created_at", "evaluated"),
    "candidate_order": ("created_at", "score"),
}
"""by what lists are sorted, and what else the keys hold: a range of these is looked at before a document is read"""
Kind = tuple[str, ...]
"""fields that one filter is about"""
KINDS: dict[Kind, tuple[str, ...]] = {
    ("status",): ("created_at",),
    # who is ranked is ranked for a position
    ("position.key",): ("created_at", "score"),
    ("channel",): ("created_at",),
    # a band of scores: in their order it lies together, behind all that score less
    ("recommendation",): ("created_at", "score"),
    ("evaluated", "decision"): ("created_at",),
}
"""what lists are filtered by, whose values are few and frequent, and the orders in which their pages are read straight from an
index: no more, since every turn pays for each (docs/adr/0015-lists-are-rows.md)"""

Keys = list[tuple[str, int]]
"""of an index, as PyMongo takes them"""


def keys_of(*fields: str) -> Keys:
    """The keys of an index for lists: what is equal, then the order, newest or greatest first, and the id; then what else."""
    *equal, order = fields
    return [
        ("organization_id", ASCENDING),
        *((field, ASCENDING) for field in equal),
        (order, DESCENDING),
        ("_id", DESCENDING),
        *((field, ASCENDING) for field in (() if equal else ORDERS[order])),
    ]


INDEXES: list[IndexModel] = [
    *(IndexModel(keys_of(order)) for order in ORDERS),
    *(IndexModel(keys_of(*kind, order)) for kind, orders in KINDS.items() for order in orders),
    # few have the same
    *(IndexModel(keys_of(field, "created_at")) for field in ("external_id", "name_terms", "email_terms")),
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
