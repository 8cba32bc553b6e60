"""Samples of several rounds, and what they come to: medians, ratios, verdicts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.fanout.cells import ASKS, LESS_IS_BETTER, NAMES, Ask, Metric, Peer

NOISE = 1.3
"""a ratio between 1 and this, or its inverse, may be chance on a machine that is shared"""
BUSY = 0.8
"""share of a core above which the load generator may have been the bottleneck"""
STARVED = 0.9
"""share of a core below which a server that is loaded to its limit was kept from its work"""


@dataclass(frozen=True, slots=True)
class Sample:
    """One peer's one run of one cell."""

    peer: Peer
    cell: str
    values: Mapping[Metric, float]
    cpu: Mapping[str, float]
    """shares of one core, of `server`, `redis` and `generator`, where they were looked at"""


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric over all rounds."""

    median: float
    lowest: float
    highest: float
    rounds: int


Figures = Mapping[tuple[Peer, str, Metric], Figure]


def summarize(samples: Iterable[Sample]) -> dict[tuple[Peer, str, Metric], Figure]:
    """The figures of all samples."""
    rows: dict[tuple[Peer, str, Metric], list[float]] = {}
    for sample in samples:
        for metric, value in sample.values.items():
            rows.setdefault((sample.peer, sample.cell, metric), []).append(value)
    return {key: Figure(median(values), min(values), max(values), len(values)) for key, values in rows.items()}


def cores(samples: Iterable[Sample]) -> dict[tuple[Peer, str], dict[str, float]]:
    """The medians of the shares of a core."""
    rows: dict[tuple[Peer, str], dict[str, list[float]]] = {}
    for sample in samples:
        for name, share in sample.cpu.items():
            rows.setdefault((sample.peer, sample.cell), {}).setdefault(name, []).append(share)
    return {key: {name: median(shares) for name, shares in row.items()} for key, row in rows.items()}


def ratio(figures: Figures, cell: str, metric: Metric, peer: Peer) -> float | None:
    """Viva's median by that peer's; None where either was not measured."""
    ours, theirs = figures.get((Peer.VIVA, cell, metric)), figures.get((peer, cell, metric))
    return ours.median / theirs.median if ours and theirs and theirs.median else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a ratio that is asked for."""

    ask: Ask
    ratio: float
    is_reached: bool
    is_close: bool
    """the ratio is within NOISE of what is asked for: another run may say otherwise"""


def judge(figures: Figures, asks: Sequence[Ask] = ASKS) -> list[Verdict]:
    """The verdicts on what was measured."""
    verdicts = []
    for ask in asks:
        found = ratio(figures, ask.cell, ask.metric, ask.peer)
        if found is not None:
            reached = found <= ask.factor if ask.metric in LESS_IS_BETTER else found >= ask.factor
            verdicts.append(Verdict(ask, found, reached, ask.factor / NOISE < found < ask.factor * NOISE))
    return verdicts


def is_starved(sample: Sample) -> bool:
    """Whether a server that is loaded to its limit was kept from its work: by others on the machine."""
    return Metric.RATE in sample.values and sample.cpu["server"] < STARVED and sample.cpu["generator"] <= BUSY


def doubts(samples: Iterable[Sample]) -> list[str]:
    """For people: runs in which something else than the server may have been the bottleneck."""
    told = []
    for sample in samples:
        name = f"{sample.cell}, {NAMES[sample.peer]}"
        if is_starved(sample):
            told.append(f"{name}: the server had {sample.cpu['server']:.2f} of its core: others are at work here.")
        elif (share := sample.cpu.get("generator", 0.0)) > BUSY:
            told.append(f"{name}: the load generator took {share:.2f} of its core: a lower bound.")
    return told
