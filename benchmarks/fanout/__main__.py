"""`python -m benchmarks.fanout`: the live path beside its peers, in one run (docs/performance-live.md)."""

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.box import MARKDOWN
from rich.console import Console
from rich.markup import escape

from benchmarks.fanout.cells import CELLS, DEFAULT, Cell, Peer
from benchmarks.fanout.figures import Sample
from benchmarks.fanout.rig import brought_up
from benchmarks.fanout.servers import ROOT
from benchmarks.fanout.tables import figures_of, print_all
from benchmarks.report import machine
from sandbox.processes import SandboxFailed
from sandbox.stack import teller

RESULTS = ROOT / "benchmarks" / "results" / "fanout.json"
ROUNDS, FULL_ROUNDS = 3, 7
WIDTH = 150


async def _measure(console: Console, peers: Sequence[Peer], cells: Sequence[Cell], rounds: int) -> list[Sample]:
    samples = []
    async with brought_up(peers, max(cell.interviews for cell in cells), teller(console)) as rig:
        for number in range(rounds):
            for cell in cells:
                for peer in peers:
                    if peer in cell.peers:
                        for sample in await rig.run(peer, cell):
                            samples.append(sample)
                            console.print(f"[dim]round {number + 1}, {sample.cell}, {peer}: {_told(sample)}[/]")
    return samples


def _told(sample: Sample) -> str:
    values = ", ".join(
        f"{value:,.3g} {metric}" if value < 1000 else f"{value:,.0f} {metric}" for metric, value in sample.values.items()
    )
    return f"{values}; cores: " + ", ".join(f"{name} {share:.2f}" for name, share in sorted(sample.cpu.items()))


def main(
    *,
    only: Annotated[str, typer.Option(help="Peers, with commas between them.")] = ",".join(Peer),
    cells: Annotated[str, typer.Option(help="Loads, with commas between them.")] = ",".join(DEFAULT),
    rounds: Annotated[int | None, typer.Option(help="How often each is measured.")] = None,
    full: Annotated[bool, typer.Option(help=f"{FULL_ROUNDS} rounds instead of {ROUNDS}.")] = False,
) -> None:
    """Measure the live path on this machine, which should have nothing else to do."""
    console = Console(highlight=False)
    console.width = max(console.width, WIDTH)
    try:
        chosen = [Peer(name) for name in only.split(",")]
        loads = [CELLS[name] for name in cells.split(",")]
    except (ValueError, KeyError) as unknown:
        console.print(f"[red]{escape(str(unknown))}: peers are {', '.join(Peer)}; loads are {', '.join(CELLS)}.[/]")
        sys.exit(2)
    about = machine()
    try:
        samples = asyncio.run(_measure(console, chosen, loads, rounds or (FULL_ROUNDS if full else ROUNDS)))
    except SandboxFailed as failed:
        console.print(f"[red]{escape(str(failed))}[/]")
        sys.exit(1)
    print_all(console, samples, about)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures_of(samples, about), indent=1), encoding="utf-8")
    with RESULTS.with_suffix(".md").open("w", encoding="utf-8") as pages:
        print_all(Console(file=pages, width=WIDTH), samples, about, MARKDOWN)
    console.print(f"All of it, run by run: {RESULTS.relative_to(ROOT)}; the tables for docs/performance-live.md beside it.")


if __name__ == "__main__":
    typer.run(main)
