"""`main.py erasures`: the list of erasures, without which a backup cannot be restored."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.common import load_settings, run_or_exit
from models import database

erasures_app = typer.Typer(no_args_is_help=True, help="The list of erasures, without which a backup cannot be restored.")


@erasures_app.callback()
def _handle_options() -> None:
    """The list of erasures, without which a backup cannot be restored."""


@erasures_app.command()
def export(file: Annotated[Path | None, typer.Argument(help="Where to write it; by default to standard output.")] = None) -> None:
    """Export which interviews and organizations were erased, as ids and times, for `main.py restore --erasures`."""
    from recording.erasure_log import export_erasures

    settings = load_settings()

    async def read() -> bytes:
        async with database.connect(settings.mongodb):
            return await export_erasures()

    content = run_or_exit(read())
    if file is None:
        sys.stdout.buffer.write(content)
        return
    # an earlier list of this name is replaced only by a complete one
    partial = file.with_name(f"{file.name}.partial")
    partial.write_bytes(content)
    partial.replace(file)
