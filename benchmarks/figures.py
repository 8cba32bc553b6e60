"""Samples of several rounds, and what follows from them: medians, ratios, verdicts and tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from rich.table import Table

from benchmarks.workloads import CONNECT, GOALS, LESS_IS_BETTER, NAMES, WORKLOADS, Goal, Metric, Peer

NOISE = 1.3
"""On a shared machine, a ratio within this factor of another may be chance."""
GENERATOR_LIMIT = 0.8
"""Share of a core above which the load generator may have been the bottleneck."""
STARVED = 0.9
"""Share of a core below which a fully loaded server must have been starved by other processes."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of one workload against one peer."""

    peer: Peer
    workload: str
    values: Mapping[Metric, float]
    cpu: Mapping[str, float]
    """Shares of one core, of `server`, `redis` and `generator`, where they were measured."""

    @property
    def is_starved(self) -> bool:
        """Whether other processes kept a fully loaded server from its core."""
        return Metric.RATE in self.values and self.cpu["server"] < STARVED and self.cpu["generator"] <= GENERATOR_LIMIT


Medians = Mapping[tuple[Peer, str, Metric], float]


def summarize(samples: Iterable[Sample]) -> Medians:
    """Return the median of all rounds for each peer, workload and metric."""
    rounds: dict[tuple[Peer, str, Metric], list[float]] = {}
    for sample in samples:
        for metric, value in sample.values.items():
            rounds.setdefault((sample.peer, sample.workload, metric), []).append(value)
    return {key: median(values) for key, values in rounds.items()}


def ratio(medians: Medians, workload: str, metric: Metric, peer: Peer) -> float | None:
    """Return Viva's median divided by a peer's, or None if either was not measured."""
    ours, theirs = medians.get((Peer.VIVA, workload, metric)), medians.get((peer, workload, metric))
    return ours / theirs if ours and theirs else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a goal was reached."""

    goal: Goal
    ratio: float
    is_reached: bool
    is_close: bool
    """Whether the ratio is within NOISE of the goal, so that another run may decide otherwise."""


def judge(medians: Medians, goals: Sequence[Goal] = GOALS) -> list[Verdict]:
    """Return the verdicts on all goals that were measured."""
    verdicts = []
    for goal in goals:
        found = ratio(medians, goal.workload, goal.metric, goal.peer)
        if found is not None:
            reached = found <= goal.factor if goal.metric in LESS_IS_BETTER else found >= goal.factor
            verdicts.append(Verdict(goal, found, reached, goal.factor / NOISE < found < goal.factor * NOISE))
    return verdicts


def warnings(samples: Iterable[Sample]) -> list[str]:
    """Name the runs in which something other than the server may have been the bottleneck."""
    found = []
    for sample in samples:
        name = f"{sample.workload}, {NAMES[sample.peer]}"
        if sample.is_starved:
            found.append(f"{name}: the server got {sample.cpu['server']:.2f} of its core, so other processes interfered.")
        elif (share := sample.cpu.get("generator", 0.0)) > GENERATOR_LIMIT:
            found.append(f"{name}: the load generator used {share:.2f} of its core, so the figure is a lower bound.")
    return found


def figures_table(samples: Sequence[Sample]) -> Table:
    """Format all medians, with Viva's ratio to each peer in parentheses."""
    medians = summarize(samples)
    peers = [peer for peer in Peer if any(peer is key[0] for key in medians)]
    table = Table("load", "figure", *(NAMES[peer] for peer in peers), title="Viva beside its peers; Viva's ratio in parentheses")
    for workload in (*WORKLOADS, CONNECT):
        for metric in Metric:
            row = [(medians.get((peer, workload, metric)), ratio(medians, workload, metric, peer)) for peer in peers]
            if any(value is not None for value, _ in row):
                table.add_row(workload, metric.value, *(_format(*figure) for figure in row))
    return table


def _format(value: float | None, to_viva: float | None) -> str:
    if value is None:
        return "-"
    text = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return text if to_viva in {None, 1.0} else f"{text} ({to_viva:.2f})"


def goals_table(verdicts: Sequence[Verdict]) -> Table:
    """Format the verdicts on all goals."""
    table = Table("load", "figure", "compared with", "goal", "ratio", "verdict", title="Goals for Viva's ratio to its peers")
    for verdict in verdicts:
        goal = verdict.goal
        bound = "at most" if goal.metric in LESS_IS_BETTER else "at least"
        outcome = "[green]reached[/]" if verdict.is_reached else "[red]not reached[/]"
        close = " (within noise)" if verdict.is_close else ""
        table.add_row(
            goal.workload, goal.metric, NAMES[goal.peer], f"{bound} {goal.factor}", f"{verdict.ratio:.2f}", outcome + close
        )
    return table
