"""Parsing CSV files of candidates, as spreadsheets of different languages write them."""

from typing import Any

import pytest

from errors import BadInput
from resolvers.candidate_csv import MAX_ROWS, Column, parse_candidates

FILES = {
    "commas": "name,reference,position\nAda Lovelace,A-1,tester\n",
    "semicolons": "name;reference;position\r\nAda Lovelace;A-1;tester\r\n",
    "tabs": "name\treference\tposition\nAda Lovelace\tA-1\ttester",
    "byte order mark, order and case": "\ufeffPosition Key;External ID;Candidate_Name\ntester;A-1;Ada Lovelace\n",
    "delimiter line of Excel": "sep=;\r\nname;reference;position\r\nAda Lovelace;A-1;tester\r\n",
    "quotes": '"name","reference","position"\n"Ada Lovelace","A-1","tester"\n',
    "other columns with commas": 'name;"remarks, all of them";reference;position\nAda Lovelace;"a, b, c, d";A-1;tester\n',
    "blank lines": "\nname,reference,position\n\n,,\nAda Lovelace,A-1,tester\n \n",
    "missing cells": "name,reference,position,language,channel\nAda Lovelace,A-1,tester\n",
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_file_has_the_same_candidate_however_it_is_written(content: str) -> None:
    [row] = parse_candidates(content).rows
    assert {column: cell for column, cell in row.cells.items() if cell} == {
        Column.NAME: "Ada Lovelace",
        Column.EXTERNAL_ID: "A-1",
        Column.POSITION: "tester",
    }
    assert row.extra_cells == 0


def test_rows_know_their_lines_and_titles_are_as_in_the_file() -> None:
    table = parse_candidates(
        'sep=,\nCandidate,E-mail, Reference ,Notes\nAda,a@b,1,"two\nlines"\nGrace,,2,\n\nEmmy,,3,,left over\n'
    )
    assert [(row.line, row.cells[Column.NAME], row.extra_cells) for row in table.rows] == [
        (3, "Ada", 0),
        (5, "Grace", 0),
        (7, "Emmy", 1),
    ]
    assert table.titles == {Column.NAME: "Candidate", Column.EXTERNAL_ID: "Reference"}
    assert table.ignored_titles == ["E-mail", "Notes"]


REFUSED: dict[str, tuple[Any, str]] = {
    "empty": ("\ufeff\r\n", "it is empty"),
    "no name": ("reference,position\n1,tester\n", "no column with the title name"),
    "only titles": ("name,position\n\n", "no candidates"),
    "two names": ("name,Candidate\nAda,Ada\n", "name and Candidate mean the same"),
    "quote that is not closed": ('name,reference\nAda,1\n"Grace,2\nEmmy,3\n', "line 3 cannot be read"),
    "text after a quote": ('name\n"Ada" Lovelace\n', "line 2 cannot be read"),
    "too many": ("name\n" + "Ada\n" * (MAX_ROWS + 1), f"{MAX_ROWS + 1} candidates, but the limit is {MAX_ROWS}"),
    "a long value": (f'name,notes\nAda,"{"a" * 200_000}"\n', "line 2 cannot be read"),
}


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED)
def test_file_that_cannot_be_imported_is_refused_with_the_reason(content: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason) as refused:
        parse_candidates(content)
    assert refused.value.field == "csv"
