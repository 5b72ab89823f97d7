"""The spreadsheet that a person already keeps, as applications to be added. Reading only: nothing is stored here.

Every bad cell is a `Problem` with its line; every column that nothing is read from is listed. Nothing is guessed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from jobflow.adapters.csv_cells import (
    Moment,
    Standing,
    identify_moment,
    is_nobody,
    read_any_length,
    read_decision,
    read_emails,
    read_name,
    read_notes,
    read_past,
    read_people,
    read_status,
)
from jobflow.adapters.csv_columns import BEGINNINGS, Columns, count_recognised, find_columns
from jobflow.adapters.csv_table import ROW, Table, TableRow, read_table
from jobflow.core.application import canonical_json
from jobflow.core.calendar import Calendar
from jobflow.core.errors import Refused
from jobflow.core.facts import LONGEST_TEXT
from jobflow.core.inputs import NewContact
from jobflow.core.quoting import shown
from jobflow.core.when import When

Read = TypeVar("Read")
PEOPLE = ("interviewer", "decision_maker", "recruiter", "referrer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One application. `fingerprint` is the same for the same company, role and date, however often it is read.

    Where there was no interview yet, the link to the job counts too: one may apply for two jobs of a name in a day.
    `began`: when the interview was or, where there was none yet, when the user applied or saved the job; `kind` says
    which. `status`: where it stands, where the row says so. `cut`: whether its notes were longer than can be kept.
    """

    line: int
    company: str
    role: str | None
    kind: str
    began: When
    contacts: tuple[NewContact, ...]
    decision_by: date | None
    notes: str | None
    status: Standing | None
    fingerprint: str
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A cell or row that can't be taken: where, what stands there, why and what would do. `unit`: see `Table`."""

    line: int
    column: str
    found: str
    reason: str
    unit: str = "line"

    def __str__(self) -> str:
        """One line."""
        place = f"{self.unit} {self.line}"
        if self.column:
            place += f", {shown(self.column)[1:-1]}"
        return f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvReading:
    """What a file holds: good rows, the header (or headers) each field is read from, headers ignored, and problems."""

    rows: tuple[Row, ...]
    recognised: Mapping[str, str]
    ignored: tuple[str, ...]
    problems: tuple[Problem, ...]
    unit: str = "line"


def read_applications(
    source: str | Table,
    *,
    mapping: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    now: datetime,
    zone: ZoneInfo,
    calendar: Calendar,
    confirmed: bool = False,
    order: str | None = None,
) -> CsvReading:
    """Read a table of applications, or the text of one.

    `mapping` is field to header, in pairs where a field takes several columns. `confirmed` lets a decision be more than
    a year ahead; `order` says how 3/4/26 is meant. Raises `Refused` (`UnknownName`) where the file as a whole can't be
    read: no such field or header, no column for company or interview, broken quoting.
    """
    wanted = tuple(mapping.items()) if isinstance(mapping, Mapping) else tuple(mapping)
    known = partial(count_recognised, wanted=wanted)
    table = source if isinstance(source, Table) else read_table(source, known)
    columns = find_columns(table.header.cells, wanted)
    moment = Moment(now=now, zone=zone, calendar=calendar, confirmed=confirmed, order=order)
    frame = _Frame(columns, moment, table.unit)
    rows: dict[str, Row] = {}
    problems: list[Problem] = []
    for record in table.rows:
        row, faults = _read_row(record, frame)
        if row and row.fingerprint in rows:
            first = rows[row.fingerprint].line
            reason = f"the same company, role and date as {table.unit} {first}."
            if row.kind != BEGINNINGS[0]:
                reason = f"the same company, role, date and link as {table.unit} {first}."
            faults = [Problem(line=row.line, column="", found=row.company, reason=reason, unit=table.unit)]
        elif row:
            rows[row.fingerprint] = row
        problems += faults
    return CsvReading(
        rows=tuple(rows.values()),
        recognised={name: columns.titles(name) for name in columns.fields},
        ignored=tuple(columns.title(i) for i in columns.ignored if _worth_listing(i, columns, table.rows)),
        problems=tuple(problems),
        unit=table.unit,
    )


