"""`main.py migrate`: prepares the database for a new version of Viva."""

import typer

from cli.common import load_settings, run_or_exit
from models.database import DOCUMENTS, open_client
from models.migrations.runner import list_planned_steps, migrate


def run_migrations(*, dry_run: bool, finish: bool) -> None:
    """Migrate the database, or print what that would do. Exits with 2 if it cannot be done."""
    settings = load_settings()

    async def run() -> None:
        async with open_client(settings.mongodb) as client:
            database = client[settings.mongodb.database]
            if dry_run:
                for step in await list_planned_steps(database, DOCUMENTS, finish=finish) or ["There is nothing to do."]:
                    typer.echo(step)
                return
            await migrate(database, DOCUMENTS, finish=finish, report=typer.echo)
            typer.echo(
                "Only this version of Viva can use the database now."
                if finish
                else "The database is ready. Once no process of an earlier version is running, run `main.py migrate --finish`."
            )

    run_or_exit(run())
