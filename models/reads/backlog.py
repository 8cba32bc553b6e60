"""What is due in the whole deployment, for how long it has been due, and which workers run: for health checks and metrics.

Each query reads an index of the work that is due, at most MAX_COUNT documents. The functions take the database, so that a
program that has not bound the documents to it can call them, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bson import ObjectId
from pymongo.asynchronous.database import AsyncDatabase

from models.documents.evaluation import ACTIVE_STATUSES, Evaluation
from models.documents.interview import HAS_EXPIRED, OPEN_STATUSES, Interview, InterviewStatus
from models.documents.organization import Organization, exclude_organizations
from models.documents.recording import Recording
from models.documents.try_out import get_try_out_partition
from models.documents.turn import Channel
from models.documents.webhook import WebhookDelivery, WebhookDeliveryStatus, WebhookEndpoint, WebhookPauseReason
from models.documents.worker_heartbeat import WorkerHeartbeat, WorkerKind
from models.storage.lease import DISPATCH_IS_PENDING, IS_DUE, LEASE_IS_FREE, from_now

MAX_COUNT = 1000
"""Due documents of one kind that are counted; more are reported as this number."""
ALIVE_SECONDS = 30.0
"""Age of its last heartbeat above which a worker counts as gone: it sends one every 5 seconds."""

Database = AsyncDatabase[dict[str, Any]]


class Work(StrEnum):
    """A kind of work that workers do when it is due."""

    REPLY = "reply"
    """Replies of typed interviews."""
    INTERVIEWER = "interviewer"
    """Candidates in a room whose last two dispatches of an interviewer were not answered."""
    EVALUATION = "evaluation"
    """Evaluations, without those that wait for a budget or for the judge."""
    RECORDING = "recording"
    """Recordings of ended interviews that are not files yet."""
    WEBHOOK = "webhook"
    """Webhook endpoints with a delivery that is due, without those that are paused or wait after failures."""
    EXPIRY = "expiry"
    """Interviews whose invite has expired and whose candidate has not joined."""
    ENDING = "ending"
    """Interviews that are ending."""
    ERASURE = "erasure"
    """Erasures of personal data."""


@dataclass(frozen=True, slots=True)
class DueWork:
    """How much work of one kind is due and has no worker, and how long the oldest has been due."""

    count: int = 0
    """At most MAX_COUNT."""
    oldest_seconds: float = 0.0


async def read_due_work(database: Database) -> dict[Work, DueWork]:
    """Return the due work of every kind. Raises pymongo.errors.PyMongoError."""
    closed = await _read_closed_organizations(database)
    interviews = database[Interview.Settings.name]
    queries = {
        Work.REPLY: (interviews, _reply_pipeline(closed)),
        Work.INTERVIEWER: (interviews, _interviewer_pipeline(closed)),
        Work.EVALUATION: (database[Evaluation.Settings.name], _evaluation_pipeline(closed)),
        Work.RECORDING: (database[Recording.Settings.name], _recording_pipeline()),
        Work.WEBHOOK: (database[WebhookEndpoint.Settings.name], _webhook_pipeline(closed)),
        Work.EXPIRY: (interviews, _expiry_pipeline()),
        Work.ENDING: (interviews, _ending_pipeline()),
        Work.ERASURE: (interviews, _erasure_pipeline()),
    }
    due = {}
    for work, (collection, pipeline) in queries.items():
        due[work] = DueWork()
        async for row in await collection.aggregate([*pipeline, *_SUMMARY]):
            due[work] = DueWork(row["count"], max(0.0, row["oldest_seconds"]))
    return due


async def count_workers(database: Database) -> dict[WorkerKind, int]:
    """Return how many workers of each kind have sent a heartbeat within the last ALIVE_SECONDS, by MongoDB's clock."""
    pipeline: list[dict[str, Any]] = [
        {"$match": {"$expr": {"$gte": ["$seen_at", from_now(-ALIVE_SECONDS)]}}},
        {"$group": {"_id": "$kind", "count": {"$sum": 1}}},
    ]
    counts = dict.fromkeys(WorkerKind, 0)
    async for row in await database[WorkerHeartbeat.Settings.name].aggregate(pipeline):
        counts[WorkerKind(row["_id"])] = row["count"]
    return counts


@dataclass(frozen=True, slots=True)
class WaitingEvaluations:
    """Evaluations that wait for something else than a worker."""

    for_judge: int = 0
    """Those whose judge could not be reached or refused."""
    for_budget: int = 0
    judge_unavailable_seconds: float = 0.0
    """How long the first of them has been waiting for the judge."""


