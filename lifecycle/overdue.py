"""What work of the deployment is overdue, and which workers are missing: for health checks, metrics and `main.py doctor`."""

from dataclasses import dataclass

from models.documents.worker_heartbeat import WorkerKind
from models.reads.backlog import Database, DueWork, Work, count_workers, read_due_work
from models.reads.change_list import FeedState, read_feed_state
from settings import Settings

OVERDUE_SECONDS: dict[Work, float] = {
    Work.REPLY: 30,
    Work.INTERVIEWER: 30,
    Work.EVALUATION: 300,
    Work.RECORDING: 600,
    Work.WEBHOOK: 300,
    Work.EXPIRY: 300,
    Work.ENDING: 60,
    Work.ERASURE: 900,
}
"""How long work may be due before it counts as overdue; workers usually begin within two seconds."""
CHANGE_FEED_SECONDS = 30.0
"""The same for the change feed, which advances every second."""
CHANGE_FEED = "change_feed"


@dataclass(frozen=True, slots=True)
class Backlog:
    """The due work of the deployment, and its workers."""

    due: dict[Work, DueWork]
    workers: dict[WorkerKind, int]
    """Workers of each kind that have sent a heartbeat within the last half minute."""
    feed: FeedState | None
    """None if the change feed has never begun."""

    def list_overdue(self) -> dict[str, float]:
        """Return for how many seconds the oldest work of each kind has been due, if that is too long."""
        overdue = {
            work.value: self.due[work].oldest_seconds
            for work, limit in OVERDUE_SECONDS.items()
            if self.due[work].oldest_seconds > limit
        }
        if self.feed is not None and self.feed.stalled_seconds > CHANGE_FEED_SECONDS:
            overdue[CHANGE_FEED] = self.feed.stalled_seconds
        return overdue

    def list_missing_workers(self, settings: Settings) -> list[WorkerKind]:
        """Return the kinds of workers that the deployment needs by these settings and of which none runs."""
        return [kind for kind in list_required_workers(settings) if not self.workers[kind]]


def list_required_workers(settings: Settings) -> list[WorkerKind]:
    """Return the kinds of workers that a deployment with these settings needs."""
    required = [WorkerKind.JOBS]
    if settings.livekit.url:
        required.append(WorkerKind.AGENT)
        if settings.recording.store:
            required.append(WorkerKind.RECORDER)
    return required


async def read_backlog(database: Database) -> Backlog:
    """Read the backlog by queries of indexes. Raises pymongo.errors.PyMongoError."""
    return Backlog(await read_due_work(database), await count_workers(database), await read_feed_state(database))
