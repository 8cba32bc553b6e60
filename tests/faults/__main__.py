"""`make faults`: kills, cuts off and stalls parts of a deployment under load, and verifies what followers receive.

docs/reliability.md explains the method; RESULTS.md in this folder has the last run. Exits with 0 if every scenario passed.
"""

import asyncio
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from sandbox.processes import SandboxFailed
from sandbox.results import describe_machine, write_section
from tests.faults.checks import Result
from tests.faults.deployment import deploy
from tests.faults.load import SHORT, Scale
from tests.faults.rpc import ROOT
from tests.faults.scenarios import SCENARIOS, run_scenario

RESULTS = Path(__file__).parent / "RESULTS.md"
FOLDER = ROOT / ".viva" / "faults"
WIDTH = 170


async def _run(console: Console, names: Sequence[str], scale: Scale) -> list[Result]:
    results = []
    shutil.rmtree(FOLDER, ignore_errors=True)
    async with deploy(FOLDER) as deployment:
        for name in names:
            console.print(f"[dim]{SCENARIOS[name].title} ...[/]", end=" ")
            results.append(result := await run_scenario(name, deployment, scale))
            console.print("passed" if result.passed else "[red]FAILED[/]")
    return results


def main(
    *,
    only: Annotated[str, typer.Option(help=f"Run only these scenarios, separated by commas: {', '.join(SCENARIOS)}.")] = "",
    short: Annotated[bool, typer.Option(help="Less load and shorter outages, to try the harness; writes no results.")] = False,
) -> None:
    """Run the fault scenarios. Takes a quarter of an hour; nothing else should be running on the machine."""
    console = Console(highlight=False)
    console.width = max(console.width, WIDTH)
    names = [name.strip() for name in only.split(",")] if only else list(SCENARIOS)
    if unknown := [name for name in names if name not in SCENARIOS]:
        console.print(f"[red]There is no scenario {escape(unknown[0])}. Choose from {', '.join(SCENARIOS)}.[/]")
        sys.exit(2)
    machine = describe_machine()
    try:
        results = asyncio.run(_run(console, names, SHORT if short else Scale()))
    except SandboxFailed as failed:
        console.print(f"[red]{escape(str(failed))}[/]")
        sys.exit(1)
    for result in results:
        console.print(result.to_table())
        if not short:
            introduction = f"By `make faults`. {machine}, {result.load_average:.1f} at the end."
            write_section(RESULTS, result.title, introduction, [result.to_table()])
    failed_titles = [result.title for result in results if not result.passed]
    console.print(f"{len(results) - len(failed_titles)} of {len(results)} scenarios passed. {', '.join(failed_titles)}")
    sys.exit(1 if failed_titles else 0)


if __name__ == "__main__":
    typer.run(main)
