"""The state of the whole deployment, as health checks and metrics report it: read from MongoDB at most every few seconds."""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

import structlog
from pymongo.errors import PyMongoError

from lifecycle.overdue import Backlog, read_backlog
from models.database import get_database, is_available
from models.documents.interview import EvaluationStatus, InterviewStatus
from models.reads.backlog import (
    EndpointStates,
    WaitingEvaluations,
    count_voice_interviews,
    read_disk_share,
    read_endpoint_states,
    read_waiting_evaluations,
)
from models.reads.daily_totals import DailyTotals, read_daily_totals
from models.reads.evaluation_counts import count_unfinished_evaluations
from models.storage.clock import now
from models.writes.recording_transitions import find_unrecorded_interviews
from models.writes.repair_attempts import count_repairs_given_up
from settings import Settings

log = structlog.get_logger(__name__)

MAX_AGE_SECONDS = 5.0
"""Age up to which one read serves further health checks and scrapes."""
READ_SECONDS = 5.0
"""Timeout of a read. Callers wait less (`DeploymentMonitor.read`)."""
STALE_SECONDS = 30.0
"""Age up to which a state is reported while a newer one is being read."""
MAX_UNRECORDED = 1000


@dataclass(frozen=True, slots=True)
class DeploymentState:
    """What MongoDB says about all organizations together."""

    backlog: Backlog
    evaluations: dict[EvaluationStatus, int]
    waiting_evaluations: WaitingEvaluations
    repairs_given_up: int
    voice_interviews: dict[InterviewStatus, int]
    unrecorded_interviews: int
    """Interviews without a recording whose candidate consented to one and is in the room."""
    endpoints: EndpointStates
    today: DailyTotals
    mongodb_disk_share: float | None
    recording_disk_share: float | None
    """None unless recordings are stored in a folder."""


async def read_deployment_state(settings: Settings) -> DeploymentState:
    """Read the state by queries that use indexes. Raises pymongo.errors.PyMongoError."""
    database, has_store = get_database(), bool(settings.recording.store)
    return DeploymentState(
        backlog=await read_backlog(database),
        evaluations=await count_unfinished_evaluations(),
        waiting_evaluations=await read_waiting_evaluations(database),
        repairs_given_up=await count_repairs_given_up(),
        voice_interviews=await count_voice_interviews(database),
        unrecorded_interviews=len(await find_unrecorded_interviews(MAX_UNRECORDED)) if has_store else 0,
        endpoints=await read_endpoint_states(database),
        today=await read_daily_totals(settings.budget, now()),
        mongodb_disk_share=await read_disk_share(database),
        recording_disk_share=await asyncio.to_thread(_read_recording_disk_share, settings.recording.store),
    )


def _read_recording_disk_share(store: str) -> float | None:
    if not store or "://" in store:
        return None
    try:
        usage = shutil.disk_usage(Path(store))
    except OSError:
        return None
    return usage.used / usage.total


class DeploymentMonitor:
    """Reads the deployment's state for the health checks and scrapes of one process, which share each read."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._state: DeploymentState | None = None
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def read(self, timeout_seconds: float) -> DeploymentState | None:
        """Return the state as of the last seconds, None if it is not known.

        While MongoDB needs longer than that to answer, the last known state serves for STALE_SECONDS.
        """
        if not is_available():
            return None
        loop = asyncio.get_running_loop()
        if loop.time() - self._read_at >= MAX_AGE_SECONDS:
            if self._reading is None:
                self._reading = asyncio.create_task(self._read(), name="deployment state")
            _, pending = await asyncio.wait([self._reading], timeout=timeout_seconds)
            if pending and loop.time() - self._read_at >= STALE_SECONDS:
                return None
        return self._state

    async def close(self) -> None:
        """Cancel a read that is in progress."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(READ_SECONDS):
                self._state = await read_deployment_state(self._settings)
            self._read_at = asyncio.get_running_loop().time()
        except (PyMongoError, TimeoutError) as error:
            self._state = None
            log.warning("deployment state not read", reason=type(error).__name__)
        finally:
            self._reading = None
