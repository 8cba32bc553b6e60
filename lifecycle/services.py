"""What a process has open: made once by main, given to every use case and job."""

from dataclasses import dataclass

from lifecycle.jobs import Jobs
from lifecycle.rooms import Rooms
from live.feed import Live
from settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Settings, live feeds, the jobs' broker, LiveKit's rooms. MongoDB is bound to the documents (models.database.connect)."""

    settings: Settings
    live: Live
    jobs: Jobs
    rooms: Rooms
    prompt_version: str
    """evaluation.prompt.VERSION, for evaluations that are made pending here"""
