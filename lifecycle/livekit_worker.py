"""Run a LiveKit worker, and the jobs that LiveKit sends into rooms, each in a process of its own.

Interviewers and recorders are such jobs. LiveKit dispatches each with a lease's fence in JSON metadata (lifecycle.rooms). The
API process must not import this module: it loads livekit-agents.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import structlog
from aiohttp import web
from bson import ObjectId
from livekit import rtc
from livekit.agents import AgentServer, JobContext, JobExecutorType, JobProcess, WorkerPermissions
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

import logs
import tracing
from errors import extract_locations
from lifecycle.heartbeats import send_heartbeats
from lifecycle.jobs import create_holder_name
from lifecycle.metrics_page import SummedCollector, render, render_process
from lifecycle.origins import bind_work
from lifecycle.services import Services, open_services
from lifecycle.worker_health import build_metrics_response, serve_metrics, serve_path
from models.documents.interview import get_origin
from models.documents.worker_heartbeat import WorkerKind
from models.storage.lease import LeaseLost
from settings import Settings, read_settings

log = structlog.get_logger(__name__)

METRICS_FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable that AgentServer sets to the folder in which jobs write their metrics."""
ENDED = "ended"
"""In place of the process id in the names of the files with the metrics of all processes that have ended."""
INITIALIZE_SECONDS = 60.0
"""Seconds that a job's process may take to load; a busy machine needs many of them."""


@dataclass(frozen=True, slots=True)
class RoomJob:
    """A dispatched job: its room, the fence of its lease, and the event that asks it to stop."""

    services: Services
    room: rtc.Room
    interview_id: ObjectId
    fence: int
    metadata: Mapping[str, str]
    """Metadata of the dispatch."""
    holder: str
    stop_requested: asyncio.Event
    resources: Any
    """What the worker's `load_resources` has returned; None without it."""


RoomJobHandler = Callable[[RoomJob], Awaitable[None]]
"""Does a job's work. It must be a module-level function, because it is sent to the job's process by its name.

Raises LeaseLost when another job has taken over. Any other exception is logged by its type and locations, without its message.
"""


def create_livekit_worker(
    settings: Settings,
    name: str,
    handler: RoomJobHandler,
    *,
    service: str,
    load_resources: Callable[[], Any] | None = None,
    permissions: WorkerPermissions | None = None,
) -> AgentServer:
    """Return a worker that runs up to settings.voice.jobs jobs concurrently, registered under `name`.

    Jobs send their traces as `service`.
    `load_resources`, a module-level function, is called in each process before it is given a job: what takes long to
    load would delay the job's first words, and the renewals of its lease. If a port for metrics is set, jobs write metrics for
    `run_worker` to serve. With settings.worker.health_port, GET / answers 200 while the worker is connected to LiveKit, and
    GET /worker says how many jobs it runs.
    """
    livekit, voice, worker = settings.livekit, settings.voice, settings.worker
    has_metrics = worker.metrics_port > 0 or voice.metrics_port > 0
    server = AgentServer(
        job_executor_type=JobExecutorType.PROCESS,
        num_idle_processes=voice.idle_processes,
        # a load measured by CPU would refuse jobs on a busy machine, and a refused dispatch is lost
        load_fnc=lambda server: len(server.active_jobs) / voice.jobs,
        load_threshold=0.999,
        drain_timeout=voice.drain_seconds,
        initialize_process_timeout=INITIALIZE_SECONDS,
        setup_fnc=partial(_prepare_process, load_resources),
        # all job processes share the memory of the modules that these import
        preload_modules=["main", handler.__module__],
        ws_url=livekit.url,
        api_key=livekit.api_key.get_secret_value(),
        api_secret=livekit.api_secret.get_secret_value(),
        # without a port for health checks, the server that LiveKit starts in any case gets a free one on this machine only
        host=worker.host if worker.health_port else "127.0.0.1",
        port=worker.health_port,
        # each job's process writes its metrics to this folder
        prometheus_multiproc_dir=mkdtemp(prefix="viva-metrics-") if has_metrics else None,
        permissions=permissions or WorkerPermissions(),
    )
    server.rtc_session(partial(_start_room_job, handler, service), agent_name=name, on_session_end=_stop_room_job)
    return server


async def run_worker(server: AgentServer, services: Services, kind: WorkerKind) -> None:
    """Run a worker until it is stopped (`run_until_stopped`), with its heartbeats and its metrics.

    Only the interviewers' worker serves settings.voice.metrics_port.
    """
    deprecated_port = services.settings.voice.metrics_port if kind is WorkerKind.AGENT else 0
    async with send_heartbeats(kind), serve_worker_metrics(server, services, deprecated_port):
        await run_until_stopped(server)


@asynccontextmanager
async def serve_worker_metrics(server: AgentServer, services: Services, deprecated_port: int = 0) -> AsyncIterator[None]:
    """Serve the metrics of a worker and its jobs at settings.worker.metrics_port, and at a port that needs no token.

    LiveKit's own server for metrics leaves out those of the worker's process, among them its number of jobs.
    """
    settings = services.settings

    one_at_a_time = asyncio.Lock()

    async def render_all() -> bytes:
        async with one_at_a_time:
            collected = await asyncio.to_thread(collect_worker_metrics, server)
        return collected + await render_process(services)

    async def answer(_: web.Request) -> web.StreamResponse:
        return build_metrics_response(await render_all())

    # both settings may name the same port, which then needs the token
    open_port = 0 if deprecated_port == settings.worker.metrics_port else deprecated_port
    async with (
        serve_metrics(settings, render_all),
        serve_path("/metrics", answer, settings.worker.host, open_port),
    ):
        yield


