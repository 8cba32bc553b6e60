"""`python -m benchmarks.voice`: what a spoken reply takes, how many interviews a machine holds, how soon a dead one is replaced.

docs/performance.md says what is measured, and how, and holds the figures of the last run.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer
from benchmarks.latency import Measured, Variant, compare
from benchmarks.load import Step, climb
from benchmarks.recovery import kill
from benchmarks.report import (
    latency_table,
    load_table,
    machine,
    memory_table,
    recovery_table,
    step_figures,
    variant_figures,
    variants_table,
)
from rich.console import Console
from rich.markup import escape

from benchmarks.rig import ROOT
from sandbox.processes import SandboxFailed
from settings import VoiceSettings

RESULTS = ROOT / "benchmarks" / "results" / "voice.json"
QUIET = 0.5
"""load average above which somebody else is at work here"""
WIDTH = 180


class Part(StrEnum):
    """What can be measured alone."""

    LATENCY = "latency"
    LOAD = "load"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured."""

    variants: Sequence[Sequence[Variant]]
    """those of a row side by side"""
    answers: Sequence[int]
    """without a pause, for each row"""
    counts: Sequence[int]
    kills: int


DEFAULT = Variant(VoiceSettings().min_delay_seconds, VoiceSettings().early_replies)
FULL = Extent(
    variants=[[DEFAULT], [Variant(0.4, True), Variant(0.5, True)], [Variant(0.6, False), Variant(0.8, True)]],
    answers=[15, 5, 5],
    counts=[4, 6, 8, 10, 12, 14, 16],
    kills=5,
)
QUICK = Extent(variants=[[DEFAULT]], answers=[6], counts=[4], kills=2)
AT_ONCE = 2
"""interviews of one variant"""
LOADED_ANSWERS = 4
"""of each interview while the load is measured"""


async def _measure(console: Console, extent: Extent, parts: Sequence[Part]) -> dict[str, Any]:
    figures: dict[str, Any] = {"machine": machine()}
    if Part.LATENCY in parts:
        variants: list[Measured] = []
        for row, answers in zip(extent.variants, extent.answers, strict=True):
            console.print(f"[dim]replies with {' and '.join(variant.name for variant in row)} ...[/]")
            variants += await compare(row, AT_ONCE, answers)
        console.print(latency_table(variants[0]), variants_table(variants))
        figures["latency"] = [variant_figures(measured) for measured in variants]
    if Part.LOAD in parts:
        steps: list[Step] = []
        async for step in climb(extent.counts, LOADED_ANSWERS):
            steps.append(step)
            console.print(f"[dim]{step.count} at once, recording {'on' if step.recording else 'off'}: holds: {step.holds}[/]")
        console.print(load_table(steps), memory_table(steps))
        figures["load"] = [step_figures(step) for step in steps]
    if Part.RECOVERY in parts:
        console.print("[dim]an interviewer's process is killed ...[/]")
        seconds = [took async for took in kill(extent.kills)]
        console.print(recovery_table(seconds))
        figures["recovery"] = seconds
    return figures


def main(
    *,
    quick: Annotated[bool, typer.Option(help="Default settings, four at once, two kills: five minutes.")] = False,
    part: Annotated[list[Part] | None, typer.Option(help="Measure only this; may be given several times.")] = None,
) -> None:
    """Measure interviews by voice on this machine, which should have nothing else to do."""
    console = Console(highlight=False)
    console.width = max(console.width, WIDTH)
    if os.getloadavg()[0] > QUIET:
        console.print(f"[yellow]Others are at work here (load average {os.getloadavg()[0]:.1f}): delays are upper bounds.[/]")
    try:
        figures = asyncio.run(_measure(console, QUICK if quick else FULL, part or list(Part)))
    except SandboxFailed as failed:
        console.print(f"[red]{escape(str(failed))}[/]")
        sys.exit(1)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    console.print(f"All of it, reply by reply: {RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    typer.run(main)
