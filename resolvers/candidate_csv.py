"""Parsing CSV files of candidates: the delimiter, the columns by their titles, and the cells of each row.

Files come from spreadsheets, whose delimiter depends on the language of the computer. The titles of the columns decide which it
is: the values are free text, which misleads csv.Sniffer.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from errors import BadInput
from text import normalize

MAX_ROWS = 500
"""Candidates of one file: an import has to be over within the time that an operation may take."""
MAX_CELL_CHARACTERS = 200
"""Characters of a cell or a title that are returned. No value may be longer."""

_DELIMITERS = (",", ";", "\t")
_DELIMITER_LINE = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)
"""The line before the titles by which Excel recognizes the delimiter."""


class Column(StrEnum):
    """A column that is imported. The value is the title that messages use where the file has none."""

    NAME = "name"
    EXTERNAL_ID = "external id"
    POSITION = "position"
    SCHEDULED_FOR = "scheduled for"
    LANGUAGE = "language"
    CHANNEL = "channel"


_COLUMNS_BY_TITLE = {
    "name": Column.NAME,
    "candidate": Column.NAME,
    "candidatename": Column.NAME,
    "externalid": Column.EXTERNAL_ID,
    "reference": Column.EXTERNAL_ID,
    "position": Column.POSITION,
    "positionkey": Column.POSITION,
    "scheduledfor": Column.SCHEDULED_FOR,
    "time": Column.SCHEDULED_FOR,
    "language": Column.LANGUAGE,
    "channel": Column.CHANNEL,
}
"""Columns by their titles in lower case, without anything but letters."""


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row with a value. Columns that the file lacks have empty cells."""

    line: int
    """Line of the file on which the row begins, from 1."""
    cells: Mapping[Column, str]
    extra_cells: int
    """Cells with a value for which there is no title."""


@dataclass(frozen=True, slots=True)
class CsvTable:
    """The rows of a file, and how it names its columns."""

    titles: Mapping[Column, str]
    ignored_titles: Sequence[str]
    """Titles of the columns that are not imported."""
    rows: Sequence[CsvRow]


def parse_candidates(content: str) -> CsvTable:
    """Parse a file. Raises BadInput if it cannot be read, has no candidates or too many, or if its titles are not clear."""
    text = content.removeprefix("\ufeff")
    marked = _DELIMITER_LINE.match(text)
    first_line = 1
    if marked:
        text, first_line = text[marked.end() :], 2
    delimiter = marked[1] if marked else _find_delimiter(text)
    records = _read_records(text, delimiter, first_line)
    if not records:
        raise _build_error("it is empty")
    (_, heading), *rows = records
    columns = [_find_column(title) for title in heading]
    titles = {column: shorten_cell(title) for column, title in zip(columns, heading, strict=True) if column is not None}
    for column in titles:
        if columns.count(column) > 1:
            names = " and ".join(shorten_cell(title) for title, each in zip(heading, columns, strict=True) if each is column)
            raise _build_error(f"the columns {names} mean the same: keep one of them")
    if Column.NAME not in titles:
        raise _build_error(
            "it has no column with the title name. The first line has the titles of the columns, of which only name is "
            f"required: {', '.join(Column)}"
        )
    if not rows:
        raise _build_error("it has titles, but no candidates")
    if len(rows) > MAX_ROWS:
        raise _build_error(f"it has {len(rows)} candidates, but the limit is {MAX_ROWS}: split it")
    return CsvTable(
        titles,
        [shorten_cell(title) for title, column in zip(heading, columns, strict=True) if column is None and title.strip()],
        [_build_row(line, cells, columns) for line, cells in rows],
    )


def _find_delimiter(text: str) -> str:
    """Return the delimiter by which the first line has the most titles of columns."""

    def count_columns(delimiter: str) -> int:
        heading = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        return len({_find_column(title) for title in heading} - {None})

    try:
        return max(_DELIMITERS, key=count_columns)
    except csv.Error:
        # reading the records explains what is wrong
        return ","


def _read_records(text: str, delimiter: str, first_line: int) -> list[tuple[int, list[str]]]:
    """Return the records that are not blank, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[tuple[int, list[str]]] = []
    while True:
        line = first_line + reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return records
        except csv.Error:
            raise _build_error(
                f"line {line} cannot be read. Begin and end a value that contains quotes or line breaks with a quote, and double "
                "the quotes within it"
            ) from None
        if any(cell.strip() for cell in cells):
            records.append((line, cells))


def _find_column(title: str) -> Column | None:
    return _COLUMNS_BY_TITLE.get("".join(filter(str.isalpha, title.casefold())))


def _build_row(line: int, cells: Sequence[str], columns: Sequence[Column | None]) -> CsvRow:
    values = {column: cell for column, cell in zip(columns, cells, strict=False) if column is not None}
    return CsvRow(
        line, {column: values.get(column, "") for column in Column}, sum(map(bool, map(str.strip, cells[len(columns) :])))
    )


def shorten_cell(text: str) -> str:
    """Return the text of a cell on one line, cut to what is returned of it."""
    return " ".join(normalize(text).split())[:MAX_CELL_CHARACTERS]


def _build_error(reason: str) -> BadInput:
    return BadInput(f"csv cannot be imported: {reason}.", field="csv")
