"""Prints a table of what came of each scenario, after the tests (`make adversarial`)."""

from collections.abc import Callable

import pytest
from rich.console import Console
from rich.table import Table

_OUTCOMES = pytest.StashKey[dict[str, list[tuple[str, str]]]]()
_TITLES = {
    "test_judge": ("A judge that lies, obeys, wavers and paraphrases", "What people see"),
    "test_interviewer": ("An interviewer that obeys, leaks, insults, loops, refuses and stalls", "What came of its replies"),
}
"""The title of each test module's table, and the heading of its outcomes."""

ReportOutcome = Callable[[str, str], None]


@pytest.fixture
def report_outcome(request: pytest.FixtureRequest) -> ReportOutcome:
    """Add a row to the module's table: the scenario, and what came of it."""
    outcomes = request.config.stash.setdefault(_OUTCOMES, {}).setdefault(request.path.stem, [])

    def report(scenario: str, outcome: str) -> None:
        outcomes.append((scenario, outcome))

    return report


def pytest_terminal_summary(config: pytest.Config) -> None:
    for module, rows in config.stash.get(_OUTCOMES, {}).items():
        title, heading = _TITLES[module]
        table = Table("Scenario", heading, title=title)
        for row in rows:
            table.add_row(*row)
        Console(width=150).print(table)
