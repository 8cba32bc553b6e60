"""The promises of docs/security.md have tests that exist."""

import re

import pytest

from tests.helpers import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
PROMISES = [row for row in ROW.findall(PAGE.partition("\n## Promises\n")[2]) if row[0] != "Promise" and set(row[0]) != {"-"}]


@pytest.mark.parametrize(("promise", "tests"), [(promise, tests) for promise, _, tests in PROMISES])
def test_promise_names_tests_that_exist(promise: str, tests: str) -> None:
    found = TEST.findall(tests)
    assert found, promise
    for path, name in found:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"def {name}\(" if name else r"def test_", text), f"{path}::{name}"


def test_each_promise_is_made_once() -> None:
    promises = [promise for promise, _, _ in PROMISES]
    assert len(promises) > 40
    assert len(set(promises)) == len(promises)
