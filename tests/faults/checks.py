"""What a row asks for and what was measured, and the table of all rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

MILLISECOND = 0.001


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a row asks for. `limit`: None where the figure is only told."""

    what: str
    measured: float
    limit: float | None
    unit: str = ""
    is_figure: bool = False
    """a time, a size or a ratio, which depends on the machine; else an effect, which must be so everywhere"""

    def holds(self, slack: float = 1.0) -> bool:
        """Whether it is as asked; figures may be `slack` times as much. What could not be measured is never as asked."""
        return self.limit is None or self.measured <= self.limit * (slack if self.is_figure else 1.0)

    @property
    def asked(self) -> str:
        """The limit, for people."""
        return "told" if self.limit is None else f"{'at most ' if self.limit else ''}{show(self.limit, self.unit)}"


def effect(what: str, is_so: bool) -> Check:
    """Something that must be so."""
    return Check(what, 0 if is_so else 1, 0, "failures")


def count(what: str, number: int, limit: int | None = 0) -> Check:
    """Something of which there must be no more than so many."""
    return Check(what, number, limit)


def seconds(what: str, measured: float | None, limit: float | None) -> Check:
    """A time. None: it never came to be."""
    return Check(what, float("nan") if measured is None else measured, limit, "s", is_figure=True)


def figure(what: str, measured: float, limit: float | None, unit: str) -> Check:
    """A size or a ratio."""
    return Check(what, measured, limit, unit, is_figure=True)


def show(value: float, unit: str) -> str:
    """A value, for people."""
    if unit == "s":
        return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"
    return f"{value:.4g}{f' {unit}' if unit else ''}"


@dataclass(frozen=True, slots=True)
class Result:
    """A row that has been run."""

    name: str
    title: str
    checks: Sequence[Check]
    load: float
    """average of the machine, over the minute"""

    @property
    def passed(self) -> bool:
        """Whether all of it is as asked."""
        return all(check.holds() for check in self.checks)

    def as_figures(self) -> dict[str, Any]:
        """The row, for programs."""
        return {
            "title": self.title,
            "passed": self.passed,
            "load_average": self.load,
            "checks": [
                {"what": check.what, "asked": check.asked, "measured": show(check.measured, check.unit), "holds": check.holds()}
                for check in self.checks
            ],
        }


def table(results: Sequence[Result]) -> Table:
    """All rows, check by check."""
    shown = Table("row", "what", "asked", "measured", "verdict", title="Faults", row_styles=["", "dim"])
    for result in results:
        for place, check in enumerate(result.checks):
            verdict = "" if check.limit is None else "pass" if check.holds() else "FAIL"
            title = f"{result.title} (load {result.load:.1f})" if place == 0 else ""
            shown.add_row(title, check.what, check.asked, show(check.measured, check.unit), verdict)
        shown.add_section()
    return shown
