"""The recorder's worker, and its job: one part of the recording of an interview.

LiveKit dispatches it with the number of a lease; whoever has the lease records. Each part is another job's, so one that dies is
replaced by another (lifecycle.recordings), which adds the next part.
"""

import asyncio
import json
from functools import partial

import structlog
from bson import ObjectId
from livekit.agents import AgentServer, JobContext, JobProcess, WorkerPermissions

import logs
from lifecycle.jobs import FINISH_RECORDING, holder_name
from lifecycle.lease import kept
from lifecycle.services import Services, open_services
from lifecycle.worker import create_server
from models.append import LeaseLost
from models.recording_job import claim_recorder, release_recording, renew_recording
from recording.recorder import Recorder
from recording.storage import Store, open_store
from settings import Settings, read_settings

log = structlog.get_logger(__name__)


def create_worker(settings: Settings, prompt_version: str) -> AgentServer:
    """The worker that records. `prompt_version` as lifecycle.services has it."""
    hidden = WorkerPermissions(hidden=True, can_publish=False, can_publish_data=False, can_update_metadata=False)
    server = create_server(settings, partial(prepare, prompt_version=prompt_version), __name__, permissions=hidden)
    server.rtc_session(agent_name=settings.livekit.recorder_name, on_session_end=end_job)(hold_job)
    return server


def prepare(process: JobProcess, prompt_version: str) -> None:
    """Make a job's process ready before it has a job."""
    settings = read_settings()
    logs.configure(settings.log)
    process.userdata.update(settings=settings, prompt_version=prompt_version)


async def hold_job(context: JobContext) -> None:
    """LiveKit has dispatched this process into a room: record there, in a task of its own."""
    job = _Job(context)
    context.proc.userdata["job"] = job
    await context.connect()
    job.start()


async def end_job(context: JobContext) -> None:
    """The job ends, for whatever reason: what was recorded is stored, and the lease is free."""
    if job := context.proc.userdata.get("job"):
        await job.stop()


class _Job:
    def __init__(self, context: JobContext) -> None:
        self._context = context
        metadata = json.loads(context.job.metadata or "{}")
        self._interview_id = ObjectId(metadata["interview"])
        self._recording_id = ObjectId(metadata["recording"])
        self._fence = int(metadata["fence"])
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="recording")

    async def stop(self) -> None:
        self._stopping.set()
        if self._task:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        structlog.contextvars.bind_contextvars(interview_id=str(self._interview_id), fence=self._fence)
        why = "over"
        try:
            data = self._context.proc.userdata
            settings: Settings = data["settings"]
            store = open_store(settings.recording)
            if store is None:
                raise RuntimeError("a recorder needs RECORDING_STORE")
            async with open_services(settings, data["prompt_version"]) as services:
                await self._record(services, store)
        except LeaseLost:
            why = "another records, or nobody may"
        except Exception as error:
            why = "failed"
            log.error("recorder failed", reason=type(error).__name__, traceback=logs.places_of(error))
        finally:
            log.info("recorder leaves", why=why)
            self._context.shutdown(why)

    async def _record(self, services: Services, store: Store) -> None:
        holder, lease_seconds = holder_name(), services.settings.jobs.lease_seconds
        recording = await claim_recorder(self._recording_id, self._fence, holder, lease_seconds)
        if recording is None:
            raise LeaseLost
        log.info("recorder comes")
        recorder = Recorder(services, store, self._context.room, recording)

        async def renew() -> bool:
            return await renew_recording(self._recording_id, self._fence, holder, lease_seconds)

        try:
            async with kept(renew, lease_seconds):
                await recorder.run(self._stopping)
        finally:
            await release_recording(recorder.recording)
        # too early while the interview goes on, and then it does nothing
        await services.jobs.kick(FINISH_RECORDING, self._recording_id)
