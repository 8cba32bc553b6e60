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

from benchmarks.fanout.cells import CELLS, DEFAULT, LISTS, Cell, Metric, Peer
from benchmarks.fanout.figures import Sample, is_starved
from benchmarks.fanout.rig import Rig, brought_up
from benchmarks.fanout.servers import ROOT
from benchmarks.fanout.tables import figures_of, print_all
from benchmarks.list_query import Server
from benchmarks.list_query import measure as measure_lists
from benchmarks.report import machine
from sandbox.processes import SandboxFailed
from sandbox.stack import console_reporter

RESULTS = ROOT / "benchmarks" / "results" / "fanout.json"
ROUNDS, FULL_ROUNDS = 2, 5
TRIES = 3
"""of one run, while others keep the server from its work"""
WIDTH = 150
ALL = ",".join(DEFAULT)
LISTED = {Peer.VIVA: Server.VIVA, Peer.STOCK: Server.STOCK, Peer.NODE: Server.YOGA}


async def _measure(console: Console, peers: Sequence[Peer], cells: Sequence[Cell], rounds: int) -> list[Sample]:
    samples = []
    async with brought_up(peers, max(cell.interviews for cell in cells), console_reporter(console)) as rig:
        for number in range(rounds):
            for cell in cells:
                for peer in peers:
                    if peer in cell.peers:
                        for sample in await _run(rig, peer, cell):
                            samples.append(sample)
                            console.print(f"[dim]round {number + 1}, {sample.cell}, {peer}: {_told(sample)}[/]")
    return samples


async def _run(rig: Rig, peer: Peer, cell: Cell) -> list[Sample]:
    """One run; made again while it is one of those that tell of others, not of the server."""
    tries: list[list[Sample]] = []
    while not tries or (len(tries) < TRIES and any(is_starved(sample) for sample in tries[-1])):
        tries.append(await rig.run(peer, cell))
    return max(tries, key=lambda samples: samples[-1].cpu["server"]) if any(map(is_starved, tries[-1])) else tries[-1]


async def _measure_lists(console: Console, peers: Sequence[Peer], rounds: int) -> list[Sample]:
    listed = {server: peer for peer, server in LISTED.items() if peer in peers}
    return [
        Sample(
            listed[answered.server],
            LISTS[answered.connections],
            {Metric.ANSWERS: answered.per_second, Metric.P50: answered.p50_ms, Metric.P95: answered.p95_ms},
            {},
        )
        for answered in await measure_lists(console, list(listed), rounds)
    ]


def _told(sample: Sample) -> str:
    values = ", ".join(
        f"{value:,.3g} {metric}" if value < 1000 else f"{value:,.0f} {metric}" for metric, value in sample.values.items()
    )
    return f"{values}; cores: " + ", ".join(f"{name} {share:.2f}" for name, share in sorted(sample.cpu.items()))


def main(
    *,
    only: Annotated[str, typer.Option(help="Peers, with commas between them.")] = ",".join(Peer),
    cells: Annotated[str, typer.Option(help="Loads, with commas between them; all, and the list query, unless given.")] = ALL,
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
    rounds = rounds or (FULL_ROUNDS if full else ROUNDS)
    try:
        samples = asyncio.run(_measure(console, chosen, loads, rounds))
        if cells == ALL:
            samples += asyncio.run(_measure_lists(console, chosen, rounds))
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
