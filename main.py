"""Viva's processes: the API as an application, and every command that starts or tends something."""

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypedDict, TypeVar

import typer
import uvicorn
import yaml
from beanie import PydanticObjectId
from bson import ObjectId
from pymongo.errors import PyMongoError
from rich.console import Console
from rich.table import Table
from starlette.applications import Starlette

import logs
from agent import text
from agent.claude import create_claude
from auth import MIN_SECRET
from evaluation import prompt, tasks
from lifecycle.jobs import ERASE_MEDIA, EVALUATE, FINISH_RECORDING, RECORD, REPLY
from lifecycle.recordings import record
from lifecycle.rounds import keep_attending, keep_recording
from lifecycle.services import Services, open_services
from lifecycle.sweep import keep_repairing
from models import database
from models.organization import Role, create_key, ensure_organization, find_organization, list_keys, revoke_key
from recording.erasure import erase_media
from recording.storage import Store, open_store
from resolvers.positions import seed_positions
from schema.api import print_sdl
from schema.transport import MAX_FRAME_BYTES, routes
from settings import Settings, WrongSettings, read_settings

T = TypeVar("T")

ROOT = Path(__file__).parent
POSITIONS = ROOT / "positions"
SNAPSHOT = ROOT / "schema.graphql"

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="Viva: AI job interviews.", pretty_exceptions_enable=False)
keys = typer.Typer(no_args_is_help=True, help="API keys: create, list, revoke.")
cli.add_typer(keys, name="keys")


class State(TypedDict):
    """What the application's lifespan gives to every request (request.state)."""

    services: Services


def create_app(settings: Settings) -> Starlette:
    """The API: /graphql over HTTP, SSE and WebSocket, and /healthz, /readyz, /metrics."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[State]:
        async with open_services(settings, prompt.VERSION) as services:
            # what is alive now stays: no collection needs to look at it again
            gc.collect()
            gc.freeze()
            yield {"services": services}

    return Starlette(routes=routes(settings), lifespan=lifespan)


def load_settings() -> Settings:
    """The settings; ends the process with one line for each that is wrong."""
    try:
        settings = read_settings()
    except WrongSettings as wrong:
        for sentence in wrong.sentences:
            typer.secho(sentence, fg="red", err=True)
        raise typer.Exit(2) from None
    logs.configure(settings.log)
    return settings


def _refuse(sentence: str) -> typer.Exit:
    typer.secho(sentence, fg="red", err=True)
    return typer.Exit(2)


def _require_secret(settings: Settings) -> None:
    if len(settings.auth.secret.get_secret_value()) < MIN_SECRET:
        raise _refuse(
            f"AUTH_SECRET is missing or shorter than {MIN_SECRET} characters: set it in .env, for instance to "
            "`openssl rand -base64 48`."
        )


def _require_voice(settings: Settings, **others: str) -> None:
    """Return when LiveKit's settings and these others are set."""
    livekit = {
        "LIVEKIT_URL": settings.livekit.url,
        "LIVEKIT_API_KEY": settings.livekit.api_key.get_secret_value(),
        "LIVEKIT_API_SECRET": settings.livekit.api_secret.get_secret_value(),
    }
    for name, value in {**livekit, **others}.items():
        if not value:
            raise _refuse(f"{name} is not set: put it into .env (see .env.example), or run the sandbox with `make dev`.")


def _open_store(settings: Settings) -> Store | None:
    try:
        return open_store(settings.recording)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise _refuse(
            f"RECORDING_STORE: this cannot be used ({reason}): name a folder that may be written to, or s3://bucket/prefix."
        ) from None


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end; a MongoDB that is not there ends the process with a sentence."""
    try:
        return asyncio.run(work)
    except PyMongoError as error:
        reason = type(error).__name__
        raise _refuse(
            f"MONGODB_URL: MongoDB does not answer, or not as it should ({reason}). `main.py doctor` says what to do."
        ) from None


@cli.command()
def serve() -> None:
    """Run the API, until SIGTERM or SIGINT; then requests may finish within settings.api.drain_seconds."""
    settings = load_settings()
    _require_secret(settings)
    _open_store(settings)
    try:
        app = create_app(settings)
    except ValueError:
        raise _refuse(
            "API_ALLOWED_ORIGINS: an origin is scheme and host, such as https://hr.example, and nothing after."
        ) from None
    # uvicorn would tell a failure of the lifespan by its traceback
    _run(_reach(settings))
    # uvicorn, once it has drained, raises the signal again for whoever waits for it: that is us, and all went well
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        app,
        host=settings.api.host,
        port=settings.api.port,
        ws="websockets-sansio",
        ws_max_size=MAX_FRAME_BYTES,
        timeout_graceful_shutdown=settings.api.drain_seconds,
        server_header=False,
        access_log=False,
        log_config=None,
    )


async def _reach(settings: Settings) -> None:
    async with database.connect(settings.mongodb):
        pass


@cli.command()
def jobs() -> None:
    """Run a worker for replies, evaluations and repairs. As many as you like."""
    settings = load_settings()
    _require_secret(settings)
    if not settings.anthropic.api_key.get_secret_value():
        raise _refuse("ANTHROPIC_API_KEY is not set: put your key into .env, or run the sandbox with `make dev`.")
    _run(work(settings, _open_store(settings)))


async def work(settings: Settings, store: Store | None) -> None:
    """The jobs worker, until SIGTERM or SIGINT; then what runs may finish within settings.jobs.drain_seconds."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # the API, which is this module too, loads no codecs
    from recording.finishing import finish_recording

    async with open_services(settings, prompt.VERSION) as services, create_claude(settings) as claude:
        services.jobs.register(REPLY, lambda interview_id: text.act(services, claude, interview_id))
        services.jobs.register(EVALUATE, lambda evaluation_id: tasks.evaluate(services, claude, evaluation_id))
        services.jobs.register(RECORD, lambda interview_id: record(services, interview_id))
        services.jobs.register(FINISH_RECORDING, lambda recording_id: finish_recording(services, store, recording_id))
        services.jobs.register(ERASE_MEDIA, lambda interview_id: erase_media(store, interview_id))
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_repairing(services, stop))
            group.create_task(keep_attending(services, stop))
            group.create_task(keep_recording(services, stop))
            group.create_task(services.jobs.work(stop, settings.jobs.drain_seconds))


