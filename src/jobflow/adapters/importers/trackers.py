"""Huntr, Teal, Simplify and JobSync: CSV files (Huntr: an archive of some), each with headings of its own.

Simplify's and JobSync's columns are known; both write N/A where there is nothing. Those of Huntr and Teal are not
published: theirs are read by the headings that such files have in common, and whatever is not recognised is kept in the
notes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from jobflow.adapters.csv_table import Table
from jobflow.adapters.importers.tables import Names, members, moment, read_csv, rows

_COMMON: Names = {
    "company": ("Company", "Company Name", "Employer", "Organization"),
    "role": ("Job Title", "Title", "Role", "Job Position", "Position", "Job", "Name"),
    "applied": ("Applied Date", "Date Applied", "Applied", "Applied At", "Application Date", "Applied On"),
    "saved": (
        "Saved Date",
        "Date Saved",
        "Saved",
        "Saved At",
        "Bookmarked",
        "Created At",
        "Date Created",
        "Created",
        "Date Added",
        "Added",
    ),
    "status": ("Status", "Stage", "List", "List Name", "Board List", "Column"),
    "notes": ("Notes", "Note"),
}
_DATES = ("applied", "saved")


class _Tracker:
    """A CSV file with headings of its own."""

    name: ClassVar[str]
    names: ClassVar[Names] = _COMMON

    def read(self, content: bytes) -> Iterator[Mapping[str, str]]:
        """A row for each job. Raises ValueError."""
        for table in self.tables(content):
            for row in rows(table, self.names):
                yield self.row({name: moment(cell) if name in _DATES else cell for name, cell in row.items()})

    def tables(self, content: bytes) -> Iterator[Table]:
        """The tables of the file."""
        yield read_csv(content, [title for titles in self.names.values() for title in titles])

    def row(self, row: dict[str, str]) -> dict[str, str]:
        """One row, as it is to be taken."""
        return row


class Huntr(_Tracker):
    """The archive of "Full data download"; of its files those of jobs."""

    name: ClassVar[str] = "huntr"
    PREFIX: ClassVar[str] = "USER_JOBS_USER_FULL_DATA_DOWNLOAD"

    def tables(self, content: bytes) -> Iterator[Table]:
        """The files whose names begin as those of jobs do; a CSV file alone is taken for one of them."""
        found = False
        for _, file in members(content, lambda name: name.upper().startswith(self.PREFIX)):
            found = True
            yield from super().tables(file)
        if not found:
            raise ValueError(f"there is no file in it whose name begins with {self.PREFIX}")


class Teal(_Tracker):
    """The job tracker's export."""

    name: ClassVar[str] = "teal"


class Simplify(_Tracker):
    """`Job Title,Company Name,Job URL,Applied Date,Status,Status Date,Archived,Date Archived,Notes`."""

    name: ClassVar[str] = "simplify"
    names: ClassVar[Names] = {
        "company": ("Company Name",),
        "role": ("Job Title",),
        "applied": ("Applied Date",),
        "saved": ("Status Date",),
        "status": ("Status",),
        "notes": ("Notes",),
    }

    def row(self, row: dict[str, str]) -> dict[str, str]:
        """The date of the status stands in where nobody applied; else it is worth a note."""
        if row.get("applied") and row.get("saved"):
            row["notes"] = "\n".join(filter(None, (row["notes"], f"Status Date: {row['saved']}")))
            row["saved"] = ""
        return row


class JobSync(_Tracker):
    """`index,createdAt,applied,appliedDate,Company,JobTitle,jobType,workplaceType,Location,JobSource,Status`."""

    name: ClassVar[str] = "jobsync"
    names: ClassVar[Names] = {
        "company": ("Company",),
        "role": ("JobTitle",),
        "applied": ("appliedDate",),
        "saved": ("createdAt",),
        "status": ("Status",),
        "notes": (),
    }
