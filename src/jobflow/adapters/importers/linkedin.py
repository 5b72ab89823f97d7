"""LinkedIn's "Get a copy of your data": the archive, or one of the files in it.

Columns as they stood in exports of 2024 to 2026: `Job Applications.csv`, `Saved Jobs.csv`, and `Connections.csv` under
a few lines of notes. Dates are American, `11/20/24, 8:15 AM`, without a zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from jobflow.adapters.csv_columns import plain
from jobflow.adapters.csv_table import Table
from jobflow.adapters.importers.tables import members, notes, read_csv

APPLIED, SAVED, CONNECTED = "Application Date", "Saved Date", "Connected On"
_KNOWN = (APPLIED, SAVED, CONNECTED, "Company Name", "Job Title", "Job Url", "First Name", "Last Name", "Company")
_DATE = re.compile(
    r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{2}|\d{4})"
    r"(?:,?[\s\u202f]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?[\s\u202f]*(?P<half>[AaPp])\.?[Mm]\.?)?"
)
_PREAMBLE = re.compile(r'\s*"?notes', re.IGNORECASE)


class LinkedIn:
    """Applications and saved jobs; connections as people who might put in a word."""

    name: ClassVar[str] = "linkedin"

    def read(self, content: bytes) -> Iterator[Mapping[str, str]]:
        """A row for each application and each saved job that was not applied for. Raises ValueError."""
        tables = list(_tables(content))
        applied = [row for table in tables if _has(table, APPLIED) for row in _rows(table, APPLIED, "applied")]
        saved = [row for table in tables if _has(table, SAVED) for row in _rows(table, SAVED, "saved")]
        yield from applied
        known = {_job(row) for row in applied}
        yield from (row for row in saved if _job(row) not in known)

    def people(self, content: bytes) -> Iterator[Mapping[str, str]]:
        """The connections: name, email, company and position."""
        for table in _tables(content):
            if _has(table, CONNECTED):
                for row in _dicts(table):
                    name = " ".join(filter(None, (row.get("first name"), row.get("last name"))))
                    if name and row.get("company"):
                        yield {
                            "name": name,
                            "email": row.get("email address", ""),
                            "company": row["company"],
                            "position": row.get("position", ""),
                        }


def _tables(content: bytes) -> Iterator[Table]:
    found = False
    for name, file in members(content):
        if name and not re.match(r"(?i)(job applications|saved jobs|connections)[^/]*\.csv$", name):
            continue
        table = read_csv(_without_preamble(file), _KNOWN)
        if not any(_has(table, title) for title in (APPLIED, SAVED, CONNECTED)):
            if name:
                continue
            heads = ", ".join(cell for cell in table.header.cells if cell)
            raise ValueError(f"line 1: these are no columns of LinkedIn's: {heads[:200]}")
        found = True
        yield table
    if not found:
        raise ValueError("there is no Job Applications.csv, Saved Jobs.csv or Connections.csv in it")


def _without_preamble(content: bytes) -> bytes:
    """From the header on, with as many empty lines before it, so that lines keep their numbers."""
    head = content[:3] if content.startswith(b"\xef\xbb\xbf") else b""
    text = content[len(head) :]
    if not _PREAMBLE.match(text[:20].decode("latin-1")):
        return content
    start = text.find(b"First Name,")
    return head + b"\n" * text[:start].count(b"\n") + text[start:] if start > 0 else content


def _has(table: Table, title: str) -> bool:
    return plain(title) in map(plain, table.header.cells)


def _dicts(table: Table) -> Iterator[dict[str, str]]:
    titles = [plain(cell) for cell in table.header.cells]
    for row in table.rows:
        yield dict(zip(titles, row.cells, strict=False))


def _rows(table: Table, date: str, field: str) -> Iterator[dict[str, str]]:
    headings = {plain(cell): cell for cell in table.header.cells if cell}
    moments = _moments([(row.line, row.cells) for row in table.rows], table, date)
    for row, at in zip(_dicts(table), moments, strict=True):
        others = [
            (heading, row.get(name, ""))
            for name, heading in headings.items()
            if name not in (plain(date), "company name", "job title")
        ]
        yield {
            "company": row.get("company name", ""),
            "role": row.get("job title", ""),
            field: at,
            "status": field,
            "notes": notes("", others),
        }


def _job(row: Mapping[str, str]) -> tuple[str, str]:
    return row["company"].casefold(), row["role"].casefold()


def _moments(lines: Sequence[tuple[int, Sequence[str]]], table: Table, title: str) -> list[str]:
    """The dates as year-month-day. One that can't be American says that the file is in another language."""
    place = [plain(cell) for cell in table.header.cells].index(plain(title))
    found = []
    for line, cells in lines:
        cell = cells[place] if place < len(cells) else ""
        match = _DATE.fullmatch(cell.strip())
        if cell and re.match(r"\d{4}-\d{2}-\d{2}", cell) is None and (match is None or int(match["month"]) > 12):
            raise ValueError(
                f"line {line}: '{cell[:40]}' is no date as LinkedIn writes it in English (month/day/year, 8:15 AM)."
                " Set LinkedIn's language to English, and ask for your data once more"
            )
        found.append(_iso(match) if match else cell)
    return found


def _iso(found: re.Match[str]) -> str:
    year = f"20{found['year']}" if len(found["year"]) == 2 else found["year"]
    day = f"{year}-{int(found['month']):02}-{int(found['day']):02}"
    if found["hour"] is None:
        return day
    hour = int(found["hour"]) % 12 + (12 if found["half"].lower() == "p" else 0)
    return f"{day} {hour:02}:{found['minute']}"
