import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.reports.candidate_comparison import (
    CandidateComparison,
    CandidateRow,
    ComparedCandidate,
    neutralize_formula,
    to_csv,
)
from tests.evaluation.reports.samples import make_sources, make_unstored_interview


def make_csv(*names: str) -> str:
    sources = make_sources()
    candidates = [
        ComparedCandidate(sources.interview, sources.evaluation, is_blind=False),
        ComparedCandidate(make_unstored_interview(), None, is_blind=True),
    ]
    rows = [CandidateRow(f"int_{index}", name, f"https://viva.example/{index}") for index, name in enumerate(names)]
    return to_csv(CandidateComparison(sources.position, candidates), rows)


def test_csv_has_a_line_per_candidate_in_the_given_order() -> None:
    text = make_csv("Zoë", "Ada")
    assert text.startswith("\ufeffinterview,candidate,status,")
    lines = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [line["candidate"] for line in lines] == ["Zoë", "Ada"]
    assert (lines[0]["technical: level"], lines[0]["technical: state"], lines[0]["technical: flags"]) == (
        "3",
        "ASSESSED",
        "LEVELS_DIFFER",
    )
    assert (lines[0]["problem solving: level"], lines[0]["problem solving: state"]) == ("", "NOT_DEMONSTRATED")
    assert (lines[0]["coverage"], lines[0]["flags"]) == ("0.5800", "BANDS_DIFFER")
    assert {lines[1][name] for name in ("technical: level", "technical: state", "coverage", "evaluation_version")} == {""}
    assert [line["results_hidden"] for line in lines] == ["no", "yes"]
    assert not [name for name in lines[0] if "score" in name or "rank" in name]


def test_csv_follows_rfc_4180() -> None:
    name = 'Ada "the\nfirst", Lovelace'
    text = make_csv(name, "B")
    assert '"Ada ""the\nfirst"", Lovelace"' in text
    assert text.endswith("\r\n")
    assert text.replace(name.replace('"', '""'), "").count("\n") == text.count("\r\n") == 3


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\u00a0@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_cell_that_a_spreadsheet_would_run_is_text(start: str) -> None:
    assert neutralize_formula(f"{start}HYPERLINK()") == f"'{start}HYPERLINK()"
    line = next(csv.DictReader(StringIO(make_csv(f"{start}cmd|' /C calc'!A0", "B").removeprefix("\ufeff"), newline="")))
    assert line["candidate"] == f"'{start}cmd|' /C calc'!A0"


@given(st.text())
def test_no_text_starts_a_formula(text: str) -> None:
    cell = neutralize_formula(text)
    assert cell in (text, f"'{text}")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
