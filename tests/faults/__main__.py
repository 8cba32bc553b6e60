"""`python -m tests.faults`: what followers see, whatever dies. docs/reliability.md explains it and has the last run.

Exit 0 when every row is as asked.
"""

import asyncio
import json
import shutil
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from tests.faults.checks import Result, table
from tests.faults.deployment import deployed
from tests.faults.load import SHORT, Scale
from tests.faults.rpc import ROOT
from tests.faults.scenarios import ROWS, run_row
from benchmarks.report import machine
from sandbox.processes import SandboxFailed

RESULTS = ROOT / "benchmarks" / "results" / "faults.json"
FOLDER = ROOT / ".viva" / "faults"
WIDTH = 170


async def _run(console: Console, names: Sequence[str], scale: Scale) -> list[Result]:
    results = []
    shutil.rmtree(FOLDER, ignore_errors=True)
    async with deployed(FOLDER) as deployment:
        for name in names:
            console.print(f"[dim]{ROWS[name].title} ...[/]", end=" ")
            results.append(result := await run_row(name, deployment, scale))
            console.print("as asked" if result.passed else "[red]NOT as asked[/]")
    return results


def main(
    *,
    only: Annotated[str, typer.Option(help=f"Run only these rows, with commas between: {', '.join(ROWS)}.")] = "",
    short: Annotated[bool, typer.Option(help="Less load and shorter outages, to try the harness; no figures.")] = False,
) -> None:
    """Kill, cut off and stall under load, and look at what every follower gets. Ten minutes, on a machine that is left alone."""
    console = Console(highlight=False)
    console.width = max(console.width, WIDTH)
    names = [name.strip() for name in only.split(",")] if only else list(ROWS)
    if unknown := [name for name in names if name not in ROWS]:
        console.print(f"[red]There is no row {escape(unknown[0])}: {', '.join(ROWS)}.[/]")
        sys.exit(2)
    told = machine()
    try:
        results = asyncio.run(_run(console, names, SHORT if short else Scale()))
    except SandboxFailed as failed:
        console.print(f"[red]{escape(str(failed))}[/]")
        sys.exit(1)
    console.print(table(results))
    if not short:
        known = json.loads(RESULTS.read_text(encoding="utf-8"))["rows"] if RESULTS.exists() else {}
        rows = {**known, **{result.name: result.as_figures() for result in results}}
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps({"machine": told, "rows": rows}, indent=1), encoding="utf-8")
    failed_rows = [result.title for result in results if not result.passed]
    console.print(f"{len(results) - len(failed_rows)} of {len(results)} rows as asked. {', '.join(failed_rows)}")
    sys.exit(1 if failed_rows else 0)


if __name__ == "__main__":
    typer.run(main)
