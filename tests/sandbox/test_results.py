import math
from pathlib import Path

from rich.table import Table

from sandbox.results import describe_machine, percentile, write_section


def make_table(value: str) -> Table:
    table = Table("name", "value", title="Figures")
    table.add_row("[red]latency[/]", value)
    return table


def test_percentile_uses_the_nearest_rank() -> None:
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.5) == 2.0
    assert percentile([float(value) for value in range(1, 101)], 0.95) == 95.0
    assert percentile([7.0], 0.95) == 7.0
    assert math.isnan(percentile([], 0.5))


def test_write_section_replaces_its_own_section_and_keeps_others(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    write_section(path, "First", "by make first", [make_table("1 ms")])
    write_section(path, "Second", "by make second", [make_table("2 ms")], ["a note"])
    write_section(path, "First", "by make first", [make_table("3 ms")])
    text = path.read_text()
    assert text.count("## First") == text.count("## Second") == 1
    assert "1 ms" not in text
    assert "2 ms" in text and "- a note" in text
    assert "**Figures**" in text and "| latency | 3 ms" in text
    write_section(path, "First", "by make first", [make_table("3 ms")])
    assert path.read_text() == text, "writing the same result twice changes nothing"


def test_machine_description_names_the_commit_and_the_load() -> None:
    description = describe_machine()
    assert "commit " in description
    assert "load average" in description
