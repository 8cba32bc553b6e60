"""`main.py schema`: the printed GraphQL schema, its snapshot in schema.graphql, and that of the last release."""

from datetime import UTC, datetime
from pathlib import Path

import typer

from cli.common import exit_with_error
from schema.build import print_sdl
from schema.compatibility import list_breaking_changes, list_invalid_deprecations, list_short_deprecations

SCHEMA_SNAPSHOT = Path(__file__).parents[1] / "schema.graphql"
RELEASED_SCHEMA = Path(__file__).parents[1] / "released.graphql"


def print_schema() -> None:
    """Print the schema that the code defines."""
    typer.echo(print_sdl(), nl=False)


def check_schema() -> None:
    """Exit with 2 unless schema.graphql is the schema that the code defines and breaks no promise of the last release."""
    sdl = print_sdl()
    if SCHEMA_SNAPSHOT.read_text(encoding="utf-8") != sdl:
        raise exit_with_error("schema.graphql differs from the code: run `make schema`, review the difference, and commit it.")
    _check_promises(sdl)


def release_schema() -> None:
    """Store the schema that the code defines as released.graphql.

    Exits with 2 if it breaks a promise of the previous release, or announces a removal less than twelve months ahead.
    """
    sdl = print_sdl()
    _check_promises(sdl)
    released = RELEASED_SCHEMA.read_text(encoding="utf-8")
    if sentences := list_short_deprecations(released, sdl, datetime.now(UTC).date()):
        raise exit_with_error("\n".join(sentences))
    RELEASED_SCHEMA.write_text(sdl, encoding="utf-8")


def _check_promises(sdl: str) -> None:
    released = RELEASED_SCHEMA.read_text(encoding="utf-8")
    if changes := list_breaking_changes(released, sdl, datetime.now(UTC).date()):
        raise exit_with_error(
            "\n".join(changes) + "\nThese changes break clients of the last release (released.graphql): add the new beside "
            "the old, and deprecate the old (docs/api.md, Versions and deprecations)."
        )
    if sentences := list_invalid_deprecations(released, sdl):
        raise exit_with_error("\n".join(sentences))
