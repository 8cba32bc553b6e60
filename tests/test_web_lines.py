"""Each line that the pages promise has a test, so that `make e2e ONLY=C3` always tests something."""

from tests.web.lines import LINES, find_tested_lines


def test_each_line_of_the_pages_has_a_test() -> None:
    assert find_tested_lines() >= set(LINES), "add a test of the line: tests/web/lines.py says how"


def test_tests_name_only_lines_of_the_pages() -> None:
    assert find_tested_lines() <= set(LINES), "describe the line in tests/web/lines.py"
