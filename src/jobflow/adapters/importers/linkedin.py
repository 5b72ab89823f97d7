"""LinkedIn's "Get a copy of your data": the archive, or one of the files in it.

Columns as they stood in exports of 2024 to 2026: `Job Applications.csv`, `Saved Jobs.csv`, and `Connections.csv` under
a few lines of notes. Dates are American, `11/20/24, 8:15 AM`, without a zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from jobflow.adapters.csv_columns import plain
from jobflow.adapters.csv_table import Table
from jobflow.adapters.importers.tables import Names, link_of, members, read_csv, rows

APPLIED, SAVED, CONNECTED = "Application Date", "Saved Date", "Connected On"
_KNOWN = (APPLIED, SAVED, CONNECTED, "Company Name", "Job Title", "Job Url", "First Name", "Last Name", "Company")
MOST_PEOPLE = 50_000
"""LinkedIn lets nobody have more than 30,000 connections."""
_FILE = re.compile(r"(job applications|saved jobs|connections)[^/]*\.csv", re.IGNORECASE)
_DATE = re.compile(
    r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{2}|\d{4})"
    # Only in capitals: where English puts the day first, as in Australia and India, it writes "am".
    r"(?:,?[\s\u202f]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?[\s\u202f]*(?P<half>[AP])M)?"
)
_PREAMBLE = re.compile(r'\s*"?notes', re.IGNORECASE)


class LinkedIn:
    """Applications and saved jobs; connections as people who might put in a word."""

    name: ClassVar[str] = "linkedin"

    def read(self, content: bytes) -> Iterator[Mapping[str, str]]:
        """A row for each application, and for each saved job that was not applied for. Raises ValueError.

        Where a saved job was applied for, the date of saving goes with the application.
        """
        tables = list(_tables(content))
        applied = [row for table in tables if _has(table, APPLIED) for row in _rows(table, APPLIED, "applied")]
        saved = [row for table in tables if _has(table, SAVED) for row in _rows(table, SAVED, "saved")]
        by_link = {link_of(row): row for row in reversed(applied) if link_of(row)}
        by_job = {_job(row): row for row in reversed(applied)}
        others = []
        for row in saved:
            twin = by_link.get(link_of(row)) or by_job.get(_job(row))
            if twin is None or (link_of(row) and link_of(twin) and link_of(row) != link_of(twin)):
                others.append(row)
            else:
                twin["saved"] = row["saved"]
        yield from (*applied, *others)

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
    for name, file in members(content, lambda name: _FILE.fullmatch(name) is not None):
        table = read_csv(_without_preamble(file), _KNOWN, MOST_PEOPLE)
        if not any(_has(table, title) for title in (APPLIED, SAVED, CONNECTED)):
            heads = ", ".join(cell for cell in table.header.cells if cell)
            place = f"{name}, line" if name else "line"
            raise ValueError(f"{place} {table.header.line}: these are no columns of LinkedIn's: {heads[:200]}")
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
    names: Names = {"company": ("Company Name",), "role": ("Job Title",), field: (date,)}
    for record, row in zip(table.rows, rows(table, names), strict=True):
        yield {**row, field: _moment(row[field], record.line), "status": field}


def _job(row: Mapping[str, str]) -> tuple[str, str]:
    return row["company"].casefold(), row["role"].casefold()


def _moment(cell: str, line: int) -> str:
    """The date as year-month-day. One that can't be American says that the file is in another language."""
    match = _DATE.fullmatch(cell.strip())
    if cell and re.match(r"\d{4}-\d{2}-\d{2}", cell) is None and (match is None or int(match["month"]) > 12):
        raise ValueError(
            f"line {line}: '{cell[:40]}' is no date as LinkedIn writes it in English (month/day/year, 8:15 AM)."
            " Set LinkedIn's language to English, and ask for your data once more"
        )
    return _iso(match) if match else cell


def _iso(found: re.Match[str]) -> str:
    year = f"20{found['year']}" if len(found["year"]) == 2 else found["year"]
    day = f"{year}-{int(found['month']):02}-{int(found['day']):02}"
    if found["hour"] is None:
        return day
    hour = int(found["hour"]) % 12 + (12 if found["half"] == "P" else 0)
    return f"{day} {hour:02}:{found['minute']}"