def collect_worker_metrics(server: AgentServer) -> bytes:
    """Return the metrics of the worker's process and of its jobs, those that have ended included."""
    collectors: list[Collector] = [REGISTRY]
    if folder := os.environ.get(METRICS_FOLDER_VARIABLE):
        merge_files_of_ended_jobs(Path(folder))
        collectors.append(MultiProcessCollector(CollectorRegistry(), path=folder))
    return render([SummedCollector(collectors), WorkerCollector(server)])


def merge_files_of_ended_jobs(folder: Path) -> None:
    """Add the counters and histograms of processes that have ended to one file of each kind, and delete their own files.

    Without this, a worker's files, and the time of a scrape, would grow with every interview. Call it once at a time.
    """
    for path in folder.glob("*.db"):
        kind, *_, process = path.stem.split("_")
        if not process.isdigit() or _is_running(int(process)):
            continue
        if kind != "gauge":
            total = MmapedDict(str(folder / f"{kind}_{ENDED}.db"))
            for key, value, timestamp, _ in MmapedDict.read_all_values_from_file(str(path)):
                total.write_value(key, total.read_value(key)[0] + value, timestamp)
            total.close()
        path.unlink()


def _is_running(process_id: int) -> bool:
    try:
        # signal 0 only asks whether there is such a process
        os.kill(process_id, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)
    return True


class WorkerCollector(Collector):
    """How many jobs a worker holds."""

    def __init__(self, server: AgentServer) -> None:
        self._server = server

    def collect(self) -> Iterator[Metric]:
        """Yield the metric."""
        yield GaugeMetricFamily("viva_voice_jobs", "Interviews that this worker holds", value=len(self._server.active_jobs))


async def run_until_stopped(server: AgentServer) -> None:
    """Accept jobs until SIGTERM or SIGINT, then give running jobs settings.voice.drain_seconds to finish.

    A second signal ends them immediately. Raises whatever else ends the worker, such as LiveKit being unreachable for minutes.
    """
    loop = asyncio.get_running_loop()
    signals = asyncio.Queue[None]()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signals.put_nowait, None)
    # LiveKit does not dispatch to a worker before it has registered, so scripts that start workers wait for this line
    server.on("worker_registered", lambda *_: log.info("worker registered"))
    running = asyncio.create_task(server.run(), name="worker")
    first_signal = asyncio.create_task(signals.get())
    await asyncio.wait([running, first_signal], return_when=asyncio.FIRST_COMPLETED)
    if not running.done():
        draining = asyncio.create_task(server.drain())
        second_signal = asyncio.create_task(signals.get())
        await asyncio.wait([draining, second_signal], return_when=asyncio.FIRST_COMPLETED)
        for task in (draining, second_signal):
            task.cancel()
            with suppress(asyncio.CancelledError, TimeoutError):
                await task
        await server.aclose()
    first_signal.cancel()
    await running


def _prepare_process(load_resources: Callable[[], Any] | None, process: JobProcess) -> None:
    settings = read_settings()
    logs.configure(settings.log)
    process.userdata["settings"] = settings
    process.userdata["resources"] = load_resources() if load_resources else None


async def _start_room_job(handler: RoomJobHandler, service: str, context: JobContext) -> None:
    # the work runs in a task of its own, so that `_stop_room_job` can stop it
    running = _RunningJob(handler, service, context)
    context.proc.userdata["running"] = running
    await context.connect()
    running.start()


async def _stop_room_job(context: JobContext) -> None:
    # LiveKit waits for this before it ends the process, so the job can store what it has
    if running := context.proc.userdata.get("running"):
        await running.stop()


class _RunningJob:
    def __init__(self, handler: RoomJobHandler, service: str, context: JobContext) -> None:
        self._handler = handler
        self._service = service
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
        outcome = "completed"
        log.info("job started", work=self._handler.__name__)
        try:
            async with open_services(self._context.proc.userdata["settings"], self._service) as services:
                origin = await get_origin(self._interview_id)
                bind_work(self._interview_id, origin)
                job = RoomJob(
                    services,
                    self._context.room,
                    self._interview_id,
                    self._fence,
                    self._metadata,
                    create_holder_name(),
                    self._stop_requested,
                    self._context.proc.userdata["resources"],
                )
                # no span for the whole job: the collector would receive it only at the end, and never if the process dies
                with tracing.continue_trace(origin.traceparent if origin else None):
                    await self._handler(job)
        except LeaseLost:
            outcome = "lease lost"
        except Exception as error:
            outcome = "failed"
            log.error("job failed", work=self._handler.__name__, reason=type(error).__name__, traceback=extract_locations(error))
        finally:
            log.info("job ended", work=self._handler.__name__, outcome=outcome)
            self._context.shutdown(outcome)
