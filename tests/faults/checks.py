"""Expectations of a fault scenario, and the table that reports them."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table

RATIO_FLOOR_SECONDS = 0.02
"""Baselines below this count as this much: there, scheduling noise decides, and a ratio means nothing."""


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation of a scenario. A check without a limit only reports its figure."""

    description: str
    measured: float
    limit: float | None
    unit: str = ""
    is_figure: bool = False
    """True for a time, size or ratio, which varies with the machine; False for an effect, which must hold everywhere."""

    def holds(self, slack: float = 1.0) -> bool:
        """Return whether the limit is kept; figures may exceed it `slack` times. NaN (nothing was measured) never holds."""
        return self.limit is None or self.measured <= self.limit * (slack if self.is_figure else 1.0)

    @property
    def expected(self) -> str:
        """The limit as text."""
        return "reported" if self.limit is None else f"{'at most ' if self.limit else ''}{format_value(self.limit, self.unit)}"


def effect(description: str, holds: bool) -> Check:
    """Expect a condition to be true."""
    return Check(description, 0 if holds else 1, 0, "failures")


def count(description: str, number: int, limit: int | None = 0) -> Check:
    """Expect a count to be at most `limit`."""
    return Check(description, number, limit)


def duration(description: str, seconds: float | None, ceiling: float | None = None) -> Check:
    """Expect a time in seconds to be at most `ceiling`. None means that the event never happened.

    A ceiling is for what a person or an orchestrator notices, or for a timeout of the product;
    everything else is compared with the same run by `ratio`, so that a slower machine changes nothing.
    """
    return Check(description, float("nan") if seconds is None else seconds, ceiling, "s", is_figure=True)


def ratio(
    description: str, seconds: float | None, baseline: float, limit: float | None, floor: float = RATIO_FLOOR_SECONDS
) -> Check:
    """Expect a time to be at most `limit` times the same run's baseline, which counts as at least `floor` seconds."""
    measured = float("nan") if seconds is None else seconds
    # the order of max's arguments keeps a NaN baseline, with which no check holds
    return Check(description, measured / max(baseline, floor), limit, "times", is_figure=True)


def figure(description: str, measured: float, limit: float | None, unit: str) -> Check:
    """Expect a size or a share to be at most `limit`."""
    return Check(description, measured, limit, unit, is_figure=True)


def format_value(value: float, unit: str) -> str:
    """Format a value with its unit."""
    if unit == "s":
        return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"
    return f"{value:.4g}{f' {unit}' if unit else ''}"


@dataclass(frozen=True, slots=True)
class Result:
    """A scenario that was run."""

    title: str
    checks: Sequence[Check]
    load_average: float

    @property
    def passed(self) -> bool:
        """Whether every check holds."""
        return all(check.holds() for check in self.checks)

    def to_table(self) -> Table:
        """Format the scenario check by check."""
        verdict = "passed" if self.passed else "FAILED"
        table = Table("check", "expected", "measured", "verdict", title=f"{self.title}: {verdict}")
        for check in self.checks:
            outcome = "" if check.limit is None else "pass" if check.holds() else "FAIL"
            table.add_row(check.description, check.expected, format_value(check.measured, check.unit), outcome)
        return table
