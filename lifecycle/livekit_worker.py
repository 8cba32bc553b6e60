"""A worker: LiveKit sends it into rooms, each job a process of its own. Interviewers and recorders run so.

Not for the API process: this loads livekit-agents.
"""

import asyncio
import signal
from contextlib import suppress
from functools import partial
from tempfile import mkdtemp

import structlog
from livekit.agents import AgentServer, JobExecutorType, WorkerPermissions

from lifecycle.livekit_job import RoomJobHandler, prepare_process, start_room_job, stop_room_job
from settings import Settings

log = structlog.get_logger(__name__)

INITIALIZE_SECONDS = 60.0
"""a busy machine takes long to load a process"""


def create_livekit_worker(
    settings: Settings,
    name: str,
    handler: RoomJobHandler,
    prompt_version: str,
    *,
    permissions: WorkerPermissions | None = None,
    serves_metrics: bool = False,
) -> AgentServer:
    """A worker of settings.voice.jobs jobs at once, under the name by which rooms ask for it.

    `handler`, a function of a module, is what each job does. `prompt_version` as lifecycle.services has it.
    `serves_metrics`: serve what
    the jobs count at settings.voice.metrics_port, if there is one.
    """
    livekit, voice = settings.livekit, settings.voice
    has_metrics = serves_metrics and voice.metrics_port > 0
    server = AgentServer(
        job_executor_type=JobExecutorType.PROCESS,
        num_idle_processes=voice.idle_processes,
        # CPU as a measure would refuse jobs on a busy machine, and a refused dispatch is lost
        load_fnc=lambda server: len(server.active_jobs) / voice.jobs,
        load_threshold=0.999,
        drain_timeout=voice.drain_seconds,
        initialize_process_timeout=INITIALIZE_SECONDS,
        setup_fnc=partial(prepare_process, prompt_version=prompt_version),
        # what these load is shared by all processes
        preload_modules=["main", handler.__module__],
        ws_url=livekit.url,
        api_key=livekit.api_key.get_secret_value(),
        api_secret=livekit.api_secret.get_secret_value(),
        host="127.0.0.1",
        port=0,
        prometheus_port=voice.metrics_port if has_metrics else None,
        # where each job's process leaves what it counts
        prometheus_multiproc_dir=mkdtemp(prefix="viva-metrics-") if has_metrics else None,
        permissions=permissions or WorkerPermissions(),
    )
    server.rtc_session(partial(start_room_job, handler), agent_name=name, on_session_end=stop_room_job)
    return server


async def run_until_stopped(server: AgentServer) -> None:
    """Take jobs until SIGTERM or SIGINT; then let those that run end within settings.voice.drain_seconds, and end the rest.

    A second signal ends them at once. Raises what ends the worker otherwise, such as LiveKit away for minutes.
    """
    loop = asyncio.get_running_loop()
    signals = asyncio.Queue[None]()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signals.put_nowait, None)
    # before that, what LiveKit has to give goes by: who starts workers waits for this line
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