@cli.command()
def agent() -> None:
    """Run a worker for interviews by voice. As many as you like: one that dies is replaced by another within seconds."""
    from agent.job import create_worker
    from lifecycle.worker import run_until_stopped

    settings = load_settings()
    _require_secret(settings)
    _require_voice(
        settings,
        DEEPGRAM_API_KEY=settings.deepgram.api_key.get_secret_value(),
        CARTESIA_API_KEY=settings.cartesia.api_key.get_secret_value(),
        ANTHROPIC_API_KEY=settings.anthropic.api_key.get_secret_value(),
    )
    _run(run_until_stopped(create_worker(settings, prompt.VERSION)))


@cli.command()
def recorder() -> None:
    """Run a worker that records interviews whose candidates have agreed. As many as you like: one that dies is replaced."""
    from lifecycle.worker import run_until_stopped
    from recording.job import create_worker

    settings = load_settings()
    _require_secret(settings)
    _require_voice(settings, RECORDING_STORE=settings.recording.store)
    _open_store(settings)
    _run(run_until_stopped(create_worker(settings, prompt.VERSION)))


Typed = Annotated[bool, typer.Option("--typed", help="interviews are typed, not spoken: quick, and nothing is built")]


@cli.command()
def dev(typed: Typed = False) -> None:
    """Everything in the sandbox, kept up until Ctrl-C: an interview to hold, the IDE, a token for each role, a first query."""
    from sandbox import dev as scene

    _play(scene.run(ROOT, provision, voice=not typed))


@cli.command()
def demo(typed: Typed = False) -> None:
    """One whole interview in the sandbox, shown as it happens; exit 0 when its evaluation is there."""
    from sandbox import demo as play

    sys.exit(_play(play.run(ROOT, provision, voice=not typed)))


def _play(scene: Coroutine[Any, Any, T]) -> T:
    from sandbox.processes import SandboxFailed

    try:
        return asyncio.run(scene)
    except SandboxFailed as failed:
        raise _refuse(str(failed)) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@cli.command()
def doctor() -> None:
    """Check each setting and each server, and say what to do about what is wrong; exit 1 if anything is."""
    import checkup

    sys.exit(asyncio.run(checkup.run(load_settings(), create_claude)))


@cli.command()
def schema(check: Annotated[bool, typer.Option(help="compare with schema.graphql instead of printing")] = False) -> None:
    """Print the API's schema."""
    if not check:
        typer.echo(print_sdl(), nl=False)
    elif SNAPSHOT.read_text(encoding="utf-8") != print_sdl():
        raise _refuse("schema.graphql is not what the code says: run `make schema`, look at the difference, commit it.")


def read_starters() -> list[dict[str, Any]]:
    """The starter positions of positions/*.yaml."""
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(POSITIONS.glob("*.yaml"))]


async def provision(settings: Settings, organization: str, role: Role, name: str) -> tuple[PydanticObjectId, str]:
    """A new key; makes the organization, with the starter positions, if there is none. Returns the key's id and secret."""
    async with database.connect(settings.mongodb):
        owner, _ = await ensure_organization(organization)
        await seed_positions(ObjectId(owner.id), read_starters())
        key, secret = await create_key(PydanticObjectId(owner.id), role, name)
        return PydanticObjectId(key.id), secret


@keys.command()
def create(organization: str, role: Role, name: str) -> None:
    """Make a key for NAME in ORGANIZATION (made, with the starter positions, if it is new). The key is shown once."""
    if role is Role.CANDIDATE:
        raise _refuse("Candidates have no keys: startInterview and scheduleInterview give them a link.")
    key_id, secret = _run(provision(load_settings(), organization, role, name))
    typer.secho(f"Key {key_id} for {name} ({role}). Keep it now: it is not shown again.", err=True)
    typer.echo(secret)


@keys.command(name="list")
def list_(organization: str) -> None:
    """Every key of an organization, without its secret."""
    settings = load_settings()

    async def show() -> None:
        async with database.connect(settings.mongodb):
            owner = await find_organization(organization)
            if owner is None:
                raise _refuse(f"There is no organization {organization}: `main.py keys create` makes one with its first key.")
            table = Table("id", "role", "name", "created", "state")
            for key in await list_keys(PydanticObjectId(owner.id)):
                table.add_row(
                    str(key.id), key.role, key.name, f"{key.created_at:%Y-%m-%d %H:%M}", "revoked" if key.revoked_at else "live"
                )
            Console().print(table)

    _run(show())


@keys.command()
def revoke(key_id: str) -> None:
    """Make a key worthless, at once."""
    settings = load_settings()
    if not ObjectId.is_valid(key_id):
        raise _refuse(f"{key_id} is not the id of a key: `main.py keys list ORGANIZATION` shows them.")

    async def end() -> bool:
        async with database.connect(settings.mongodb):
            return await revoke_key(PydanticObjectId(key_id)) is not None

    if not _run(end()):
        raise _refuse(f"There is no key {key_id}: `main.py keys list ORGANIZATION` shows them.")


if __name__ == "__main__":
    cli()
