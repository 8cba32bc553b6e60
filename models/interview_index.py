"""By what interviews are found: for the lists of callers, then for what the sweep and the rounds look for."""

from pymongo import ASCENDING, DESCENDING, IndexModel

INDEXES: list[IndexModel] = [
    *(
        IndexModel([("organization_id", ASCENDING), (field, DESCENDING), ("_id", DESCENDING)])
        for field in ("created_at", "updated_at", "started_at", "score", "candidate_order")
    ),
    *(
        IndexModel(
            [
                ("organization_id", ASCENDING),
                (field, ASCENDING),
                ("created_at", DESCENDING),
                ("_id", DESCENDING),
            ]
        )
        for field in (
            "status",
            "position.key",
            "external_id",
            "recommendation",
            "decision",
            "name_terms",
            "email_terms",
        )
    ),
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
