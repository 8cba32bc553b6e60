"""Each line that the pages promise has a test, so that `make e2e ONLY=C3` always tests something."""

import re

from tests.web.lines import LINES, WEB, find_tested_lines


def test_each_line_of_the_pages_has_a_test() -> None:
    assert find_tested_lines() >= set(LINES), "add a test of the line: tests/web/lines.py says how"


def test_tests_name_only_lines_of_the_pages() -> None:
    assert find_tested_lines() <= set(LINES), "describe the line in tests/web/lines.py"


def test_each_picture_names_its_lines() -> None:
    script = (WEB / "e2e" / "screens.mjs").read_text()
    screens = script[script.index("const SCREENS = [") : script.index("mkdirSync(output")]
    entries = re.findall(r"^  (?:\{ |  )name: '([^']+)',(?:\s*lines: \[([^\]]*)\])?", screens, re.MULTILINE)
    assert len(entries) > 60
    assert [name for name, _ in entries if not name.startswith(("desk-", "candidate-"))] == []
    assert [name for name, lines in entries if not lines or not set(re.findall(r"\w+", lines)) <= set(LINES)] == []
