"""Prints a table of what came of each scenario, after the tests (`make adversarial`)."""

from collections.abc import Callable

import pytest
from rich.console import Console
from rich.table import Table

_OUTCOMES = pytest.StashKey[list[tuple[str, str]]]()

ReportOutcome = Callable[[str, str], None]


@pytest.fixture
def report_outcome(request: pytest.FixtureRequest) -> ReportOutcome:
    """Add a row to the table: the scenario, and what came of it."""
    outcomes = request.config.stash.setdefault(_OUTCOMES, [])

    def report(scenario: str, outcome: str) -> None:
        outcomes.append((scenario, outcome))

    return report


def pytest_terminal_summary(config: pytest.Config) -> None:
    if outcomes := config.stash.get(_OUTCOMES, []):
        table = Table("Scenario", "What people see", title="A judge that lies, obeys, wavers and paraphrases")
        for row in outcomes:
            table.add_row(*row)
        Console(width=150).print(table)
