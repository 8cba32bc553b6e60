"""Viva's processes: the API as an application, and every command that starts or tends something."""

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, TypedDict, TypeVar

import typer
import uvicorn
from starlette.applications import Starlette

from agent import typed
from agent.interviewer import create_claude_client
from agent.phrases import load_phrasebook
from api.http import MAX_FRAME_BYTES, build_routes
from api.slow_clients import SlowClientProtocol
from cli import keys
from cli.common import (
    exit_with_error,
    load_settings,
    open_recording_store,
    require_auth_secret,
    require_voice_settings,
    run_or_exit,
)
from cli.serve import ApiServer, bind_shared_sockets
from evaluation import tasks
from lifecycle.jobs import ERASE_MEDIA, EVALUATE, FINALIZE_RECORDING, RECORD, REPLY
from lifecycle.reconciler import run_recording_reconciler, run_room_reconciler
from lifecycle.recorder_dispatch import start_recording
from lifecycle.repairs import run_repairs
from lifecycle.services import Services, open_services
from models.storage import database
from recording.media_erasure import erase_media
from recording.storage import RecordingStore
from schema.build import print_sdl
from settings import Settings

T = TypeVar("T")

ROOT = Path(__file__).parent
SCHEMA_SNAPSHOT = ROOT / "schema.graphql"
GC_THRESHOLDS = (50_000, 20, 20)
"""of the API: objects that are new, and collections of each generation, before the next collection"""

cli_app = typer.Typer(no_args_is_help=True, add_completion=False, help="Viva: AI job interviews.", pretty_exceptions_enable=False)
cli_app.add_typer(keys.keys_app, name="keys")


class LifespanState(TypedDict):
    """What the application's lifespan gives to every request (request.state)."""

    services: Services


def create_app(settings: Settings, closing: asyncio.Event | None = None) -> Starlette:
    """The API: /graphql over HTTP, SSE and WebSocket, and /healthz, /readyz, /metrics. `closing_reserve` as api.http.routes."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[LifespanState]:
        async with open_services(settings) as services:
            # what is alive now stays: no collection needs to look at it again
            gc.collect()
            gc.freeze()
            # what a request makes goes by itself when it has been answered: by default it is looked through several times before
            gc.set_threshold(*GC_THRESHOLDS)
            yield {"services": services}

    return Starlette(routes=build_routes(settings, closing), lifespan=lifespan)


@cli_app.command()
def serve() -> None:
    """Run the API, until SIGTERM or SIGINT; then requests may finish within settings.api.drain_seconds."""
    settings = load_settings()
    require_auth_secret(settings)
    open_recording_store(settings)
    closing = asyncio.Event()
    try:
        app = create_app(settings, closing)
    except ValueError:
        raise exit_with_error(
            "API_ALLOWED_ORIGINS: an origin is scheme and host, such as https://hr.example, and nothing after."
        ) from None
    # uvicorn would tell a failure of the lifespan by its traceback
    run_or_exit(_check_mongodb(settings))
    # uvicorn, once it has drained, raises the signal again for whoever waits for it: that is us, and all went well
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config = uvicorn.Config(
        app,
        host=settings.api.host,
        port=settings.api.port,
        ws=SlowClientProtocol,
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=settings.api.compression,
        timeout_graceful_shutdown=settings.api.drain_seconds,
        server_header=False,
        access_log=False,
        log_config=None,
    )
    with suppress(KeyboardInterrupt):
        ApiServer(config, closing).run(bind_shared_sockets(settings.api) if settings.api.reuse_port else None)


async def _check_mongodb(settings: Settings) -> None:
    async with database.connect(settings.mongodb):
        pass


@cli_app.command()
def jobs() -> None:
    """Run a worker for replies, evaluations and repairs. As many as you like."""
    settings = load_settings()
    require_auth_secret(settings)
    if not settings.anthropic.api_key.get_secret_value():
        raise exit_with_error("ANTHROPIC_API_KEY is not set: put your key into .env, or run the sandbox with `make dev`.")
    run_or_exit(run_jobs_worker(settings, open_recording_store(settings)))


async def run_jobs_worker(settings: Settings, store: RecordingStore | None) -> None:
    """The jobs worker, until SIGTERM or SIGINT; then what runs may finish within settings.jobs.drain_seconds."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # the API, which is this module too, loads no codecs
    from recording.finalize import finalize_recording

    phrasebook = load_phrasebook()
    async with open_services(settings) as services, create_claude_client(settings) as claude:
        services.jobs.register(REPLY, lambda interview_id: typed.respond_if_due(services, claude, phrasebook, interview_id))
        services.jobs.register(EVALUATE, lambda evaluation_id: tasks.run_evaluation(services, claude, evaluation_id))
        services.jobs.register(RECORD, lambda interview_id: start_recording(services, interview_id))
        services.jobs.register(
            FINALIZE_RECORDING, lambda recording_id: finalize_recording(services, store, recording_id), exclusive=True
        )
        services.jobs.register(ERASE_MEDIA, lambda interview_id: erase_media(store, interview_id))
        async with asyncio.TaskGroup() as group:
            group.create_task(run_repairs(services, stop))
            group.create_task(run_room_reconciler(services, stop))
            group.create_task(run_recording_reconciler(services, stop))
            group.create_task(services.jobs.run(stop, settings.jobs.drain_seconds))


