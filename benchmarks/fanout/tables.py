"""The figures as tables for people, and as JSON for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.box import HEAVY_HEAD, Box
from rich.console import Console
from rich.table import Table

from benchmarks.fanout.cells import CELLS, LESS_IS_BETTER, LISTS, NAMES, Metric, Peer
from benchmarks.fanout.figures import (
    NOISE,
    Figure,
    Figures,
    Sample,
    Verdict,
    cores,
    doubts,
    judge,
    ratio,
    summarize,
)


def print_all(console: Console, samples: Sequence[Sample], about: Mapping[str, Any], style: Box = HEAVY_HEAD) -> None:
    """Figures, ratios, verdicts, and what makes them doubtful."""
    figures = summarize(samples)
    for table in (_figures_table(figures, cores(samples)), _verdicts_table(judge(figures))):
        table.box = style
        console.print(table)
    rounds = max(figure.rounds for figure in figures.values())
    console.print(
        f"{about['cores']} cores, {about['memory_gb']} GB, Python {about['python']}, load average {about['load_before']} before. "
        f"Medians of {rounds} rounds; in brackets how many times Viva's figure is of it. Ratios within {NOISE} of 1 are noise.",
        style="dim",
    )
    for doubt in doubts(samples):
        console.print(f"[yellow]{doubt}[/]")


def _figures_table(figures: Figures, shares: Mapping[tuple[Peer, str], Mapping[str, float]]) -> Table:
    peers = [peer for peer in Peer if any(peer is key[0] for key in figures)]
    table = Table("load", "figure", *(NAMES[peer] for peer in peers), title="Interviews x subscribers")
    for cell in (*CELLS, *LISTS.values()):
        for metric in Metric:
            row = [figures.get((peer, cell, metric)) for peer in peers]
            if any(row):
                shown = (_shown(figure, ratio(figures, cell, metric, peer)) for peer, figure in zip(peers, row, strict=True))
                table.add_row(cell, metric.value, *shown)
        took = [shares.get((peer, cell)) for peer in peers]
        if any(took):
            both = (f"{share['server']:.2f}, {share['generator']:.2f}" if share else "-" for share in took)
            table.add_row("", "cores: server, generator", *both, style="dim")
    return table


def _shown(figure: Figure | None, of_ours: float | None) -> str:
    if figure is None:
        return "-"
    value = f"{figure.median:,.0f}" if figure.median >= 100 else f"{figure.median:.3g}"
    return value if of_ours in {None, 1.0} else f"{value} ({of_ours:.2f})"


def _verdicts_table(verdicts: Sequence[Verdict]) -> Table:
    table = Table("load", "figure", "compared with", "asked", "ratio", "verdict", title="Viva's ratio to its peers")
    for verdict in verdicts:
        ask = verdict.ask
        bound = "at most" if ask.metric in LESS_IS_BETTER else "at least"
        told = "[green]reached[/]" if verdict.is_reached else "[red]not reached[/]"
        close = " (within noise of it)" if verdict.is_close else ""
        table.add_row(ask.cell, ask.metric, NAMES[ask.peer], f"{bound} {ask.factor}", f"{verdict.ratio:.2f}", told + close)
    return table


def figures_of(samples: Sequence[Sample], about: Mapping[str, Any]) -> dict[str, Any]:
    """All of it, sample by sample, for programs."""
    return {"machine": dict(about), "samples": [asdict(sample) for sample in samples]}
