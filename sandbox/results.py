"""Results of measurements: percentiles, the machine they were taken on, and generated results files."""

import io
import math
import os
import platform
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
INTRODUCTION = "# Results\n\nGenerated; each section is replaced whenever the command that it names is run.\n"
FILE_WIDTH = 400
"""Characters per line, wide enough that no cell of a Markdown table is wrapped."""


def percentile(values: Sequence[float], share: float) -> float:
    """Return a percentile by nearest rank, or NaN if there are no values."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)] if ranked else math.nan


def describe_machine() -> str:
    """Describe date, commit and machine for a report, without anything that identifies the host.

    Call it before the measurement, because it includes the load average.
    """
    return ", ".join(
        (
            f"{datetime.now(UTC):%-d %B %Y}",
            f"commit {_read_commit() or 'unknown'}",
            f"{os.cpu_count()} cores",
            f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
            f"Python {platform.python_version()}",
            f"load average {os.getloadavg()[0]:.1f} before the run",
        )
    )


def _read_commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    with suppress(FileNotFoundError):  # git is not installed
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return ""


def write_section(path: Path, title: str, introduction: str, tables: Sequence[Table], notes: Sequence[str] = ()) -> None:
    """Replace the section with this title in a results file, and leave all others as they are."""
    sections = _read_sections(path)
    sections[title] = "\n".join([f"{introduction}\n", *map(_to_markdown, tables), *(f"- {note}" for note in notes)])
    body = "".join(f"\n## {name}\n\n{text.strip()}\n" for name, text in sections.items())
    path.write_text(INTRODUCTION + body, encoding="utf-8")


def _read_sections(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    _, *parts = path.read_text(encoding="utf-8").split("\n## ")
    return {name: text for name, _, text in (part.partition("\n") for part in parts)}


def _to_markdown(table: Table) -> str:
    output = io.StringIO()
    title, table.title = table.title, None
    box, table.box = table.box, MARKDOWN
    Console(file=output, width=FILE_WIDTH).print(table)
    table.title, table.box = title, box
    lines = "\n".join(line.strip() for line in output.getvalue().splitlines() if line.strip())
    return f"**{title}**\n\n{lines}\n" if title else f"{lines}\n"
