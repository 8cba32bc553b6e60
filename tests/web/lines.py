"""What the pages promise, line by line, and the tests of each: `make e2e ONLY=C3` runs those of one line."""

import argparse
import re
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"

LINES = {
    "C1": "Candidate: the interview can be taken whatever the browser stores, and however the candidate arrives",
    "C2": "Candidate: the welcome page says who asks, who decides and who reads, in the language of the interview",
    "C3": "Candidate: the device check names each problem of a device with its remedy",
    "C4": "Candidate: the room shows the question, whose turn it is and the captions, and its bar stays in place",
    "C5": "Candidate: signals are not words of the candidate, and nobody who is typing is interrupted",
    "C6": "Candidate: the page says within seconds that the candidate is not heard",
    "C7": "Candidate: beginning, sending and ending go through an outage, each once",
    "C8": "Candidate: each ending has its page",
    "C9": "Candidate: adjustments, opting out and an incomplete link, before the interview begins",
    "S1": "Shell: signing in, the session, and what a role sees",
    "S2": "Shell: visitors of the sandbox need nothing to look and to talk",
    "S3": "Shell: shortcuts, the command palette and unknown addresses",
    "L1": "List: tabs, filters, search, order, keyboard and changes",
    "L2": "List: a new interview needs a name, and its link is on the clipboard",
    "L3": "List: actions for several interviews, and CSV files",
    "L4": "Live: a tile for each open interview",
    "R1": "Review: the transcript and the scorecard side by side, and in tabs",
    "R2": "Review: playback from a quote or a line, and what follows it",
    "R3": "Review: levels, reasons, decisions and blind reviews, by keyboard",
    "R4": "Review: versions, files, notes, erasure and the next interview",
    "R5": "Compare: two to five interviews of a position, by criterion, without a ranking",
    "K1": "Settings: keys, members, webhooks and the organization",
    "P1": "Positions: editing, reordering, refused values, drafts, conflicts, versions and archiving",
    "P2": "Positions: an interview to try a position out",
}
"""The lines that are built. Each needs a test: `@pytest.mark.line` in tests/web, or a Vitest name that begins with the line."""


def find_tested_lines() -> set[str]:
    """Return the lines that tests in tests/web or web/src name."""
    marks = (
        mark
        for file in Path(__file__).parent.glob("test_*.py")
        for mark in re.findall(r"pytest\.mark\.line\(([^)]*)\)", file.read_text())
    )
    names = (
        name
        for file in (WEB / "src").rglob("*.test.ts*")
        for name in re.findall(r"""^(?:describe|it|test|\]\))\(['"]((?:[A-Z]\d, )*[A-Z]\d): """, file.read_text(), re.MULTILINE)
    )
    return {line for text in (*marks, *names) for line in re.findall(r"[A-Z]\d", text)}


class LineSelection:
    """Pytest plugin that runs only the tests of one line."""

    def __init__(self, line: str) -> None:
        self._line = line

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Deselect the other tests."""
        selected = [item for item in items if any(self._line in mark.args for mark in item.iter_markers("line"))]
        config.hook.pytest_deselected(items=[item for item in items if item not in selected])
        items[:] = selected


def run_tests(only: str) -> int:
    """Run the tests of the pages, or those of the line `only`, in the browser and with Vitest. Returns an exit status."""
    if only and only not in LINES:
        raise SystemExit(f"{only} is not a line of the pages. Choose one of these: {', '.join(LINES)}")
    status = int(pytest.main([str(Path(__file__).parent)], plugins=[LineSelection(only)] if only else []))
    if only and status == pytest.ExitCode.NO_TESTS_COLLECTED:  # some lines have only tests that need no browser
        status = 0
    pattern = ["--testNamePattern", rf"^[^:]*\b{only}\b[^:]*: "] if only else []
    units = subprocess.run(["node_modules/.bin/vitest", "run", *pattern], cwd=WEB, check=False)
    return status or units.returncode


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="run only the tests of this line")
    raise SystemExit(run_tests(parser.parse_args().only))


if __name__ == "__main__":
    main()