@cli_app.command()
def agent() -> None:
    """Run a worker for interviews by voice. As many as you like: one that dies is replaced by another within seconds."""
    from agent.voice.interviewer_job import create_interviewer_worker
    from lifecycle.livekit_worker import run_until_stopped

    settings = load_settings()
    require_auth_secret(settings)
    require_voice_settings(
        settings,
        DEEPGRAM_API_KEY=settings.deepgram.api_key.get_secret_value(),
        CARTESIA_API_KEY=settings.cartesia.api_key.get_secret_value(),
        ANTHROPIC_API_KEY=settings.anthropic.api_key.get_secret_value(),
    )
    run_or_exit(run_until_stopped(create_interviewer_worker(settings)))


@cli_app.command()
def recorder() -> None:
    """Run a worker that records interviews whose candidates have agreed. As many as you like: one that dies is replaced."""
    from lifecycle.livekit_worker import run_until_stopped
    from recording.recorder_job import create_recorder_worker

    settings = load_settings()
    require_auth_secret(settings)
    require_voice_settings(settings, RECORDING_STORE=settings.recording.store)
    open_recording_store(settings)
    run_or_exit(run_until_stopped(create_recorder_worker(settings)))


TypedOption = Annotated[bool, typer.Option("--typed", help="interviews are typed, not spoken: quick, and nothing is built")]


@cli_app.command()
def dev(typed: TypedOption = False) -> None:
    """Everything in the sandbox, kept up until Ctrl-C: an interview to hold, the IDE, a token for each role, a first query."""
    from sandbox import dev as scene

    _run_in_sandbox(scene.run(ROOT, keys.provision_key, voice=not typed))


@cli_app.command()
def demo(typed: TypedOption = False) -> None:
    """One whole interview in the sandbox, shown as it happens; exit 0 when its evaluation is there."""
    from sandbox import demo as play

    sys.exit(_run_in_sandbox(play.run(ROOT, keys.provision_key, voice=not typed)))


def _run_in_sandbox(coroutine: Coroutine[Any, Any, T]) -> T:
    from sandbox.processes import SandboxFailed

    try:
        return asyncio.run(coroutine)
    except SandboxFailed as failed:
        raise exit_with_error(str(failed)) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@cli_app.command()
def doctor() -> None:
    """Check each setting and each server, and say what to do about what is wrong; exit 1 if anything is."""
    from cli import doctor

    sys.exit(asyncio.run(doctor.run_doctor(load_settings())))


@cli_app.command()
def schema(check: Annotated[bool, typer.Option(help="compare with schema.graphql instead of printing")] = False) -> None:
    """Print the API's schema."""
    if not check:
        typer.echo(print_sdl(), nl=False)
    elif SCHEMA_SNAPSHOT.read_text(encoding="utf-8") != print_sdl():
        raise exit_with_error("schema.graphql is not what the code says: run `make schema`, look at the difference, commit it.")


if __name__ == "__main__":
    cli_app()
