"""Entry point of Viva: the ASGI application, and the command line (`python main.py --help`)."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Annotated, TypedDict

import typer
from starlette.applications import Starlette

from cli.budgets import budgets_app
from cli.common import exit_with_error
from cli.erasures import erasures_app
from cli.keys import keys_app
from cli.members import members_app
from cli.organizations import organizations_app
from cli.sign_in import sign_in_app
from lifecycle.services import Services, open_services
from settings import Settings
from text import load_collator
from version import read_version

GC_THRESHOLDS = (50_000, 20, 20)
"""The API's thresholds for the three generations of Python's garbage collector (gc.set_threshold)."""


class LifespanState(TypedDict):
    """What the lifespan adds to the state of every request."""

    services: Services


def create_app(settings: Settings, shutdown: asyncio.Event | None = None) -> Starlette:
    """Return the API: GraphQL over HTTP, SSE and WebSocket, webhooks, web pages, playback, health checks and metrics.

    Set `shutdown` when the server starts to shut down: event streams over HTTP then end, so that clients reconnect elsewhere.
    Raises ValueError when an allowed origin is malformed or the recording store cannot be used, OSError when its folder cannot.
    """
    # only the API needs these modules: without them, every other process starts half a second sooner
    from api.http import build_routes

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[LifespanState]:
        # otherwise the first interview that is scheduled would delay all requests
        await asyncio.to_thread(load_collator)
        async with open_services(settings, "viva-api") as services:
            # Objects that exist now live as long as the process: exclude them from every later collection.
            gc.collect()
            gc.freeze()
            # Reference counting frees nearly everything that a request allocates. With the default thresholds the collector
            # would traverse these objects several times before they are freed.
            gc.set_threshold(*GC_THRESHOLDS)
            yield {"services": services}

    return Starlette(routes=build_routes(settings, shutdown), lifespan=lifespan)


# Commands import their implementation when they run, so that the API process never loads the workers or the sandbox.

cli_app = typer.Typer(no_args_is_help=True, add_completion=False, help="Viva: AI job interviews.", pretty_exceptions_enable=False)
cli_app.add_typer(keys_app, name="keys")
cli_app.add_typer(organizations_app, name="organizations")
cli_app.add_typer(budgets_app, name="budgets")
cli_app.add_typer(members_app, name="members")
cli_app.add_typer(sign_in_app, name="sign-in")
cli_app.add_typer(erasures_app, name="erasures")


def _print_version(is_requested: bool) -> None:
    if is_requested:
        typer.echo(f"Viva {read_version()}")
        raise typer.Exit


@cli_app.callback()
def handle_global_options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Viva: AI job interviews."""


@cli_app.command()
def serve() -> None:
    """Run the API until SIGTERM or SIGINT. Open requests then have API_DRAIN_SECONDS to finish."""
    from cli.serve import run_api

    run_api(create_app)


@cli_app.command()
def jobs() -> None:
    """Run a worker for typed replies, evaluations and repairs. You can run any number of them."""
    from cli.workers import run_jobs

    run_jobs()


@cli_app.command()
def agent() -> None:
    """Run a worker that holds voice interviews. You can run any number: if one dies, another takes over within seconds."""
    from cli.workers import run_agent

    run_agent()


@cli_app.command()
def recorder() -> None:
    """Run a worker that records interviews with the candidate's consent. You can run any number of them."""
    from cli.workers import run_recorder

    run_recorder()


@cli_app.command()
def mcp() -> None:
    """Serve an assistant's tools (Model Context Protocol) on standard input and output, by calling VIVA_URL with VIVA_API_KEY."""
    # the client is a distribution of its own, which is not installed here
    sys.path.append(str(Path(__file__).parent / "clients" / "python"))
    from cli.mcp_server import run_mcp_server

    run_mcp_server()


@cli_app.command()
def migrate(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the steps, and change nothing.")] = False,
    finish: Annotated[
        bool, typer.Option("--finish", help="Remove what only earlier versions needed, once none of their processes is running.")
    ] = False,
) -> None:
    """Prepare the database for this version: run it before the processes of a new version start. Repeating it is harmless."""
    from cli.migrate import run_migrations

    run_migrations(dry_run=dry_run, finish=finish)


@cli_app.command()
def backup(folder: Path) -> None:
    """Write a copy of the database, as of one moment, into a new FOLDER. Recordings are not in it."""
    from cli.backup import run_backup

    run_backup(folder)


@cli_app.command()
def restore(
    folder: Path,
    erasures: Annotated[
        list[Path] | None,
        typer.Option("--erasures", metavar="FILE", help="A list of `main.py erasures export`; can be repeated."),
    ] = None,
    no_erasures: Annotated[bool, typer.Option("--no-erasures", help="Restore without a list: nobody was erased since.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the data that the database has.")] = False,
) -> None:
    """Restore the backup in FOLDER, and erase again what was erased since. All processes of Viva have to be stopped."""
    from cli.backup import run_restore

    run_restore(folder, erasure_files=erasures or [], no_erasures=no_erasures, force=force)


TypedOption = Annotated[bool, typer.Option("--typed", help="Hold typed interviews only: starts sooner, and builds nothing.")]


@cli_app.command()
def dev(typed: TypedOption = False) -> None:
    """Run everything in the sandbox until Ctrl-C, and print where to begin: an interview, the IDE, tokens, a first query."""
    _import_sandbox().run_dev(voice=not typed)


@cli_app.command()
def demo(typed: TypedOption = False) -> None:
    """Hold a whole interview in the sandbox and show it live. Exits with 0 once its evaluation is complete."""
    sys.exit(_import_sandbox().run_demo(voice=not typed))


def _import_sandbox() -> ModuleType:
    try:
        from cli import sandbox
    except ModuleNotFoundError:
        raise exit_with_error(
            "The sandbox is not part of this installation. In a checkout of the source, `make dev` and `make demo` install it."
        ) from None
    return sandbox


@cli_app.command()
def doctor() -> None:
    """Check every setting and server, and say how to fix each problem. Exits with 1 if there is one."""
    from cli.common import load_settings
    from cli.doctor import run_doctor

    sys.exit(asyncio.run(run_doctor(load_settings())))


@cli_app.command()
def schema(
    check: Annotated[
        bool, typer.Option(help="Compare with schema.graphql and the last release's released.graphql instead of printing.")
    ] = False,
    release: Annotated[bool, typer.Option(help="Store it in released.graphql, as part of a release.")] = False,
) -> None:
    """Print the API's GraphQL schema."""
    from cli.schema import check_schema, print_schema, release_schema

    if check:
        check_schema()
    elif release:
        release_schema()
    else:
        print_schema()


if __name__ == "__main__":
    cli_app()
