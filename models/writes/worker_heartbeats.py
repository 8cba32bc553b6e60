"""Heartbeats of workers: each process has one document, which it renews."""

from bson import ObjectId

from models.documents.worker_heartbeat import WorkerHeartbeat, WorkerKind


async def record_heartbeat(worker_id: ObjectId, kind: WorkerKind, holder: str, version: str) -> None:
    """Store that the worker runs now."""
    values = {
        "kind": kind.value,
        "holder": {"$literal": holder},
        "version": {"$literal": version},
        "started_at": {"$ifNull": ["$started_at", "$$NOW"]},
        "seen_at": "$$NOW",
    }
    await WorkerHeartbeat.get_pymongo_collection().update_one({"_id": worker_id}, [{"$set": values}], upsert=True)


async def delete_heartbeat(worker_id: ObjectId) -> None:
    """Delete the heartbeat of a worker that stops as planned."""
    await WorkerHeartbeat.get_pymongo_collection().delete_one({"_id": worker_id})
