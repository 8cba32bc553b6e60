"""`main.py schema`: the printed GraphQL schema, and its snapshot in schema.graphql."""

from pathlib import Path

import typer

from cli.common import exit_with_error
from schema.build import print_sdl

SCHEMA_SNAPSHOT = Path(__file__).parents[1] / "schema.graphql"


def print_schema() -> None:
    """Print the schema that the code defines."""
    typer.echo(print_sdl(), nl=False)


def check_snapshot() -> None:
    """Exit with 2 unless schema.graphql is the schema that the code defines."""
    if SCHEMA_SNAPSHOT.read_text(encoding="utf-8") != print_sdl():
        raise exit_with_error("schema.graphql differs from the code: run `make schema`, review the difference, and commit it.")