def _worth_listing(index: int, columns: Columns, rows: Sequence[TableRow]) -> bool:
    """A column without a header counts only if something stands in it."""
    return bool(columns.header[index]) or any(len(row.cells) > index and row.cells[index] for row in rows)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What every row is read against."""

    columns: Columns
    moment: Moment
    unit: str


class _Cells:
    """One row's cells by field; what goes wrong in reading them is kept beside."""

    def __init__(self, record: TableRow, frame: _Frame) -> None:
        self.record, self.frame = record, frame
        self.problems: list[Problem] = []

    def read(self, name: str, reader: Callable[[str], Read]) -> tuple[Read, ...]:
        """What the field's cells hold, blank ones left out."""
        return tuple(value for _, value in self.read_titled(name, reader))

    def read_titled(self, name: str, reader: Callable[[str], Read]) -> tuple[tuple[str, Read], ...]:
        """The same, each with the header of its column."""
        values = []
        for index in self.frame.columns.fields.get(name, ()):
            cell = self.record.cells[index]
            if cell:
                try:
                    values.append((self.frame.columns.title(index), reader(cell)))
                except Refused as refusal:
                    self.refuse(index, cell, str(refusal))
        return tuple(values)

    def read_one(self, name: str, reader: Callable[[str], Read]) -> Read | None:
        """The value of a field that has one column; None where it is blank, missing or bad."""
        return next(iter(self.read(name, reader)), None)

    def refuse(self, index: int | None, found: str, reason: str) -> None:
        """Keep a problem of the row or of one of its cells."""
        column = "" if index is None else self.frame.columns.title(index)
        self.problems.append(
            Problem(line=self.record.line, column=column, found=found, reason=reason, unit=self.frame.unit)
        )

    def first_filled(self, names: Sequence[str]) -> str:
        """The first of these fields that has something; where none has, its cell is a problem."""
        known = [name for name in names if name in self.frame.columns.fields]
        for name in known:
            if self.says(name):
                return name
        (index,) = self.frame.columns.fields[known[0]]
        self.refuse(index, self.record.cells[index], "the cell is empty, and every row needs one.")
        return known[0]

    def says(self, name: str) -> bool:
        """Whether something stands in a field that has one column."""
        return any(not is_nobody(self.record.cells[i] or "-") for i in self.frame.columns.fields.get(name, ()))

    def require(self, name: str) -> None:
        """Say so where a required cell is blank."""
        (index,) = self.frame.columns.fields[name]
        if not self.record.cells[index]:
            self.refuse(index, "", "the cell is empty, and every row needs one.")


def _read_row(record: TableRow, frame: _Frame) -> tuple[Row | None, list[Problem]]:
    fitted = _fitted(record, frame.columns)
    cells = _Cells(fitted or record, frame)
    if fitted is None:
        cells.refuse(None, "", f"{len(record.cells)} cells, but the header has {len(frame.columns.header)}.")
        return None, cells.problems
    cells.require("company")
    kind = cells.first_filled(BEGINNINGS)
    company = cells.read_one("company", read_name)
    said = [name for name in BEGINNINGS if cells.says(name)]
    began = cells.read_one(kind, lambda cell: read_past(cell, frame.moment)) if kind in said else None
    role = cells.read_one("role", read_name)
    contacts = _contacts(cells)
    decision_by = cells.read_one("decision_by", lambda cell: read_decision(cell, frame.moment))
    also = [
        f"{name}: {text}"
        for name in said
        if name != kind
        for text in cells.read(name, lambda cell: _day_or_text(cell, frame.moment))
    ]
    links = [f"{title}: {link}" for title, link in cells.read_titled("link", read_notes)]
    texts = cells.read("notes", read_any_length if frame.unit == ROW else read_notes)
    notes = "\n".join([*also, *links, *texts])
    status = cells.read_one("status", read_status)
    if cells.problems or company is None or began is None:
        return None, cells.problems
    row = Row(
        line=record.line,
        company=company,
        role=role,
        kind=kind,
        began=began,
        contacts=contacts,
        decision_by=decision_by,
        notes=notes[:LONGEST_TEXT] or None,
        status=status,
        fingerprint=_fingerprint(company, role, kind, began, cells),
        cut=len(notes) > LONGEST_TEXT,
    )
    return row, []


def _day_or_text(cell: str, moment: Moment) -> str:
    """A day that is worth a note. Where it is none ("yes"), or could be two, it stands there as it is."""
    try:
        return str(read_past(cell, moment).day)
    except Refused:
        return read_notes(cell)


def _fitted(record: TableRow, columns: Columns) -> TableRow | None:
    """The record with as many cells as the header; surplus blank ones are cut, otherwise None."""
    width = len(columns.header)
    if len(record.cells) < width or any(record.cells[width:]):
        return None
    return TableRow(record.line, record.cells[:width])


def _contacts(cells: _Cells) -> tuple[NewContact, ...]:
    found: dict[tuple[str, str], NewContact] = {}
    for role in PEOPLE:
        people = [person for cell in cells.read(role, read_people) for person in cell]
        if role == "interviewer":
            people = _with_emails(people, cells)
        for name, email in people:
            known = found.get((role, name))
            found[role, name] = NewContact(role, name, email or (known.email if known else None))
    return tuple(found.values())


def _with_emails(people: list[tuple[str, str | None]], cells: _Cells) -> list[tuple[str, str | None]]:
    """Interviewers with the addresses of the e-mail column, one for one."""
    emails = cells.read_one("email", read_emails)
    if not emails:
        return people
    if len(emails) != len(people):
        (index,) = cells.frame.columns.fields["email"]
        reason = f"as many addresses as people are expected, found {len(emails)} for {len(people)}."
        cells.refuse(index, cells.record.cells[index], reason)
        return people
    return [(name, own or email) for (name, own), email in zip(people, emails, strict=True)]


def _fingerprint(company: str, role: str | None, kind: str, began: When, cells: _Cells) -> str:
    """What makes an application the same one. Notes and status may be edited between two imports."""
    (index,) = cells.frame.columns.fields[kind]
    moment = identify_moment(cells.record.cells[index], began)
    identity = [company.casefold(), (role or "").casefold(), moment]
    if kind != BEGINNINGS[0]:
        links = (cells.record.cells[index] for index in cells.frame.columns.fields.get("link", ()))
        identity += [kind, *filter(None, links)]
    return hashlib.sha256(canonical_json(identity).encode()).hexdigest()[:32]
