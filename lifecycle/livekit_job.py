"""A job in a room: the process that LiveKit sends there, from its dispatch to its end. Interviewers and recorders are such jobs.

LiveKit dispatches it with the number of a lease, as JSON (lifecycle.rooms). Not for the API process: this loads livekit-agents.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog
from bson import ObjectId
from livekit import rtc
from livekit.agents import JobContext, JobProcess

import logs
from errors import extract_locations
from lifecycle.jobs import create_holder_name
from lifecycle.services import Services, open_services
from models.writes.append_turns import LeaseLost
from settings import read_settings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RoomJob:
    """What the work is given: where it is, for which lease, and how it learns that it is to stop."""

    services: Services
    room: rtc.Room
    interview_id: ObjectId
    fence: int
    metadata: Mapping[str, str]
    """of the dispatch"""
    holder: str
    stop_requested: asyncio.Event


RoomJobHandler = Callable[[RoomJob], Awaitable[None]]
"""a function of a module; raises LeaseLost when another has taken over. Whatever else it raises is logged without its words"""


def prepare_process(process: JobProcess, prompt_version: str) -> None:
    """Make a job's process ready before it has a job. `prompt_version` as lifecycle.services has it."""
    settings = read_settings()
    logs.configure(settings.log)
    process.userdata.update(settings=settings, prompt_version=prompt_version)


async def start_room_job(handler: RoomJobHandler, context: JobContext) -> None:
    """LiveKit has sent this process into a room: do the work there, in a task of its own, so that it can be stopped."""
    running = _RunningJob(handler, context)
    context.proc.userdata["running"] = running
    await context.connect()
    running.start()


async def stop_room_job(context: JobContext) -> None:
    """The job ends, for whatever reason: the work stops first, and stores what it has."""
    if running := context.proc.userdata.get("running"):
        await running.stop()


class _RunningJob:
    def __init__(self, handler: RoomJobHandler, context: JobContext) -> None:
        self._handler = handler
        self._context = context
        self._metadata = json.loads(context.job.metadata or "{}")
        self._interview_id = ObjectId(self._metadata["interview"])
        self._fence = int(self._metadata["fence"])
        self._stop_requested = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=self._handler.__name__)

    async def stop(self) -> None:
        self._stop_requested.set()
        if self._task:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        structlog.contextvars.bind_contextvars(interview_id=str(self._interview_id), fence=self._fence)
        data, outcome = self._context.proc.userdata, "over"
        log.info("job begins", work=self._handler.__name__)
        try:
            async with open_services(data["settings"], data["prompt_version"]) as services:
                await self._handler(
                    RoomJob(
                        services,
                        self._context.room,
                        self._interview_id,
                        self._fence,
                        self._metadata,
                        create_holder_name(),
                        self._stop_requested,
                    )
                )
        except LeaseLost:
            outcome = "lease lost"
        except Exception as error:
            outcome = "failed"
            log.error("job failed", work=self._handler.__name__, reason=type(error).__name__, traceback=extract_locations(error))
        finally:
            log.info("job ends", work=self._handler.__name__, why=outcome)
            self._context.shutdown(outcome)