async def read_waiting_evaluations(database: Database) -> WaitingEvaluations:
    """Return how many unfinished evaluations wait for the judge or for a budget. Raises pymongo.errors.PyMongoError."""
    pipeline: list[dict[str, Any]] = [
        {"$match": {"status": {"$in": list(ACTIVE_STATUSES)}, "due_at": {"$ne": None}}},
        {"$limit": MAX_COUNT},
        {
            "$group": {
                "_id": None,
                "for_judge": _count_dates("$unavailable_since"),
                "for_budget": _count_dates("$waiting_since"),
                "since": {"$min": "$unavailable_since"},
            }
        },
        {
            "$project": {
                "for_judge": 1,
                "for_budget": 1,
                "seconds": {"$divide": [{"$subtract": ["$$NOW", {"$ifNull": ["$since", "$$NOW"]}]}, 1000]},
            }
        },
    ]
    async for row in await database[Evaluation.Settings.name].aggregate(pipeline):
        return WaitingEvaluations(row["for_judge"], row["for_budget"], max(0.0, row["seconds"]))
    return WaitingEvaluations()


@dataclass(frozen=True, slots=True)
class EndpointStates:
    """How the webhook endpoints of all organizations are doing."""

    active: int = 0
    failing: int = 0
    """Active endpoints whose last attempt failed."""
    paused: int = 0
    """Endpoints that Viva has paused, because their receiver was down for days, is gone, or their secret is lost."""
    failing_seconds: float = 0.0
    """How long the first of the failing ones has been failing."""


async def read_endpoint_states(database: Database) -> EndpointStates:
    """Count the webhook endpoints, which are few, by their state. Raises pymongo.errors.PyMongoError."""
    is_active = {"$eq": [{"$ifNull": ["$pause_reason", None]}, None]}
    is_failing = {"$and": [is_active, {"$eq": [{"$type": "$failing_since"}, "date"]}]}
    is_paused = {"$not": [{"$in": [{"$ifNull": ["$pause_reason", None]}, [None, WebhookPauseReason.REQUESTED.value]]}]}
    pipeline: list[dict[str, Any]] = [
        {"$match": {"deleted_at": None}},
        {
            "$group": {
                "_id": None,
                "active": _count_if(is_active),
                "failing": _count_if(is_failing),
                "paused": _count_if(is_paused),
                "since": {"$min": {"$cond": [is_failing, "$failing_since", "$$NOW"]}},
            }
        },
        {
            "$project": {
                "active": 1,
                "failing": 1,
                "paused": 1,
                "seconds": {"$divide": [{"$subtract": ["$$NOW", "$since"]}, 1000]},
            }
        },
    ]
    async for row in await database[WebhookEndpoint.Settings.name].aggregate(pipeline):
        return EndpointStates(row["active"], row["failing"], row["paused"], max(0.0, row["seconds"]))
    return EndpointStates()


async def count_voice_interviews(database: Database) -> dict[InterviewStatus, int]:
    """Return how many open voice interviews are in each state. Raises pymongo.errors.PyMongoError."""
    counts = dict.fromkeys(OPEN_STATUSES, 0)
    pipeline: list[dict[str, Any]] = [
        {"$match": {"status": {"$in": list(OPEN_STATUSES)}, "channel": Channel.VOICE}},
        {"$group": {"_id": "$status", "count": {"$sum": 1}}},
    ]
    async for row in await database[Interview.Settings.name].aggregate(pipeline):
        counts[InterviewStatus(row["_id"])] = row["count"]
    return counts


async def read_disk_share(database: Database) -> float | None:
    """Return the used share of the disk that holds the database; None if MongoDB does not report it."""
    stats = await database.command("dbStats")
    total = stats.get("fsTotalSize")
    return stats["fsUsedSize"] / total if total else None


def _count_if(condition: dict[str, Any]) -> dict[str, Any]:
    return {"$sum": {"$cond": [condition, 1, 0]}}


def _count_dates(field: str) -> dict[str, Any]:
    return _count_if({"$eq": [{"$type": field}, "date"]})


_SUMMARY: list[dict[str, Any]] = [
    {"$limit": MAX_COUNT},
    {"$group": {"_id": None, "count": {"$sum": 1}, "oldest": {"$min": "$since"}}},
    {"$project": {"count": 1, "oldest_seconds": {"$divide": [{"$subtract": ["$$NOW", "$oldest"]}, 1000]}}},
]
"""Counts documents with a field `since`, and computes the age of the oldest."""


def _select(criteria: Mapping[str, Any], field: str) -> list[dict[str, Any]]:
    """Return the stages that select documents by an index on `field`, the longest due first."""
    return [{"$match": dict(criteria)}, {"$sort": {field: 1}}, {"$limit": MAX_COUNT}, {"$project": {"since": f"${field}"}}]


