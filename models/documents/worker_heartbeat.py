"""Heartbeats of worker processes, from which monitoring learns which workers run."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pymongo import ASCENDING, IndexModel

from models.storage.stored_document import StoredDocument

RETENTION_SECONDS = 3600
"""Time after the last heartbeat of a worker for which MongoDB stores it."""


class WorkerKind(StrEnum):
    """Command of main.py that runs the worker."""

    JOBS = "jobs"
    AGENT = "agent"
    RECORDER = "recorder"


class WorkerHeartbeat(StoredDocument):
    """The last heartbeat of one worker process, by MongoDB's clock."""

    kind: WorkerKind
    holder: str
    """Host and process id, with a random suffix."""
    version: str
    started_at: datetime
    seen_at: datetime

    class Settings:
        name = "worker_heartbeats"
        indexes: ClassVar = [IndexModel([("seen_at", ASCENDING)], expireAfterSeconds=RETENTION_SECONDS)]
