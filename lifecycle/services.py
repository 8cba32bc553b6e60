"""What a process has open: made once by main, given to every use case and job."""

from dataclasses import dataclass

from lifecycle.jobs import Jobs
from live.feed import Live
from settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Settings, the live feeds and the jobs' broker. MongoDB is bound to the documents (models.database.connect)."""

    settings: Settings
    live: Live
    jobs: Jobs
    prompt_version: str
    """evaluation.prompt.VERSION, for evaluations that are made pending here"""