def _reply_pipeline(closed: Sequence[ObjectId]) -> list[dict[str, Any]]:
    criteria = {
        "due_at": {"$ne": None},
        "channel": Channel.TEXT,
        "status": {"$in": list(OPEN_STATUSES)},
        "erased_at": None,
        "$expr": {"$and": [IS_DUE, LEASE_IS_FREE]},
        **exclude_organizations(closed),
    }
    return _select(criteria, "due_at")


def _interviewer_pipeline(closed: Sequence[ObjectId]) -> list[dict[str, Any]]:
    criteria = {
        "status": {"$in": list(OPEN_STATUSES)},
        "channel": Channel.VOICE,
        "erased_at": None,
        "room.participant": {"$type": "string"},
        "room.dispatches": {"$gte": 2},
        "$expr": {"$or": [DISPATCH_IS_PENDING, LEASE_IS_FREE]},
        **exclude_organizations(closed),
    }
    return [{"$match": criteria}, {"$limit": MAX_COUNT}, {"$project": {"since": {"$ifNull": ["$room.joined_at", "$$NOW"]}}}]


def _evaluation_pipeline(closed: Sequence[ObjectId]) -> list[dict[str, Any]]:
    criteria = {
        "status": {"$in": list(ACTIVE_STATUSES)},
        "due_at": {"$ne": None},
        "$expr": {"$and": [IS_DUE, LEASE_IS_FREE]},
        **exclude_organizations(closed),
    }
    return _select(criteria, "due_at")


def _recording_pipeline() -> list[dict[str, Any]]:
    of_interview = {
        "from": Interview.Settings.name,
        "localField": "interview_id",
        "foreignField": "_id",
        "pipeline": [{"$project": {"status": 1, "ended_at": 1}}],
        "as": "interview",
    }
    return [
        {"$match": {"is_open": True, "$expr": {"$and": [IS_DUE, LEASE_IS_FREE]}}},
        {"$sort": {"due_at": 1}},
        {"$limit": MAX_COUNT},
        {"$lookup": of_interview},
        {"$unwind": "$interview"},
        {"$match": {"interview.status": {"$nin": list(OPEN_STATUSES)}}},
        {"$project": {"since": {"$max": ["$due_at", "$interview.ended_at"]}}},
    ]


def _webhook_pipeline(closed: Sequence[ObjectId]) -> list[dict[str, Any]]:
    oldest_due = [
        {"$match": {"status": WebhookDeliveryStatus.PENDING.value, "$expr": IS_DUE}},
        {"$sort": {"due_at": 1}},
        {"$limit": 1},
        {"$project": {"due_at": 1}},
    ]
    deliveries = {"from": WebhookDelivery.Settings.name, "localField": "_id", "foreignField": "endpoint_id"}
    may_send = {"$lte": [{"$ifNull": ["$retry_at", "$$NOW"]}, "$$NOW"]}
    return [
        {"$match": {"pause_reason": None, "deleted_at": None, "$expr": may_send, **exclude_organizations(closed)}},
        {"$lookup": {**deliveries, "pipeline": oldest_due, "as": "due"}},
        {"$match": {"due.0": {"$exists": True}}},
        # a delivery that had to wait for its endpoint is late only since the endpoint may be sent to again
        {"$project": {"since": {"$max": [{"$first": "$due.due_at"}, "$retry_at"]}}},
    ]


def _expiry_pipeline() -> list[dict[str, Any]]:
    statuses = [InterviewStatus.SCHEDULED, InterviewStatus.WAITING]
    return _select({"status": {"$in": statuses}, **HAS_EXPIRED, "erased_at": None}, "expires_at")


def _ending_pipeline() -> list[dict[str, Any]]:
    is_due = {"$and": [{"$lte": ["$ended_at", "$$NOW"]}, LEASE_IS_FREE]}
    return _select({"status": InterviewStatus.ENDING, "erased_at": None, "$expr": is_due}, "ended_at")


def _erasure_pipeline() -> list[dict[str, Any]]:
    return [
        {"$match": {"erasure.pending": True}},
        {"$limit": MAX_COUNT},
        {"$project": {"since": {"$ifNull": ["$erasure.marked_at", "$$NOW"]}}},
    ]


async def _read_closed_organizations(database: Database) -> list[ObjectId]:
    rows = database[Organization.Settings.name].find({"closed_at": {"$type": "date"}}, {"_id": 1})
    ids = [row["_id"] async for row in rows]
    return [*ids, *map(get_try_out_partition, ids)]
