"""Text of a spreadsheet, saved as CSV, to a header and its rows, each with the line where it begins.

Comma, semicolon or tab, whichever makes sense of the header; BOM, CRLF, quoted line breaks and Excel's `sep=;` line.
What is broken beyond one row (an unclosed quote, another encoding) is refused with its line: no row can be trusted.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from jobflow.core.errors import Refused

MOST_CHARACTERS = 10_000_000
MOST_ROWS = 10_000
DELIMITERS = (",", ";", "\t")
LINE, ROW = "line", "row"
"""What rows are counted by: lines of the file; for an importer, to which alone lines are known, its rows."""
_WORKED_OUT = "=+-@\t\r'"
_SEP = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)

Score = Callable[[Sequence[str]], int]
"""How much sense a header makes; the delimiter with the best one is taken."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One record: `line` counts from 1 and is where the record begins; cells are stripped of outer blanks."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and what follows it. Blank rows are left out. `unit`: what the numbers of its rows count."""

    header: TableRow
    rows: tuple[TableRow, ...]
    unit: str = LINE


def decode_csv(data: bytes) -> str:
    """The text of a UTF-8 file, with or without BOM. Raises `Refused`, with the line of the first wrong byte."""
    hint = "save it as 'CSV UTF-8'"
    if data.startswith(b"PK\x03\x04"):
        raise Refused("this is an Excel file (.xlsx), not CSV.", hint="save it as 'CSV UTF-8' first")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("line 1: the file is in UTF-16, not UTF-8.", hint=hint)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise Refused(f"line {line}: byte 0x{data[fault.start]:02x} is not UTF-8.", hint=hint) from None


def read_table(text: str, score: Score, most: int = MOST_ROWS) -> Table:
    """The header and the rows, at most so many. Raises `Refused` for none, for too much, and for broken quoting."""
    if len(text) > MOST_CHARACTERS:
        raise Refused(f"the file has {len(text):,} characters, at most {MOST_CHARACTERS:,} are read.")
    text = text.removeprefix("\ufeff")
    said = _SEP.match(text)
    if said:
        records = _records(text[said.end() :], said[1], first_line=2)
    else:
        records = _records(text, _delimiter(text, score), first_line=1)
    header = next(records, None)
    if header is None:
        raise Refused("the file is empty.", hint="the first line names the columns, such as Company,Role,Interviewed")
    rows: list[TableRow] = []
    for row in records:
        if len(rows) == most:
            raise Refused(f"line {row.line}: at most {most:,} rows are read.", hint="import the file in parts")
        rows.append(row)
    return Table(header, tuple(rows))


def _delimiter(text: str, score: Score) -> str:
    """The one under which the header is best understood; where that is a tie, has most columns."""

    def merit(delimiter: str) -> tuple[int, int]:
        try:
            header = next(_records(text, delimiter, first_line=1), None)
        except Refused:
            return (-1, 0)
        return (score(header.cells), len(header.cells)) if header else (0, 0)

    return max(DELIMITERS, key=merit)


def _records(text: str, delimiter: str, *, first_line: int) -> Iterator[TableRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = first_line + reader.line_num
        try:
            cells = next(reader, None)
        except csv.Error as fault:
            raise Refused(f"line {line}: {_reason(fault)}", hint='a quote inside quotes is written twice: ""') from None
        if cells is None:
            return
        stripped = tuple(_as_written(cell.strip()) for cell in cells)
        if any(stripped):
            yield TableRow(line, stripped)


def _as_written(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from working a text out, as `export csv` puts it there."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in _WORKED_OUT else cell


def _reason(fault: csv.Error) -> str:
    words = str(fault)
    if "unexpected end of data" in words:
        return "a quote is opened and never closed."
    if "expected after" in words:
        return "there is text after a closing quote."
    return f"{words}."
