"""The figures as tables for people, and as JSON for programs."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import psutil
from benchmarks.latency import PAUSES, Measured
from benchmarks.load import Step
from benchmarks.replies import Reply, percentile
from benchmarks.usage import MEGABYTE
from rich.table import Table

STAGES = {
    "total": "end of speech -> heard",
    "endpointing": "  endpointing",
    "providers": "  providers",
    "ours": "  ours",
    "final": "end of speech -> recognizer's last words",
    "first_word": "answer over -> first word",
    "first_audio": "first word -> first sound",
    "played": "first sound -> played into the room",
    "arrived": "played -> heard by the candidate",
}
PARTS = ("job", "worker", "recorder", "livekit-server", "providers", "API", "jobs", "mongod, valkey", "candidates")


def machine() -> dict[str, Any]:
    """What the figures were taken on: cores and memory, and nothing that names it."""
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / MEGABYTE / 1000),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def stages_of(replies: Sequence[Reply]) -> dict[str, dict[str, float]]:
    """p50 and p95 of each stage."""
    return {
        stage: {
            "p50": round(percentile([getattr(reply, stage) for reply in replies], 0.5), 3),
            "p95": round(percentile([getattr(reply, stage) for reply in replies], 0.95), 3),
        }
        for stage in STAGES
    }


def latency_table(measured: Measured) -> Table:
    """One variant, stage by stage."""
    title = f"A reply, {measured.variant.name}: {len(measured.replies)} replies, {measured.at_once} interviews at once"
    table = Table("seconds", "p50", "p95", title=f"{title}, load average {measured.load:.1f}")
    for stage, values in stages_of(measured.replies).items():
        table.add_row(STAGES[stage], f"{values['p50']:.3f}", f"{values['p95']:.3f}")
    return table


def variants_table(variants: Sequence[Measured]) -> Table:
    """All variants: how quick, and what it costs."""
    table = Table(
        "delay, replies",
        "heard p50",
        "p95",
        "endpointing p50",
        "p95",
        "ours p95",
        *(f"into {pause} s" for pause in PAUSES),
        "cut-off turns",
        "not once",
        title="What a lower delay costs: replies begun into a pause, interviewer's turns cut off, answers without one advance",
    )
    for measured in variants:
        stages = stages_of(measured.replies)
        ends = {"total": ("p50", "p95"), "endpointing": ("p50", "p95"), "ours": ("p95",)}
        table.add_row(
            measured.variant.name,
            *(f"{stages[stage][share]:.2f}" for stage, shares in ends.items() for share in shares),
            *(f"{count} of {measured.pauses}" for count in measured.spoken_over.values()),
            str(measured.whole.cut_off),
            f"{measured.whole.not_once} of {measured.whole.answers}",
        )
    return table


def load_table(steps: Sequence[Step]) -> Table:
    """Each step, and what an interview took of the processor, in percent of a core."""
    table = Table(
        "at once", "recording", "reply p50", "p95", "whole", "holds", "busy", *PARTS, title="Load: % of a core for each interview"
    )
    for step in steps:
        totals = [reply.total for reply in step.replies]
        table.add_row(
            str(step.count),
            "on" if step.recording else "off",
            f"{percentile(totals, 0.5):.2f}",
            f"{percentile(totals, 0.95):.2f}",
            _faults(step),
            "yes" if step.holds else "no",
            f"{step.watch.busy:.0%}",
            *(f"{100 * step.watch.cores(part) / step.count:.1f}" for part in PARTS),
        )
    return table


def memory_table(steps: Sequence[Step]) -> Table:
    """What each kind of process took of memory."""
    table = Table("at once", "recording", *PARTS, title="Memory: MB in all, what is shared counted in shares")
    for step in steps:
        weights = (f"{step.watch.usage[part].memory_mb:.0f}" for part in PARTS)
        table.add_row(str(step.count), "on" if step.recording else "off", *weights)
    return table


def recovery_table(seconds: Sequence[float]) -> Table:
    """From a kill to a voice."""
    table = Table("times", "median", "worst", title="kill -9 of an interviewer's process until the next is heard, seconds")
    table.add_row(str(len(seconds)), f"{percentile(seconds, 0.5):.2f}", f"{max(seconds):.2f}")
    return table


def variant_figures(measured: Measured) -> dict[str, Any]:
    """One variant, for programs."""
    return {
        **asdict(measured.variant),
        "at_once": measured.at_once,
        "load_average": measured.load,
        "stages": stages_of(measured.replies),
        "spoken_over": {str(pause): count for pause, count in measured.spoken_over.items()},
        "whole": asdict(measured.whole),
        "replies": [asdict(reply) for reply in measured.replies],
    }


def step_figures(step: Step) -> dict[str, Any]:
    """One step, for programs."""
    return {
        "at_once": step.count,
        "recording": step.recording,
        "holds": step.holds,
        "load_average": step.load,
        "busy": step.watch.busy,
        "seconds": step.watch.seconds,
        "stages": stages_of(step.replies),
        "whole": asdict(step.whole),
        "usage": {role: asdict(usage) for role, usage in step.watch.usage.items()},
        "replies": [asdict(reply) for reply in step.replies],
    }


def _faults(step: Step) -> str:
    whole = step.whole
    counts = {
        "spoken over": whole.spoken_over,
        "split": whole.split,
        "cut off": whole.cut_off,
        "not once": whole.not_once,
        "unfinished": whole.unfinished,
    }
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "yes"
