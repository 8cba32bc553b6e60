"""`main.py jobs`, `agent` and `recorder`: the worker processes. Each function imports what only its own worker needs."""

import asyncio
import os
import signal
import socket

from agent import typed
from agent.interviewer import create_claude_client
from agent.phrases import load_phrasebook
from cli.common import (
    exit_with_error,
    load_settings,
    open_recording_store,
    require_auth_secret,
    require_voice_settings,
    run_or_exit,
)
from evaluation import tasks
from evaluation.languages import load_languages
from lifecycle.change_sequencer import run_change_sequencer
from lifecycle.heartbeats import send_heartbeats
from lifecycle.jobs import ERASE_MEDIA, EVALUATE, FINALIZE_RECORDING, RECORD, REPLY
from lifecycle.metrics_page import render_page
from lifecycle.reconciler import run_recording_reconciler, run_room_reconciler
from lifecycle.recorder_dispatch import start_recording
from lifecycle.repairs import run_repairs
from lifecycle.services import open_services
from lifecycle.worker_health import serve_health, serve_metrics
from models.documents.worker_heartbeat import WorkerKind
from recording.erasure_log import run_erasure_log
from recording.media_erasure import erase_media
from recording.storage import RecordingStore
from settings import Settings, WorkerSettings
from webhooks.worker import run_webhooks


def run_jobs() -> None:
    """Run the jobs worker, or exit with 2 when a setting that it needs is missing."""
    settings = load_settings()
    require_auth_secret(settings)
    if not settings.anthropic.api_key.get_secret_value():
        raise exit_with_error("ANTHROPIC_API_KEY is not set: put your key into .env, or run the sandbox with `make dev`.")
    _require_free_ports(settings.worker)
    run_or_exit(_run_jobs_worker(settings, open_recording_store(settings)))


async def _run_jobs_worker(settings: Settings, store: RecordingStore | None) -> None:
    """Run until SIGTERM or SIGINT. Jobs that are running then have settings.jobs.drain_seconds to finish."""
    from recording.finalize import finalize_recording

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    languages = load_languages()
    phrasebook = load_phrasebook(languages.ranker)
    async with (
        serve_health(settings.worker),
        open_services(settings, "viva-jobs") as services,
        send_heartbeats(WorkerKind.JOBS),
        serve_metrics(settings, lambda: render_page(services)),
        create_claude_client(settings) as claude,
    ):
        services.jobs.register(REPLY, lambda interview_id: typed.respond_if_due(services, claude, phrasebook, interview_id))
        services.jobs.register(EVALUATE, lambda evaluation_id: tasks.run_evaluation(services, claude, languages, evaluation_id))
        services.jobs.register(RECORD, lambda interview_id: start_recording(services, interview_id))
        services.jobs.register(
            FINALIZE_RECORDING, lambda recording_id: finalize_recording(services, store, recording_id), exclusive=True
        )
        services.jobs.register(ERASE_MEDIA, lambda interview_id: erase_media(store, interview_id))
        async with asyncio.TaskGroup() as group:
            group.create_task(run_repairs(services, stop))
            group.create_task(run_change_sequencer(services, stop))
            group.create_task(run_room_reconciler(services, stop))
            group.create_task(run_recording_reconciler(services, stop))
            group.create_task(run_webhooks(services, stop))
            group.create_task(run_erasure_log(services, store, stop))
            group.create_task(services.jobs.run(stop, settings.jobs.drain_seconds))


def run_agent() -> None:
    """Run the interviewer's LiveKit worker, or exit with 2 when a setting that it needs is missing."""
    from agent.voice.interviewer_job import run_interviewer_worker

    settings = load_settings()
    require_auth_secret(settings)
    require_voice_settings(
        settings,
        DEEPGRAM_API_KEY=settings.deepgram.api_key.get_secret_value(),
        CARTESIA_API_KEY=settings.cartesia.api_key.get_secret_value(),
        ANTHROPIC_API_KEY=settings.anthropic.api_key.get_secret_value(),
    )
    _require_free_ports(settings.worker)
    run_or_exit(run_interviewer_worker(settings))


def run_recorder() -> None:
    """Run the recorder's LiveKit worker, or exit with 2 when a setting that it needs is missing."""
    from recording.recorder_job import run_recorder_worker

    settings = load_settings()
    require_auth_secret(settings)
    require_voice_settings(settings, RECORDING_STORE=settings.recording.store)
    open_recording_store(settings)
    _require_free_ports(settings.worker)
    run_or_exit(run_recorder_worker(settings))


def _require_free_ports(worker: WorkerSettings) -> None:
    """Exit with 2 if the address for health checks, or for metrics, cannot be used."""
    family = socket.AF_INET6 if ":" in worker.host else socket.AF_INET
    for name, port in {"WORKER_HEALTH_PORT": worker.health_port, "WORKER_METRICS_PORT": worker.metrics_port}.items():
        try:
            socket.create_server((worker.host, port), family=family).close()
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise exit_with_error(
                f"WORKER_HOST, {name}: this address cannot be used ({reason}). Each worker on a machine needs another."
            ) from None
    if worker.metrics_port and worker.metrics_port == worker.health_port:
        raise exit_with_error("WORKER_METRICS_PORT: health checks use this port already. Choose another one.")
