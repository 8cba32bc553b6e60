"""What a process has open: made once, given to every use case and job."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from lifecycle.access_monitor import AccessMonitors
from lifecycle.jobs import Jobs
from lifecycle.rooms import Rooms
from live.hub import LiveHub
from models.storage import database
from settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Settings, live feeds, the jobs' broker, LiveKit's rooms. MongoDB is bound to the documents (database.connect)."""

    settings: Settings
    live: LiveHub
    jobs: Jobs
    rooms: Rooms
    prompt_version: str
    """evaluation.prompt.VERSION, for evaluations that are made pending here"""
    access_monitors: AccessMonitors = field(default_factory=AccessMonitors)


@asynccontextmanager
async def open_services(settings: Settings, prompt_version: str) -> AsyncIterator[Services]:
    """MongoDB, live feeds, the jobs' broker and LiveKit's rooms, opened in this order and closed in the other.

    Raises pymongo.errors.PyMongoError when MongoDB is away; Redis and LiveKit may be.
    """
    async with (
        database.connect(settings.mongodb),
        LiveHub(settings.redis) as live,
        Jobs(settings.redis, settings.jobs.concurrency) as jobs,
        Rooms(settings) as rooms,
    ):
        yield Services(settings, live, jobs, rooms, prompt_version)
